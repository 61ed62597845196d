# SPDX-License-Identifier: GPL-2.0-only
# The configuration is read again, and quotas change, while two guests stream:
# neither loses a frame that the camera made.
# limit: 100
# shellcheck shell=dash

# config TEXT: becomes vmediad's.
config() {
	printf '%s\n' "$1" >/etc/vmedia/vmediad.cfg
}

limit_of() {
	vmediactl quota get ivi | awk -v name="$1" '$1 == name { print $2 }'
}

rate=10
# QEMU's processors stand still for some 100 ms when its host is busy.
cameras='quota = "held=6"
cameras = [ "name=front,source=/dev/video0" ]'
ok "vivid is two cameras" load_vivid n_devs=2 node_types=0x1,0x1
camera_mode /dev/video0 640x480
camera_rate /dev/video0 "$rate" >/dev/null
ok "vmediad starts" start_vmediad "$cameras
domains = [ 'name=ivi,cameras=front,sessions=16', 'name=cluster,cameras=front' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 2)" || done_testing
ok "and another" guest_start cluster "$(cameras 1)" || done_testing
ok "its second device has no camera yet" in_guest ivi 'test ! -e /dev/video1'
for guest in ivi cluster; do
	ok "$guest streams" watch_begin "$guest"
done

from=$(moment)
is "a quota before" "$(limit_of sessions)" 16
config 'cameras = [ "name=front,source=/dev/video0" '
ok "a file with a mistake is refused" not vmediactl reload
is "and changes nothing" "$(limit_of sessions)" 16
ok "a quota is changed" vmediactl quota set ivi sessions=9
is "it holds" "$(limit_of sessions)" 9

config 'quota = "held=6"
cameras = [ "name=front,source=/dev/video0", "name=back,source=/dev/video1" ]
domains = [ "name=ivi,cameras=front back,sessions=5" ]'
ok "another file: a camera more, a domain less, another quota" vmediactl reload
is "the quota is that of the file" "$(limit_of sessions)" 5
ok "the new camera comes to its guest" wait_for 10 in_guest ivi 'test -c /dev/video1'
ok "and streams" in_guest ivi 'v4l2-ctl -d1 --stream-mmap --stream-count=5'
sleep 1
to=$(moment)
made_not=$(vmediactl show camera front | sed -n 's/.* \([0-9]*\) lost by the driver/\1/p')
ok "ivi streamed to the end" watch_end ivi
ok "cluster, which is not listed, too" in_guest cluster 'pidof v4l2-ctl'
ok "until it is evicted" vmediactl evict cluster
guest_wait cluster watch 10 >/dev/null
[ $? -ne 124 ]
is "then its stream ends" $? 0
answers "and it opens no more" cluster 0 open 'ENODEV|ENOENT'
guest_frames cluster /tmp/watch >"$LAB_OUT/cluster.frames"
for guest in ivi cluster; do
	counts=$(frames_between "$from" "$to" <"$LAB_OUT/$guest.frames")
	diag "$guest: frames, lost, frames/s of $rate: $counts"
	at_most "$guest lost no more than vivid did" "$(echo "$counts" | cut -d ' ' -f 2)" "$made_not"
done

config "$cameras"
ok "a file without domains" vmediactl reload
ok "everybody has the camera again" wait_for 10 \
	in_guest cluster 'v4l2-ctl -d0 --stream-mmap --stream-count=5'
done_testing
