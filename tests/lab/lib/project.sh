# SPDX-License-Identifier: GPL-2.0-only
# vmedia itself: its programs for dom0 and its module for the guests, made by
# the top Makefile and put into this run.
# shellcheck shell=bash

# build_project: with SYSROOT, against GUEST_KERNEL.
build_project() {
	local build=$LAB_OUT/.build log=$LAB_OUT/.build.log lock defaults make_vmedia

	# What was built against another kernel would be taken for up to date.
	[ "$LAB_KERNEL" = plain ] || build=$build-$LAB_KERNEL
	make_vmedia=(make -C "$LAB_TOP" "-j$(nproc)" "O=$build"
		CROSS_COMPILE=aarch64-linux-gnu-)
	say "      building vmedia's programs and module..."
	mkdir -p "$build"
	exec {lock}>"$build/.lock"
	flock "$lock"
	: >"$log"
	# A configuration made of other defaults would stay as it is.
	defaults=$(cat "$LAB_TOP/Kconfig" "$LAB_TOP/configs/defconfig" | sha256sum)
	[ "$defaults" = "$(cat "$build/.defaults" 2>/dev/null)" ] || {
		logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" defconfig || return 1
		echo "$defaults" >"$build/.defaults"
	}
	logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" PREFIX=/usr all &&
		logged "$log" "${make_vmedia[@]}" SYSROOT="$SYSROOT" PREFIX=/usr \
			DESTDIR="$LAB_RUN/dom0-files" install &&
		logged "$log" "${make_vmedia[@]}" ARCH=arm64 KDIR="$GUEST_KERNEL/build" \
			modules || return 1
	build_programs "$log" || return 1
	add_modules "$LAB_RUN/guest-files" "$GUEST_KERNEL" "$build/domU-frontend/vmedia.ko"
	exec {lock}>&-
}

# build_programs LOG: the small programs that scenarios call, for dom0 and the
# guests alike; and as NAME-32 for 32-bit guests' user space what is to show that
# the two are alike.
build_programs() {
	local log=$1 source name

	mkdir -p "$LAB_RUN/guest-files/usr/bin"
	logged "$log" arm-linux-gnueabihf-gcc -static -std=gnu11 -D_GNU_SOURCE -O2 \
		-Wall -Wextra -Werror -o "$LAB_RUN/guest-files/usr/bin/frame-times-32" \
		"$LAB_DIR/programs/frame-times.c" || return 1
	for source in "$LAB_DIR"/programs/*.c; do
		name=$(basename "$source" .c)
		mkdir -p "$LAB_RUN/dom0-files/usr/bin" "$LAB_RUN/guest-files/usr/bin"
		logged "$log" aarch64-linux-gnu-gcc --sysroot="$SYSROOT" -std=gnu11 \
			-D_GNU_SOURCE -O2 -Wall -Wextra -Werror \
			-I "$LAB_TOP/common/include" \
			-o "$LAB_RUN/guest-files/usr/bin/$name" "$source" || return 1
		cp -- "$LAB_RUN/guest-files/usr/bin/$name" "$LAB_RUN/dom0-files/usr/bin/"
	done
}
