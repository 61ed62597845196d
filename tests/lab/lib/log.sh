# SPDX-License-Identifier: GPL-2.0-only
# What the lab says: progress on stderr, the long story in log files.
# shellcheck shell=bash

# Numbered steps, so that a reader sees how far a cold start is.
LAB_STEP=0
LAB_STEPS=0

say() {
	printf 'lab: %s\n' "$*" >&2
}

# step TEXT: announces the next numbered step.
step() {
	LAB_STEP=$((LAB_STEP + 1))
	if [ "$LAB_STEPS" -gt 0 ]; then
		say "[$LAB_STEP/$LAB_STEPS] $*"
	else
		say "$*"
	fi
}

die() {
	printf 'lab: error: %s\n' "$*" >&2
	exit 1
}

# logged LOG COMMAND...: runs COMMAND with its output in LOG. When it fails,
# the reason is shown: the end of LOG, and the errors before it, which a
# parallel make may have buried.
logged() {
	local log=$1
	shift

	printf '+ %s\n' "$*" >>"$log"
	"$@" >>"$log" 2>&1 </dev/null && return 0

	say "failed: $*"
	say "from $log:"
	{
		head -n -15 -- "$log" |
			grep -E '(error:|^E: |\*\*\*) ?' | tail -n 10
		tail -n 15 -- "$log"
	} | sed 's/^/  | /' >&2
	return 1
}

# seconds_since START: for the "done in" lines.
seconds_since() {
	printf '%s' "$(($(date +%s) - $1))"
}
