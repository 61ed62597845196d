# SPDX-License-Identifier: GPL-2.0-only
# A guest that does not let go sees what it may, costs only itself, and nothing
# of anybody else's. Its driver is ours; beside it a program maps whatever was
# granted to the guest and keeps it, while the driver says that it is unmapped.
# limit: 300
# in: full
# shellcheck shell=dash

width=640 height=480 rate=10 frames=20
size=$((width * height * 2))
# 8 slots, of pages of 4096 bytes
seen=$((8 * size)) refs=$((8 * size / 4096))
# Room for two sessions' slots, and for buffers to copy into.
memory=12582912
kept=$LAB_TMP/kept
deferred=/sys/module/grant_table/parameters/free_per_iteration

# of_thief KEY: what vmediad knows of it.
of_thief() {
	vmediactl show domain thief --json | json_values "$1"
}

# thief_has KEY VALUE
thief_has() {
	[ "$(of_thief "$1")" = "$2" ]
}

# way GUEST: how frames reach it, and why not by grants.
way() {
	vmediactl show domain "$1" --json | tr '{,' '\n\n' |
		sed -n 's/^ *"\(way\|why_not_grants\)": *"*\([a-z]*\)"*.*/\2/p' | tr '\n' ' '
}

# steals JOB: the guest maps all that it can find, and keeps it to its end. What
# it found that it could have written to is told.
steals() {
	in_guest_bg thief "$1" "rm -f /tmp/$1.kept
		exec grant-map 0 find:8192 writable map note:/tmp/$1.kept until:/tmp/$1.go" &&
		wait_for 30 in_guest thief "test -e /tmp/$1.kept" || return 1
	in_guest thief "sed -n 's/^writable: //p' /tmp/jobs/$1.out"
}

# looks: sums of all that the guest can see, twice, while every slot of a camera
# that runs gets another picture.
looks() {
	in_guest thief 'grant-map 0 find:8192 map sum sleep:2 sum' | sed -n 's/^sum: //p' |
		tr '\n' ' '
}

# closes GUEST: its application
closes() {
	in_guest "$1" 'killall v4l2-ctl; while pidof v4l2-ctl >/dev/null; do sleep 0.1; done'
}

renewals() {
	grep -c 'its memory is renewed' "$LAB_OUT/vmediad.log"
}

renewed_times() {
	[ "$(renewals)" = "$1" ]
}

# kept_more COUNT: dom0 has kept more frames than that.
kept_more() {
	[ "$(ls "$kept" | wc -l)" -gt "$1" ]
}

# captures LOG: in the background, as process $capture
captures() {
	rm -rf "$kept"
	mkdir "$kept"
	vmediactl capture front --count 600 --to "$kept" >"$LAB_OUT/$1" 2>&1 &
	capture=$!
	wait_for 10 kept_more 0
}

# taken_as_kept: how many of ivi's frames have the bytes that dom0 kept.
taken_as_kept() {
	(cd "$kept" && md5sum -- *.raw) | cut -d ' ' -f 1 >"$LAB_TMP/kept.sums"
	in_guest ivi 60 "
		n=0
		while [ \$n -lt $frames ]; do
			dd bs=$size count=1 2>/dev/null | md5sum
			n=\$((n + 1))
		done </tmp/frames" | cut -d ' ' -f 1 | grep -cxFf "$LAB_TMP/kept.sums"
}

# not_made: frames that vivid did not make when it was time
not_made() {
	vmediactl show camera front --json | json_values lost
}

# no_pool: the camera has no slots.
no_pool() {
	[ "$(vmediactl show camera front --json | json_values slots)" = 0 ]
}

# sees_news SUMS: of looks
sees_news() {
	[ $# -eq 2 ] && [ "$1" != "$2" ]
}

# shut_out SENTENCE COMMAND...: it loses the camera by that, and does not let go of
# what it keeps.
shut_out() {
	local sentence=$1 so_far so_many
	shift

	so_many=$(renewals)
	ok "ivi streams" watch_begin ivi
	ok "dom0 keeps frames" captures capture-shut-out.log
	ok "$sentence" "$@"
	ok "it does not let go: the camera's memory is renewed" \
		wait_for 5 renewed_times $((so_many + 1))
	so_far=$(ls "$kept" | wc -l)
	guest_wait ivi watch 10 >/dev/null
	ok "ivi's stream ends" test $? -ne 124
	ok "it is told" in_guest ivi 'grep -q "DQBUF: failed: Stale file handle" /tmp/watch'
	ok "it opens again and streams" guest_streams ivi
	is "by grants" "$(way ivi)" 'grants null '
	ok "dom0, which copies, goes on" wait_for 5 kept_more $((so_far + 5))
	ok "without having noticed" kill -0 $capture
	like "what the thief sees does not change any more" "$(looks)" '^([0-9a-f]+) \1 $'
	ok "this happened once" renewed_times $((so_many + 1))
	kill $capture
	rm -rf "$kept"
}

# thief_lets_go: of all that it keeps
thief_lets_go() {
	in_guest thief 'killall grant-map' && wait_for 15 thief_has lingering 0
}

# Nothing that was freed in dom0 stays as it was.
use_free_memory() {
	dd if=/dev/zero bs=1M count=$(($(awk '/^MemFree/ { print $2 }' /proc/meminfo) / 1024 - 128)) \
		of=/run/zeros 2>/dev/null
	rm -f /run/zeros
}

# KiB that dom0 has, without what it could give back at any time.
available() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^MemAvailable/ { print $2 }' /proc/meminfo
}

