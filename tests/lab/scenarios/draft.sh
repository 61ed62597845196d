# SPDX-License-Identifier: GPL-2.0-only
# The dialect of the draft, device ID 42: a guest's driver finds a device of
# that kind, streams, and passes v4l2-compliance as with the ratified one.
# limit: 200
# shellcheck shell=dash

stream=-s$(or_full 4 60)
ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
camera_rate /dev/video0 15 >/dev/null
camera_mode /dev/video0 1280x720
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1 2a)" || done_testing
is "the device is of the draft" \
	"$(in_guest ivi 'cat /sys/bus/virtio/devices/virtio0/device')" 0x002a
ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
in_full && compliance ivi draft "$stream"
done_testing
