# SPDX-License-Identifier: GPL-2.0-only
# What an application sees of buffers that are the camera's slots: it can read
# them and not write them, by mmap() and by dma-buf; what it keeps of them stays,
# and counts, until it lets go; and what another device gets of them.
# limit: 150
# in: full
# shellcheck shell=dash

width=640 height=480
size=$((width * height * 2))
slots=6
kept=$LAB_TMP/kept

# memory STEP...: v4l2-memory's lines, which came_of is about.
memory() {
	local status

	in_guest ivi "v4l2-memory /dev/video0 $*" >"$LAB_TMP/lines"
	status=$?
	cat "$LAB_TMP/lines"
	return "$status"
}

# came_of STEP: of the last lines; in one line, if it was done several times.
came_of() {
	sed -n "s|^$1: ||p" "$LAB_TMP/lines" | tr '\n' ' ' | sed 's/ $//'
}

# holds STEP...: does them in the background. Returns when it comes to note:/tmp/held;
# until:/tmp/go is for lets_hold_go, which has its lines.
holds() {
	in_guest ivi 'rm -f /tmp/held /tmp/go' &&
		in_guest_bg ivi hold "exec v4l2-memory /dev/video0 $*" &&
		wait_for 10 in_guest ivi 'test -e /tmp/held'
}

lets_hold_go() {
	in_guest ivi ': >/tmp/go' && guest_wait ivi hold 20 >"$LAB_TMP/lines"
}

# sees_slots COUNT: that dom0 has granted.
sees_slots() {
	[ "$(vmediactl show domain ivi --json | json_values granted)" = $(($1 * size)) ]
}

# of_session KEY: of the one that has the camera "copied".
of_session() {
	vmediactl show camera copied --json | json_values "$1"
}

sum_of() {
	in_guest ivi "md5sum <$1"
}

ok "vivid is two cameras" load_vivid n_devs=2 node_types=0x1,0x1
ok "vim2m is there" load_vim2m || done_testing
# The device that would write is a second file of the camera's.
ok "vmediad starts" start_vmediad "
quota = 'streams=2'
cameras = [
	'name=front,source=/dev/video0,mode=RGBP:${width}x$height@10,slots=$slots',
	'name=copied,source=/dev/video1,transfer=copy',
	'name=turner,source=$VIM2M',
]
domains = [ 'name=ivi,cameras=front turner copied' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 3)" || done_testing

# A picture
mkdir "$kept"
vmediactl capture front --count 100 --to "$kept" >"$LAB_OUT/capture.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_OUT/capture.log"
ok "an application takes a frame" memory buffers:2 queue:$slots on take \
	map write protect save:/tmp/mapped unmap \
	export map-export write protect save:/tmp/exported drop close save:/tmp/closed
kill $capture
is "it has as many buffers as the camera has slots" "$(came_of buffers:2)" $slots
is "mmap() and EXPBUF succeed" "$(came_of map) $(came_of export) $(came_of map-export)" \
	'ok ok ok'
is "a write is a fault, both ways" "$(came_of write)" 'SIGSEGV SIGSEGV'
is "and cannot be allowed" "$(came_of protect)" 'EACCES EACCES'
picture=$(md5sum <"$kept/$(came_of take).raw")
is "what is mapped is dom0's picture" "$(sum_of /tmp/mapped)" "$picture"
is "so is the dma-buf" "$(sum_of /tmp/exported)" "$picture"
is "that can be read when the node is closed" "$(came_of save:/tmp/closed)" ok
ok "nothing is kept in the end" wait_for 5 sees_slots 0

# Other devices
ok "an application gives a frame to others" memory buffers:2 queue:$slots on take \
	map save:/tmp/picture export turn:/dev/video1=/tmp/turned fill
is "a device that reads takes the dma-buf" "$(came_of turn:/dev/video1=/tmp/turned)" ok
ok "and has each byte" in_guest ivi 'cmp /tmp/picture /tmp/turned'
# Whatever a driver is told, videobuf2 makes EINVAL of it.
is "one that would write is refused it" "$(came_of fill)" EINVAL
ok "when it asks where the bytes are" \
	in_guest ivi 'dmesg | grep -q "Error getting dmabuf scatterlist"'

# Buffers that the camera does not have
ok "an application makes one more" memory buffers:2 create:1 use:$slots \
	map write queue:$((slots + 1)) on take take use:$slots queued off queued
is "there is one more" "$(came_of create:1)" 1
is "which is like the others" "$(came_of map) $(came_of write)" 'ok SIGSEGV'
like "frames come" "$(came_of take)" '^[0-9]+ [0-9]+$'
is "not in that: it comes back when the stream ends" "$(came_of queued)" 'yes no'

# Who lets go when
ok "an application keeps half of a buffer" holds buffers:2 map unmap-half \
	buffers:0 close note:/tmp/held until:/tmp/go save:/tmp/half unmap
ok "that counts as one" wait_for 5 sees_slots 1
ok "it goes on" lets_hold_go
is "it could read its half" "$(in_guest ivi 'wc -c </tmp/half')" $((size / 2))
ok "and nothing is kept" wait_for 5 sees_slots 0

ok "a child keeps a buffer" holds buffers:2 map fork:/tmp/go buffers:0 close unmap \
	note:/tmp/held join
ok "that counts as one" wait_for 5 sees_slots 1
ok "it goes on" lets_hold_go
is "the child could read it" "$(came_of join)" ok
ok "and nothing is kept" wait_for 5 sees_slots 0

ok "an application keeps a dma-buf" holds buffers:2 export buffers:0 close \
	note:/tmp/held until:/tmp/go map-export save:/tmp/exported
ok "that counts as one" wait_for 5 sees_slots 1
ok "it goes on" lets_hold_go
is "it could read that" "$(came_of save:/tmp/exported)" ok
ok "and nothing is kept" wait_for 5 sees_slots 0

# By copies
ok "a camera that is copied streams" guest_streams ivi /dev/video2
is "by copies" "$(of_session way)" pages
is "for the configuration says so" "$(of_session why_not_grants)" policy
in_guest ivi 'killall v4l2-ctl'

# The driver goes
ok "an application has a frame" holds buffers:2 queue:$slots on take export map-export \
	note:/tmp/held until:/tmp/unbound off close drop note:/tmp/closed \
	until:/tmp/go save:/tmp/last
ok "the device is unbound" in_guest ivi '
	basename "$(readlink -f /sys/class/video4linux/video0/device)" >/tmp/device
	cat /tmp/device >/sys/bus/virtio/drivers/vmedia/unbind'
ok "and bound again" in_guest ivi 'cat /tmp/device >/sys/bus/virtio/drivers/vmedia/bind'
ok "it streams" in_guest ivi '
	node=$(ls "/sys/bus/virtio/devices/$(cat /tmp/device)/video4linux")
	v4l2-ctl -d "/dev/$node" --stream-mmap --stream-count=5'
ok "the application goes on" in_guest ivi ': >/tmp/unbound'
ok "and closes all that it can" wait_for 5 in_guest ivi 'test -e /tmp/closed'
ok "the module stays, for a frame is mapped" not in_guest ivi 'rmmod vmedia'
ok "the application ends" lets_hold_go
like "its stream was over" "$(came_of off)" '^(ENODEV|EIO)$'
is "its frame could be read" "$(came_of save:/tmp/last)" ok
ok "nothing is kept" wait_for 5 sees_slots 0
ok "the module goes" in_guest ivi 'modprobe -r vmedia && test ! -e /dev/video0'
ok "and comes" in_guest ivi 'modprobe vmedia && test -c /dev/video0'
ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=5'
done_testing
