# SPDX-License-Identifier: GPL-2.0-only
# Not one of the scenarios: it hangs, with a guest, and must be ended.
# limit: 10

ok "a guest starts" guest_start stuck
sleep 1000
