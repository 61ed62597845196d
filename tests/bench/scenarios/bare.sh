# SPDX-License-Identifier: GPL-2.0-only
# What all else is compared with: the camera, a memcpy of its frames and a command,
# in dom0, without any of ours.
# limit: 200
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

rate=10 seconds=5

# frames SIZE: what v4l2-ctl gets in that time.
frames() {
	local pid counts switches

	v4l2-ctl -d0 --verbose --stream-mmap=8 --stream-count=1000000 >"$LAB_TMP/bare" 2>&1 &
	pid=$!
	wait_for 10 grep -q dqbuf: "$LAB_TMP/bare"
	switches=$(switches_of $pid)
	from=$(moment) cpu=$(cpu-time $pid)
	sleep "$seconds"
	to=$(moment) cpu=$(($(cpu-time $pid) - cpu))
	switches=$(($(switches_of $pid) - switches))
	kill $pid
	wait $pid
	counts=$(frame_list <"$LAB_TMP/bare" | frames_between "$from" "$to")
	diag "$1, bare: frames, lost, frames/s of $rate: $counts"
	row frames bare "$1" 0 1 1 fps frames/s "${counts##* }"
	row frames bare "$1" 0 1 1 lost frames "$(echo "$counts" | cut -d ' ' -f 2)"
	row cost bare "$1" 0 1 1 cpu us/frame "$(calc "$cpu / 1000 / ${counts%% *}")"
	row cost bare "$1" 0 1 1 wakeups 1/frame "$(calc "$switches / ${counts%% *}")"
	keep "fps/$1" "${counts##* }"
	keep "wakeups/$1" "$(calc "$switches / ${counts%% *}")"
	at_least "$1: the bare camera makes its frames" "${counts%% *}" \
		$((rate * seconds * 9 / 10))
}

switches_of() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}

# copies SIZE: of its frames, by memcpy.
copies() {
	local mean

	mean=$(copy-times /dev/video0 50 | cut -d ' ' -f 1)
	row cost memcpy "$1" 0 1 1 cpu us/frame "$(calc "$mean / 1000")"
	keep "memcpy/$1" "$(calc "$mean / 1000")"
	diag "$1: a memcpy of a frame takes $((mean / 1000)) us"
}

# latency SIZE: from capture to DQBUF.
latency() {
	local ns

	ns=$(frame-times /dev/video0 110 | sed 1,10d | awk '{ print $4 - $2 }' | percentiles)
	time_rows latency bare "$1" latency "$ns"
	keep_times "latency/$1" "$ns"
}

ok "vivid is the camera" vivids 1 || done_testing
for size in $BENCH_SMALL $BENCH_SIZES; do
	camera_mode /dev/video0 "$size"
	camera_rate /dev/video0 $rate >/dev/null
	frames "$size"
	copies "$size"
	camera_rate /dev/video0 15 >/dev/null
	latency "$size"
done

camera_mode /dev/video0 640x480
camera_rate /dev/video0 30 >/dev/null
ns=$(first-frame /dev/video0 20)
time_rows start bare 640x480 first-frame "$ns"
keep_times first-frame "$ns"
time_rows command bare - command "$(command-times /dev/video0 2000)"
done_testing
