# SPDX-License-Identifier: GPL-2.0-only
# A guest boots before the camera exists, and gets it when it comes.
# limit: 90
# shellcheck shell=dash

ok "vmediad starts without a camera" start_vmediad || done_testing
ok "a guest starts" guest_start ivi "$(cameras 1)" || done_testing
ok "it has no video node yet" in_guest ivi 'test ! -e /dev/video0'
ok "the camera comes" load_vivid
ok "the guest's node comes" wait_for 10 in_guest ivi 'test -c /dev/video0'
ok "it streams" in_guest ivi 'v4l2-ctl -d0 --stream-mmap --stream-count=30'
done_testing
