# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages of this machine that the lab needs. This is the one place
# that needs root, and only if something is missing.
# shellcheck shell=bash

# A program and the package that brings it.
LAB_PROGRAMS="
qemu-system-aarch64:qemu-system-arm
aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu
arm-linux-gnueabihf-gcc:gcc-arm-linux-gnueabihf
gcc:gcc
make:make
pkg-config:pkg-config
kconfig-conf:kconfig-frontends-nox
flex:flex
bison:bison
bc:bc
patch:patch
perl:perl-base
python3:python3-minimal
xz:xz-utils
lz4:lz4
cpio:cpio
flock:util-linux
depmod:kmod
"

# A file and the package that brings it.
LAB_FILES="
/usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
/usr/include/stdlib.h:libc6-dev
/usr/arm-linux-gnueabihf/include/stdlib.h:libc6-dev-armhf-cross
"

missing_packages() {
	local line

	for line in $LAB_PROGRAMS; do
		command -v "${line%%:*}" >/dev/null || printf '%s\n' "${line##*:}"
	done
	for line in $LAB_FILES; do
		[ -e "${line%%:*}" ] || printf '%s\n' "${line##*:}"
	done
}

need_packages() {
	local missing log=$LAB_CACHE/log/packages.log
	local as_root=()

	mapfile -t missing < <(missing_packages | sort -u)
	[ ${#missing[@]} -gt 0 ] || return 0

	command -v apt-get >/dev/null ||
		die "please install what Debian calls: ${missing[*]}"
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
			die "please run, as root: apt-get install ${missing[*]}"
		fi
		as_root=(sudo -n)
	fi

	say "      installing ${missing[*]}"
	mkdir -p -- "$LAB_CACHE/log"
	: >"$log"
	# The lists may be old, or missing as in a fresh container.
	logged "$log" "${as_root[@]}" apt-get update || return 1
	logged "$log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "${missing[@]}"
}
