# SPDX-License-Identifier: GPL-2.0-only
# Who may write a camera's controls: the primary, unless a rule says
# otherwise; how it hands over, and what becomes of its role when it vanishes.
# limit: 100
# shellcheck shell=dash

brightness=0x980900 contrast=0x980901 saturation=0x980902 hue=0x980903

# primary: whom vmediactl names.
primary() {
	vmediactl primary front
}

# writes GUEST: it may set the brightness.
writes() {
	does "$1" 0 open "set:$brightness=$2" | grep -q ": $2\$"
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad '
cameras = [ "name=front,source=/dev/video0" ]
domains = [ "name=ivi,priority=20", "name=cluster,priority=10", "name=rear" ]
controls = [
	"control=hue,domain=cluster,access=hidden",
	"control=saturation,access=ro",
	"control=contrast,domain=cluster,access=rw,min=100,max=150",
]' || done_testing
for guest in ivi cluster; do
	ok "$guest starts" guest_start "$guest" "$(cameras 1)" || done_testing
done

ok "both have the camera open" keeps ivi open 0 open
ok "the other, too" keeps cluster open 0 open
like "the one with the highest priority is primary" "$(primary)" ivi
answers "the primary writes" ivi 0 open "set:$brightness=77" 77
answers "the camera has the value" cluster 0 open "get:$brightness" 77
answers "the other may not" cluster 0 open "set:$brightness=78" EACCES
answers "nor as one of many" cluster 0 open "extset:$brightness=78" EACCES
answers "nor try" cluster 0 open "exttry:$brightness=78" EACCES
answers "and sees that" cluster 0 open "control:$brightness" '0\.\.255 read-only'
answers "the primary sees that it may" ivi 0 open "control:$brightness" '0\.\.255'

in_guest_bg cluster event "
	v4l2-do /dev/video0 open subscribe:$brightness note:/tmp/subscribed event"
ok "the other subscribes to changes" wait_for 10 in_guest cluster 'test -e /tmp/subscribed'
answers "the primary writes again" ivi 0 open "set:$brightness=99" 99
like "and the other gets an event with the value" "$(guest_wait cluster event 20)" '^event: 99$'
answers "hidden: it does not exist" cluster 0 open "get:$hue" EINVAL
answers "hidden: nor when asked for" cluster 0 open "control:$hue" EINVAL
answers "hidden from one, not from another" ivi 0 open "control:$hue" '-128\.\.128|-128\.\.127'
answers "ro: also for the primary" ivi 0 open "set:$saturation=1" EACCES
answers "ro: it can be read" ivi 0 open "get:$saturation" '[0-9]+'
answers "a range: the guest sees it" cluster 0 open "control:$contrast" '100\.\.150'
answers "a range: what is beyond is brought back" cluster 0 open "set:$contrast=255" 150
answers "a range: and below" cluster 0 open "extset:$contrast=1" 100
answers "the camera has it" ivi 0 open "get:$contrast" 100

answers "the primary asks for priority to record" ivi 0 open priority:3 ok
answers "the other may ask for it among its own" cluster 0 open priority:3 ok
ok "the primary keeps that priority" keeps ivi record 0 open priority:3
answers "who may write has to wait, then" cluster 0 open "set:$contrast=120" EBUSY
ok "the primary lets go" lets_go ivi record
answers "and need not any more" cluster 0 open "set:$contrast=120" 120

ok "the role is handed over" vmediactl primary front cluster
like "vmediactl says so" "$(primary)" cluster
answers "the new primary writes" cluster 0 open "set:$brightness=10" 10
answers "the old one does not" ivi 0 open "set:$brightness=11" EACCES
ok "the role goes back" vmediactl primary front auto
answers "the first writes again" ivi 0 open "set:$brightness=12" 12

timed guest_destroy ivi
ok "the primary vanished, and the next one writes" wait_for 5 writes cluster 13
like "vmediactl says so" "$(primary)" cluster
done_testing
