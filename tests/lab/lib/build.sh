# SPDX-License-Identifier: GPL-2.0-only
# What is built, from what, in which order; recipes/ says how. Each function
# sets a variable to the directory it made or found.
# shellcheck shell=bash
# shellcheck disable=SC2034 # they are for the caller

LAB_LINUX=linux-source-6.12

# A version of Xen that is known to do, and its upstream tarball's SHA256.
LAB_XEN_TRIED=(
	4.20.3+127-gc42374a105
	df0831854a55a8f31cb3cb85036f2edc928e2ef098d77f815f5714bfafac68f3
)

# What runs in dom0 and in the guests, and what our own programs are built with.
LAB_PACKAGES=(
	busybox-static kmod util-linux v4l-utils xen-utils-4.20 xenstore-utils
	libc6-dev linux-libc-dev
	libevent-dev libjson-c-dev libseccomp-dev libv4l-dev libxen-dev libyuv-dev
)

# What applications in guests are, for the scenarios that ask for them.
LAB_MEDIA_PACKAGES=(ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base
	gstreamer1.0-plugins-good)

# The variants of Xen, and what tells them apart.
declare -A LAB_XEN_OPTION=(
	[ioreq]=CONFIG_IOREQ_SERVER=y
	[no-ioreq]=CONFIG_IOREQ_SERVER=n
)

# check_xen VARIANT
check_xen() {
	[ -n "${LAB_XEN_OPTION[$1]:-}" ] ||
		die "there is no variant of Xen called '$1', only ${!LAB_XEN_OPTION[*]}"
}

# build_xen VARIANT: sets XEN.
build_xen() {
	cached xen-source "fetching the source of Xen" "${LAB_XEN_TRIED[@]}"
	cached xen "building Xen ($1; about 30 s, once)" \
		"$CACHED" CONFIG_EXPERT=y "${LAB_XEN_OPTION[$1]}"
	XEN=$CACHED
}

# The variants of the kernel, and what each has besides kernel.fragment.
declare -A LAB_KERNEL_FRAGMENT=(
	[plain]=
	[debug]=$LAB_DIR/debug.fragment
)

# How much longer all may take with a variant.
declare -A LAB_KERNEL_SLOW=(
	[plain]=1
	[debug]=4
)

# What all of them have besides Linux: the patches for dom0, which guests do
# not need.
LAB_KERNEL_PATCHES=("$LAB_TOP"/dom0-backend/linux/*.patch)

# check_kernel VARIANT
check_kernel() {
	[ -n "${LAB_KERNEL_FRAGMENT[$1]+there}" ] ||
		die "there is no variant of the kernel called '$1', only ${!LAB_KERNEL_FRAGMENT[*]}"
}

# build_kernel VARIANT: sets KERNEL.
build_kernel() {
	local extra=${LAB_KERNEL_FRAGMENT[$1]} fragment=$LAB_DIR/kernel.fragment source

	cached linux-source "fetching the source of the kernel (150 MB)" "$LAB_LINUX"
	source=$CACHED
	if [ -n "$extra" ]; then
		cached fragment "the configuration of the $1 kernel" "$fragment" "$extra"
		fragment=$CACHED/fragment
	fi
	cached kernel "building the kernel ($1; 5 min or more, once)" \
		"$source" "$fragment" "${LAB_KERNEL_PATCHES[@]}"
	KERNEL=$CACHED
}

# build_kernels VARIANT: sets KERNEL, dom0's, which is plain, and GUEST_KERNEL.
build_kernels() {
	build_kernel "$1"
	GUEST_KERNEL=$KERNEL
	[ "$1" = plain ] || build_kernel plain
}

# build_sysroot: sets SYSROOT.
build_sysroot() {
	cached sysroot "fetching and unpacking the arm64 packages (50 MB)" \
		"${LAB_PACKAGES[@]}"
	SYSROOT=$CACHED
}

# build_images: sets DOM0_IMAGE and GUEST_IMAGE, from SYSROOT.
build_images() {
	cached image "building the root file system of dom0" "$SYSROOT" \
		"$LAB_DIR/dom0/files" "$LAB_DIR/dom0/init"
	DOM0_IMAGE=$CACHED
	cached image "building the root file system of the guests" "$SYSROOT" \
		"$LAB_DIR/guest/files" "$LAB_DIR/guest/init" "$LAB_DIR/guest/lab-agent"
	GUEST_IMAGE=$CACHED
}

# build_media: sets MEDIA_IMAGE, which comes on top of the guests' image.
build_media() {
	cached sysroot "fetching and unpacking ffmpeg and GStreamer (130 MB)" \
		"${LAB_MEDIA_PACKAGES[@]}"
	cached image "building the root file system with both" "$CACHED" \
		"$LAB_DIR/guest/media-files" "$LAB_DIR/guest/init" "$LAB_DIR/guest/lab-agent"
	MEDIA_IMAGE=$CACHED
}

# build_tools: sets TOOLS, from SYSROOT.
build_tools() {
	cached tools "building the lab's own programs" "$SYSROOT" \
		"$LAB_DIR"/*.h "$LAB_DIR"/guest/*.c "$LAB_DIR"/dom0/*.c
	TOOLS=$CACHED
}

# build_all [XEN [KERNEL]]: the four steps of everything that is cached; which
# variants.
build_all() {
	step "packages of this machine"
	need_packages
	step "Xen"
	build_xen "${1:-ioreq}"
	step "kernel"
	build_kernels "${2:-plain}"
	step "root file systems"
	build_sysroot
	build_images
	build_tools
}
