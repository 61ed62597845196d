#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh		all that can be proved without Xen and without root
# check.sh --lab	then the lab's scenarios; with FULL=1 in the environment all
#		of them, as long as they can be
#
# Run by make, in the build directory. What it builds is in out/check.

srctree=$(cd "$(dirname "$0")/../.." && pwd)
scripts=$srctree/common/build
here=$PWD
out=$here/out/check
passed=0
failed=0

# What we make is not part of the make that called us.
unset MAKEFLAGS MAKELEVEL MFLAGS

# say WORD TEXT...
say()
{
	printf '  %-7s %s\n' "$1" "$2"
}

# count PASSED FAILED
count()
{
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# step NAME COMMAND...: one thing that is right or wrong. Told only if wrong.
step()
{
	name=$1
	shift
	"$@" >step.log 2>&1
	status=$?
	case $status in
	0)
		say PASS "$name"
		count 1 0
		;;
	77)
		say SKIP "$name: $(tail -n 1 step.log)"
		;;
	*)
		say FAIL "$name"
		sed 's/^/	/' step.log
		count 0 1
		;;
	esac
	return $status
}

# tally LOG STATUS: the results told in LOG, as TAP, by what ended with STATUS,
# in $ok and $not_ok. What was planned and not told has failed, and a failure
# that nothing told is one too.
tally()
{
	set -- "$2" $(awk '
		/^(not )?ok / { told++ }
		/^ok / && !/# SKIP/ { ok++ }
		/^not ok / && !/# TODO/ { not_ok++ }
		/^1\.\.[0-9]+/ { plan += substr($1, 4) }
		END {
			if (told < plan)
				not_ok += plan - told
			print told + 0, ok + 0, not_ok + 0
		}' "$1")
	ok=$3
	not_ok=$4
	if [ "$not_ok" -eq 0 ]; then
		[ "$1" -eq 0 ] && [ "$2" -gt 0 ] || not_ok=1
	fi
}

# run_test PROGRAM [CASE]: leaves $ok, $not_ok and test.log
run_test()
{
	CMOCKA_MESSAGE_OUTPUT=TAP timeout ${test_timeout:-60} "$@" >test.log 2>&1
	status=$?
	[ $status -ne 124 ] || echo "# stopped after ${test_timeout:-60} s" >>test.log
	tally test.log $status
}

run_tests()
{
	for test in $(cat tests/list); do
		run_test "$test"
		count $ok $not_ok
		if [ $not_ok -eq 0 ]; then
			say PASS "$test: $ok"
		else
			say FAIL "$test: $not_ok of $((ok + not_ok))"
			sed 's/^/	/' test.log
		fi
	done
}

# A tester that sees no failure proves nothing.
must_fail()
(
	test_timeout=1
	for case in $(tests/self/must_fail); do
		run_test tests/self/must_fail "$case"
		[ $not_ok -gt 0 ] || {
			echo "$case went unnoticed:"
			cat test.log
			exit 1
		}
	done
)

# build DIR CONFIG ARGUMENT...: a build of its own
build()
(
	mkdir -p "$out/$1" && cd "$out/$1" || exit
	shift
	make -s -f "$srctree/Makefile" "$1" >/dev/null || exit
	shift
	make -s -j"$(nproc)" -f "$srctree/Makefile" "$@"
)

# The lab tells on standard error how far it is, and TAP is for us.
scenarios()
{
	{
		cd "$here" && "$srctree/tests/lab/lab" run ${FULL:+--full}
		echo $? >"$out/lab.status"
	} | tee "$out/lab.log"
	tally "$out/lab.log" "$(cat "$out/lab.status")"
	count $ok $not_ok
}

"$scripts/packages.sh" install build check || exit
mkdir -p "$out/gcc" && cd "$out/gcc" || exit

step "include rule" "$scripts/check-includes.sh"
step "style" "$scripts/check-style.sh"
step "conformance tables" "$scripts/check-protocol.sh"
if step "gcc build" build gcc defconfig CC=gcc all; then
	step "example configuration" dom0-backend/daemon/vmediad \
		--check-config -f "$srctree/configs/vmediad.cfg"
	step "manual pages" "$scripts/check-man.sh"
fi
# These are for their warnings: gcc's build is the one that is optimized.
plain="-O0 -U_FORTIFY_SOURCE"
step "clang build" build clang defconfig CC=clang CFLAGS="$plain"
for config in "$srctree"/configs/*_defconfig; do
	config=${config##*/}
	[ "$config" = '*_defconfig' ] || step "$config build" build "$config" "$config" CFLAGS="$plain"
done
step "headers" "$scripts/check-headers.sh"
step "sparse" "$scripts/check-sparse.sh"
step "module" "$scripts/check-module.sh"
if step "tests build" build gcc defconfig CC=gcc tests; then
	step "tests that must fail" must_fail
	run_tests
fi
[ "$1" != --lab ] || scenarios

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
