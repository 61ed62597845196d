# SPDX-License-Identifier: GPL-2.0-only
# Three guests on one camera at once, with all frames, every second, every
# third, and the last joins late: each frame of each guest has the bytes that
# dom0 kept of that frame number. `make demo` shows them.
# limit: 200
# in: full
# shellcheck shell=dash

width=640 height=480 rate=10
size=$((width * height * 2))
kept=$LAB_TMP/kept

# take GUEST COUNT FPS: so many frames in the background, their pictures and
# what v4l2-ctl says of them.
take() {
	in_guest_bg "$1" take "
		v4l2-ctl -d0 --set-parm=$3 --verbose --stream-mmap --stream-count=$2 \
			--stream-to=/tmp/frames >/tmp/log 2>&1"
}

# came GUEST COUNT FPS: judges what a guest took.
came() {
	local guest=$1 count=$2 counts

	is "$guest: $count frames are whole" "$(in_guest "$guest" 'wc -c </tmp/frames')" $((count * size))
	guest_sums "$guest" "$count" $size >"$LAB_OUT/$guest.sums"
	ok "their numbers rise" frames_rise "$LAB_OUT/$guest.sums"
	is "each is equal to dom0's of that number" \
		"$(grep -cxFf "$LAB_TMP/kept.sums" "$LAB_OUT/$guest.sums")" "$count"
	is "and all are different pictures" \
		"$(cut -d ' ' -f 2 "$LAB_OUT/$guest.sums" | sort -u | wc -l)" "$count"
	guest_frames "$guest" /tmp/log >"$LAB_OUT/$guest.frames"
	counts=$(frames_between 0 999999 <"$LAB_OUT/$guest.frames")
	echo "$guest ${width}x$height $3 $counts" >>"$LAB_OUT/table"
	diag "$guest, asked for $3 frames/s: frames, numbers left out, frames/s: $counts"
}

# pull GUEST NUMBER: this frame, to look at.
pull() {
	local index

	index=$(awk -v number="$2" '$1 == number { print NR - 1 }' "$LAB_OUT/$1.sums")
	in_guest "$1" "dd if=/tmp/frames bs=$size skip=$index count=1 of=/tmp/frame 2>/dev/null"
	ok "frame $2 comes out of $1" guest_pull "$1" /tmp/frame "$LAB_OUT/$1-$2.yuyv"
	ok "and is dom0's" cmp "$LAB_OUT/$1-$2.yuyv" "$kept/$2.raw"
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad "
cameras = [ 'name=front,source=/dev/video0,mode=YUYV:${width}x$height@$rate' ]" || done_testing
for guest in ivi cluster rear; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" 'memory = 384' || done_testing
done

mkdir "$kept"
vmediactl capture front --count 400 --to "$kept" >"$LAB_OUT/capture.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_OUT/capture.log"
take ivi 100 10
take cluster 50 5
sleep 2
take rear 20 3.333
ok "the last has joined" wait_for 10 in_guest rear 'grep -q dqbuf: /tmp/log'
sleep 0.5
vmediactl top --count 1 --interval 2 >"$LAB_OUT/top.txt"
for guest in ivi cluster rear; do
	ok "top has a line of $guest" grep -qw "$guest" "$LAB_OUT/top.txt"
done
for guest in ivi cluster rear; do
	ok "$guest took its frames" guest_wait "$guest" take 40
done
kill $capture
kept_sums "$kept" >"$LAB_TMP/kept.sums"
came ivi 100 10
came cluster 50 5
came rear 20 3.3

# The last frame that all of them have, and dom0's own.
common=$(cut -d ' ' -f 1 "$LAB_OUT/ivi.sums" "$LAB_OUT/cluster.sums" "$LAB_OUT/rear.sums" |
	sort -n | uniq -c | awk '$1 == 3 { number = $2 } END { print number }')
like "there is a frame that all three have" "$common" '^[0-9]+$' || done_testing
echo "$common" >"$LAB_OUT/common"
for guest in ivi cluster rear; do
	pull "$guest" "$common"
done
cp "$kept/$common.raw" "$LAB_OUT/dom0-$common.yuyv"
done_testing
