# SPDX-License-Identifier: GPL-2.0-only
# Two guests, two streams each, from one camera; a third of one guest is
# refused.
# in: full
# limit: 90
# shellcheck shell=dash

rate=10 seconds=3

# stream GUEST JOB: one of the two.
stream() {
	in_guest_bg "$1" "$2" "
		exec v4l2-ctl -d0 --verbose --stream-mmap --stream-count=1000000 >/tmp/$2 2>&1"
}

frames_come() {
	in_guest "$1" "grep -q dqbuf: /tmp/$2"
}

ok "vivid is the camera" load_vivid
camera_mode /dev/video0 640x480
camera_rate /dev/video0 "$rate" >/dev/null
ok "vmediad starts" start_vmediad 'quota = "streams=2"' || done_testing
for guest in ivi cluster; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" || done_testing
done
for guest in ivi cluster; do
	for job in one two; do
		stream "$guest" "$job"
		ok "stream $job of $guest" wait_for 10 frames_come "$guest" "$job"
	done
done
from=$(moment)
sleep "$seconds"
to=$(moment)
is "a third of one guest is refused" \
	"$(in_guest ivi 'v4l2-do /dev/video0 open buffers:2' | tail -n 1)" "buffers:2: EBUSY"
for guest in ivi cluster; do
	ok "$guest streamed to the end" in_guest "$guest" '
		test "$(pidof v4l2-ctl | wc -w)" -eq 2 && killall v4l2-ctl'
	for job in one two; do
		list=$LAB_OUT/$guest-$job.frames
		guest_frames "$guest" "/tmp/$job" >"$list"
		counts=$(frames_between "$from" "$to" <"$list")
		diag "$guest $job: frames, lost, frames/s of $rate: $counts"
		ok "its numbers rise" frames_rise "$list"
		at_least "its frames in $seconds s" "${counts%% *}" $((rate * seconds * 8 / 10))
	done
done
done_testing
