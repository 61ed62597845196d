# SPDX-License-Identifier: GPL-2.0-only
# Memory of each process, before anything is open and while 1080p streams: all that it
# sees, and what is there for it alone.
# limit: 200
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

# memory WAY WHAT PID [BASELINE]: in KiB.
memory() {
	awk '/^Rss:/ { print "seen", $2 } /^Private_/ { own += $2 } END { print "own", own }' \
		"/proc/$3/smaps_rollup" >"$LAB_TMP/memory"
	while read -r word kib; do
		row memory "$1" 1920x1080 1 1 1 "$2-$word" KiB "$kib" \
			"$(kept "memory/$word")"
		[ "$1" != bare ] || keep "memory/$word" "$kib"
	done <"$LAB_TMP/memory"
}

# memories WHEN
memories() {
	local name

	for name in vmediad vmedia-guest vmedia-camera; do
		memory "$way" "$name-$1" "$(pidof $name)"
	done
}

ok "vivid is the camera" vivids 1 || done_testing
camera_mode /dev/video0 1920x1080
camera_rate /dev/video0 10 >/dev/null
v4l2-ctl -d0 --stream-mmap=8 --stream-count=1000000 >"$LAB_TMP/bare" 2>&1 &
pid=$!
wait_for 10 test -s "$LAB_TMP/bare"
memory bare v4l2-ctl $pid
kill $pid
wait $pid

for way in $BENCH_WAYS; do
	way_begin "$way" 1 /dev/video0 || break
	memories idle
	ok "$way: 1080p streams" streams_begin 1920x1080 10 g1:0
	memories streaming
	streams_end
	way_end
done
done_testing
