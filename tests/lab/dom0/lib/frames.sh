# SPDX-License-Identifier: GPL-2.0-only
# Counting frames: which came, and which did not. A list of frames has a line
# per frame, "NUMBER SECONDS": V4L2's sequence and timestamp, the latter by dom0's
# clock (see guest_frames). So what happened in dom0 from one moment to another
# can be asked of each guest's list.
# shellcheck shell=dash

# frame_list: of what v4l2-ctl --verbose prints.
frame_list() {
	sed -n 's/.*dqbuf:.* seq: *\([0-9]*\) .* ts: *\([0-9.]*\).*/\1 \2/p'
}

# moment: now, as frames have it.
moment() {
	cut -d ' ' -f 1 /proc/uptime
}

# frames_between FROM TO <LIST: "FRAMES LOST FPS", of those moments. Lost are the
# numbers that do not come, also if only one end of the gap is in between.
frames_between() {
	awk -v from="$1" -v to="$2" '
		$2 > from && $2 <= to {
			if (n++ == 0)
				start = $2
			end = $2
		}
		seen && $2 > from && last <= to { lost += $1 - before - 1 }
		{ before = $1; last = $2; seen = 1 }
		END {
			fps = end > start ? (n - 1) / (end - start) : 0
			printf "%d %d %.1f\n", n, lost, fps
		}'
}

# watch_begin NAME [OPTION...]: the guest streams from now on, until watch_end;
# OPTIONs are v4l2-ctl's. Returns when frames come.
watch_begin() {
	local name=$1
	shift

	in_guest_bg "$name" watch "
		exec v4l2-ctl -d0 $* --verbose --stream-mmap=8 --stream-count=1000000 >/tmp/watch 2>&1" &&
		wait_for 20 in_guest "$name" 'grep -q dqbuf: /tmp/watch'
}

# watch_end NAME: its list of frames is $LAB_OUT/NAME.frames. Fails if the stream
# has ended by itself.
watch_end() {
	in_guest "$1" 'killall v4l2-ctl' >/dev/null || return 1
	guest_frames "$1" /tmp/watch >"$LAB_OUT/$1.frames"
}

# frames_rise FILE: the numbers of a list do, and there are some.
frames_rise() {
	[ -s "$1" ] && cut -d ' ' -f 1 "$1" | sort -c -n -u
}

# guest_sums NAME COUNT SIZE: of the frames of SIZE bytes in /tmp/frames, of which
# /tmp/log is v4l2-ctl's list: a line each, with its number and its MD5 sum.
guest_sums() {
	guest_frames "$1" /tmp/log | cut -d ' ' -f 1 >"$LAB_TMP/numbers"
	in_guest "$1" 90 "
		n=0
		while [ \$n -lt $2 ]; do
			dd bs=$3 count=1 2>/dev/null | md5sum
			n=\$((n + 1))
		done </tmp/frames" | cut -d ' ' -f 1 >"$LAB_TMP/md5"
	paste -d ' ' "$LAB_TMP/numbers" "$LAB_TMP/md5"
}

# kept_sums DIRECTORY: the same of what "vmediactl capture" left there.
kept_sums() {
	(cd "$1" && md5sum -- *.raw) | sed 's/^\([0-9a-f]*\) *\([0-9]*\)\.raw$/\2 \1/'
}
