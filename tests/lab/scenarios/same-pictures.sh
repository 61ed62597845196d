# SPDX-License-Identifier: GPL-2.0-only
# 100 frames of a guest, each compared with the frame of the same number that
# dom0 kept of the same camera: equal, byte for byte. `make demo` shows some.
# limit: 150
# shellcheck shell=dash

width=640 height=480 rate=10 count=100
size=$((width * height * 2))
kept=$LAB_TMP/kept

# A line per frame of the guest: its number and its MD5 sum.
guest_sums() {
	in_guest ivi 90 "
		sed -n 's/.*dqbuf:.* seq: *\([0-9]*\).*/\1/p' /tmp/log |
		while read -r number; do
			n=\${n:-0}
			echo \$number \$(dd if=/tmp/frames bs=$size skip=\$n count=1 2>/dev/null | md5sum)
			n=\$((n + 1))
		done" | awk '{ print $1, $2 }'
}

# The same of what dom0 kept.
kept_sums() {
	local file

	for file in "$kept"/*.raw; do
		echo "$(basename "$file" .raw) $(md5sum <"$file" | cut -d ' ' -f 1)"
	done
}

# A line of the table: name, frames, lost ones, frames per second.
# v4l2-ctl says "cap dqbuf: 2 seq: 17 bytesused: 614400 ts: 12.345 ..."
rate_of_guest() {
	in_guest ivi 'grep dqbuf: /tmp/log' | awk '
		{ for (i = 1; i < NF; i++) {
			if ($i == "seq:") seq = $(i + 1)
			if ($i == "ts:") ts = $(i + 1)
		} }
		NR == 1 { first = seq; start = ts }
		END { printf "%d %d %.1f\n", NR, seq - first + 1 - NR,
			(NR - 1) / (ts - start) }'
}

ok "vivid is the camera" load_vivid
v4l2-ctl -d /dev/video0 --set-fmt-video="width=$width,height=$height,pixelformat=YUYV"
camera_rate /dev/video0 "$rate" >/dev/null
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" 'memory = 512' || done_testing

mkdir "$kept"
vmediactl capture video0 --count 600 --to "$kept" >"$LAB_OUT/capture.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_OUT/capture.log"
ok "the guest takes $count" in_guest ivi 60 "
	v4l2-ctl -d0 --verbose --stream-mmap --stream-count=$count --stream-to=/tmp/frames >/tmp/log 2>&1"
kill $capture
is "they are whole" "$(in_guest ivi 'wc -c </tmp/frames')" $((count * size))

guest_sums >"$LAB_OUT/guest.sums"
kept_sums >"$LAB_TMP/kept.sums"
is "each has a number" "$(wc -l <"$LAB_OUT/guest.sums")" "$count"
ok "the numbers rise" sh -c "cut -d ' ' -f 1 '$LAB_OUT/guest.sums' | sort -c -n -u"
is "each is equal to dom0's of that number" \
	"$(grep -cxFf "$LAB_TMP/kept.sums" "$LAB_OUT/guest.sums")" "$count"
is "and all are different pictures" \
	"$(cut -d ' ' -f 2 "$LAB_OUT/guest.sums" | sort -u | wc -l)" "$count"

echo "$width $height $(rate_of_guest)" >"$LAB_OUT/table"
read -r _ _ frames lost fps <"$LAB_OUT/table"
diag "$frames frames, $lost lost, $fps frames/s of $rate"

# Some of them to look at, the guest's and dom0's.
for n in 0 49 99; do
	number=$(sed -n "$((n + 1))p" "$LAB_OUT/guest.sums" | cut -d ' ' -f 1)
	in_guest ivi "dd if=/tmp/frames bs=$size skip=$n count=1 of=/tmp/frame 2>/dev/null"
	ok "frame $number comes out of the guest" \
		guest_pull ivi /tmp/frame "$LAB_OUT/ivi-$number.yuyv"
	cp "$kept/$number.raw" "$LAB_OUT/dom0-$number.yuyv"
	ok "and is dom0's" cmp "$LAB_OUT/ivi-$number.yuyv" "$LAB_OUT/dom0-$number.yuyv"
done
done_testing
