# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance in a guest, with streaming, which includes all other tests.
# No failure; what fails is told.
# limit: 300
# shellcheck shell=dash

# failures FILE: of v4l2-compliance's last line, "Total for ...: N, Succeeded:
# N, Failed: N, Warnings: N".
failures() {
	sed -n 's/^Total .*Failed: *\([0-9]*\).*/\1/p' "$1"
}

# compliance NAME OPTION...
compliance() {
	local name=$1
	shift

	in_guest ivi 240 "v4l2-compliance -d0 $* --color=never" >"$LAB_OUT/$name"
	tail -n 1 "$LAB_OUT/$name" | diag
	grep -E '^[[:space:]]*(fail:|warn:)|: FAIL' "$LAB_OUT/$name" | sort | uniq -c | diag
	is "$name: no failure" "$(failures "$LAB_OUT/$name")" 0
}

# v4l2-compliance presses every button, and of a driver that it does not know
# as vivid also those that inject errors: off with them.
ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
camera_rate /dev/video0 30
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
compliance streaming -s
done_testing
