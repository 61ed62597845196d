# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance in a guest whose camera streams to another one: what it is
# shown of a camera that it cannot change is consistent. Nor is it the primary:
# the controls are the other's.
# in: full
# limit: 300
# shellcheck shell=dash

ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
v4l2-ctl -d0 --set-fmt-video=width=640,height=360,pixelformat=YUYV
camera_rate /dev/video0 30
ok "vmediad starts" start_vmediad '
cameras = [ "name=front,source=/dev/video0" ]
domains = [ "name=ivi", "name=cluster" ]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
ok "another starts" guest_start cluster "$(cameras 1)" || done_testing

ok "the first streams" guest_streams ivi
like "and is the primary" "$(vmediactl primary front)" ivi
compliance cluster second-streaming "-s$(or_full 8 60)"
in_guest cluster 'v4l2-ctl -d0 --list-formats-ext' >"$LAB_OUT/modes"
is "it is shown one size" "$(grep -c 'Size:' "$LAB_OUT/modes")" 1
like "which is the one of the stream" "$(cat "$LAB_OUT/modes")" 640x360
is "and each share of its frames" "$(grep -c 'Interval:' "$LAB_OUT/modes")" 30
guest_wait ivi stream 1 >"$LAB_OUT/first"
is "the first streams on" $? 124
done_testing
