# SPDX-License-Identifier: GPL-2.0-only
# What becomes of the cost of a frame with more sessions in a guest, more guests, more
# cameras. It stays what it was, or falls: a camera's own work is shared.
# limit: 600
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

size=640x480 rate=10 seconds=5

# point WHAT GUESTS SESSIONS CAMERAS PLACE...
point() {
	local what=$1 guests=$2 sessions=$3 cameras=$4 cpu
	shift 4

	streams_begin $size $rate "$@" || {
		fail "$way: $# streams of $what"
		streams_end
		return
	}
	measure $seconds
	streams_end
	cpu=$(cpu_per_frame)
	[ $# -gt 1 ] || keep "growth/$way/$what" "$cpu"
	row growth "$way" $size "$guests" "$sessions" "$cameras" "$what" us/frame "$cpu" \
		"$(kept "growth/$way/$what")"
	diag "$way, $what, $#: $cpu us/frame; guest, frames, lost, frames/s of each:" \
		"$(streams_count "$COST_FROM" "$COST_TO" | tr '\n' ';')"
	at_most "$way: a frame of $# $what costs, in percent of one" \
		"$(whole "100 * $cpu / $(kept "growth/$way/$what")")" 130
}

# of_sessions COUNT, of_guests COUNT, of_cameras COUNT
of_sessions() {
	point sessions 1 "$1" 1 $(yes g1:0 | head -n "$1")
}

of_guests() {
	point guests "$1" 1 1 $(numbered g 1 "$1" :0)
}

of_cameras() {
	point cameras 1 1 "$1" $(numbered g1: 0 "$1")
}

ok "vivid is four cameras" vivids 4 || done_testing
for way in $BENCH_WAYS; do
	[ "$way" = grants ] || [ "$way" = pages ] || continue
	way_begin "$way" 4 $(numbered /dev/video 0 4) || break
	for count in 1 2 4 8; do
		of_sessions $count
	done
	for count in 1 2 3 4; do
		of_guests $count
		of_cameras $count
	done
	way_end
done
done_testing
