# SPDX-License-Identifier: GPL-2.0-only
# A guest's clock and dom0's. Both are CLOCK_MONOTONIC, which begins when a
# kernel does.
# shellcheck shell=dash

# clock_ahead NAME: how far dom0's clock is ahead of the guest's, "AT_LEAST AT_MOST"
# in nanoseconds. Measured once: both count the same ticks.
clock_ahead() {
	local file=$LAB_TMP/guests/$1/ahead

	[ -s "$file" ] ||
		lab-clock "$(guest_domid "$1")" "$(in_guest "$1" lab-clock-show)" >"$file"
	cat "$file"
}

# guest_frames NAME LOG: the list of frames in what v4l2-ctl --verbose printed into the
# guest's LOG, with dom0's times.
guest_frames() {
	local least most

	read -r least most <<-END
	$(clock_ahead "$1")
	END
	in_guest "$1" "grep dqbuf: $2" | frame_list | awk -v least="$least" -v most="$most" '
		{ printf "%d %.6f\n", $1, $2 + (least + most) / 2e9 }'
}
