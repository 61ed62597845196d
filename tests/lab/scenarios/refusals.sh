# SPDX-License-Identifier: GPL-2.0-only
# What cannot be is refused with V4L2's errno, as the bare camera does.
# limit: 90
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
v4l2-refusals /dev/video0 >"$LAB_OUT/bare"
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
ok "the guest asks for what cannot be" in_guest ivi 'v4l2-refusals /dev/video0 >/tmp/refusals'
in_guest ivi 'cat /tmp/refusals' >"$LAB_OUT/guest"

while IFS= read -r line; do
	what=${line%%:*}
	is "$what" "$(grep "^$what:" "$LAB_OUT/guest")" "$line"
done <<'END'
format number 9999: EINVAL
sizes of no format: EINVAL
no format, tried: ok
another is offered: yes
output format: EINVAL
television standard: ENODATA
no control, queried: EINVAL
no control, read: EINVAL
no control, set: EINVAL
no control among many, set: EINVAL
the one to blame: 1
streaming without buffers: EINVAL
no buffer, queued: EINVAL
40 buffers: ok
no more than 32 come: yes
buffer 99, queried: EINVAL
buffer 99, queued: EINVAL
buffers of a second file: EBUSY
another format under buffers: EBUSY
a buffer, queued: ok
the same again: EINVAL
a frame, not streaming: EINVAL
streaming: ok
buffers anew while streaming: EBUSY
streaming, stopped: ok
no buffers: ok
buffers of a second file, then: ok
END
diag "what differs from the bare camera:"
diff "$LAB_OUT/bare" "$LAB_OUT/guest" | grep '^[<>]' | diag
done_testing
