# SPDX-License-Identifier: GPL-2.0-only
# dom0's nodes of other kinds than one webcam: which drivers make them, and
# which node is which.
# shellcheck shell=dash

# node_named PATTERN: the node whose driver calls it so, as "stateful-encoder" or
# "vivid-???-vbi-cap".
node_named() {
	local file

	for file in /sys/class/video4linux/*/name; do
		# shellcheck disable=SC2254 # a pattern it shall be
		case $(cat "$file") in
		$1)
			file=${file%/name}
			echo "/dev/${file##*/}"
			return 0
			;;
		esac
	done
	return 1
}

# has_node PATTERN
has_node() {
	[ -c "$(node_named "$1")" ]
}

# load_vim2m: a node that turns pictures around; sets VIM2M.
load_vim2m() {
	modprobe vim2m && wait_for 5 has_node vim2m || return 1
	# shellcheck disable=SC2034 # for the caller
	VIM2M=$(node_named vim2m)
}

# load_vicodec: a software codec; sets ENCODER and DECODER, the stateful ones.
load_vicodec() {
	modprobe vicodec && wait_for 5 has_node stateless-decoder || return 1
	# shellcheck disable=SC2034 # for the caller
	ENCODER=$(node_named stateful-encoder) DECODER=$(node_named stateful-decoder)
}

# What makes vivid's node N of each kind, among its options.
VIVID_VBI_CAPTURE=0x4 VIVID_SDR=0x20 VIVID_OUTPUT=0x100
VIVID_VBI_OUTPUT=0x400 VIVID_META_CAPTURE=0x20000 VIVID_TOUCH=0x80000

# load_vivid_all: nodes of every kind that has buffers, of two vivids: a television
# has VBI, a webcam metadata.
load_vivid_all() {
	load_vivid n_devs=2 num_inputs=1,1 input_types=1,0 num_outputs=1,1 \
		output_types=0,0 no_error_inj=1 node_types="$((VIVID_VBI_CAPTURE |
			VIVID_VBI_OUTPUT | VIVID_SDR | VIVID_TOUCH |
			VIVID_OUTPUT)),$VIVID_META_CAPTURE"
}
