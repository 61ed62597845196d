# SPDX-License-Identifier: GPL-2.0-only
# vmedia-guest is killed in mid-stream: no vCPU stays stuck, the device comes
# back after a reset.
# limit: 120
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for round in 1 2 3; do
	ok "it streams" guest_streams ivi
	killall -KILL vmedia-guest
	ok "the stream ends, time $round" guest_stream_ends ivi 15
	ok "the guest opens again and streams" wait_for 10 \
		in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
done
timed guest_destroy ivi
at_most "destroying it takes no 2 s" "$TOOK_MS" 2000
done_testing
