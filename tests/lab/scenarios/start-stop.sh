# SPDX-License-Identifier: GPL-2.0-only
# A guest starts and stops streaming again and again.
# limit: 180
# in: full
# shellcheck shell=dash

ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing

in_guest ivi 'v4l2-ctl -d0 --set-parm=60 >/dev/null'
rounds=$(or_full 15 50)
timed in_guest ivi 150 '
	n=0
	while [ $n -lt '"$rounds"' ]; do
		v4l2-ctl -d0 --stream-mmap --stream-count=2 >/tmp/log 2>&1 || {
			echo "round $n:"
			cat /tmp/log
			exit 1
		}
		n=$((n + 1))
	done'
is "$rounds rounds" $? 0
diag "$rounds rounds took $TOOK_MS ms"
done_testing
