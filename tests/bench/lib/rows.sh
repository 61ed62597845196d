# SPDX-License-Identifier: GPL-2.0-only
# What is measured: rows of the table, and numbers that later ones are compared
# with. Both outlive a scenario, not the machine.
# shellcheck shell=dash

BENCH_KEPT=/run/bench
mkdir -p "$BENCH_KEPT"

# row QUESTION WAY SIZE GUESTS SESSIONS CAMERAS WHAT UNIT VALUE [BASELINE]: without
# a VALUE, as of something that nobody counts, there is none.
row() {
	[ -n "$9" ] || return 0
	printf '%s\n' "$*" | awk '{
		ratio = $10 + 0 > 0 ? sprintf("%.3f", $9 / $10) : ""
		print $1 "," $2 "," $3 "," $4 "," $5 "," $6 "," $7 "," $8 \
			"," $9 "," $10 "," ratio
	}' >>"$LAB_OUT/rows.csv"
}

# keep NAME VALUE, kept NAME: a number to compare with.
keep() {
	mkdir -p "$BENCH_KEPT/${1%/*}"
	echo "$2" >"$BENCH_KEPT/$1"
}

kept() {
	cat "$BENCH_KEPT/$1" 2>/dev/null
}

# calc EXPRESSION: awk's arithmetic, to a thousandth.
calc() {
	awk "BEGIN { printf \"%.3f\n\", $1 }"
}

# whole EXPRESSION: the same, rounded.
whole() {
	awk "BEGIN { printf \"%.0f\n\", $1 }"
}

# bytes_of SIZE: of a frame, in YUYV.
bytes_of() {
	echo $((${1%x*} * ${1#*x} * 2))
}

# percentiles: "P50 P99 MAX" of the numbers on stdin, one a line.
percentiles() {
	sort -n | awk '
		{ sample[NR] = $1 }
		END {
			if (NR)
				print sample[int((NR + 1) / 2)], \
					sample[int((NR - 1) * 0.99) + 1], sample[NR]
		}'
}

# time_rows QUESTION WAY SIZE WHAT "P50 P99 MAX" [NAME]: three rows, in microseconds of
# nanoseconds; the baselines are those that were kept as NAME. None of what could not
# be measured.
time_rows() {
	local question=$1 way=$2 size=$3 what=$4 name=${6:-} word

	[ -n "$5" ] || return 0
	# shellcheck disable=SC2086 # three numbers
	set -- $5

	for word in p50 p99 max; do
		row "$question" "$way" "$size" 1 1 1 "$what-$word" us \
			"$(calc "$1 / 1000")" "${name:+$(kept "$name/$word")}"
		shift
	done
}

# keep_times NAME "P50 P99 MAX": as baselines of "time_rows".
keep_times() {
	local name=$1
	# shellcheck disable=SC2086 # three numbers
	set -- $2

	keep "$name/p50" "$(calc "$1 / 1000")"
	keep "$name/p99" "$(calc "$2 / 1000")"
	keep "$name/max" "$(calc "$3 / 1000")"
}
