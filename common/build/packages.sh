#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh list GROUP...	Debian packages of these groups, one a line
# packages.sh missing GROUP...	those that are not installed
# packages.sh install GROUP...	install what is missing, as root or by sudo
#
# build: what the programs need; check: what "make check" needs besides;
# kernels: what "make check-kernels" needs, to make a kernel's source ready.
# demo: what turns frames into pictures. bench: what counts and draws plots.
# This is the one list; the lab has its own, for what it runs.

arch=$(dpkg --print-architecture 2>/dev/null)

build="gcc libc6-dev make pkg-config kconfig-frontends-nox libevent-dev
	libjson-c-dev libseccomp-dev libv4l-dev libxen-dev"
check="clang sparse libcmocka-dev linux-headers-${arch:-amd64} mandoc"
demo="libpng-dev libyuv-dev"
bench="gnuplot-nox valgrind"
kernels="bc bison debian-archive-keyring flex libelf-dev libssl-dev perl
	python3-minimal xz-utils"

list()
{
	for group; do
		case $group in
		bench) printf '%s\n' $bench ;;
		build) printf '%s\n' $build ;;
		check) printf '%s\n' $check ;;
		demo) printf '%s\n' $demo ;;
		kernels) printf '%s\n' $kernels ;;
		*) echo "packages.sh: no group $group" >&2; exit 2 ;;
		esac
	done
}

# Another package may stand in for one (pkgconf for pkg-config), hence Provides.
missing()
{
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
		sed -n 's/^installed //p' | sed 's/ ([^)]*)//g' | tr ',' ' ')
	have=" $(echo $have) "
	for package in $(list "$@"); do
		case $have in
		*" $package "*) ;;
		*) echo "$package" ;;
		esac
	done
}

install()
{
	if [ -z "$arch" ]; then
		echo "This is not Debian: find here what stands for these packages" >&2
		list "$@" >&2
		return 1
	fi
	wanted=$(missing "$@")
	[ -n "$wanted" ] || return 0

	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		as_root=sudo
		if ! type sudo >/dev/null 2>&1; then
			echo "As root:" apt-get install $wanted >&2
			return 1
		fi
	fi
	echo "Installing" $wanted
	get="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q"
	set -- install -y --no-install-recommends $wanted
	# The lists of a fresh machine are empty or old.
	$get "$@" >/dev/null 2>&1 || { $get update && $get "$@"; } || {
		echo "That failed. As root:" apt-get install $wanted >&2
		return 1
	}
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
list | missing | install) "$command" "$@" ;;
*) sed -n '4,6s/^# //p' "$0" >&2; exit 2 ;;
esac
