#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages: they render without a warning, and tell of all options,
# commands, columns and keys that there are, and of no others.
# Run in a build directory with programs, by check.sh.

srctree=$(cd "$(dirname "$0")/../.." && pwd)
man=$srctree/docs/man
failed=0

# same WHAT PAGE: what two files say, here and in PAGE
same()
{
	sort -u here.words >here.sorted
	sort -u page.words >page.sorted
	cmp -s here.sorted page.sorted && [ -s here.sorted ] && return
	failed=1
	echo "$2: other $1 than there are (<), or no such (>):"
	diff here.sorted page.sorted | grep '^[<>]'
}

# options PROGRAM PAGE
options()
{
	"$1" --help | grep -oe '--[a-z][a-z-]*' >here.words
	grep -o 'Fl -[a-z][a-z-]*' "$man/$2" | sed 's/Fl /-/' >page.words
	same options "$2"
}

for page in "$man"/*.[1-9]; do
	mandoc -Tlint -W warning "$page" || failed=1
	mandoc -Tutf8 "$page" >page.text || failed=1
	[ -s page.text ] || failed=1
done

options dom0-backend/daemon/vmediad vmediad.8
options dom0-backend/ctl/vmediactl vmediactl.1

dom0-backend/ctl/vmediactl --help | sed -n 's/^  \([a-z]\+\) .*/\1/p' >here.words
sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$man/vmediactl.1" >page.words
same commands vmediactl.1

grep -ho '\.title = "[^"]*"' "$srctree"/dom0-backend/ctl/*.c |
	sed 's/.*"\(.*\)"/\1/' >here.words
sed -n 's/^\.It Li \([^ ]*\) .*/\1/p' "$man/vmediactl.1" | sed 's/^\\//' \
	>page.words
same columns vmediactl.1

# The example has every key.
grep -v '^#' "$srctree/configs/vmediad.cfg" | grep -o '[a-z_/]\+ *=' |
	tr -d ' =' >here.words
grep -o 'Ic [a-z_/]*' "$man/vmediad.cfg.5" | sed 's/Ic //' >page.words
same keys vmediad.cfg.5

exit $failed
