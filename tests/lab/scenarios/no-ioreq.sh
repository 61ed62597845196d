# SPDX-License-Identifier: GPL-2.0-only
# On a Xen without IOREQ servers vmediad says so, and which option is missing.
# xen: no-ioreq
# limit: 60
# shellcheck shell=dash

says_so() {
	grep -q CONFIG_IOREQ_SERVER "$LAB_OUT/vmediad.log"
}

# Without a device a guest's virtio_mmio takes an abort.
expect_complaint '.'
ok "vivid is the camera" load_vivid
ok "vmediad starts" start_vmediad || done_testing
guest_create ivi "$(cameras 1)"
ok "the log names the option" wait_for 10 says_so
timed guest_destroy ivi
at_most "destroying the guest takes no 2 s" "$TOOK_MS" 2000
done_testing
