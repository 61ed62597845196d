# SPDX-License-Identifier: GPL-2.0-only
# dom0's kernel with our patches: a camera's buffer that was granted read-only
# can be read by a guest and not be written, by no trick, and whether the guest
# still has it mapped is known. What it has mapped is used for nothing else,
# even when the program that granted it was killed.
# shellcheck shell=dash

granter=$LAB_OUT/dmabuf-grant.log

# grants STEP...: dmabuf-grant in the background; the guest has the references
# when it has come to "note:$LAB_TMP/granted".
grants() {
	rm -f "$LAB_TMP"/granted "$LAB_TMP"/held "$LAB_TMP"/still-held "$LAB_TMP"/let-go
	dmabuf-grant /dev/video0 "$domid" "$@" >"$granter" 2>&1 &
	granter_pid=$!
	wait_for 10 test -e "$LAB_TMP/granted" &&
		in_guest ivi "cat >/tmp/refs <<-END
			$(cat "$LAB_TMP/refs")
		END"
}

# granted NUMBER: what came of this step of dmabuf-grant, 1 is the first.
granted() {
	sed -n "$1s/^[^ ]*: //p" "$granter"
}

# maps STEP...: what came of grant-map's last step.
maps() {
	in_guest ivi "grant-map 0 /tmp/refs $*" | sed -n '$s/^[^ ]*: //p'
}

# holds STEP...: the guest maps read-only, and does the STEPs when it is told to
# by "goes_on".
holds() {
	in_guest_bg ivi map "rm -f /tmp/held /tmp/go
		exec grant-map 0 /tmp/refs map note:/tmp/held until:/tmp/go $*" &&
		wait_for 10 in_guest ivi 'test -e /tmp/held'
}

# goes_on: what came of these STEPs, without their names.
goes_on() {
	in_guest ivi ': >/tmp/go'
	guest_wait ivi map 10 | sed '1,3d; s/^[^ ]*: //' | tr '\n' ' '
}

# Nothing that was freed in dom0 stays as it was.
use_free_memory() {
	unload_vivid
	dd if=/dev/zero bs=1M count=$(($(awk '/^MemFree/ { print $2 }' /proc/meminfo) / 1024 - 128)) \
		of=/run/zeros 2>/dev/null
	rm -f /run/zeros
}

ok "vivid is the camera" load_vivid
ok "a guest starts" guest_start ivi || done_testing
domid=$(guest_domid ivi)

ok "a buffer is granted without the patches' help" grants fill:1 sum grant refs:"$LAB_TMP/refs" \
	note:"$LAB_TMP/granted" until:"$LAB_TMP/held" sum release
sum=$(granted 2)
is "a guest reads what is in it" "$(maps map sum)" "$sum"
is "it may map it writable" "$(maps map-writable)" ok
is "and write" "$(maps map-writable write)" ok
ok "it holds it" holds
: >"$LAB_TMP/held"
wait "$granter_pid"
ok "dom0's buffer is changed" not test "$(granted 7)" = "$sum"
is "dom0 is told that it is free, which it is not" "$(granted 8)" ok
goes_on >"$LAB_TMP/nothing"

ok "a buffer is granted read-only" grants fill:2 sum grant-ro refs:"$LAB_TMP/refs" \
	note:"$LAB_TMP/granted" until:"$LAB_TMP/held" \
	fill:3 sum try-release try-release note:"$LAB_TMP/still-held" until:"$LAB_TMP/let-go" \
	sum try-release try-release
is "a guest reads what is in it" "$(maps map sum)" "$(granted 2)"
is "it may not map it writable" "$(maps map-writable)" EINVAL
ok "it holds it" holds sum write sum unmap
: >"$LAB_TMP/held"
ok "dom0 writes into it and wants it back" wait_for 10 test -e "$LAB_TMP/still-held"
sum=$(granted 8)
is "and is told that it is mapped" "$(granted 9)" EBUSY
is "each time" "$(granted 10)" EBUSY
is "the guest reads what dom0 wrote, and never comes through with its own writing" \
	"$(goes_on)" "$sum SIGALRM $sum ok "
: >"$LAB_TMP/let-go"
wait "$granter_pid"
is "dom0's buffer is not changed" "$(granted 13)" "$sum"
is "dom0 is told that it is free, now that the guest has unmapped it" "$(granted 14)" ok
is "which is so once" "$(granted 15)" ENOENT
is "the guest cannot map it again" "$(maps map)" EINVAL

ok "a buffer is granted read-only" grants fill:4 sum grant-ro refs:"$LAB_TMP/refs" \
	note:"$LAB_TMP/granted" until:"$LAB_TMP/held"
sum=$(granted 2)
ok "the guest holds it" holds sum unmap
kill -KILL "$granter_pid"
wait "$granter_pid"
use_free_memory
is "the granting program is killed, and the guest still has the buffer and nothing else" \
	"$(goes_on)" "$sum ok "
done_testing
