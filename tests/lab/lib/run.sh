# SPDX-License-Identifier: GPL-2.0-only
# The directory of one run, which dom0 sees as /lab: this run's programs,
# scenarios and guest image on the way in, events and logs on the way out.
# shellcheck shell=bash

# run_begin [keep]: makes LAB_RUN.
run_begin() {
	LAB_RUN=$(mktemp -d "${TMPDIR:-/tmp}/vmedia-lab.XXXXXX")
	if [ -n "${1:-}" ]; then
		say "      the directory of this run is kept: $LAB_RUN"
	else
		removed_at_exit "$LAB_RUN"
	fi

	mkdir -p "$LAB_RUN"/{out,dom0,guest,scenarios,dom0-files,guest-files}
	cp -r "$LAB_DIR"/dom0/{lab.sh,lib,start,run-all,run-one} "$LAB_RUN/dom0/"
	date +%s >"$LAB_RUN/epoch"
	: >"$LAB_RUN/events"
	: >"$LAB_RUN/list"
}

# check_pair SRC:DST: a value of --dom0-file or --guest-file.
check_pair() {
	case $1 in
	?*:/*)
		;;
	*)
		die "'$1' is not of the form SRC:DST with an absolute DST"
		;;
	esac
	[ -f "${1%%:*}" ] || die "there is no file ${1%%:*}"
}

# add_file TREE SRC:DST
add_file() {
	local tree=$1 source=${2%%:*} target=${2#*:}

	# In the root file systems these are links: a directory of that name
	# would take their place.
	case $target in
	/bin/* | /sbin/* | /lib/*)
		target=/usr$target
		;;
	esac
	install -D -m "$(stat -L -c %a "$source")" "$source" "$tree$target"
}

# add_modules TREE KERNEL [MODULE...]: that kernel's modules, and ours.
add_modules() {
	local tree=$1 kernel=$2 modules
	modules=$tree/usr/lib/modules/$(cat "$kernel/release")
	shift 2

	mkdir -p "$modules"
	cp -a "$kernel/modules/." "$modules/"
	[ $# -eq 0 ] || install -D -m 644 -t "$modules/extra" "$@"
}

# index_modules TREE KERNEL: for modprobe, here and not at each boot.
index_modules() {
	depmod -b "$1/usr" "$(cat "$2/release")"
}

# pack BASE_IMAGE [TREE]: an initramfs on stdout.
pack() {
	{
		cat "$1/base.cpio"
		[ $# -lt 2 ] || (
			cd "$2" || exit
			find . -mindepth 1 -print0 | cpio --quiet --null --create \
				--format=newc --owner=+0:+0
		)
	} | lz4 -q -l -1
}
