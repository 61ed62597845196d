# SPDX-License-Identifier: GPL-2.0-only
# Not one of the scenarios: it must fail, and so show that the runner says so.
# selftest/run looks at what came out.
# limit: 30

ok "this is true" true
ok "this is false" false
is "one is two" 1 2
xenstore-write /tool/forgotten 1
exit 0
