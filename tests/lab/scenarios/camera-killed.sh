# SPDX-License-Identifier: GPL-2.0-only
# vmedia-camera is killed in mid-stream: the guest gets an error, opens again,
# and streams.
# limit: 90
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for round in 1 2 3; do
	ok "it streams" guest_streams ivi
	killall -KILL vmedia-camera
	ok "the stream ends, time $round" guest_stream_ends ivi
	ok "the guest opens again and streams" wait_for 10 \
		in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
done
done_testing
