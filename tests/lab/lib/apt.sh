# SPDX-License-Identifier: GPL-2.0-only
# Debian packages of another suite and architecture, without touching this
# machine's apt: a private configuration with its own lists and cache. No
# maintainer script ever runs; packages are only unpacked.
# shellcheck shell=bash

LAB_SUITE=trixie
LAB_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror this machine uses for Debian itself. apt-get parses both kinds of
# source files for us; "updates" and "security" are suites of their own. Where
# there are no lists yet, as in a fresh container, apt does not know the origin
# of an entry, and the path has to tell.
lab_mirror() {
	local mirror
	# shellcheck disable=SC2016 # these are apt's variables
	local targets=(apt-get indextargets
		--format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages')

	mirror=$("${targets[@]}" 'Origin: Debian' |
		awk '$2 !~ /[-\/]/ && $3 == "main" { print $1; exit }')
	[ -n "$mirror" ] || mirror=$("${targets[@]}" |
		awk '$2 !~ /[-\/]/ && $3 == "main" && $1 ~ /\/debian\/?$/ {
			print $1; exit }')
	[ -n "$mirror" ] || die "apt names no Debian mirror (see apt-get indextargets)"
	printf '%s\n' "$mirror"
}

# Sets LAB_APT, the directory of the private configuration, and makes it.
apt_private() {
	local mirror

	[ -z "${LAB_APT:-}" ] || return 0
	mirror=$(lab_mirror) || return 1
	LAB_APT=$LAB_CACHE/apt-$(key_of "$mirror" "$LAB_DIR/lib/apt.sh")
	[ ! -f "$LAB_APT/apt.conf" ] || return 0

	mkdir -p -- "$LAB_APT"/{lists/partial,cache/archives/partial,etc/parts}
	mkdir -p -- "$LAB_APT/etc/preferences.d"
	: >"$LAB_APT/status"
	cat >"$LAB_APT/etc/sources.list" <<-EOF
	deb [arch=arm64 signed-by=$LAB_KEYRING] $mirror $LAB_SUITE main
	deb-src [signed-by=$LAB_KEYRING] $mirror $LAB_SUITE main
	EOF
	# Proxies and the like are this machine's business: they are kept.
	{
		apt-config dump | grep -E \
			'^Acquire::(http|https|Retries|ForceIPv[46]|Check-[A-Za-z-]*)[: ]' || true
		cat <<-EOF
		Dir::State "$LAB_APT";
		Dir::State::Lists "$LAB_APT/lists";
		Dir::State::status "$LAB_APT/status";
		Dir::Cache "$LAB_APT/cache";
		Dir::Etc "$LAB_APT/etc";
		Dir::Etc::Parts "$LAB_APT/etc/parts";
		APT::Architecture "arm64";
		APT::Architectures "arm64";
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		EOF
	} >"$LAB_APT/apt.conf.new"
	mv -- "$LAB_APT/apt.conf.new" "$LAB_APT/apt.conf"
}

# with_apt LOG COMMAND...: COMMAND with the private configuration, one run at
# a time and with lists. Lists that are older than a day are fetched again:
# after a point release the old ones name files that are gone.
with_apt() {
	local log=$1
	shift

	apt_private || return 1
	(
		export APT_CONFIG=$LAB_APT/apt.conf
		flock 9
		if [ -z "$(find "$LAB_APT/updated" -mtime -1 2>/dev/null)" ]; then
			logged "$log" apt-get update || exit 1
			touch -- "$LAB_APT/updated"
		fi
		"$@"
	) 9>"$LAB_APT/lock"
}

# apt_tarball DIR LOG SOURCE VERSION SHA256: the upstream tarball of a source
# package as DIR/orig.tar.xz. The hash comes from the signed index; the .dsc,
# which a mirror may lack, is not needed. A mirror may lack the tarball, too,
# for weeks after a point release: then that of VERSION is taken, which it had
# before, if its hash is SHA256.
apt_tarball() {
	with_apt "$2" apt_tarball_locked "$@"
}

apt_tarball_locked() {
	local dir=$1 log=$2 source=$3 version=$4 sha256=$5
	local uri file hash older

	# A line is: 'URI' NAME SIZE SHA256:HASH
	read -r uri file _ hash < <(
		apt-get source --print-uris --download-only "$source" 2>>"$log" |
			grep -E '\.orig\.tar\.xz ')
	[ -n "${hash:-}" ] || {
		say "the index has no tarball of $source"
		return 1
	}
	uri=${uri//\'/}
	older=${source}_$version.orig.tar.xz
	if ! download "$log" "$uri" "$dir/orig.tar.xz" "$hash"; then
		say "the mirror lacks $file; trying $older"
		file=$older
		logged "$log" download "$log" "${uri%/*}/${older//+/%2b}" \
			"$dir/orig.tar.xz" "SHA256:$sha256" || return 1
	fi
	printf '%s\n' "$file" >"$dir/version"
}

# download LOG URI FILE HASH
download() {
	/usr/lib/apt/apt-helper download-file "$2" "$3" "$4" >>"$1" 2>&1
}

# apt_debs DIR LOG PACKAGE...: the packages and all they depend on, into DIR.
apt_debs() {
	local dir=$1 log=$2
	shift 2
	with_apt "$log" apt_debs_locked "$dir" "$log" "$@"
}

apt_debs_locked() {
	local dir=$1 log=$2
	shift 2

	mkdir -p -- "$dir/partial"
	logged "$log" apt-get install -y --download-only \
		-o Dir::Cache::archives="$dir/" "$@" || return 1
	rmdir -- "$dir/partial"
	rm -f -- "$dir/lock"
}
