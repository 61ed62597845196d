# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance in guests.
# shellcheck shell=dash

# compliance GUEST NAME OPTION...: a test that nothing fails. What does, and
# what it warns of, is told; its output is kept as NAME.
compliance() {
	local guest=$1 name=$2 failed
	shift 2

	in_guest "$guest" 240 "v4l2-compliance -d0 $* --color=never" >"$LAB_OUT/$name"
	tail -n 1 "$LAB_OUT/$name" | diag
	grep -E '^[[:space:]]*(fail:|warn:)|: FAIL' "$LAB_OUT/$name" | sort | uniq -c | diag
	# Its last line: "Total for ...: N, Succeeded: N, Failed: N, Warnings: N"
	failed=$(sed -n 's/^Total .*Failed: *\([0-9]*\).*/\1/p' "$LAB_OUT/$name")
	is "$name: no failure" "$failed" 0
}
