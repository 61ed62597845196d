# SPDX-License-Identifier: GPL-2.0-only
# What streams cost: time of the processor, and what the processes count.
# shellcheck shell=dash

# ask FILE: what vmediactl says of all guests (FILE.guests) and cameras
# (FILE.cameras).
ask() {
	local name

	for name in $BENCH_GUESTS; do
		vmediactl show domain "$name" --json
	done >"$1.guests"
	for name in $BENCH_CAMERAS; do
		vmediactl show camera "$name" --json
	done >"$1.cameras"
}

# told KEY FILE: the sum of its numbers. Nothing if there is no such key.
told() {
	awk -v key="\"$1\":" '
		index($0, key) && match($0, /[0-9]+,?$/) {
			sum += substr($0, RSTART) + 0
			found = 1
		}
		END { if (found) printf "%.0f\n", sum }' "$2"
}

# grown KEY KIND: by how much, from the first question of "measure" to the second.
grown() {
	local before after

	before=$(told "$1" "$LAB_TMP/before.$2")
	after=$(told "$1" "$LAB_TMP/after.$2")
	[ -z "$after" ] || whole "$after - $before"
}

# our_processes: their numbers.
our_processes() {
	pidof vmediad vmedia-guest vmedia-camera
}

cpu_ns() {
	cpu-time $(our_processes)
}

# measure SECONDS: sets COST_FROM, COST_TO and COST_CPU_NS, the time that our processes
# ran in between. Asking them costs them time, so that is around it.
measure() {
	local before

	ask "$LAB_TMP/before"
	before=$(cpu_ns)
	COST_FROM=$(moment)
	sleep "$1"
	COST_TO=$(moment)
	COST_CPU_NS=$(($(cpu_ns) - before))
	ask "$LAB_TMP/after"
}

# per_frame KEY KIND: how much more of it was told, for each frame that was told.
per_frame() {
	local more frames

	more=$(grown "$1" "$2")
	frames=$(grown frames guests)
	[ -z "$more" ] || [ "${frames:-0}" -eq 0 ] || calc "$more / $frames"
}

# cpu_per_frame: of all streams, in microseconds. After streams_end.
cpu_per_frame() {
	calc "$COST_CPU_NS / 1000 / $(streams_count "$COST_FROM" "$COST_TO" |
		awk '{ n += $2 } END { print n ? n : 1 }')"
}
