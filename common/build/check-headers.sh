#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each header compiles alone, and does no harm the second time. Those of
# common/ do so in strict C90 as well: who knows what will include them.
# Run in a build directory, by check.sh.

srctree=$(cd "$(dirname "$0")/../.." && pwd)
read -r compile <include/generated/flags
failed=0

# try HEADER FLAGS...
try()
{
	header=$1
	shift
	printf '%s\n' "#include \"$header\"" "#include \"$header\"" \
		'typedef int not_empty;' |
		$compile "$@" -fsyntax-only -x c - || failed=1
}

for header in $(find "$srctree/common" "$srctree/dom0-backend" -name '*.h'); do
	try "$header"
	case $header in
	*/layout.h) ;; # static assertions, which C90 lacks
	*/common/*) try "$header" -std=gnu90 -Wpedantic ;;
	esac
done
exit $failed
