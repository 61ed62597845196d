# SPDX-License-Identifier: GPL-2.0-only
# The cache of everything that is built once: one directory per thing, named
# after what it is and the hash of all that went into it. A directory that
# exists is complete, because it is made under another name and renamed.
# shellcheck shell=bash

# Exported for the recipes, as LAB_DIR is: they run as programs of their own.
export LAB_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vmedia

# key_of INPUT...: a short hash. A file counts with its content, anything else
# (a version, a directory of this cache, which has a hash in its name) as text.
key_of() {
	local input

	for input in "$@"; do
		if [ -f "$input" ]; then
			cat -- "$input"
		else
			printf '%s' "$input"
		fi
		printf '\0'
	done | sha256sum | cut -c1-16
}

# cached NAME TEXT INPUT...: sets CACHED to the directory of NAME, made by
# "recipes/NAME DIR LOG INPUT..." if it is not there yet. Two runs that need
# the same thing do not build it twice: the second waits for the first.
cached() {
	local name=$1 text=$2
	shift 2
	local recipe=$LAB_DIR/recipes/$name
	local id log lock start
	id=$name-$(key_of "$recipe" "$@")
	log=$LAB_CACHE/log/$id.log
	CACHED=$LAB_CACHE/$id
	# The date says when it was last of use: see prune.
	touch -c -- "$CACHED"
	[ ! -d "$CACHED" ] || return 0

	mkdir -p -- "$LAB_CACHE/log" "$LAB_CACHE/lock"
	exec {lock}>"$LAB_CACHE/lock/$id"
	if ! flock --nonblock "$lock"; then
		say "      waiting for another run that is at it: $text"
		flock "$lock"
	fi
	if [ ! -d "$CACHED" ]; then
		start=$(date +%s)
		say "      $text..."
		# What a killed run left: nobody else is in here.
		rm -rf -- "$CACHED.part" "$log"
		removed_at_exit "$CACHED.part"
		mkdir -- "$CACHED.part"
		# The lock is not inherited: what outlives us must not hold it.
		child "$recipe" "$CACHED.part" "$log" "$@" {lock}>&-
		child_wait || die "recipe $name failed; its log is $log"
		mv -- "$CACHED.part" "$CACHED"
		say "      done in $(seconds_since "$start") s"
		prune "$name"
	fi
	exec {lock}>&-
}

# prune NAME: removes what nobody has asked for in a month.
prune() {
	find "$LAB_CACHE" -maxdepth 1 -type d -name "$1-????????????????" \
		-mtime +30 -exec rm -rf -- {} +
}
