# SPDX-License-Identifier: GPL-2.0-only
# A memory-to-memory node: what vim2m makes of 100 pictures in a guest has the
# bytes that it has in dom0.
# in: full
# limit: 90
# shellcheck shell=dash

# turn DEVICE: the sum of 100 pictures of v4l2-ctl's own that vim2m turned around.
turn() {
	echo "v4l2-ctl -d $1 --set-fmt-video-out=width=320,height=240,pixelformat=RGBP \
		--set-fmt-video=width=320,height=240,pixelformat=RGBP \
		--set-ctrl=vertical_flip=1 --stream-out-mmap --stream-mmap \
		--stream-count=100 --stream-to=- 2>/dev/null | md5sum"
}

ok "vim2m is there" load_vim2m || done_testing
eval "$(turn "$VIM2M")" >"$LAB_TMP/bare"
ok "vmediad starts" start_vmediad "
cameras = [ 'name=turner,source=$VIM2M' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
like "it has a memory-to-memory node" "$(in_guest ivi 'v4l2-ctl -d0 --info')" \
	'Video Memory-to-Memory'
is "100 pictures have the same bytes" "$(in_guest ivi 60 "$(turn /dev/video0)")" \
	"$(cat "$LAB_TMP/bare")"
done_testing
