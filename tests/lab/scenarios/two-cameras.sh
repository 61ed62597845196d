# SPDX-License-Identifier: GPL-2.0-only
# Two cameras, vivid and a pattern, and three guests: two stream from both, each
# with an order of its own, one from the pattern. Every byte of that is checked.
# limit: 100
# in: full
# shellcheck shell=dash

rate=5 count=25

# stream GUEST DEVICE CAMERA: $count frames, what v4l2-ctl says of them is kept, and
# of a pattern the pictures, too.
stream() {
	local keep=

	[ "$3" != bars ] || keep="--stream-to=/tmp/frames"
	in_guest_bg "$1" "$3" "
		v4l2-ctl -d$2 --verbose --stream-mmap --stream-count=$count $keep >/tmp/$3 2>&1"
}

# came GUEST CAMERA
came() {
	local list=$LAB_OUT/$1-$2.frames

	ok "$1 gets $count frames of $2" guest_wait "$1" "$2" 30
	guest_frames "$1" "/tmp/$2" >"$list"
	diag "$1 $2: frames, lost, frames/s of $rate: $(frames_between 0 999999 <"$list")"
	ok "their numbers rise" frames_rise "$list"
}

ok "vivid is a camera" load_vivid
camera_rate /dev/video0 "$rate" >/dev/null
ok "vmediad starts" start_vmediad "
quota = 'held=6'
cameras = [ 'name=vivid,source=/dev/video0', 'name=bars,source=pattern:640x480@$rate' ]
domains = [
	'name=ivi,cameras=vivid bars',
	'name=cluster,cameras=bars vivid',
	'name=rear,cameras=bars',
]" || done_testing
ok "ivi starts" guest_start ivi "$(cameras 2)" || done_testing
ok "cluster starts" guest_start cluster "$(cameras 2)" || done_testing
ok "rear starts" guest_start rear "$(cameras 1)" || done_testing
like "the first of ivi is vivid" "$(in_guest ivi 'v4l2-ctl -d0 --info')" vivid
like "the first of cluster is the pattern" "$(in_guest cluster 'v4l2-ctl -d0 --info')" 'vmedia pattern'

stream ivi 0 vivid
stream ivi 1 bars
stream cluster 1 vivid
stream cluster 0 bars
stream rear 0 bars
came ivi vivid
came ivi bars
came cluster vivid
came cluster bars
came rear bars
for guest in ivi cluster rear; do
	ok "$guest: each picture has the checksum that it says" \
		in_guest "$guest" 'pattern-check 640x480 </tmp/frames >/tmp/numbers'
	is "$guest: and the number that V4L2 says" \
		"$(in_guest "$guest" 'cat /tmp/numbers')" \
		"$(cut -d ' ' -f 1 "$LAB_OUT/$guest-bars.frames")"
done
done_testing
