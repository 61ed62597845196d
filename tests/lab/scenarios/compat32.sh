# SPDX-License-Identifier: GPL-2.0-only
# A 32-bit application streams in a guest, and gets what a 64-bit one gets.
# limit: 60
# shellcheck shell=dash

ok "vmediad starts" start_vmediad '
cameras = [ "name=front,source=pattern:640x480@20" ]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for program in frame-times frame-times-32; do
	list=$LAB_OUT/$program
	ok "$program streams" in_guest ivi "$program /dev/video0 30 >/tmp/$program"
	in_guest ivi "cat /tmp/$program" >"$list"
	is "$program: 30 frames" "$(wc -l <"$list")" 30
	ok "$program: their numbers rise" frames_rise "$list"
	is "$program: each was there after it was taken" "$(awk '$2 > $4' "$list")" ''
done
done_testing
