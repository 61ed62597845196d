#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module compiles without a warning, W=1 and sparse included, for the
# kernel of $KDIR or else of the newest headers that this machine has.
# Run in a build directory, by check.sh. Exit status 77: skipped.

srctree=$(cd "$(dirname "$0")/../.." && pwd)

kdir=$KDIR
for dir in $(ls -dv /lib/modules/*/build /usr/src/linux-headers-*[!n] 2>/dev/null); do
	[ -z "$KDIR" ] && [ -f "$dir/Module.symvers" ] && kdir=$dir
done
[ -n "$kdir" ] || {
	echo "no kernel headers here: make deps, or KDIR="
	exit 77
}

# Anew each time: what does not compile again does not warn again.
rm -rf domU-frontend
echo "$kdir"
log=$(make -f "$srctree/Makefile" modules KDIR="$kdir" W=1 C=1 2>&1)
status=$?
printf '%s\n' "$log"
# What the kernel's own headers have to say is not ours to mend.
! printf '%s\n' "$log" | grep -qE '^[^ ]*(domU-frontend|/vmedia)/.*(warning|error):|modpost: missing' &&
	[ $status -eq 0 ]
