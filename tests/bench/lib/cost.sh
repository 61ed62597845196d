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

# measure SECONDS: sets COST_FROM and COST_TO; what our processes have run at each
# second's end is a line of $LAB_TMP/cpu, "SECONDS NANOSECONDS". Asking them costs them
# time, so that is around it.
measure() {
	local n=$1

	ask "$LAB_TMP/before"
	echo "$(moment) $(cpu_ns)" >"$LAB_TMP/cpu"
	while [ "$n" -gt 0 ]; do
		sleep 1
		echo "$(moment) $(cpu_ns)" >>"$LAB_TMP/cpu"
		n=$((n - 1))
	done
	COST_FROM=$(sed -n '1s/ .*//p' "$LAB_TMP/cpu")
	COST_TO=$(sed -n '$s/ .*//p' "$LAB_TMP/cpu")
	ask "$LAB_TMP/after"
}

# per_frame KEY KIND: how much more of it was told, for each frame that was told.
per_frame() {
	local more frames

	more=$(grown "$1" "$2")
	frames=$(grown frames guests)
	[ -z "$more" ] || [ "${frames:-0}" -eq 0 ] || calc "$more / $frames"
}

# cpu_per_frame: of all streams, in microseconds; after streams_end. Of the seconds that
# in the middle: the machine of the lab may have been taken away in one or two.
cpu_per_frame() {
	local busy frames

	busy=$(awk '
		NR > 1 { printf "%.0f\n", ($2 - ns) / ($1 - at) }
		{ at = $1; ns = $2 }' "$LAB_TMP/cpu" | percentiles | cut -d ' ' -f 1)
	frames=$(streams_count "$COST_FROM" "$COST_TO" | awk '{ n += $2 } END { print n }')
	calc "$busy / 1000 * ($COST_TO - $COST_FROM) / $frames"
}
