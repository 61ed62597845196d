# SPDX-License-Identifier: GPL-2.0-only
# However the lab ends, by itself, by Ctrl-C or by SIGTERM: what it started is
# ended, what it half made is removed.
# shellcheck shell=bash

# The one child that may run at a time (a recipe, QEMU), a process group of its
# own, so that all of it can be ended; and what to remove.
LAB_CHILD=
LAB_REMOVE=()

# child COMMAND...: runs COMMAND as a process group, without waiting for it.
child() {
	setsid "$@" &
	LAB_CHILD=$!
}

# child_wait: its status. Signals are seen at once, as bash's wait is a builtin.
child_wait() {
	local status=0

	wait "$LAB_CHILD" || status=$?
	LAB_CHILD=
	return "$status"
}

child_end() {
	[ -n "$LAB_CHILD" ] || return 0
	kill -- "-$LAB_CHILD" 2>/dev/null || true
	child_wait 2>/dev/null || true
}

# removed_at_exit PATH
removed_at_exit() {
	LAB_REMOVE+=("$1")
}

at_exit() {
	trap - EXIT
	child_end
	if [ ${#LAB_REMOVE[@]} -gt 0 ]; then
		rm -rf -- "${LAB_REMOVE[@]}"
	fi
}

trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
