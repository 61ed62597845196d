# SPDX-License-Identifier: GPL-2.0-only
# What a scenario says. Lines go to the host as they happen; it numbers them
# and puts the scenario's name in front. What commands print is kept apart, in
# scenario.log, and shown only where a test fails.
# shellcheck shell=dash

report() {
	printf '%s\n' "$*" >>/lab/events
}

# note LINE: for scenario.log, with the seconds since boot. On stderr, for the
# caller may be catching a command's output.
note() {
	local up _

	read -r up _ </proc/uptime
	printf '[%s] %s\n' "$up" "$*" >&2
}

pass() {
	report "ok - $*"
	note "ok - $*"
}

# A scenario goes on after a failed test, unless it says "|| done_testing".
fail() {
	report "not ok - $*"
	note "not ok - $*"
}

# diag TEXT...: a remark. Several lines may come on stdin instead. Within the
# COMMAND of an "ok" it is output like any other, shown if that fails.
diag() {
	local line

	if [ $# -eq 0 ]; then
		while IFS= read -r line; do
			diag "$line"
		done
	elif [ -n "$LAB_WITHIN_OK" ]; then
		printf '%s\n' "$*" >&2
	else
		report "# $*"
		note "# $*"
	fi
}

LAB_WITHIN_OK=

# How much longer than with the plain kernel everything may take: all limits are
# multiplied by it.
LAB_SLOW=$(cat /lab/slow)

# ok SENTENCE COMMAND...: true if COMMAND succeeds.
ok() {
	local sentence=$1 status
	shift

	LAB_WITHIN_OK=yes
	"$@" >"$LAB_TMP/output" 2>&1
	status=$?
	LAB_WITHIN_OK=
	cat "$LAB_TMP/output"
	if [ "$status" -eq 0 ]; then
		pass "$sentence"
		return 0
	fi
	fail "$sentence"
	diag "status $status from: $*"
	tail -n 20 "$LAB_TMP/output" | diag
	return 1
}

# not COMMAND...: for "ok SENTENCE not COMMAND".
not() {
	! "$@"
}

# is SENTENCE GOT EXPECTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
		return 0
	fi
	fail "$1"
	diag "     got: $2"
	diag "expected: $3"
	return 1
}

# like SENTENCE GOT PATTERN: an extended regular expression.
like() {
	if printf '%s\n' "$2" | grep -qE -e "$3"; then
		pass "$1"
		return 0
	fi
	fail "$1"
	printf '%s\n' "$2" | tail -n 20 | sed 's/^/     got: /' | diag
	diag "expected: $3"
	return 1
}

# at_most SENTENCE GOT LIMIT: whole numbers.
at_most() {
	if [ "$2" -le "$3" ] 2>/dev/null; then
		pass "$1 ($2)"
		return 0
	fi
	fail "$1"
	diag "got $2, the limit is $3"
	return 1
}

# at_least SENTENCE GOT LIMIT
at_least() {
	if [ "$2" -ge "$3" ] 2>/dev/null; then
		pass "$1 ($2)"
		return 0
	fi
	fail "$1"
	diag "got $2, at least $3 was expected"
	return 1
}

# skip SENTENCE REASON
skip() {
	report "ok - $1 # SKIP $2"
	note "ok - $1 # SKIP $2"
}

# The last line of a scenario. Without it the runner takes the scenario for
# broken off.
done_testing() {
	: >"$LAB_TMP/done"
	exit 0
}

# in_full: this is "lab run --full".
in_full() {
	[ -e /lab/full ]
}

# or_full LITTLE MUCH: how much of something, of which "lab run --full" does MUCH.
or_full() {
	if in_full; then
		echo "$2"
	else
		echo "$1"
	fi
}

# now_ms: since boot, to a hundredth of a second.
now_ms() {
	local up _

	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# timed COMMAND...: sets TOOK_MS; the status is COMMAND's.
timed() {
	local start status

	start=$(now_ms)
	"$@"
	status=$?
	# shellcheck disable=SC2034 # for the caller
	TOOK_MS=$(($(now_ms) - start))
	return "$status"
}

# wait_for SECONDS COMMAND...: tries COMMAND until it succeeds.
wait_for() {
	local end
	end=$(($(now_ms) + $1 * LAB_SLOW * 1000))
	shift

	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.1
	done
}
