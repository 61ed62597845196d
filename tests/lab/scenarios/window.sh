# SPDX-License-Identifier: GPL-2.0-only
# A driver whose buffers are all in the device's shared memory region, as one
# has that knows nothing but MMAP: 300 frames at 1280x720, and v4l2-compliance.
# limit: 240
# shellcheck shell=dash

# Devices by grants have none.
# shellcheck disable=SC2034 # for cameras
LAB_GRANTS=0
stream=-s$(or_full 4 60)
ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
camera_rate /dev/video0 15 >/dev/null
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" \
	'extra = "console=ttyAMA0 rdinit=/init vmedia.memory=window"' || done_testing
is "the driver takes its memory from the window" \
	"$(in_guest ivi 'cat /sys/module/vmedia/parameters/memory')" window

ok "300 frames come" in_guest ivi 90 "
	v4l2-ctl -d0 --set-fmt-video=width=1280,height=720,pixelformat=YUYV &&
	v4l2-ctl -d0 --set-parm=60 >/dev/null &&
	v4l2-ctl -d0 --verbose --stream-mmap --stream-count=300 >/tmp/log 2>&1"
guest_frames ivi /tmp/log >"$LAB_OUT/ivi.frames"
is "and 300 frame numbers" "$(wc -l <"$LAB_OUT/ivi.frames")" 300
ok "the frame numbers rise" frames_rise "$LAB_OUT/ivi.frames"
in_full && compliance ivi window "$stream"
done_testing
