# SPDX-License-Identifier: GPL-2.0-only
# Guests come, stream by grants and are destroyed in mid-stream, again and again:
# no zombie, no grant and no memory of dom0 stays behind. A round whose grants
# were not given back would leave dom0 too few for the last.
# limit: 1500
# shellcheck shell=dash

rounds=$(or_full 2 100)

# way: how frames reach the one session.
way() {
	vmediactl show camera front --json | json_values way
}

# pages_mapped: of dom0, by guests, as Xen says.
pages_mapped() {
	xl dmesg -c >/dev/null
	xl debug-keys g
	sleep 0.5
	xl dmesg | sed -n '/domain: 0 /,/domain: [1-9]/p' | grep -c '\[ *[0-9]*\]'
}

# KiB that dom0 has, without what it could give back at any time.
memory() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^MemAvailable/ { print $2 }' /proc/meminfo
}

# has_memory_back: dom0, but for 4 MiB
has_memory_back() {
	[ $((before - $(memory))) -le 4096 ]
}

# hypervisor_memory: MiB that no domain has.
hypervisor_memory() {
	xl info | awk '/^free_memory/ { print $3 }'
}

# round: one guest's life. What went wrong is printed.
round() {
	guest_start ivi "$(cameras 1)" || echo "it does not start"
	guest_streams ivi || echo "it does not stream"
	[ "$(way)" = grants ] || echo "by '$(way)', not by grants"
	guest_destroy ivi || echo "it is not destroyed"
	wait_for 3 no_zombie || echo "there is a zombie"
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad "
cameras = [ 'name=front,source=/dev/video0,mode=YUYV:640x480@10' ]" || done_testing
# The first makes what dom0 makes once.
is "a guest comes and goes" "$(round)" ''
# What it had comes back a moment later.
sleep 3
mapped=$(pages_mapped)
before=$(memory)
xen_before=$(hypervisor_memory)
n=0
while [ $n -lt "$rounds" ]; do
	n=$((n + 1))
	wrong=$(round)
	[ -z "$wrong" ] || break
done
is "$rounds more come and go" "$n: $wrong" "$rounds: "
is "dom0 has no zombie" "$(xl list | grep -c '(null)')" 0
is "no page of dom0 is mapped by a guest that is gone" "$(pages_mapped)" "$mapped"
ok "dom0 has its memory back, but for 4 MiB" wait_for 10 has_memory_back
after=$(hypervisor_memory)
diag "KiB of dom0: $before before, $(memory) after; MiB of Xen: $xen_before, $after"
# dom0's grant table grows, and stays.
at_most "so has Xen, but for 1 MiB" $((xen_before - after)) 1
done_testing
