# SPDX-License-Identifier: GPL-2.0-only
# A guest opens its camera again and again, and twice at once.
# limit: 150
# shellcheck shell=dash

# sessions: how many vmediad counts.
sessions() {
	vmediactl list --json | grep -c '"serial"'
}

no_sessions() {
	[ "$(sessions)" -eq 0 ]
}

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing

timed in_guest ivi 60 '
	n=0
	while [ $n -lt 200 ]; do
		exec 3<>/dev/video0 || exit 1
		exec 3>&-
		n=$((n + 1))
	done'
is "200 times opened and closed" $? 0
diag "200 rounds took $TOOK_MS ms"
ok "no session is left" wait_for 5 no_sessions

ok "two are open at once" in_guest ivi '
	exec 3<>/dev/video0 4<>/dev/video0 || exit 1
	v4l2-ctl -d0 --get-fmt-video && v4l2-ctl -d0 --list-ctrls >/dev/null'
ok "one streams while another looks" in_guest ivi 60 '
	v4l2-ctl -d0 --stream-mmap --stream-count=60 >/dev/null 2>&1 &
	sleep 0.5
	v4l2-ctl -d0 --get-fmt-video >/dev/null && v4l2-ctl -d0 --get-ctrl=brightness
	looked=$?
	wait $! && exit $looked'
ok "no session is left of these either" wait_for 5 no_sessions
done_testing
