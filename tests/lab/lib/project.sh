# SPDX-License-Identifier: GPL-2.0-only
# vmedia itself: its programs for dom0 and its module for the guests, made by
# the top Makefile and put into this run.
# shellcheck shell=bash

# build_project: with SYSROOT, against KERNEL.
build_project() {
	local build=$LAB_OUT/.build log=$LAB_OUT/.build.log lock
	local make_vmedia=(make -C "$LAB_TOP" "-j$(nproc)" "O=$build"
		CROSS_COMPILE=aarch64-linux-gnu-)

	say "      building vmedia's programs and module..."
	mkdir -p "$build"
	exec {lock}>"$build/.lock"
	flock "$lock"
	: >"$log"
	[ -f "$build/.config" ] ||
		logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" defconfig || return 1
	logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" PREFIX=/usr all &&
		logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" PREFIX=/usr \
			DESTDIR="$LAB_RUN/dom0-files" install &&
		logged "$log" "${make_vmedia[@]}" ARCH=arm64 KDIR="$KERNEL/build" \
			modules || return 1
	add_modules "$LAB_RUN/guest-files" "$KERNEL" "$build/domU-frontend/vmedia.ko"
	exec {lock}>&-
}
