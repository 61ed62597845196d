# SPDX-License-Identifier: GPL-2.0-only
# A frame's timestamp in a guest is the moment when the camera took it, in the
# guest's own CLOCK_MONOTONIC, to less than a millisecond.
# limit: 90
# shellcheck shell=dash

count=60 limit_ns=1000000

# Frames in dom0, of what vmediactl says of each: "frame NUMBER at SECONDS".
kept_list() {
	sed -n 's/^frame \([0-9]*\) at \([0-9.]*\)$/\1 \2/p'
}

# outside FILE: frames whose timestamp is not between that of the one before and
# the time when they were there themselves.
outside() {
	awk '$2 <= before || $2 > $4 { print } { before = $2 }' "$1"
}

# errors: of each frame that both have, how far it is from where dom0 has it, beyond
# what is known of the clocks.
errors() {
	awk -v least="$1" -v most="$2" '
		FNR == NR { at[$1] = $2; next }
		$1 in at {
			ahead = at[$1] * 1e9 - $2
			error = ahead < least ? least - ahead : ahead > most ? ahead - most : 0
			printf "%d %.0f\n", $1, error
		}' "$LAB_OUT/dom0.frames" "$LAB_OUT/guest.frames"
}

# driver_says WHAT: in nanoseconds, of the driver of the guest's node.
driver_says() {
	in_guest ivi "cat /sys/class/video4linux/video0/device/$1"
}

# The pattern and not vivid, whose timestamps are of the end of a frame that it has
# delivered before.
ok "vmediad starts" start_vmediad '
cameras = [ "name=front,source=pattern:640x480@20" ]' || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
mkdir "$LAB_TMP/kept"
vmediactl capture front --count 400 --to "$LAB_TMP/kept" >"$LAB_TMP/kept.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_TMP/kept.log"
in_guest ivi "frame-times /dev/video0 $count" >"$LAB_OUT/guest.frames"
is "a guest takes frames" "$(wc -l <"$LAB_OUT/guest.frames")" "$count"
kill $capture
wait $capture
kept_list <"$LAB_TMP/kept.log" >"$LAB_OUT/dom0.frames"

is "each was taken after the one before, and before it was there" "$(outside "$LAB_OUT/guest.frames")" ''
ok "their numbers rise" frames_rise "$LAB_OUT/guest.frames"

ahead=$(clock_ahead ivi)
diag "dom0's clock is ahead by, at least and at most, $ahead ns"
at_most "that is known to the nanosecond, more or less" \
	"$(echo "$ahead" | awk '{ printf "%.0f", $2 - $1 }')" $((limit_ns / 2))
# shellcheck disable=SC2086 # two numbers
errors $ahead >"$LAB_OUT/errors"
at_least "frames that both have" "$(wc -l <"$LAB_OUT/errors")" $((count / 2))
at_most "the largest error of a frame, in ns" \
	"$(cut -d ' ' -f 2 "$LAB_OUT/errors" | sort -n | tail -n 1)" $limit_ns

offset=$(driver_says clock_offset_ns) bound=$(driver_says clock_error_ns)
diag "the driver says: offset $offset ns, error $bound ns"
at_most "the driver's own bound, in ns" "$bound" $((limit_ns - 1))
at_least "which is one" "$bound" 1
done_testing
