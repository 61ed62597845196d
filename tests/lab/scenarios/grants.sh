# SPDX-License-Identifier: GPL-2.0-only
# A guest that shares its memory by grants (grant_usage=1): all that others do,
# and nothing of it is ever mapped by its number, or in use when it takes it
# back.
# limit: 420
# shellcheck shell=dash

# shellcheck disable=SC2034 # for cameras
LAB_GRANTS=1
width=640 height=480
size=$((width * height * 2))
kept=$LAB_TMP/kept

# counter NAME: of vmediactl show domain.
counter() {
	vmediactl show domain ivi --json | json_values "$1"
}

# As the guest's kernel says it, when it gives a device up.
in_use() {
	in_guest ivi 'dmesg | grep -c "still in use by backend"'
}

# The options are for v4l2-compliance.
ok "vivid is the camera" load_vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 \
	no_error_inj=1
camera_rate /dev/video0 30
# The guest's own memory is what this is about, not the camera's.
ok "vmediad starts" start_vmediad "
cameras = [ 'name=front,source=/dev/video0,transfer=copy' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" 'memory = 384' || done_testing
ok "its device is by grants" grep -q 'claimed: .*by grants' "$LAB_OUT/vmediad.log"
ok "it has a camera" in_guest ivi 'test -c /dev/video0' || done_testing

timed in_guest ivi 90 "
	v4l2-ctl -d0 --set-fmt-video=width=$width,height=$height,pixelformat=YUYV &&
	v4l2-ctl -d0 --set-parm=60 >/dev/null &&
	v4l2-ctl -d0 --verbose --stream-mmap --stream-count=300 >/tmp/log 2>&1"
is "300 frames come" $? 0
guest_frames ivi /tmp/log >"$LAB_OUT/ivi.frames"
is "and 300 frame numbers" "$(wc -l <"$LAB_OUT/ivi.frames")" 300
ok "which rise" frames_rise "$LAB_OUT/ivi.frames"
diag "frames, lost, frames/s: $(frames_between 0 999999 <"$LAB_OUT/ivi.frames"), $TOOK_MS ms in all"

mkdir "$kept"
in_guest ivi 'v4l2-ctl -d0 --set-parm=10' >/dev/null
vmediactl capture front --count 400 --to "$kept" >"$LAB_OUT/capture.log" 2>&1 &
capture=$!
ok "dom0 keeps frames of the camera" wait_for 10 test -s "$LAB_OUT/capture.log"
ok "the guest keeps 40" in_guest ivi 60 "
	v4l2-ctl -d0 --verbose --stream-mmap --stream-count=40 --stream-to=/tmp/frames >/tmp/log 2>&1"
sleep 1
kill $capture
kept_sums "$kept" >"$LAB_TMP/kept.sums"
guest_sums ivi 40 $size >"$LAB_OUT/ivi.sums"
is "each is equal to dom0's of that number" \
	"$(grep -cxFf "$LAB_TMP/kept.sums" "$LAB_OUT/ivi.sums")" 40
in_guest ivi 'rm -f /tmp/frames'

in_full && compliance ivi grants -s60

vmediactl show domain ivi | grep pages | diag
is "no page was mapped by its number" "$(counter foreign_pages)" 0
at_least "the rings are mapped by grants" "$(counter granted_pages)" 1
at_least "frames are copied by grants" "$(counter copied_pages)" $((340 * size / 4096))
is "nothing was in use when it was taken back" "$(in_use)" 0

ok "it streams" guest_streams ivi
ok "the device is unbound under the stream" in_guest ivi '
	basename /sys/bus/virtio/drivers/vmedia/virtio* >/tmp/device
	cat /tmp/device >/sys/bus/virtio/drivers/vmedia/unbind'
ok "the stream ends" guest_stream_ends ivi
ok "the device is bound again" in_guest ivi 'cat /tmp/device >/sys/bus/virtio/drivers/vmedia/bind'
ok "it streams" guest_streams ivi
killall -KILL vmedia-guest
ok "its process is killed, and the stream ends" guest_stream_ends ivi 15
ok "the guest opens again and streams" wait_for 10 \
	in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=10'
is "nothing was in use when it was taken back" "$(in_use)" 0
is "no page was mapped by its number" "$(counter foreign_pages)" 0

ok "it streams" guest_streams ivi
timed guest_destroy ivi
at_most "destroying it takes no 2 s" "$TOOK_MS" 2000
ok "no zombie is left" wait_for 3 no_zombie
done_testing
