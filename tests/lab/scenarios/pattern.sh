# SPDX-License-Identifier: GPL-2.0-only
# Without any camera: the pattern source, whose pictures carry a frame number
# and a checksum. Every byte of every frame in the guest is the camera's.
# limit: 120

ok "vmediad starts with a pattern for a camera" start_vmediad '
cameras = [ "name=bars,source=pattern:640x480@20" ]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" 'memory = 512' || done_testing
like "the camera says what it is" "$(in_guest ivi 'v4l2-ctl -d0 --get-fmt-video')" '640/480'
ok "100 frames come" in_guest ivi 60 \
	'v4l2-ctl -d0 --verbose --stream-mmap --stream-count=100 --stream-to=/tmp/frames >/tmp/log 2>&1'
ok "each has the checksum that it says" in_guest ivi 60 \
	'pattern-check 640x480 </tmp/frames >/tmp/numbers'
is "each has the number that V4L2 says" \
	"$(in_guest ivi 'cat /tmp/numbers')" \
	"$(in_guest ivi 'sed -n "s/.*dqbuf:.* seq: *\([0-9]*\).*/\1/p" /tmp/log')"
is "all are there" "$(in_guest ivi 'wc -l </tmp/numbers')" 100
ok "a size that it does not have becomes one that it has" \
	in_guest ivi 'v4l2-ctl -d0 --set-fmt-video=width=1280,height=720 && v4l2-ctl -d0 --get-fmt-video | grep -q 640/480'
done_testing
