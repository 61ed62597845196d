#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/protocol.md: every row of its conformance tables names what proves it,
# and every test, golden text and scenario that the page names exists.

cd "$(dirname "$0")/../.." || exit

page=docs/protocol.md

# Rows of the tables below "Conformance", without their heads
rows()
{
	sed -n '/^## Conformance/,$p' $page | grep '^| [DV][0-9]'
}

names()
{
	grep -oE '`(flow|unit)/[a-z0-9_]+:[a-z0-9_]+`|`(vectors|lab)/[a-z0-9/-]+`' |
		tr -d '`' | sort -u
}

exists()
{
	case $1 in
	vectors/*) [ -f "tests/$1.txt" ] ;;
	lab/*) [ -f "tests/lab/scenarios/${1#lab/}.sh" ] ;;
	*) grep -q "^static void ${1#*:}(void \*\*state)" "tests/${1%:*}.c" ;;
	esac 2>/dev/null
}

found=$(
	for name in $(names <$page); do
		exists "$name" || echo "$page: there is no $name"
	done
	rows | while read -r row; do
		[ -n "$(echo "$row" | names)" ] ||
			echo "$page: nothing proves: $row"
	done
)

# A page without rows would pass everything else.
[ "$(rows | wc -l)" -gt 20 ] || found="$page: where are the tables?"
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
