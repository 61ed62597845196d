# SPDX-License-Identifier: GPL-2.0-only
# One guest streams all the time, while others misbehave. In no disturbed
# stretch of time it loses more frames than in the worse of two quiet ones. What
# the camera did not make is nobody's loss: vivid leaves out what is late, when
# QEMU's host is busy.
# limit: 150
# shellcheck shell=dash

seconds=3

# not_made: frames that vivid left out so far.
not_made() {
	vmediactl show camera front --json | json_values lost
}

# stretch NAME: from here to stretch_ends.
stretch() {
	name=$1
	left_out=$(not_made)
	from=$(moment)
}

stretch_ends() {
	echo "$name $(($(not_made) - left_out)) $from $(moment)" >>"$LAB_TMP/stretches"
}

quiet() {
	stretch "$1"
	sleep "$seconds"
	stretch_ends
}

paused() {
	stretch paused
	ok "a guest is paused in mid-stream" xl pause cluster
	sleep 5
	ok "and goes on" xl unpause cluster
	ok "it streams again" in_guest cluster '
		before=$(grep -c dqbuf: /tmp/watch)
		sleep 1
		test "$(grep -c dqbuf: /tmp/watch)" -gt "$before"'
	stretch_ends
}

# misbehave NAME STEP...: the third guest, with v4l2-do.
misbehave() {
	stretch "$1"
	shift
	in_guest rear "v4l2-do /dev/video0 $*" >"$LAB_TMP/did"
	stretch_ends
}

# did: how many of the last step.
did() {
	sed -n '$s/.*: //p' "$LAB_TMP/did"
}

destroyed() {
	stretch destroyed
	ok "a guest is destroyed in mid-stream" guest_destroy cluster
	sleep "$seconds"
	stretch_ends
}

# lost NAME: without what was not made.
lost() {
	awk -v name="$1" '$1 == name { print ($3 > $5 ? $3 - $5 : 0) }' "$LAB_OUT/stretches"
}

# shellcheck disable=SC2086 # two moments
judge() {
	local name left_out from to worst

	while read -r name left_out from to; do
		echo "$name $(frames_between "$from" "$to" <"$LAB_OUT/ivi.frames") $left_out"
	done <"$LAB_TMP/stretches" >"$LAB_OUT/stretches"
	diag "frames, lost, frames/s of $rate of the guest that is watched, and not made at all:"
	diag <"$LAB_OUT/stretches"
	worst=$(lost quiet-1)
	[ "$(lost quiet-2)" -le "$worst" ] || worst=$(lost quiet-2)
	for name in paused never-requeues reopens floods destroyed; do
		at_most "$name: no more lost than in quiet" "$(lost "$name")" "$worst"
	done
}

rate=10
ok "vivid is the camera" load_vivid
camera_mode /dev/video0 640x480
camera_rate /dev/video0 "$rate" >/dev/null
# QEMU's processors stand still for some 100 ms when its host is busy. So each
# guest may hold many frames, and there are slots for all of them.
ok "vmediad starts" start_vmediad "
quota = 'held=6'
cameras = [ 'name=front,source=/dev/video0,slots=21' ]" || done_testing
for guest in ivi cluster rear; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" || done_testing
done
ok "the one that is watched streams" watch_begin ivi
ok "and a second" watch_begin cluster

quiet quiet-1
paused
misbehave never-requeues open buffers:21 queue:21 on take:6 "sleep:$seconds"
like "a guest kept all frames that it may have" "$(cat "$LAB_TMP/did")" '^take:6: ok'
misbehave reopens "reopen:$seconds"
at_least "a guest opened and closed, times" "$(did)" 5
misbehave floods open "flood:$seconds"
at_least "a guest sent commands" "$(did)" 20
destroyed
quiet quiet-2
ok "the one that is watched streamed to the end" watch_end ivi
judge
at_least "and got frames at the end" "$(sed -n 's/^quiet-2 //p' "$LAB_OUT/stretches" |
	cut -d ' ' -f 1)" $((rate * seconds * 8 / 10))
done_testing
