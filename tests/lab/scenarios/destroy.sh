# SPDX-License-Identifier: GPL-2.0-only
# xl destroy, shutdown and reboot in mid-stream leave nothing behind.
# limit: 240
# shellcheck shell=dash

backend_nodes() {
	xenstore-list "backend/virtio/$1" 2>/dev/null | grep -c .
}

# gone ROUND DOMID WHAT
gone() {
	ok "$3 $1: no zombie" wait_for 3 no_zombie
	is "$3 $1: nothing in xenstore" "$(backend_nodes "$2")" 0
}

rounds=$(or_full 1 '1 2 3')
ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing

for round in $rounds; do
	ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
	ok "it streams" guest_streams ivi
	domid=$(guest_domid ivi)
	timed guest_destroy ivi
	is "destroy $round succeeds" $? 0
	at_most "destroy $round takes no 2 s" "$TOOK_MS" 2000
	gone "$round" "$domid" destroy
done

for round in $rounds; do
	ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
	ok "it streams" guest_streams ivi
	domid=$(guest_domid ivi)
	ok "shutdown $round" guest_shutdown ivi
	gone "$round" "$domid" shutdown
done

ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
for round in $rounds; do
	ok "it streams" guest_streams ivi
	domid=$(guest_domid ivi)
	ok "reboot $round" guest_reboot ivi
	gone "$round" "$domid" reboot
done
ok "after the last it streams again" guest_streams ivi
done_testing
