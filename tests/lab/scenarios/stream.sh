# SPDX-License-Identifier: GPL-2.0-only
# A guest streams 300 frames from dom0's camera, small and large.
# limit: 150
# shellcheck shell=dash

# frames MODE: the guest takes 300 frames of that size; what v4l2-ctl said of
# each is in the guest's /tmp/log.
frames() {
	in_guest ivi 90 "
		v4l2-ctl -d0 --set-fmt-video=width=${1%x*},height=${1#*x},pixelformat=YUYV &&
		v4l2-ctl -d0 --set-parm=60 >/dev/null &&
		v4l2-ctl -d0 --verbose --stream-mmap --stream-count=300 >/tmp/log 2>&1"
}

# v4l2-ctl says "cap dqbuf: 2 seq: 17 bytesused: 614400 ts: ..." of each frame.
sequences() {
	in_guest ivi "sed -n 's/.*dqbuf:.* seq: *\([0-9]*\).*/\1/p' /tmp/log"
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
ok "it has a camera" in_guest ivi 'test -c /dev/video0' || done_testing

for mode in 640x480 1280x720; do
	timed frames "$mode"
	is "300 frames of $mode come" $? 0
	sequences >"$LAB_TMP/sequences"
	is "and 300 frame numbers" "$(wc -l <"$LAB_TMP/sequences")" 300
	ok "the frame numbers rise" sort -c -n -u "$LAB_TMP/sequences"
	last=$(tail -n 1 "$LAB_TMP/sequences")
	first=$(head -n 1 "$LAB_TMP/sequences")
	diag "$mode: $((last - first + 1 - 300)) frames lost, $TOOK_MS ms in all"
	in_guest ivi 'grep -o "fps: [0-9.]*" /tmp/log | tail -n 1' | diag
done
status=/proc/$(pidof vmedia-guest)/status
is "the guest's process is not root" "$(awk '/^Uid:/ { print $2 $3 $4 }' "$status")" 655346553465534
is "its system calls are filtered" "$(awk '/^Seccomp:/ { print $2 }' "$status")" 2
ok "nothing was wrong with a frame" not in_guest ivi 'grep -qiE "error|fail" /tmp/log'
done_testing
