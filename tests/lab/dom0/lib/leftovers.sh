# SPDX-License-Identifier: GPL-2.0-only
# What a scenario must not leave behind, and putting it away.
# shellcheck shell=dash

# One line per thing that could be left: compared before and after. /vm and
# /libxl come with the first guest and stay, empty.
inventory() {
	# xl shows zombies as (null).
	xl list | awk 'NR > 1 { print "domain " $2 " " $1 }'
	xenstore-ls -f | sed -e 's/ = .*//' -e '/^\/vm$/d' -e '/^\/libxl$/d' \
		-e 's/^/xenstore /'
	lsmod | awk '$1 == "vivid" || $1 == "vim2m" || $1 == "vicodec" {
		print "module " $1 }'
	ps -o pid,args | awk '$2 ~ /(vmediad|vmedia-guest|vmedia-camera)$/ {
		print "process " $0 }'
}

# no_leaks: what kmemleak finds in the guests that still obey, if their kernel has
# it. It does not tell of what is younger than 5 s.
no_leaks() {
	local dir name found=

	for dir in "$LAB_TMP"/guests/*; do
		name=${dir##*/}
		in_guest "$name" 60 '
			cd /sys/kernel/debug
			echo scan >kmemleak
			sleep 6
			echo scan >kmemleak
			cat kmemleak' >"$LAB_OUT/$name.kmemleak"
		[ ! -s "$LAB_OUT/$name.kmemleak" ] || found="$found $name"
	done
	[ -n "$found" ] || return 0
	for name in $found; do
		head -n 30 "$LAB_OUT/$name.kmemleak"
	done
	return 1
}

# put_away: ends what runs, softly first, hard after.
put_away() {
	local domid

	for domid in $(xl list | awk 'NR > 1 && $2 != 0 { print $2 }'); do
		timeout 60 xl destroy "$domid" >>"$LAB_OUT/xl.log" 2>&1
	done
	stop_vmediad || stop_hard
	killall -q -KILL vmediad vmedia-guest vmedia-camera
	rm -rf /run/vmedia
	unload_cameras
}

stop_hard() {
	fail "vmediad ends within 5 s of SIGTERM"
}

# no_leftovers: nothing is there that was not there when the scenario began.
# The runner asks at the end of each scenario; a scenario may ask earlier.
no_leftovers() {
	# xl's own watcher and the hypervisor need a moment for a dead domain.
	wait_for 3 nothing_is_left && return 0
	head -n 20 "$LAB_TMP/leftovers" | sed 's/^/left: /'
	return 1
}

nothing_is_left() {
	inventory >"$LAB_TMP/inventory"
	! grep -vxFf "$LAB_TMP/inventory.before" "$LAB_TMP/inventory" \
		>"$LAB_TMP/leftovers"
}

# What a kernel says when it is in trouble.
LAB_COMPLAINTS='BUG:|WARNING:|Oops|Call trace|Unable to handle|Kernel panic|blocked for more than|refcount_t:|list_(add|del) corruption|stalls? (on|detected)'

# expect_complaint PATTERN: this scenario provokes a kernel's complaint on
# purpose; lines that match are not counted.
expect_complaint() {
	printf '%s\n' "$1" >>"$LAB_TMP/expected"
}

# no_complaints: neither dom0's kernel nor a guest's had something to say.
no_complaints() {
	: >>"$LAB_TMP/expected"
	grep -HE "$LAB_COMPLAINTS" "$LAB_OUT"/dom0.dmesg "$LAB_OUT"/guest-*-vuart0.log \
		2>/dev/null | sed "s|^$LAB_OUT/||" |
		grep -vEf "$LAB_TMP/expected" >"$LAB_TMP/complaints"
	[ -s "$LAB_TMP/complaints" ] || return 0
	head -n 10 "$LAB_TMP/complaints"
	return 1
}
