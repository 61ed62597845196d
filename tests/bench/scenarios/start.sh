# SPDX-License-Identifier: GPL-2.0-only
# How long things take to begin: from the node that "xl create" makes to a device
# that answers; from STREAMON to the first frame, with a camera that sleeps and with
# one that streams already.
# limit: 300
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

nodes=/local/domain/0/backend/virtio

# node_to_live: of the guest that is created now; in microseconds, and sets TOOK_MS.
node_to_live() {
	local watch=$LAB_TMP/watch domid

	xenstore-watch $nodes 2>/dev/null | stamp-lines >"$watch" &
	wait_for 5 test -s "$watch"
	timed guest_create g1 "$(cameras 1)" || return 1
	domid=$(guest_domid g1)
	wait_for 10 grep -q "/$domid/.*/ioreq-server" "$watch"
	killall xenstore-watch
	awk -v node="$nodes/$domid/" '
		index($2, node) && !begin { begin = $1 }
		index($2, node) && /ioreq-server$/ {
			printf "%.0f\n", ($1 - begin) / 1000
			exit
		}' "$watch"
}

first_frames() {
	in_guest g1 60 "
		v4l2-ctl -d0 $(guest_format 640x480 30) >/dev/null &&
		first-frame /dev/video0 20"
}

ok "vivid is the camera" vivids 1 || done_testing
ok "vmediad starts" start_vmediad || done_testing
for round in 1 2 3; do
	node_to_live >"$LAB_TMP/us"
	like "round $round: the device goes live" "$(cat "$LAB_TMP/us")" '^[0-9]+$'
	cat "$LAB_TMP/us" >>"$LAB_TMP/live"
	echo $((TOOK_MS * 1000)) >>"$LAB_TMP/create"
	guest_ready g1
	guest_destroy g1
done
stop_vmediad
row start xl - 1 1 1 create us "$(percentiles <"$LAB_TMP/create" | cut -d ' ' -f 1)"
row start all - 1 1 1 node-to-live us "$(percentiles <"$LAB_TMP/live" | cut -d ' ' -f 1)" \
	"$(percentiles <"$LAB_TMP/create" | cut -d ' ' -f 1)"

for way in $BENCH_WAYS; do
	way_begin "$way" 2 /dev/video0 || break
	ns=$(first_frames)
	like "$way: frames come from a camera that slept" "$ns" '^[0-9]+ [0-9]+ [0-9]+$' &&
		time_rows start "$way" 640x480 first-frame "$ns" first-frame
	ok "$way: another guest streams" streams_begin 640x480 30 g2:0
	ns=$(first_frames)
	like "$way: frames come from a camera that streams" "$ns" '^[0-9]+ [0-9]+ [0-9]+$' &&
		time_rows start "$way" 640x480 first-frame-warm "$ns" first-frame
	streams_end
	way_end
done
done_testing
