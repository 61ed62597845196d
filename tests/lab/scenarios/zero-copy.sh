# SPDX-License-Identifier: GPL-2.0-only
# Guests' buffers are the camera's own slots: each frame of each guest has the
# bytes that dom0 kept of that frame number, and nobody copied any. When the
# guests are done, they see nothing of the camera any more.
# limit: 240
# shellcheck shell=dash

width=640 height=480 rate=10 frames=60
size=$((width * height * 2))
kept=$LAB_TMP/kept
guests=$(or_full 'ivi cluster' 'ivi cluster rear driver')

# of_sessions KEY: in one line. dom0 itself has no buffers that could be copied to.
of_sessions() {
	vmediactl show camera front --json | json_values "$1" | tr '\n' ' '
}

# sees GUEST: bytes of slots.
sees() {
	vmediactl show domain "$1" --json | json_values granted
}

sees_nothing() {
	[ "$(sees "$1")" = 0 ]
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad "
cameras = [ 'name=front,source=/dev/video0,mode=YUYV:${width}x$height@$rate' ]" || done_testing
for guest in $guests; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" 'memory = 384' || done_testing
done

mkdir "$kept"
vmediactl capture front --count 600 --to "$kept" >"$LAB_OUT/capture.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_OUT/capture.log"
for guest in $guests; do
	in_guest_bg "$guest" take "
		v4l2-ctl -d0 --verbose --stream-mmap --stream-count=$frames \
			--stream-to=/tmp/frames >/tmp/log 2>&1"
done
for guest in $guests; do
	ok "$guest has frames" wait_for 20 in_guest "$guest" 'grep -q dqbuf: /tmp/log'
done
vmediactl show camera front >"$LAB_OUT/show.txt"
vmediactl show camera front --json >"$LAB_OUT/show.json"
is "all by grants" "$(of_sessions way | tr ' ' '\n' | grep -c '^grants$')" "$(echo "$guests" | wc -w)"
like "no byte was copied" "$(of_sessions copied)" '^(null )?(0 )+$'
for guest in $guests; do
	ok "$guest took its frames" guest_wait "$guest" take 60
done
kill $capture
kept_sums "$kept" >"$LAB_TMP/kept.sums"
for guest in $guests; do
	guest_sums "$guest" $frames $size >"$LAB_OUT/$guest.sums"
	is "$guest: each frame is equal to dom0's of that number" \
		"$(grep -cxFf "$LAB_TMP/kept.sums" "$LAB_OUT/$guest.sums")" "$frames"
	ok "and their numbers rise" frames_rise "$LAB_OUT/$guest.sums"
	ok "$guest sees nothing of the camera any more" wait_for 5 sees_nothing "$guest"
done
done_testing
