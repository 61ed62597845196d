# SPDX-License-Identifier: GPL-2.0-only
# Applications that are not V4L2's own tools: ffmpeg and GStreamer take a camera's
# pictures, GStreamer encodes and decodes; and v4l2-ctl with buffers of another
# device. Whatever they got is checked byte for byte.
# limit: 180
# in: full
# tools: media
# shellcheck shell=dash

count=20 mode=640x480
width=${mode%x*} height=${mode#*x}
# GStreamer takes the size of the codec's buffers before it tells the codec the
# pictures' size: only the size that the codec starts with fits.
raw="filesrc location=/tmp/raw blocksize=1382400 ! rawvideoparse width=1280 height=720 \
	format=i420 colorimetry=bt709"
codec='--stream-out-mmap --stream-mmap >/dev/null 2>&1'

# ffmpeg and GStreamer talk when something is wrong.
quietly() {
	is "$1" "$(in_guest ivi 60 "$2" 2>&1)" ''
}

# all_right NAME: the guest's pictures have the checksums that they carry.
all_right() {
	ok "$1: each has the checksum that it says" in_guest ivi \
		"pattern-check $mode </tmp/frames >/tmp/numbers"
	is "$1: $count are there" "$(in_guest ivi 'wc -l </tmp/numbers')" $count
	in_guest ivi 'rm -f /tmp/frames /tmp/numbers'
}

# equal SENTENCE FILE OTHER: in the guest, and there is something in them.
equal() {
	ok "$1" in_guest ivi "test -s $2 && cmp $2 $3"
}

ok "vivid has an output" load_vivid n_devs=1 node_types=$VIVID_OUTPUT num_outputs=1 \
	output_types=0 || done_testing
ok "vicodec is there" load_vicodec || done_testing
ok "vmediad starts" start_vmediad "
cameras = [
	'name=bars,source=pattern:$mode@10', 'name=out,source=$(node_named vivid-???-vid-out)',
	'name=encoder,source=$ENCODER', 'name=decoder,source=$DECODER',
]
domains = [ 'name=ivi,cameras=bars out encoder decoder' ]" || done_testing
ok "a guest with ffmpeg and GStreamer starts" \
	guest_start ivi "$(cameras 4)" "$(media_tools)" || done_testing

quietly "ffmpeg takes pictures" "ffmpeg -nostdin -v error -f v4l2 -input_format yuyv422 \
	-video_size $mode -i /dev/video0 -frames:v $count -fps_mode passthrough \
	-f rawvideo /tmp/frames"
all_right ffmpeg
quietly "GStreamer takes pictures" "gst-launch-1.0 -q v4l2src device=/dev/video0 \
	num-buffers=$count ! video/x-raw,format=YUY2,width=$width,height=$height ! \
	filesink location=/tmp/frames"
all_right GStreamer
ok "v4l2-ctl takes pictures into buffers of the output" in_guest ivi 30 "
	v4l2-ctl -d0 --stream-dmabuf --export-device /dev/video1 --stream-count=$count \
		--stream-to=/tmp/frames"
all_right "v4l2-ctl with DMABUF"

in_guest ivi "
	raw-frames 1280x720 5 >/tmp/raw
	v4l2-ctl -d2 --set-fmt-video-out=width=1280,height=720,pixelformat=YU12 \
		--stream-from=/tmp/raw --stream-to=/tmp/fwht $codec
	v4l2-ctl -d2 --set-fmt-video-out=width=1280,height=720,pixelformat=YU12 \
		--stream-from=/tmp/raw --stream-to-hdr=/tmp/fwht.hdr $codec
	v4l2-ctl -d3 --stream-from-hdr=/tmp/fwht.hdr --stream-to=/tmp/decoded $codec"
quietly "GStreamer encodes" "gst-launch-1.0 -q $raw ! v4l2fwhtenc ! filesink location=/tmp/gst.fwht"
# The headers tell of other colours, which GStreamer is told of and v4l2-ctl is not.
in_guest ivi "v4l2-ctl -d3 --stream-from=/tmp/gst.fwht --stream-to=/tmp/gst.fwht.decoded $codec"
equal "what it encodes are the pictures of v4l2-ctl" /tmp/gst.fwht.decoded /tmp/decoded
quietly "GStreamer decodes what it encodes" \
	"gst-launch-1.0 -q $raw ! v4l2fwhtenc ! v4l2fwhtdec ! filesink location=/tmp/gst.decoded"
equal "it has the pictures of v4l2-ctl" /tmp/gst.decoded /tmp/decoded
done_testing
