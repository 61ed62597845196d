# SPDX-License-Identifier: GPL-2.0-only
# Guests: started by xl, spoken to over their Xen console (guest/lab-agent).
#
# For each there is a directory $LAB_TMP/guests/NAME: domid, tty, the number of
# the last call, and the last answer.
# shellcheck shell=dash

LAB_BOOT_LIMIT=60

# By grants (1) or not (0) guests share their memory; a scenario that is about
# one of them sets it.
LAB_GRANTS=0
[ ! -e /lab/grants ] || LAB_GRANTS=1

# cameras [COUNT [DEVICE_ID]]: the virtio line of a configuration.
cameras() {
	local i=${1:-1} list=

	while [ "$i" -gt 0 ]; do
		list="$list\"backend=0,type=virtio,device${2:-30},transport=mmio,grant_usage=$LAB_GRANTS\","
		i=$((i - 1))
	done
	echo "virtio = [ ${list%,} ]"
}

# media_tools: the lines of a configuration of a guest that has ffmpeg and
# GStreamer, for a scenario with the header "# tools: media".
media_tools() {
	[ -e /run/guest/media ] ||
		cat /lab/guest/media-tools /run/guest/initramfs >/run/guest/media
	printf '%s\n' 'ramdisk = "/run/guest/media"' 'memory = 1024'
}

# guest_config NAME [LINE...]: the xl configuration on stdout. In xl the last
# setting of a key wins, so a LINE can change any of these.
guest_config() {
	cat <<-END
	name = "$1"
	kernel = "/run/guest/Image"
	ramdisk = "/run/guest/initramfs"
	extra = "console=ttyAMA0 rdinit=/init"
	memory = $((LAB_SLOW > 1 ? 512 : 256))
	vcpus = 1
	cpus = "1"
	vuart = "sbsa_uart"
	END
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

# guest_create NAME [LINE...]: as guest_start, without waiting for user space.
guest_create() {
	local name=$1
	shift

	guest_config "$name" "$@" >"$LAB_OUT/$name.cfg"
	xl create "$LAB_OUT/$name.cfg" >>"$LAB_OUT/xl.log" 2>&1 || {
		diag "xl create $name failed"
		tail -n 10 "$LAB_OUT/xl.log" | diag
		return 1
	}
	guest_meet "$name"
}

# guest_meet NAME: notes which domain NAME is now, and where its console is.
guest_meet() {
	local dir=$LAB_TMP/guests/$1 domid

	domid=$(xl domid "$1") || return 1
	mkdir -p "$dir"
	echo "$domid" >"$dir/domid"
	echo 0 >"$dir/calls"
	xenstore-read "/local/domain/$domid/console/tty" >"$dir/tty"
}

# guest_ready NAME [SECONDS]: waits for the agent in a guest that has just
# been created.
guest_ready() {
	local name=$1 limit=$((${2:-$LAB_BOOT_LIMIT} * LAB_SLOW)) tty

	tty=$(cat "$LAB_TMP/guests/$name/tty")
	# Only the subshell may open the line, or it becomes our terminal.
	(timeout "$limit" awk '/^@ready/ { found = 1; exit } END { exit !found }' \
		<"$tty" >/dev/null 2>&1) && return 0

	diag "$name is not ready after $limit s; the end of its console:"
	tail -n 15 "/lab/out/consoles/guest-$name-vuart0.log" | diag
	return 1
}

# guest_start NAME [LINE...]: creates a guest and waits until it takes commands.
guest_start() {
	guest_create "$@" && guest_ready "$1"
}

# guest_call NAME LIMIT COMMAND: the output is in $LAB_TMP/guests/NAME/answer,
# in base64. Status 125: no answer.
guest_call() {
	local dir=$LAB_TMP/guests/$1 id tty status

	[ -d "$dir" ] || {
		diag "in_guest: there is no guest $1"
		return 125
	}
	tty=$(cat "$dir/tty")
	(
		flock 9
		id=$(($(cat "$dir/calls") + 1))
		echo "$id" >"$dir/calls"
		rm -f "$dir/status"
		{
			printf '@run %s %s ' "$id" "$2"
			printf '%s' "$3" | base64 -w 0
			echo
		} >"$tty"
		# The guest has the limit itself; ours is for a guest that
		# does not answer any more. busybox' timeout leaves a watcher
		# behind for up to a second: it must not keep the lock.
		# shellcheck disable=SC2016 # awk's
		timeout $(($2 + 20)) awk -v id="$id" -v file="$dir/status" '
			$1 == "@begin" && $2 == id { on = 1; next }
			$1 == "@end" && $2 == id { print $3 >file; exit }
			on' <"$tty" >"$dir/answer" 2>/dev/null 9>&-
		status=$(cat "$dir/status" 2>/dev/null) || {
			diag "in_guest: no answer from $1 to: $3"
			status=125
		}
		exit "$status"
	) 9>"$dir/lock"
}

# in_guest NAME [SECONDS] COMMAND: runs a shell command in the guest and prints
# its output; its status is ours. 137: ended by the limit (default 30 s).
# One command at a time; see in_guest_bg.
in_guest() {
	local name=$1 limit=30 status
	shift

	case $1 in
	*[!0-9]*)
		;;
	*)
		limit=$1
		shift
		;;
	esac
	guest_call "$name" $((limit * LAB_SLOW)) "$1"
	status=$?
	[ "$status" -eq 125 ] || base64 -d "$LAB_TMP/guests/$name/answer"
	return "$status"
}

