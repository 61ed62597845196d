# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance with streaming, in guests and on the bare nodes, side by side:
# webcam, HDMI input, multi-planar, the pattern source; a camera of a pinned mode in
# two guests at the same time. In a guest nothing fails, and nothing is warned of that is not so on
# the bare node.
# limit: 500
# shellcheck shell=dash

stream=-s$(or_full 5 60)
# v4l2-compliance presses every button, and of a driver that it does not know
# as vivid also those that inject errors: off with them.
ok "vivid is four cameras" load_vivid n_devs=4 node_types=0x1,0x1,0x1,0x1 \
	num_inputs=1,1,1,1 input_types=0,3,0,0 multiplanar=1,1,2,1 no_error_inj=1
# It streams at the highest rate that there is for the size: vivid has 5 frames/s
# at 1920x1080, and 120 at 640x360.
n=0
for kind in webcam $(or_full '' 'hdmi multiplanar'); do
	v4l2-ctl -d $n --set-fmt-video=width=1920,height=1080,pixelformat=YUYV
	compliance_bare $kind.bare -d $n "$stream" &
	n=$((n + 1))
done
wait

# Each opens its node a hundred times, and QEMU's processors stand still at times.
ok "vmediad starts" start_vmediad '
quota = "sessions=1000,commands/s=0,held=6"
cameras = [
	"name=webcam,source=/dev/video0", "name=hdmi,source=/dev/video1",
	"name=multiplanar,source=/dev/video2", "name=pattern,source=pattern:640x360@5",
	"name=pinned,source=/dev/video3,mode=YUYV:640x360@10",
]
domains = [
	"name=ivi,cameras=webcam hdmi multiplanar pattern pinned",
	"name=cluster,cameras=pinned",
]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 5)" || done_testing
ok "another starts" guest_start cluster "$(cameras 1)" || done_testing
# One by one: the guest has one processor, and who waits for it misses frames.
n=0
for kind in webcam $(or_full '' 'hdmi multiplanar pattern'); do
	bare=$kind.bare
	[ $kind != pattern ] || bare=webcam.bare
	compliance_begin ivi $kind -d $n "$stream"
	compliance_end ivi $kind
	allow_gaps $kind
	as_compliant $kind $bare
	n=$((n + 1))
done

# Who looks at what a mode is while another tests what it can be made finds two.
compliance_begin ivi pinned-in-ivi -d4 "$stream"
compliance_begin cluster pinned-in-cluster -d0 "$stream"
for guest in ivi cluster; do
	compliance_end $guest pinned-in-$guest
	allow_gaps pinned-in-$guest
	as_compliant pinned-in-$guest webcam.bare
done
compliance_table
done_testing
