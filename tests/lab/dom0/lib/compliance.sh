# SPDX-License-Identifier: GPL-2.0-only
# v4l2-compliance in guests and on the bare nodes of dom0, side by side.
# shellcheck shell=dash

# compliance GUEST NAME OPTION...: a test that nothing fails. What does, and
# what it warns of, is told; its output is kept as NAME.
compliance() {
	local guest=$1 name=$2
	shift 2

	compliance_begin "$guest" "$name" -d0 "$@"
	compliance_end "$guest" "$name"
	tail -n 1 "$LAB_OUT/$name" | diag
	complaints "fail|warn" "$LAB_OUT/$name" | diag
	is "$name: no failure" "$(compliance_total Failed "$LAB_OUT/$name")" 0
}

# compliance_bare NAME OPTION...: in dom0; its output is kept as NAME.
compliance_bare() {
	local name=$1
	shift

	timeout 240 v4l2-compliance "$@" --color=never 2>&1 |
		tr '\r' '\n' >"$LAB_OUT/$name"
}

# compliance_begin GUEST NAME OPTION..., compliance_end GUEST NAME: in a guest; its
# output is kept as NAME. Several may run at once: a part of the time it waits.
compliance_begin() {
	local guest=$1 name=$2
	shift 2

	in_guest_bg "$guest" "$name" "v4l2-compliance $* --color=never"
}

compliance_end() {
	guest_wait "$1" "$2" 240 | tr '\r' '\n' >"$LAB_OUT/$2"
}

# compliance_total WORD FILE: of the last line, which is
# "Total for ...: N, Succeeded: N, Failed: N, Warnings: N".
compliance_total() {
	sed -n "s/^Total .*$1: *\([0-9]*\).*/\1/p" "$2"
}

# complaints WORDS FILE: what FILE has of these, once each. Numbers in their text
# differ from run to run; the one before it is the place in the source.
complaints() {
	sed -nE "s/.*(($1): [^ ]*\):.*)/\1/p" "$2" |
		sed -E ':again; s/(\):.*[^[:alnum:]_])[0-9]+/\1N/; t again' | sort -u
}

# more_complaints WORD FILE BARE: those that BARE has not. busybox' grep would take
# an empty list of patterns for one that matches all.
more_complaints() {
	complaints "$1" "$3" >"$LAB_TMP/complaints.bare"
	complaints "$1" "$2" | awk -v bare="$LAB_TMP/complaints.bare" '
		BEGIN { while ((getline line <bare) > 0) known[line] = 1 }
		!($0 in known)'
}

# allow_gaps FILE: that numbers of frames are left out does not fail; the table
# counts it. HDMI makes more pictures than emulated processors can copy, and while
# a new stream's buffers are mapped for the first time a frame or two pass by.
allow_gaps() {
	sed -i '/got sequence number [0-9]*, expected/d' "$LAB_OUT/$1"
}

# as_compliant FILE BARE: tests that nothing fails and nothing is warned of in a
# guest that was not in BARE as well; and a line of the table.
as_compliant() {
	local file=$LAB_OUT/$1 bare=$LAB_OUT/$2 word

	like "$1: it runs to its end" "$(tail -n 1 "$file")" '^Total ' || return
	printf '%-24s' "$1" >>"$LAB_OUT/table"
	for word in Succeeded Failed Warnings; do
		printf ' %4s %4s ' "$(compliance_total $word "$file")" \
			"$(compliance_total $word "$bare")" >>"$LAB_OUT/table"
	done
	echo >>"$LAB_OUT/table"
	complaints 'fail|warn' "$bare" | sed "s/^/$2, bare: /" | diag
	is "$1: no failure that $2 does not have" "$(more_complaints fail "$file" "$bare")" ''
	is "$1: no warning that $2 does not have" "$(more_complaints warn "$file" "$bare")" ''
	at_most "$1: failures" "$(compliance_total Failed "$file")" \
		"$(compliance_total Failed "$bare")"
}

# compliance_table: the lines of this scenario.
compliance_table() {
	diag "v4l2-compliance: guest and bare node, side by side"
	diag "$(printf '%-24s %-11s %-11s %-11s' '' passed failed warnings)"
	diag <"$LAB_OUT/table"
}
