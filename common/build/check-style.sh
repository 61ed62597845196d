#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a machine can see of the style: licences, lengths, tabs, and no name of
# the machine that a file was written on.

cd "$(dirname "$0")/../.." || exit

max_file=600
max_function=80

files()
{
	if [ -e .git ] && type git >/dev/null 2>&1; then
		git ls-files -co --exclude-standard
	else
		find . -type f ! -path './out/*' | sed 's|^\./||'
	fi | while read -r file; do
		# Deleted files are listed too; pictures have no lines.
		[ -f "$file" ] && grep -qI . "$file" && printf '%s\n' "$file"
	done
}

# Whatever is compiled, read by make or kconfig, or run
must_have_licence()
{
	case ${1##*/} in
	*.[chS] | *.sh | *.mk | *.py | Makefile | Kbuild | Kconfig | *defconfig) ;;
	*) head -c 2 "$1" | grep -q '#!' ;;
	esac
}

every_file()
{
	for file in $(files); do
		if must_have_licence "$file" &&
			! head -n 3 "$file" | grep -q SPDX-License-Identifier:; then
			echo "$file:1: no SPDX-License-Identifier"
		fi
		grep -nE '(^|[^[:alnum:]_./}])/(work|home|root)/' "$file" |
			sed "s|^\([0-9]*\):.*|$file:\1: a path of one machine|"
		# A patch shows an empty line as a space.
		case $file in *.patch) continue ;; esac
		grep -nE '[[:blank:]]$' "$file" |
			sed "s|^\([0-9]*\):.*|$file:\1: space at the end of the line|"
	done
}

every_c_file()
{
	files | grep '\.[ch]$' | xargs awk -v max_file=$max_file \
		-v max_function=$max_function '
	FNR == 1 { start = 0 }
	FNR == max_file + 1 {
		print FILENAME ":" FNR ": longer than " max_file " lines"
	}
	/^  +[^ *]/ { print FILENAME ":" FNR ": spaces where a tab belongs" }
	/^\{/ { start = FNR }
	/^\}/ {
		if (start && FNR - start - 1 > max_function)
			print FILENAME ":" start ": a function of " \
				FNR - start - 1 " lines, longer than " \
				max_function
		start = 0
	}'
}

found=$(every_file; every_c_file)
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
