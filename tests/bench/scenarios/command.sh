# SPDX-License-Identifier: GPL-2.0-only
# A trapped access, and a command, which needs at least one; both with nothing else to
# do, and the access also while frames of 1080p are copied for the same guest.
# limit: 300
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

# These pictures are made by a process of ours that can be told to give way: vivid's
# are made by the kernel, which on the lab's one processor lets nothing else run
# meanwhile. But the pattern has no controls.
pattern=pattern:1920x1080@15
seconds=8

# reads: of the magic number of the device.
reads() {
	in_guest g1 $((seconds + 20)) "register-times $base $seconds"
}

# first_number KEY: of a JSON object on stdin.
first_number() {
	sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" | head -n 1
}

quiet() {
	ns=$(reads)
	like "$way: registers are read" "$ns" '^[0-9]+ [0-9]+ [0-9]+$' || return
	idle=$(echo "$ns" | cut -d ' ' -f 2)
	keep_times "trap/$way" "$ns"
	time_rows command "$way" - trap "$ns"
	ns=$(in_guest g1 60 'command-times /dev/video0 2000')
	like "$way: commands are answered" "$ns" '^[0-9]+ [0-9]+ [0-9]+$' &&
		time_rows command "$way" - command "$ns" "trap/$way"
}

busy() {
	ok "$way: it streams" streams_begin 1920x1080 15 g1:1 || return
	cpu=$(cpu-time "$(pidof vmedia-guest)")
	ns=$(reads)
	cpu=$(($(cpu-time "$(pidof vmedia-guest)") - cpu))
	streams_end
	time_rows command "$way" 1920x1080 trap-streaming "$ns" "trap/$way"
	diag "$way: trap p50, p99, max while it streams, ns: $ns; idle p99: $idle;" \
		"its process had $((cpu / seconds / 10000000)) % of the processor"
	at_most "$way: the 99th of 100 reads while it streams, in percent of idle" \
		"$(whole "100 * $(echo "$ns" | cut -d ' ' -f 2) / $idle")" 300
}

ok "vivid is a camera" vivids 1 || done_testing
for way in $BENCH_WAYS; do
	way_begin "$way" 1 /dev/video0 $pattern || break
	base=$(vmediactl show domain g1 --json | first_number base)
	run-when-idle "$(vmediactl show camera cam1 --json | first_number pid)"
	quiet
	busy
	way_end
done
done_testing
