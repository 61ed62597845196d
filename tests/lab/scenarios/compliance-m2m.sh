# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance with streaming on memory-to-memory nodes, in a guest and on the
# bare node, side by side: vim2m, vicodec's encoder and decoder.
# limit: 400
# in: full
# shellcheck shell=dash

# vicodec's decoder lacks a control that v4l2-compliance wants of a stateful
# decoder: it fails on the bare node, and the guest may not fail in any other place.
stream=-s$(or_full 5 60)
ok "vim2m is there" load_vim2m || done_testing
ok "vicodec is there" load_vicodec || done_testing
compliance_bare vim2m.bare -d "$VIM2M" "$stream" &
compliance_bare encoder.bare -d "$ENCODER" "$stream" &
compliance_bare decoder.bare -d "$DECODER" "$stream" &
wait

# Each opens its node a hundred times.
ok "vmediad starts" start_vmediad "
quota = 'sessions=1000,commands/s=0'
cameras = [
	'name=vim2m,source=$VIM2M', 'name=encoder,source=$ENCODER', 'name=decoder,source=$DECODER',
]
domains = [ 'name=ivi,cameras=vim2m encoder decoder' ]" || done_testing
ok "a guest starts" guest_start ivi "$(cameras 3)" 'memory = 512' || done_testing
n=0
for node in vim2m encoder decoder; do
	compliance_begin ivi $node -d$n "$stream"
	compliance_end ivi $node
	as_compliant $node $node.bare
	n=$((n + 1))
done
compliance_table
done_testing
