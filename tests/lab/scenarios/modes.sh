# SPDX-License-Identifier: GPL-2.0-only
# A camera whose mode is pinned, another whose mode is the first's that needs
# one, and a guest that has every second frame.
# limit: 100
# shellcheck shell=dash

# gaps FILE: how far apart the numbers of a list are, and how often.
gaps() {
	awk 'NR > 1 { print $1 - before } { before = $1 }' "$1" | sort -n | uniq -c |
		awk '{ printf "%d: %d times; ", $2, $1 }'
}

# irregular FILE: how many are not two apart.
irregular() {
	awk 'NR > 1 && $1 - before != 2 { n++ } { before = $1 } END { print n + 0 }' "$1"
}

ok "vivid is two cameras" load_vivid n_devs=2 node_types=0x1,0x1
ok "vmediad starts" start_vmediad '
quota = "held=6"
cameras = [
	"name=pinned,source=/dev/video0,mode=YUYV:640x480@10",
	"name=free,source=/dev/video1",
]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 2)" || done_testing
ok "and another" guest_start cluster "$(cameras 2)" || done_testing

answers "pinned: the size" ivi 0 open sizes '640x480 1'
answers "pinned: the format" ivi 0 open format 'YUYV 640x480'
answers "pinned: another size, tried" ivi 0 open try:1280x720 'YUYV 640x480'
answers "pinned: another size, set" ivi 0 open format:1280x720 'YUYV 640x480'
answers "pinned: another input" ivi 0 open input:1 EBUSY
answers "pinned: the same input" ivi 0 open input:0 ok
answers "pinned: the rate" ivi 0 open rate '10\.0'
answers "pinned: half the rate, set" ivi 0 open rate:5 '5\.0'
answers "pinned: half the rate, told" ivi 0 open rate:5 rate '5\.0'
answers "pinned: the nearest to 4" ivi 0 open rate:4 '3\.3|5\.0'
answers "pinned: more than the camera has" ivi 0 open rate:60 '10\.0'
answers "pinned: intervals from 1/10 to 1" ivi 0 open intervals '1/10 (1/5|2/10) .* 10'

ok "a guest takes every frame" watch_begin ivi
ok "another every second" watch_begin cluster --set-parm=5
from=$(moment)
sleep 5
to=$(moment)
for guest in ivi cluster; do
	ok "$guest streamed to the end" watch_end "$guest"
	frames_between "$from" "$to" <"$LAB_OUT/$guest.frames" >"$LAB_TMP/$guest"
	diag "$guest: frames, left out, frames/s: $(cat "$LAB_TMP/$guest"); numbers apart by $(gaps "$LAB_OUT/$guest.frames")"
done
# Unless the machine is busy, neither loses any.
at_most "its numbers are two apart, but where every frame was lost" \
	"$(irregular "$LAB_OUT/cluster.frames")" "$(cut -d ' ' -f 2 "$LAB_TMP/ivi")"
half=$(($(cut -d ' ' -f 1 "$LAB_TMP/ivi") / 2))
at_least "half of the frames, or one less" "$(cut -d ' ' -f 1 "$LAB_TMP/cluster")" $((half - 1))
at_most "or one more" "$(cut -d ' ' -f 1 "$LAB_TMP/cluster")" $((half + 1))

answers "free: a guest sets what it likes" ivi 1 open format:320x180 'YUYV 320x180'
ok "free: it gets buffers of 640x480" keeps ivi keeper 1 open format:640x480 buffers:4
answers "free: the other is told the size" cluster 1 open sizes '640x480 1'
answers "free: the other tries another" cluster 1 open try:1280x720 'YUYV 640x480'
answers "free: the other sets what is possible, not now" cluster 1 open format:1280x720 EBUSY
answers "free: what never is becomes what is" cluster 1 open format:100x100 'YUYV 640x480'
answers "free: what is, is fine" cluster 1 open format:640x480 'YUYV 640x480'
answers "free: another input" cluster 1 open input:1 EBUSY
ok "free: both can have buffers" keeps cluster second 1 open buffers:2
like "the first lets go" "$(lets_go ivi keeper)" '^buffers:4: 8'
answers "free: now the other keeps it" ivi 1 open format:1280x720 EBUSY
like "the other lets go" "$(lets_go cluster second)" '^buffers:2: 8'
answers "free: nobody keeps it" cluster 1 open format:1280x720 'YUYV 1280x720'
done_testing
