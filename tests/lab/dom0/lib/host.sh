# SPDX-License-Identifier: GPL-2.0-only
# dom0's side: vmediad and its cameras.
# shellcheck shell=dash

# start_vmediad [CONFIG]: CONFIG is the text of vmediad.cfg; without it there
# is no such file. Returns when vmediad answers vmediactl. Its log, and that of
# the processes it starts, is vmediad.log.
start_vmediad() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$1" >/etc/vmedia/vmediad.cfg
		cp /etc/vmedia/vmediad.cfg "$LAB_OUT/"
	else
		rm -f /etc/vmedia/vmediad.cfg
	fi
	mkdir -p /run/vmedia
	setsid /usr/sbin/vmediad </dev/null >>"$LAB_OUT/vmediad.log" 2>&1 &
	echo $! >"$LAB_TMP/vmediad.pid"
	wait_for 10 vmediad_answers_or_is_gone
	vmediad_answers && return 0

	diag "vmediad is not up; the end of its log:"
	tail -n 10 "$LAB_OUT/vmediad.log" | diag
	return 1
}

vmediad_pid() {
	cat "$LAB_TMP/vmediad.pid"
}

vmediad_answers() {
	timeout 5 /usr/sbin/vmediactl list >/dev/null 2>&1
}

vmediad_answers_or_is_gone() {
	! kill -0 "$(vmediad_pid)" || vmediad_answers
}

# stop_vmediad [SIGNAL]: waits until it is gone; false if it takes over 5 s.
stop_vmediad() {
	local pid

	pid=$(vmediad_pid 2>/dev/null) || return 0
	rm -f "$LAB_TMP/vmediad.pid"
	kill -s "${1:-TERM}" "$pid" 2>/dev/null
	wait_for 5 not kill -0 "$pid"
}

# load_vivid [OPTION...]: one capture node with one plane unless OPTIONS say
# otherwise. That would start at 5 frames/s, which costs time.
load_vivid() {
	if [ $# -gt 0 ]; then
		modprobe vivid "$@" && wait_for 5 test -c /dev/video0
	else
		load_vivid n_devs=1 node_types=0x1 && camera_rate /dev/video0 15 >/dev/null
	fi
}

# camera_rate DEVICE FRAMES_PER_SECOND
camera_rate() {
	v4l2-ctl -d "$1" --set-parm="$2"
}

# camera_mode DEVICE WIDTHxHEIGHT: in YUYV. vivid starts with 640x360.
camera_mode() {
	v4l2-ctl -d "$1" --set-fmt-video="width=${2%x*},height=${2#*x},pixelformat=YUYV"
}

unload_vivid() {
	# Nodes are closed a moment after the processes that had them are gone.
	wait_for 5 modprobe -r vivid
}

# unload_cameras: whatever was loaded of them.
unload_cameras() {
	local driver

	for driver in vivid vim2m vicodec; do
		[ ! -d "/sys/module/$driver" ] || wait_for 5 modprobe -r "$driver"
	done
}

# json_values KEY <JSON: the values of all that has this name, a line each.
json_values() {
	tr '{,}' '\n\n\n' |
		sed -n "s/[] ]*$//; s/^[[ ]*\"$1\": *\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p"
}
