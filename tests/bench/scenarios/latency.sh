# SPDX-License-Identifier: GPL-2.0-only
# From the camera's timestamp to an application that has the frame: all ways and
# sizes, one guest.
# limit: 300
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

rate=15 frames=100

# The first ones wait for memory that is mapped for the first time.
latency() {
	in_guest g1 60 "
		v4l2-ctl -d0 $(guest_format "$1" $rate) >/dev/null &&
		frame-times /dev/video0 $((frames + 10)) >/tmp/times" &&
		in_guest g1 "sed 1,10d /tmp/times | awk '{ print \$4 - \$2 }'" >"$LAB_TMP/ns"
}

ok "vivid is the camera" vivids 1 || done_testing
for way in $BENCH_WAYS; do
	way_begin "$way" 1 /dev/video0 || break
	for size in $BENCH_SIZES; do
		ok "$way: $size streams" latency "$size" || continue
		is "$way: frames of $size that were timed" "$(wc -l <"$LAB_TMP/ns")" $frames
		time_rows latency "$way" "$size" latency "$(percentiles <"$LAB_TMP/ns")" \
			"latency/$size"
		diag "$way $size: latency p50, p99, max, ns: $(percentiles <"$LAB_TMP/ns")"
	done
	way_end
done
done_testing
