# SPDX-License-Identifier: GPL-2.0-only
# vicodec in guests, which share it: encoding, decoding, draining, a change of the
# resolution, several sessions at once. What comes out has the bytes that it has
# on the bare node in dom0.
# limit: 150
# shellcheck shell=dash

frames=10

# Each of these is run in dom0 and in a guest. encode MODE: raw-MODE to fwht-MODE.
encode() {
	echo "v4l2-ctl -d \$encoder --stream-from=raw-$1 --stream-to-hdr=fwht-$1 \
		--set-fmt-video-out=width=${1%x*},height=${1#*x},pixelformat=YU12 \
		--verbose --stream-out-mmap --stream-mmap >log-encode-$1 2>&1"
}

# decode NAME: fwht-NAME to decoded-NAME.
decode() {
	echo "v4l2-ctl -d \$decoder --stream-from-hdr=fwht-$1 --stream-to=decoded-$1 \
		--verbose --stream-out-mmap --stream-mmap >log-decode-$1 2>&1"
}

prepare="
	mkdir -p /tmp/codec && cd /tmp/codec
	raw-frames 640x360 $frames >raw-640x360
	raw-frames 720x400 $frames >raw-720x400
"

# in_dom0 COMMAND
in_dom0() {
	(
		# shellcheck disable=SC2034,SC2153 # for the command
		encoder=$ENCODER decoder=$DECODER
		cd /tmp/codec && eval "$1"
	)
}

# in_ivi COMMAND
in_ivi() {
	in_guest ivi 60 "encoder=/dev/video0 decoder=/dev/video1; cd /tmp/codec && $1"
}

# same SENTENCE FILE: it is not empty, and the guest's is dom0's.
same() {
	local size
	size=$(in_ivi "wc -c <$2")

	at_least "$1: bytes of $2" "$size" 1 &&
		is "$1: the bytes of dom0" "$(in_ivi "md5sum <$2")" "$(in_dom0 "md5sum <$2")"
}

# both SENTENCE COMMAND: in dom0 and in the guest.
both() {
	ok "$1, in dom0" in_dom0 "$2"
	ok "$1, in a guest" in_ivi "$2"
}

# frames_out LOG: what v4l2-ctl had of frames with something in it.
frames_out() {
	in_ivi "grep -c 'cap dqbuf.*bytesused: [1-9]' $1"
}

ok "vicodec is there" load_vicodec || done_testing
eval "$prepare"
cd "$LAB_TMP" || done_testing
ok "vmediad starts" start_vmediad "
cameras = [ 'name=encoder,source=$ENCODER', 'name=decoder,source=$DECODER' ]
domains = [ 'name=ivi,cameras=encoder decoder', 'name=cluster,cameras=encoder' ]" ||
	done_testing
ok "a guest starts" guest_start ivi "$(cameras 2)" || done_testing
ok "another starts" guest_start cluster "$(cameras 1)" || done_testing
in_guest ivi "$prepare"
in_guest cluster "$prepare"

for mode in 640x360 720x400; do
	both "$mode is encoded" "$(encode $mode)"
	same "$mode, encoded" fwht-$mode
	is "$mode, encoded: drained to the last frame" "$(frames_out log-encode-$mode)" $frames
done
both "it is decoded" "$(decode 640x360)"
same "decoded" decoded-640x360
is "decoded: drained to the last frame" "$(frames_out log-decode-640x360)" $frames

both "a stream changes its resolution" "
	cat fwht-640x360 fwht-720x400 fwht-640x360 >fwht-mixed
	$(decode mixed)"
same "a change of the resolution" decoded-mixed
is "a change of the resolution is told" \
	"$(in_ivi 'grep -ci "source.change" log-decode-mixed')" \
	"$(in_dom0 'grep -ci "source.change" log-decode-mixed')"

in_guest_bg cluster encode "
	encoder=/dev/video0; cd /tmp/codec; $(encode 640x360); md5sum <fwht-640x360"
sums=$(in_ivi "
	mkdir -p second && cp raw-640x360 second
	(cd second && $(encode 640x360)) &
	$(encode 640x360)
	wait
	md5sum <fwht-640x360; md5sum <second/fwht-640x360"
	guest_wait cluster encode)
is "three encoders at once, in two guests: each has the bytes of dom0" \
	"$(echo "$sums" | sort | uniq -c | awk '{ print $1, $2 }')" \
	"3 $(in_dom0 'md5sum <fwht-640x360' | cut -d ' ' -f 1)"
rm -rf /tmp/codec
done_testing
