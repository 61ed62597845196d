# SPDX-License-Identifier: GPL-2.0-only
# What a device costs that is there and does nothing: not open, open, with buffers.
# Wake-ups are the kernel's count, for to ask our processes wakes them up.
# limit: 180
# shellcheck shell=dash

# shellcheck source=tests/bench/lib/bench.sh
. /usr/lib/bench/bench.sh

seconds=30 way=${BENCH_WAYS%% *}

# switches: how often one of our processes has gone to sleep.
switches() {
	local pid

	for pid in $(our_processes); do
		sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$pid/status"
	done | awk '{ n += $1 } END { print n }'
}

# interrupts: that the guest's device has raised.
interrupts() {
	in_guest g1 'grep virtio /proc/interrupts' | awk '{ n += $2 } END { print n + 0 }'
}

# idle WHAT: per minute, from now on.
idle() {
	local woken raised

	# What was done before has its after-effects.
	sleep 2
	raised=$(interrupts) woken=$(switches)
	sleep $seconds
	woken=$(($(switches) - woken)) raised=$(($(interrupts) - raised))
	row idle "$way" - 1 1 1 "$1-wakeups" 1/min $((woken * 60 / seconds))
	row idle "$way" - 1 1 1 "$1-interrupts" 1/min $((raised * 60 / seconds))
	at_most "$1: wake-ups in a minute" $((woken * 60 / seconds)) 60
}

ok "vivid is the camera" vivids 1 || done_testing
way_begin "$way" 1 /dev/video0 || done_testing
idle closed
keeps g1 hold 0 open
idle open
lets_go g1 hold
keeps g1 hold 0 open buffers:4
idle buffers
lets_go g1 hold
done_testing
