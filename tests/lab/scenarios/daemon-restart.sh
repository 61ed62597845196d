# SPDX-License-Identifier: GPL-2.0-only
# vmediad ends, softly and hard, and a new one takes over the living guest.
# limit: 120
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for signal in TERM KILL; do
	ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
	ok "vmediad ends by SIG$signal" stop_vmediad "$signal"
	ok "a new one starts" start_vmediad
	ok "the guest streams again" wait_for 15 \
		in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
done
timed guest_destroy ivi
at_most "destroying it takes no 2 s" "$TOOK_MS" 2000
done_testing
