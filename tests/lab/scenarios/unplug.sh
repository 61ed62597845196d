# SPDX-License-Identifier: GPL-2.0-only
# The camera is unplugged while two guests stream from it, and plugged in again.
# limit: 100
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
for guest in ivi cluster; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" || done_testing
done
for round in 1 2; do
	for guest in ivi cluster; do
		ok "$guest streams" guest_streams "$guest"
	done
	# vivid comes back when nobody has the node open any more.
	ok "the camera is unplugged, time $round" v4l2-ctl -d /dev/video0 -c disconnect=1
	for guest in ivi cluster; do
		ok "the stream of $guest ends" guest_stream_ends "$guest"
	done
	for guest in ivi cluster; do
		timed wait_for 20 in_guest "$guest" \
			'v4l2-ctl -d0 --stream-mmap --stream-count=10'
		is "$guest opens again and streams" $? 0
		diag "$guest: a stream of 10 frames was there $TOOK_MS ms later"
	done
done
done_testing
