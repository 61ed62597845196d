# SPDX-License-Identifier: GPL-2.0-only
# A guest whose kernel crashes in mid-stream is cleaned up like any other.
# limit: 90
# shellcheck shell=dash

no_guest() {
	! xl list | grep -qE 'ivi|\(null\)'
}

# A kernel that panics asks Xen for a reboot, if it is told to do something.
expect_complaint 'sysrq triggered crash|Kernel panic|Call trace|Unable to handle|Oops'
ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" 'on_reboot = "destroy"' \
	'extra = "console=ttyAMA0 rdinit=/init panic=1"' || done_testing
ok "it streams" guest_streams ivi
in_guest_bg ivi crash 'sleep 1; echo c >/proc/sysrq-trigger'
ok "it is gone, and no zombie" wait_for 20 no_guest
rm -rf "$LAB_TMP/guests/ivi"
ok "another guest streams" guest_start cluster "$(cameras 1)"
ok "as if nothing had been" in_guest cluster 'v4l2-ctl -d0 --stream-mmap --stream-count=30'
done_testing
