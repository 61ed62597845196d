# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance with streaming on memory-to-memory nodes, in a guest and on the
# bare node, side by side: vim2m, vicodec's encoder and decoder. The decoder is fed
# with a stream of the encoder.
# limit: 400
# shellcheck shell=dash

stream=-s$(or_full 8 60)
# make_stream ENCODER: /tmp/stream.fwht
make_stream() {
	echo "raw-frames 640x360 10 >/tmp/raw
		v4l2-ctl -d $1 --stream-from=/tmp/raw --stream-to-hdr=/tmp/stream.fwht \
			--set-fmt-video-out=width=640,height=360,pixelformat=YU12 \
			--stream-out-mmap --stream-mmap >/tmp/log 2>&1"
}

ok "vim2m is there" load_vim2m || done_testing
ok "vicodec is there" load_vicodec || done_testing
ok "it makes a stream for its decoder" eval "$(make_stream "$ENCODER")"
compliance_bare vim2m.bare -d "$VIM2M" "$stream"
compliance_bare encoder.bare -d "$ENCODER" "$stream"
compliance_bare decoder.bare -d "$DECODER" "$stream" --stream-from-hdr=/tmp/stream.fwht

ok "vmediad starts" start_vmediad "
cameras = [
	'name=vim2m,source=$VIM2M', 'name=encoder,source=$ENCODER', 'name=decoder,source=$DECODER',
]
domains = [ 'name=ivi,cameras=vim2m encoder decoder' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 3)" 'memory = 512' || done_testing
ok "the stream is made there, too" in_guest ivi "$(make_stream /dev/video1)"
compliance_guest ivi vim2m -d0 "$stream"
compliance_guest ivi encoder -d1 "$stream"
compliance_guest ivi decoder -d2 "$stream" --stream-from-hdr=/tmp/stream.fwht
for node in vim2m encoder decoder; do
	as_compliant $node $node.bare
done
compliance_table
rm -f /tmp/raw /tmp/stream.fwht
done_testing
