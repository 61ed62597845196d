# SPDX-License-Identifier: GPL-2.0-only
# Every quota: reached, refused with its errno, and usable again after release.
# limit: 120
# shellcheck shell=dash

# quota NAME=VALUE...: of ivi, from now on.
quota() {
	vmediactl quota set ivi "$@" >/dev/null
}

# refusal PATTERN: vmediad's log tells it.
refusal() {
	grep -qE "$1" "$LAB_OUT/vmediad.log"
}

missed_held() {
	vmediactl show camera front --json | grep -q '"missed_held": *[1-9]'
}

# lost FROM TO: frames of cluster
lost() {
	frames_between "$1" "$2" <"$LAB_OUT/cluster.frames" | cut -d ' ' -f 2
}

# opens COUNT: that many "open" in a row.
opens() {
	yes open | head -n "$1" | tr '\n' ' '
}

ok "vivid is two cameras" load_vivid n_devs=2 node_types=0x1,0x1
camera_mode /dev/video0 640x480
camera_rate /dev/video0 10 >/dev/null
# 640x480 in YUYV is 614400 bytes, 10 times a second 6.1 MB: the camera has room
# for two such streams.
# Copied to, a guest has as many buffers as it asks for.
ok "vmediad starts" start_vmediad '
quota = "sessions=4,streams=1,buffers=12"
cameras = [
	"name=front,source=/dev/video0,clients=5,bytes/s=13M,transfer=copy",
	"name=alone,source=/dev/video1,share=exclusive",
]' || done_testing
for guest in ivi cluster; do
	ok "$guest starts" guest_start "$guest" "$(cameras 2)" || done_testing
done

answers "sessions: four" ivi 0 "$(opens 4)" ok
answers "sessions: a fifth" ivi 0 "$(opens 5)" EBUSY
ok "sessions: the log tells what is in use" refusal 'open refused: .sessions. of ivi is 4'
answers "sessions: a fifth after one is closed" ivi 0 "$(opens 4)" use:0 close sleep:0.5 open ok

answers "streams: buffers of one" ivi 0 open buffers:2 2
answers "streams: of a second" ivi 0 open buffers:2 open buffers:2 EBUSY
answers "streams: and when they are created" ivi 0 open buffers:2 open create:2 EBUSY
answers "streams: after the first freed them" ivi 0 open buffers:2 open use:0 buffers:0 \
	use:1 buffers:2 2
ok "streams: four, from now on" quota streams=4
answers "streams: then a second is fine" ivi 0 open buffers:2 open buffers:2 2

answers "buffers: fewer are given" ivi 0 open buffers:10 open buffers:10 2
answers "buffers: none are left" ivi 0 open buffers:12 open buffers:1 ENOBUFS
answers "buffers: nor to be created" ivi 0 open buffers:12 open create:1 ENOBUFS
answers "buffers: after the first freed them" ivi 0 open buffers:12 open use:0 buffers:0 \
	use:1 buffers:10 10

ok "memory: 8 MB, of as many buffers as one likes" quota memory=8M buffers=0
answers "memory: fewer are given" ivi 0 open buffers:20 '1[0-3]'
answers "memory: none is left" ivi 0 open buffers:20 open buffers:1 ENOMEM
answers "memory: after the first freed them" ivi 0 open buffers:20 open use:0 buffers:0 \
	use:1 buffers:4 4
ok "memory: as before" quota memory=256M

# Some commands may come at once; the first seconds use them up.
ok "commands/s: two, from now on" quota commands/s=2
did=$(does ivi 0 open flood:3 flood:2 | sed -n '$s/.*: //p')
at_most "commands/s: it waits; commands in 2 s" "$did" 6
at_least "commands/s: but it is served" "$did" 2
ok "commands/s: as many as it can, from now on" quota commands/s=0
did=$(does ivi 0 open flood:2 | sed -n '$s/.*: //p')
at_least "commands/s: commands in 2 s without a limit" "$did" 10

ok "bytes/s: 5M, from now on" quota bytes/s=5M
answers "bytes/s: too much for the guest" ivi 0 open buffers:2 on ENOSPC
ok "bytes/s: the log tells why" refusal 'bytes/s. of guest ivi is 5M'
ok "bytes/s: 50M, from now on" quota bytes/s=50M
answers "bytes/s: enough" ivi 0 open buffers:2 queue:2 on take:2 ok
ok "bytes/s: a guest streams twice" keeps ivi stream 0 open buffers:2 queue:2 on \
	open buffers:2 queue:2 on
answers "bytes/s: too much for the camera" cluster 0 open buffers:2 on ENOSPC
ok "bytes/s: the log tells who has what" refusal 'bytes/s. of camera front is 13M .* ivi 12000K'
is "the first two were started" "$(lets_go ivi stream | grep -c '^on: ok')" 2
answers "bytes/s: the camera has room again" cluster 0 open buffers:2 queue:2 on take:2 ok

ok "clients: a guest opens four" keeps ivi clients 0 "$(opens 4)"
answers "clients: another a fifth" cluster 0 open ok
answers "clients: and a sixth" cluster 0 open open EBUSY
like "the four are closed" "$(lets_go ivi clients)" '^open: ok'
answers "clients: there is room again" cluster 0 open open ok

ok "exclusive: a guest has it" keeps ivi alone 1 open
answers "exclusive: the same guest, again" ivi 1 open ok
answers "exclusive: another guest" cluster 1 open EBUSY
ok "exclusive: it is closed" lets_go ivi alone
answers "exclusive: another guest, then" cluster 1 open ok

ok "held: a guest streams" guest_streams ivi
ok "and another" watch_begin cluster
from=$(moment)
sleep 2
to=$(moment)
quiet="$from $to"
helper=$(vmediactl show domain ivi | sed -n 's/.*running, pid //p')
from=$(moment)
ok "held: the process of the first stands still" kill -STOP "$helper"
ok "held: it misses frames" wait_for 5 missed_held
vmediactl show camera front | diag
sleep 1
kill -CONT "$helper"
to=$(moment)
ok "the other streamed to the end" watch_end cluster
at_most "the other lost no frame more than before" \
	"$(lost "$from" "$to")" "$(lost $quiet)"
ok "held: the first gets frames again" in_guest ivi '
	before=$(wc -c </tmp/jobs/stream.out)
	sleep 1
	test "$(wc -c </tmp/jobs/stream.out)" -gt "$before"'
ok "it ends" in_guest ivi 'killall v4l2-ctl'

vmediactl show domain ivi | diag
done_testing
