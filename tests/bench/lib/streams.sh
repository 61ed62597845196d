# SPDX-License-Identifier: GPL-2.0-only
# Streams in guests: v4l2-ctl, as many as wanted, each with a list of its frames.
# shellcheck shell=dash

# guest_format SIZE RATE: v4l2-ctl's options.
guest_format() {
	echo "--set-fmt-video=width=${1%x*},height=${1#*x},pixelformat=YUYV --set-parm=$2"
}

# streams_begin SIZE RATE GUEST:DEVICE...: a stream for each of these, one begun after
# the other. True if frames come in all of them.
streams_begin() {
	local size=$1 rate=$2 place guest job=0
	shift 2

	: >"$LAB_TMP/streams"
	for place; do
		guest=${place%:*} job=$((job + 1))
		in_guest_bg "$guest" "s$job" "
			echo \$\$ >/tmp/s$job.pid
			exec v4l2-ctl -d${place#*:} $(guest_format "$size" "$rate") \
				--verbose --stream-mmap=8 --stream-count=1000000 >/tmp/s$job 2>&1"
		echo "s$job $guest" >>"$LAB_TMP/streams"
		wait_for 20 in_guest "$guest" "grep -q dqbuf: /tmp/s$job" || return 1
	done
}

# streams_end: all of them; the lists of their frames are $LAB_TMP/sN.frames. Fails if
# one has ended by itself.
streams_end() {
	local job guest status=0

	while read -r job guest; do
		in_guest "$guest" "kill \$(cat /tmp/$job.pid)" || status=1
		guest_wait "$guest" "$job" 10 >/dev/null
		guest_frames "$guest" "/tmp/$job" >"$LAB_TMP/$job.frames"
	done <"$LAB_TMP/streams"
	return $status
}

# streams_count FROM TO: a line per stream, "GUEST FRAMES LOST FPS" of that time.
streams_count() {
	local job guest

	while read -r job guest; do
		echo "$guest $(frames_between "$1" "$2" <"$LAB_TMP/$job.frames")"
	done <"$LAB_TMP/streams"
}
