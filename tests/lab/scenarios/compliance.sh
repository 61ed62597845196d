# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance in a guest, with streaming, which includes all other tests.
# No failure; what fails is told.
# limit: 300
# shellcheck shell=dash

# v4l2-compliance presses every button, and of a driver that it does not know
# as vivid also those that inject errors: off with them.
ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
camera_rate /dev/video0 30
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
compliance ivi streaming -s
done_testing
