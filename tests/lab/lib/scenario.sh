# SPDX-License-Identifier: GPL-2.0-only
# The host's side of the scenarios: which, for how long, and what came out.
# shellcheck shell=bash

LAB_BOOT_LIMIT=${LAB_BOOT_LIMIT:-180}
# For putting guests away after a scenario, each step of which has a limit.
LAB_GRACE=240

# header FILE WORD DEFAULT: the value of a "# WORD: VALUE" line at the top of a
# scenario.
header() {
	local value

	value=$(sed -n "1,20s/^# $2: *//p" "$1" | head -n 1)
	printf '%s\n' "${value:-$3}"
}

# find_scenario WORD: the file a word of the command line means.
find_scenario() {
	local file

	for file in "$LAB_DIR/scenarios/$1.sh" "$1"; do
		if [ -f "$file" ]; then
			printf '%s\n' "$file"
			return 0
		fi
	done
	die "there is no scenario $1 (lab list names them)"
}

# take_scenario FILE XEN: puts a scenario on this run's list.
take_scenario() {
	local file=$1 name needs limit
	name=$(basename "$file" .sh)
	needs=$(header "$file" xen ioreq)

	[ ! -e "$LAB_RUN/scenarios/$name.sh" ] ||
		die "two scenarios are called $name"
	cp -- "$file" "$LAB_RUN/scenarios/$name.sh"
	if [ "$needs" = "$2" ] || [ "$needs" = any ]; then
		limit=$(header "$file" limit 120)
		printf '%s %s\n' "$name" $((limit * LAB_KERNEL_SLOW[$LAB_KERNEL])) \
			>>"$LAB_RUN/list"
	else
		tap "ok - $name: the scenario" "# SKIP needs --xen $needs"
	fi
	rm -rf -- "${LAB_OUT:?}/$name"
}

TAP_COUNT=0
TAP_FAILED=0

# tap LINE [DIRECTIVE]: one line of TAP on stdout, numbered here.
tap() {
	local line=$1 word

	case $line in
	'not ok - '*)
		word='not ok'
		TAP_FAILED=$((TAP_FAILED + 1))
		;;
	'ok - '*)
		word=ok
		;;
	*)
		printf '%s\n' "$line"
		return
		;;
	esac
	TAP_COUNT=$((TAP_COUNT + 1))
	printf '%s %s - %s\n' "$word" "$TAP_COUNT" "${line#"$word - "}${2:+ $2}"
}

# collect NAME FROM: moves what a scenario left to its place, with the part of
# dom0's console (which is Xen's, too) that begins at byte FROM.
collect() {
	mkdir -p -- "$LAB_RUN/out/$1" "$LAB_OUT"
	tail -c "+$(($2 + 1))" -- "$LAB_RUN/console.log" >"$LAB_RUN/out/$1/console.log"
	rm -rf -- "${LAB_OUT:?}/$1"
	mv -- "$LAB_RUN/out/$1" "$LAB_OUT/$1"
}

console_size() {
	stat -c %s -- "$LAB_RUN/console.log" 2>/dev/null || echo 0
}

# follow: reads the events of a run until dom0 goes off, prints TAP. Returns
# with scenarios unfinished if dom0 stops talking.
follow() {
	local line current='' from=0 patience=$LAB_BOOT_LIMIT start trouble=''
	local events
	start=$(date +%s)

	exec {events}< <(exec tail -n +1 -f --pid="$LAB_CHILD" "$LAB_RUN/events")
	while :; do
		if ! read -r -t "$patience" -u "$events" line; then
			trouble="dom0 went off unexpectedly"
			kill -0 "$LAB_CHILD" 2>/dev/null &&
				trouble="dom0 said nothing for $patience s"
			break
		fi
		case $line in
		up)
			say "      dom0 is up after $(seconds_since "$start") s"
			;;
		'begin '*)
			read -r _ current patience <<<"$line"
			patience=$((patience + LAB_GRACE))
			from=$(console_size)
			start=$(date +%s)
			say "scenario $current..."
			;;
		'end '*)
			say "      $current took $(seconds_since "$start") s"
			collect "$current" "$from"
			sed -i 1d "$LAB_RUN/list.left"
			current=
			;;
		'broken '*)
			trouble="dom0 is broken: ${line#broken }"
			;;
		off)
			break
			;;
		'ok - '*)
			tap "ok - $current: ${line#ok - }"
			;;
		'not ok - '*)
			tap "not ok - $current: ${line#not ok - }"
			;;
		*)
			tap "$line"
			;;
		esac
	done
	exec {events}<&-

	if [ -n "$trouble" ]; then
		say "$trouble; the end of its console:"
		tail -n 25 -- "$LAB_RUN/console.log" | tr -d '\r' | sed 's/^/  | /' >&2
		[ -z "$current" ] || collect "$current" "$from"
	fi
	# Whatever was not finished failed.
	while read -r line _; do
		tap "not ok - $line: the scenario was finished"
		[ -z "$trouble" ] || tap "# $trouble"
	done <"$LAB_RUN/list.left"
}

# run_scenarios: boots and follows. True if all passed.
run_scenarios() {
	cp "$LAB_RUN/list" "$LAB_RUN/list.left"
	mkdir -p "$LAB_OUT"
	: >"$LAB_RUN/console.log"
	qemu_command -serial "file:$LAB_RUN/console.log"
	: >"$LAB_RUN/qemu.log"
	if [ -s "$LAB_RUN/list" ]; then
		child "${QEMU[@]}" >"$LAB_RUN/qemu.log" 2>&1 </dev/null
		follow
		# dom0 is going down, or is not: either way this run is over.
		timeout 10 tail -f --pid="$LAB_CHILD" /dev/null || true
		child_end
	fi
	cp -- "$LAB_RUN/console.log" "$LAB_RUN/qemu.log" "$LAB_OUT/"
	sed 's/^/  | qemu: /' "$LAB_RUN/qemu.log" >&2

	printf '1..%s\n' "$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ] && return 0
	say "$TAP_FAILED of $TAP_COUNT tests failed; logs are in $LAB_OUT"
	return 1
}
