#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-kernels.sh [SUITE...]: the module compiles, as in check-module.sh, for
# the kernels of these Debian suites: by default the oldest that we support,
# the usual one and the newest.
#
# The sources come from this machine's Debian mirror, through a configuration
# of apt's that has its own directories. They and what is made of them are
# kept in ~/.cache/vmedia/kernels. Run in a build directory, by make.

suites=${*:-bookworm trixie sid}
srctree=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vmedia/kernels
passed=0
failed=0

# say WORD TEXT...
say()
{
	printf '  %-7s %s\n' "$1" "$2"
}

# The origin of an entry is known once its lists were fetched.
mirror()
{
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' |
		awk '($1 == "Debian" || $(NF - 2) ~ /\/debian\/?$/) &&
			$(NF - 1) !~ /[-\/]/ && $NF == "main" {
			print $(NF - 2)
			exit
		}'
}

# private_apt SUITE: a configuration in ./apt, with lists of today
private_apt()
{
	mkdir -p apt/lists/partial apt/cache/archives/partial apt/etc
	: >apt/status
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
		"$(mirror) $1 main" >apt/etc/sources.list
	# Proxies and credentials are this machine's business and are kept.
	cat >apt/conf <<-END
	Dir::State "$PWD/apt";
	Dir::State::Lists "$PWD/apt/lists";
	Dir::State::status "$PWD/apt/status";
	Dir::Cache "$PWD/apt/cache";
	Dir::Etc::SourceList "$PWD/apt/etc/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	END
	export APT_CONFIG="$PWD/apt/conf"
	[ -n "$(find apt/fresh -mtime -1 2>/dev/null)" ] && return
	apt-get -qq update && touch apt/fresh
}

# What the module needs, and what makes more of the headers count
fragment()
{
	for option in 64BIT MODULES MODULE_UNLOAD PCI VIRTIO_MENU VIRTIO_MMIO \
		SUSPEND MEDIA_SUPPORT MEDIA_CAMERA_SUPPORT VIDEO_DEV \
		MEDIA_CONTROLLER HYPERVISOR_GUEST PARAVIRT XEN; do
		echo "CONFIG_$option=y"
	done
}

# unpack PACKAGE: into the working directory. Drivers and the like are left out,
# but for their Kconfig.
unpack()
{
	dpkg-deb --fsys-tarfile ../"$1"_*.deb |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		tar -xJ --strip-components=1 --anchored \
			--exclude="$1/drivers/*.[ch]" --exclude="$1/sound/*.[ch]" \
			--exclude="$1/fs/*.[ch]" --exclude="$1/net/*.[ch]" \
			--exclude="$1/Documentation/*.*" \
			--exclude="$1/tools/testing/*" \
			--exclude="$1/arch/*/boot/dts/*"
}

# configure TREE: ready for a module
configure()
{
	(
		cd "$1" && rm -f ready || exit
		fragment >fragment
		make -s KCONFIG_ALLCONFIG=fragment allnoconfig || exit
		grep -vxFf .config fragment && exit 1
		make -s -j"$(nproc)" modules_prepare && touch ready
	) >>"$1.log" 2>&1 || { cat "$1.log"; return 1; }
}

# prepare SUITE: the newest kernel of SUITE, ready for a module, in ./$tree
prepare()
{
	private_apt "$1" || return
	package=$(apt-cache show --no-all-versions linux-source |
		sed -n 's/^Depends:.*\(linux-source-[0-9.]*\).*/\1/p')
	version=$(apt-cache show --no-all-versions "$package" |
		sed -n 's/^Version: //p')
	tree=${package}_$version
	if [ ! -f "$tree/ready" ]; then
		say FETCH "$package $version" >&2
		rm -rf "$tree" "${package}"_*.deb
		mkdir "$tree"
		apt-get -qq download "$package" || return
		(cd "$tree" && unpack "$package") >"$tree.log" 2>&1 ||
			{ cat "$tree.log"; return 1; }
		rm -f "${package}"_*.deb
	elif fragment | cmp -s - "$tree/fragment"; then
		return
	fi
	configure "$tree"
}

"$srctree/common/build/packages.sh" install build check kernels || exit

unset MAKEFLAGS MAKELEVEL MFLAGS
out=$PWD/out/check
for suite in $suites; do
	mkdir -p "$cache/$suite" "$out/$suite"
	(
		cd "$cache/$suite" || exit
		exec 9>lock
		flock 9
		prepare "$suite" || exit
		cd "$out/$suite" || exit
		echo "$tree" >kernel
		KDIR=$cache/$suite/$tree KBUILD_MODPOST_WARN=1 \
			"$srctree/common/build/check-module.sh"
	) >"$out/$suite.log"
	case $? in
	0) say PASS "$(cat "$out/$suite/kernel")"; passed=$((passed + 1)) ;;
	77) say SKIP "$suite # SKIP $(cat "$out/$suite.log")" ;;
	*)
		say FAIL "$suite"
		sed 's/^/	/' "$out/$suite.log"
		failed=$((failed + 1))
		;;
	esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
