# SPDX-License-Identifier: GPL-2.0-only
# A multi-planar camera stays one in the guest.
# in: full
# limit: 90
# shellcheck shell=dash

ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 multiplanar=2
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
like "the node is multi-planar" "$(in_guest ivi 'v4l2-ctl -d0 --info')" \
	'Video Capture Multiplanar'
for format in YUYV NM12; do
	like "$format can be set" "$(in_guest ivi "
		v4l2-ctl -d0 --set-fmt-video=width=640,height=480,pixelformat=$format
		v4l2-ctl -d0 --get-fmt-video")" "'$format'"
	ok "$format streams" in_guest ivi \
		'v4l2-ctl -d0 --stream-mmap --stream-count=30 --stream-to=/tmp/frames'
	diag "$(in_guest ivi 'wc -c </tmp/frames') bytes"
done
done_testing