# in_guest_bg NAME JOB COMMAND: starts COMMAND in the guest and returns. JOB is
# a word of your choice.
in_guest_bg() {
	in_guest "$1" "
		mkdir -p /tmp/jobs && rm -f /tmp/jobs/$2.status
		cat >/tmp/jobs/$2 <<'END OF JOB'
$3
END OF JOB
		(
			sh /tmp/jobs/$2 </dev/null >/tmp/jobs/$2.out 2>&1
			echo \$? >/tmp/jobs/$2.status
		) &"
}

# guest_wait NAME JOB [SECONDS]: waits for a job, prints its output; its status
# is ours. 124: it still runs.
guest_wait() {
	in_guest "$1" $((${3:-30} + 5)) "
		n=0
		until [ -s /tmp/jobs/$2.status ]; do
			if [ \$n -ge $((${3:-30} * LAB_SLOW * 10)) ]; then
				cat /tmp/jobs/$2.out
				exit 124
			fi
			n=\$((n + 1))
			sleep 0.1
		done
		cat /tmp/jobs/$2.out
		exit \$(cat /tmp/jobs/$2.status)"
}

# guest_streams NAME [DEVICE]: starts a stream without end as the job "stream",
# and waits until frames have come (v4l2-ctl prints a character for each).
guest_streams() {
	in_guest_bg "$1" stream \
		"v4l2-ctl -d ${2:-/dev/video0} --stream-mmap --stream-count=1000000" &&
		# shellcheck disable=SC2016 # the guest's
		wait_for 20 in_guest "$1" 'test "$(wc -c </tmp/jobs/stream.out)" -gt 5'
}

# guest_stream_ends NAME [SECONDS]: the stream ends by itself, however.
guest_stream_ends() {
	guest_wait "$1" stream "${2:-10}" >/dev/null
	[ $? -ne 124 ]
}

# guest_pull NAME FILE DEST: a copy of the guest's FILE, byte for byte. Only
# the list of the pages comes over the console, which is slow.
guest_pull() {
	in_guest "$1" "lab-export '$2'" >"$LAB_TMP/frames" || {
		diag <"$LAB_TMP/frames"
		return 1
	}
	lab-import "$(guest_domid "$1")" <"$LAB_TMP/frames" >"$3"
}

# guest_domid NAME
guest_domid() {
	cat "$LAB_TMP/guests/$1/domid"
}

# guest_destroy NAME: as hard as xl can. See "timed" for how long it took.
guest_destroy() {
	rm -rf "$LAB_TMP/guests/$1"
	timeout 60 xl destroy "$1" >>"$LAB_OUT/xl.log" 2>&1
}

# guest_shutdown NAME [SECONDS]: asks the guest and waits until it is gone.
guest_shutdown() {
	rm -rf "$LAB_TMP/guests/$1"
	xl shutdown "$1" >>"$LAB_OUT/xl.log" 2>&1 || return 1
	wait_for "${2:-30}" not xl domid "$1" && return 0
	diag "$1 is still there"
	return 1
}

guest_is_another() {
	local domid

	domid=$(xl domid "$1" 2>/dev/null) && [ "$domid" != "$2" ] &&
		xenstore-exists "/local/domain/$domid/console/tty"
}

# guest_reboot NAME [SECONDS]: asks the guest and waits until its successor, a
# domain of another number, takes commands.
guest_reboot() {
	local before

	before=$(guest_domid "$1")
	xl reboot "$1" >>"$LAB_OUT/xl.log" 2>&1 || return 1
	wait_for "${2:-30}" guest_is_another "$1" "$before" || {
		diag "$1 does not come back"
		return 1
	}
	guest_meet "$1" && guest_ready "$1"
}

# no_zombie: xl shows a domain that is dead and not gone as (null).
no_zombie() {
	! xl list | grep -q '(null)'
}
