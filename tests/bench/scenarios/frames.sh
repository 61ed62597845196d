# SPDX-License-Identifier: GPL-2.0-only
# Frames, and what each costs: all ways, sizes, and 1, 2 and 4 guests. The smallest is
# for the way whose cost must not depend on it.
# limit: 800
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

rate=10 seconds=5

# stream SIZE GUEST...: for that time.
stream() {
	local size=$1
	shift

	streams_begin "$size" $rate $(printf '%s:0 ' "$@") || {
		fail "$way: $size streams in $# guests"
		streams_end
		return 1
	}
	measure $seconds
	streams_end
	streams_count "$COST_FROM" "$COST_TO" >"$LAB_TMP/counts"
}

any_lost() {
	awk '$3 > 0 { found = 1 } END { exit !found }' "$LAB_TMP/counts"
}

# point SIZE GUEST...: one combination; of its guests the one that got least. The
# machine of the lab may have been taken away for a moment: lost frames are believed
# the second time.
point() {
	local size=$1 bytes cpu
	bytes=$(bytes_of "$1")

	stream "$@" || return
	! any_lost || stream "$@" || return
	shift
	cpu=$(cpu_per_frame)
	diag "$way $size: $cpu us/frame; guest, frames, lost, frames/s of each:" \
		"$(tr '\n' ';' <"$LAB_TMP/counts")"
	row frames "$way" "$size" $# 1 1 fps frames/s \
		"$(cut -d ' ' -f 4 "$LAB_TMP/counts" | sort -n | head -n 1)" \
		"$(kept "fps/$size")"
	row frames "$way" "$size" $# 1 1 lost frames \
		"$(awk '{ sum += $3 } END { print sum + 0 }' "$LAB_TMP/counts")"
	row cost "$way" "$size" $# 1 1 cpu us/frame "$cpu" "$(kept "memcpy/$size")"
	row cost "$way" "$size" $# 1 1 copied B/frame "$(per_frame copied guests)" "$bytes"
	row cost "$way" "$size" $# 1 1 hypercalls 1/frame "$(per_frame hypercalls guests)"
	row cost "$way" "$size" $# 1 1 interrupts 1/frame "$(per_frame interrupts guests)"
	row cost "$way" "$size" $# 1 1 wakeups 1/frame "$(calc "$(per_frame wakeups guests)+0 + \
		$(per_frame wakeups cameras)+0")" "$(kept "wakeups/$size")"
	keep "cpu/$way/$size/$#" "$cpu"
	keep "copied/$way/$size/$#" "$(grown copied guests)"
	cat "$LAB_TMP/counts" >>"$LAB_TMP/counts.$way.$#"
}

# worst_percent COUNT: of its frames, that the worst of so many guests got, all sizes
# together.
worst_percent() {
	awk '
		{ got[$1] += $2; made[$1] += $2 + $3 }
		END {
			worst = 100
			for (guest in got) {
				percent = got[guest] * 100 / made[guest]
				worst = percent < worst ? percent : worst
			}
			print int(worst)
		}' "$LAB_TMP/counts.$way.$1"
}

# Nothing is copied, and so a large frame costs what a small one does.
judge_grants() {
	local count size

	for count in 1 2 4; do
		for size in $BENCH_SMALL $BENCH_SIZES; do
			is "grants: bytes copied, $size for $count" \
				"$(kept "copied/grants/$size/$count")" 0
		done
		at_least "grants: of its frames each of $count guests got, in percent" \
			"$(worst_percent "$count")" 99
		at_most "grants: a frame of 1080p for $count costs, in percent of $BENCH_SMALL" \
			"$(whole "100 * $(kept "cpu/grants/1920x1080/$count") / \
				$(kept "cpu/grants/$BENCH_SMALL/$count")")" 120
	done
}

# byte_cost SMALLER LARGER: of each byte that it has more; in picoseconds.
byte_cost() {
	whole "1000000 * ($(kept "cpu/$way/$2/1") - $(kept "cpu/$way/$1/1")) / \
		$(($(bytes_of "$2") - $(bytes_of "$1")))"
}

# A copying way costs its memcpy, and what is left if nothing is copied, which is
# most of it and differs by a tenth from one stream to the next. By grants it is the
# hypervisor that copies, and it maps each page for that.
judge_copying() {
	local size memcpys=1.3

	[ "$way" != pages-grant ] || memcpys=8
	at_most "$way: another byte of 1080p costs, in percent of one of 720p" \
		"$(whole "100 * $(byte_cost 1280x720 1920x1080) / $(byte_cost 640x480 1280x720)")" 150
	[ -n "$(kept cpu/grants/640x480/1)" ] || {
		skip "$way: costs no more than $memcpys memcpy and the grants" "that was not measured"
		return
	}
	for size in $BENCH_SIZES; do
		at_most "$way: a frame of $size costs, in percent of $memcpys memcpy and the grants" \
			"$(whole "100 * $(kept "cpu/$way/$size/1") / ($memcpys * $(kept "memcpy/$size") + \
				$(kept "cpu/grants/$size/1"))")" 120
	done
}

ok "vivid is the camera" vivids 1 || done_testing
for way in $BENCH_WAYS; do
	way_begin "$way" 4 /dev/video0 || break
	streams_begin 640x480 $rate g1:0 && way_is "$way"
	streams_end
	sizes=$BENCH_SIZES
	[ "$way" != grants ] || sizes="$BENCH_SMALL $BENCH_SIZES"
	for size in $sizes; do
		point "$size" g1
		point "$size" g1 g2
		point "$size" g1 g2 g3 g4
	done
	[ "$way" != pages-grant ] ||
		is "pages-grant: pages mapped by their number" \
			"$(told foreign_pages "$LAB_TMP/after.guests")" 0
	way_end
	if [ "$way" = grants ]; then
		judge_grants
	else
		judge_copying
	fi
done
done_testing