# missing KIB: of what dom0 had at first, no more is missing.
missing() {
	[ $((before - $(available))) -le "$1" ]
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad "
quota = \"held=4\"
cameras = [ 'name=front,source=/dev/video0,mode=YUYV:${width}x$height@$rate' ]
domains = [ 'name=thief,cameras=front,memory=$memory', 'name=ivi,cameras=front' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
# This makes what dom0 makes once.
ok "it streams" guest_streams ivi
ok "and ends" closes ivi
ok "the camera has no slots then" wait_for 5 no_pool
before=$(available)
ok "another starts, which will be a thief" guest_start thief "$(cameras 1)" || done_testing

ok "it streams" guest_streams thief
ok "so does the first" guest_streams ivi
is "by grants" "$(way ivi)" 'grants null '
is "both" "$(way thief)" 'grants null '
ok "one that is evicted" vmediactl evict ivi
ok "sees its stream end" guest_stream_ends ivi
sleep 3
is "and lets go: nobody else notices" "$(renewals)" 0
ok "the other streams on" in_guest thief 'pidof v4l2-ctl'

ok "ivi opens again" watch_begin ivi
from=$(moment)
not_made_before=$(not_made)
is "the thief maps all slots, none of them writable" "$(steals first)" "0 of $refs"
ok "its application closes" closes thief
ok "what it keeps is known" wait_for 3 thief_has lingering "$seen"
# shellcheck disable=SC2046 # two words
ok "it sees what the camera sees" sees_news $(looks)
to=$(moment)
made_not=$(($(not_made) - not_made_before))
ok "ivi streamed to the end" watch_end ivi
counts=$(frames_between "$from" "$to" <"$LAB_OUT/ivi.frames")
diag "frames, lost, frames/s of $rate: $counts"
at_most "it lost no more than vivid did" "$(echo "$counts" | cut -d ' ' -f 2)" "$made_not"

ok "dom0 keeps frames" captures capture.log
ok "ivi takes some" in_guest ivi 60 "v4l2-ctl -d0 --stream-mmap --stream-count=$frames \
	--stream-to=/tmp/frames"
kill $capture
is "each has the bytes that dom0 kept" "$(taken_as_kept)" "$frames"
rm -rf "$kept"
in_guest ivi 'rm /tmp/frames'

ok "the thief streams again" guest_streams thief
is "by grants" "$(way thief)" 'grants null '
is "and keeps those, too" "$(steals second)" "0 of $((2 * refs))"
ok "its application closes" closes thief
ok "what it keeps is known" wait_for 3 thief_has lingering $((2 * seen))
for time in third fourth; do
	ok "it streams the $time time" guest_streams thief
	like "by copies: its quota is used up" "$(way thief)" '^(pages|objects|window) quota $'
	ok "its application closes" closes thief
done
ok "no more is missing in dom0 than the quota, and 4 MiB" \
	wait_for 5 missing $((memory / 1024 + 4096))

ok "it streams once more" guest_streams thief
shut_out "it is evicted" vmediactl evict thief
ok "its stream ended" guest_stream_ends thief
ok "it lets go, which is known" thief_lets_go
ok "ivi closes" closes ivi

if in_full; then
	ok "the thief streams" guest_streams thief
	is "by grants again, and keeps them" "$(steals third)" "0 of $refs"
	ok "its application closes" closes thief
	sed -i.all "s/'name=thief[^']*', //" /etc/vmedia/vmediad.cfg
	shut_out "the configuration takes the camera away" vmediactl reload
	ok "the thief lets go, which is known" thief_lets_go
	ok "ivi closes" closes ivi
	mv /etc/vmedia/vmediad.cfg.all /etc/vmedia/vmediad.cfg
	ok "the configuration gives the camera back" vmediactl reload
	ok "the thief has it again" wait_for 10 in_guest thief 'test -c /dev/video0'
fi
so_many=$(renewals)

ok "ivi streams" guest_streams ivi
ok "the thief streams" guest_streams thief
is "by grants again" "$(way thief)" 'grants null '
is "and keeps them" "$(steals last)" "0 of $refs"
helper=$(vmediactl show domain thief | sed -n 's/.*running, pid //p')
ok "its vmedia-guest is killed" kill -KILL "$helper"
ok "its stream ends" guest_stream_ends thief 15
ok "ivi streams on" in_guest ivi 'pidof v4l2-ctl'
ok "and closes" closes ivi
ok "the camera has no slots then" wait_for 5 no_pool
sum=$(looks)
like "the thief still has its own" "$sum" '^([0-9a-f]+) \1 $'
use_free_memory
is "when all free memory of dom0 was used, it sees nothing of that" "$(looks)" "$sum"
ok "what was lost is known" thief_has lost "$seen"
ok "it counts" vmediactl quota set thief memory=$((2 * seen - 4096))
ok "the thief streams" guest_streams thief
like "by copies: its quota is used up" "$(way thief)" '^(pages|objects|window) quota $'

# What was granted when the process was killed comes back a piece at a time.
read -r pages <"$deferred"
echo 1000 >"$deferred"
ok "the thief is destroyed" guest_destroy thief
ok "no zombie is left" wait_for 5 no_zombie
ok "nothing of it is known any more" not vmediactl show domain thief
ok "dom0 has its memory back, but for 4 MiB" wait_for 15 missing 4096
echo "$pages" >"$deferred"
diag "KiB of dom0: $before before, $(available) after"
is "the camera was not renewed for it" "$(renewals)" "$so_many"
ok "ivi streams" guest_streams ivi
is "by grants" "$(way ivi)" 'grants null '
done_testing
