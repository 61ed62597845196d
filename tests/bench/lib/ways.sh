# SPDX-License-Identifier: GPL-2.0-only
# The ways that frames may go, each with guests that have it:
#
#	grants		buffers that are the camera's slots
#	window		copied into the window of the device
#	pages		copied into the guest's pages, mapped by their frame number
#	pages-grant	copied into the guest's pages, which it grants
# shellcheck shell=dash

# way_setting WAY: sets LAB_GRANTS, and what the guests' driver is told.
way_setting() {
	LAB_GRANTS=0
	case $1 in
	grants)
		way_memory=auto
		;;
	window)
		way_memory=window
		;;
	pages)
		way_memory=pages
		;;
	pages-grant)
		way_memory=pages
		LAB_GRANTS=1
		;;
	*)
		fail "there is a way called $1"
		return 1
		;;
	esac
}

# way_word WAY: what vmediactl calls it.
way_word() {
	echo "${1%-grant}"
}

# numbered BEFORE FIRST COUNT [AFTER]: words with these numbers in them.
numbered() {
	awk -v before="$1" -v first="$2" -v count="$3" -v after="${4:-}" '
		BEGIN { while (count--) print before first++ after }'
}

# vivids COUNT: so many cameras, /dev/video0 and so on. A frame is stamped when it
# begins, and that is before it is there.
vivids() {
	local node

	load_vivid n_devs="$1" \
		node_types="$(yes 0x1 | head -n "$1" | tr '\n' ',' | sed 's/,$//')" || return 1
	for node in $(numbered /dev/video 0 "$1"); do
		v4l2-ctl -d "$node" -c timestamp_source=1 || return 1
	done
}

# way_config SOURCE...: vmediad's, for these cameras: cam0 and so on. What is measured
# is not the quotas.
way_config() {
	local source n=0

	echo 'quota = "held=6,streams=8,buffers=512,memory=512M,commands/s=0"'
	echo 'cameras = ['
	for source; do
		echo "\"name=cam$n,source=$source\","
		n=$((n + 1))
	done
	echo ']'
}

# way_begin WAY GUESTS SOURCE...: vmediad with these cameras, and so many guests that
# have them: g1 and so on.
way_begin() {
	local way=$1 guests=$2 guest
	shift 2

	way_setting "$way" || return 1
	BENCH_GUESTS=$(numbered g 1 "$guests")
	BENCH_CAMERAS=$(numbered cam 0 $#)
	ok "$way: vmediad starts" start_vmediad "$(way_config "$@")" || return 1
	for guest in $BENCH_GUESTS; do
		ok "$way: $guest starts" guest_start "$guest" "$(cameras $#)" \
			"extra = \"console=ttyAMA0 rdinit=/init vmedia.memory=$way_memory\"" ||
			return 1
	done
}

way_end() {
	local guest

	for guest in $BENCH_GUESTS; do
		guest_destroy "$guest"
	done
	stop_vmediad
}

# way_is WAY: a test that the sessions that there are go so.
way_is() {
	ask "$LAB_TMP/way"
	is "$1: frames go so" "$(sed -n 's/^ *"way": *"\([a-z]*\)".*/\1/p' \
		"$LAB_TMP/way.guests" | sort -u)" "$(way_word "$1")"
}
