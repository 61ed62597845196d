# SPDX-License-Identifier: GPL-2.0-only
# What a driver lives through under open files: suspend and resume, a session
# that the device gives up, a device that goes. Every file gets an error, and all
# can be opened again; of a camera and of a memory-to-memory node alike.
# limit: 150
# shellcheck shell=dash

turn='--stream-out-mmap --stream-mmap'

# turns: the memory-to-memory node is at work without end, as the job "turn".
turns() {
	in_guest_bg ivi turn "v4l2-ctl -d1 $turn --stream-count=1000000" &&
		wait_for 20 in_guest ivi 'test "$(wc -c </tmp/jobs/turn.out)" -gt 5'
}

turn_ends() {
	guest_wait ivi turn 10 >/dev/null
	[ $? -ne 124 ]
}

both_stream() {
	ok "the camera streams${1:+ $1}" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
	ok "the other node works${1:+ $1}" in_guest ivi "v4l2-ctl -d1 $turn --stream-count=10"
}

both_run() {
	ok "the camera streams" guest_streams ivi /dev/video0
	ok "the other node works" turns
}

both_end() {
	ok "the camera's stream ends" guest_stream_ends ivi
	ok "the other's work ends" turn_ends
}

ok "vivid is the camera" load_vivid
ok "vim2m is there" load_vim2m || done_testing
ok "vmediad starts" start_vmediad "
cameras = [ 'name=front,source=/dev/video0', 'name=turner,source=$VIM2M' ]
domains = [ 'name=ivi,cameras=front turner' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 2)" || done_testing
both_stream

both_run
ok "the guest suspends its devices, and resumes them" in_guest ivi '
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	echo devices >/sys/power/pm_test
	echo freeze >/sys/power/state'
both_end
both_stream "after that"

both_run
killall -KILL vmedia-camera
both_end
ok "the camera can be opened again" wait_for 10 \
	in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=2'
both_stream "after its sessions were given up"

both_run
killall -KILL vmedia-guest
both_end
ok "the device was reset" wait_for 15 \
	in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=2'
both_stream "after the device was reset"

both_run
ok "both devices are unbound" in_guest ivi '
	cd /sys/bus/virtio/drivers/vmedia
	for device in virtio*; do
		echo "$device" >>/tmp/devices
		echo "$device" >unbind
	done'
both_end
ok "both are bound again" in_guest ivi '
	while read -r device; do
		echo "$device" >/sys/bus/virtio/drivers/vmedia/bind
	done </tmp/devices'
both_stream "after that"
done_testing
