# SPDX-License-Identifier: GPL-2.0-only
# v4l2-do in guests: what was asked for, and what came of it.
# shellcheck shell=dash

# does GUEST DEVICE STEP...: v4l2-do's lines.
does() {
	local guest=$1 device=$2
	shift 2

	in_guest "$guest" "v4l2-do /dev/video$device $*"
}

# answers SENTENCE GUEST DEVICE STEP... RESULT: what came of the last step.
answers() {
	local sentence=$1 guest=$2 device=$3 result steps=
	shift 3

	while [ $# -gt 1 ]; do
		steps="$steps $1"
		shift
	done
	result=$(does "$guest" "$device" "$steps" | tee -a "$LAB_TMP/steps" |
		sed -n '$s/^[^ ]*: //p')
	like "$sentence: $result" "$result" "^($1)\$"
}

# keeps GUEST JOB DEVICE STEP...: does these and keeps its files open, until
# lets_go. Returns when they are done.
keeps() {
	local guest=$1 job=$2 device=$3
	shift 3

	in_guest_bg "$guest" "$job" "rm -f /tmp/$job.kept /tmp/$job.go
		exec v4l2-do /dev/video$device $* note:/tmp/$job.kept until:/tmp/$job.go" &&
		wait_for 10 in_guest "$guest" "test -e /tmp/$job.kept"
}

# lets_go GUEST JOB: prints what came of the steps.
lets_go() {
	in_guest "$1" ": >/tmp/$2.go" && guest_wait "$1" "$2" 10
}
