# SPDX-License-Identifier: GPL-2.0-only
# Nodes of other kinds than a camera: what a guest gets from, and gives to, each of
# vivid's has the shape that it has on the bare node in dom0. Not to the one that takes
# metadata: there v4l2-ctl waits for ever, in dom0, too.
# limit: 150
# in: full
# shellcheck shell=dash

count=8

# The kinds: vivid's word, the guest's node if nodes are numbered from 0, and
# which way buffers go.
kinds='
vbi-cap vbi0 mmap
vbi-out vbi1 out-mmap
sdr-cap swradio0 mmap
touch-cap v4l-touch0 mmap
meta-cap video0 mmap
vid-out video1 out-mmap
'

# stream DEVICE DIRECTION: what v4l2-ctl says of each buffer, but for the time, its
# number first.
stream() {
	echo "timeout 20 v4l2-ctl -d $1 --verbose --stream-$2 --stream-count=$count 2>&1 |
		sed -nE 's/.*((cap|out) dqbuf: ).* seq: *([0-9]+) (bytesused: [0-9]+) .*/\3 \1\4/p'"
}

# for_kinds COMMAND...: with each line of the kinds.
for_kinds() {
	local kind node direction

	while read -r kind node direction; do
		[ -z "$kind" ] || "$@" "$kind" "$node" "$direction" </dev/null
	done <<-END
	$kinds
	END
}

bare() {
	local device

	device=$(node_named "vivid-???-$1") || return
	echo "'name=$1,source=$device'," >>"$LAB_TMP/cameras"
	eval "$(stream "$device" "$3")" >"$LAB_OUT/$1.bare"
	# What v4l2-ctl still has queued at the end of an output is not waited for.
	at_least "$1: a stream on the bare node" "$(wc -l <"$LAB_OUT/$1.bare")" $((count / 2))
}

guest() {
	ok "$1: the guest's node is of its kind" in_guest ivi "test -c /dev/$2"
	in_guest ivi 60 "$(stream "/dev/$2" "$3")" >"$LAB_OUT/$1.guest"
	# vivid leaves numbers out when it is late.
	ok "$1: the numbers of the guest's stream rise" frames_rise "$LAB_OUT/$1.guest"
	is "$1: it has its shape" "$(cut -d ' ' -f 2- "$LAB_OUT/$1.guest")" \
		"$(cut -d ' ' -f 2- "$LAB_OUT/$1.bare")"
}

ok "vivid has nodes of every kind" load_vivid_all || done_testing
for_kinds bare
ok "vmediad starts" start_vmediad "
cameras = [ $(cat "$LAB_TMP/cameras") ]
domains = [ 'name=ivi,cameras=$(for_kinds echo | awk '{ printf "%s ", $1 }')' ]" ||
	done_testing
ok "a guest starts" guest_start ivi "$(cameras 6)" || done_testing
for_kinds guest
done_testing
