# SPDX-License-Identifier: GPL-2.0-only
# vmedia.ko is removed and loaded, unbound and bound, in mid-life.
# limit: 120
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for round in 1 2 3; do
	ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
	ok "the module goes, time $round" in_guest ivi 'modprobe -r vmedia && test ! -e /dev/video0'
	ok "and comes" in_guest ivi 'modprobe vmedia && test -c /dev/video0'
done

ok "it streams" guest_streams ivi
ok "an open module stays" not in_guest ivi 'rmmod vmedia'
ok "the device is unbound under the stream" in_guest ivi '
	basename /sys/bus/virtio/drivers/vmedia/virtio* >/tmp/device
	cat /tmp/device >/sys/bus/virtio/drivers/vmedia/unbind'
ok "the stream ends" guest_stream_ends ivi
ok "the device is bound again" in_guest ivi 'cat /tmp/device >/sys/bus/virtio/drivers/vmedia/bind'
ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
done_testing
