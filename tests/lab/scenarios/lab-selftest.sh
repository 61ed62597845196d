# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: a guest without a camera comes up, obeys, and goes.
# limit: 120
# in: full
# xen: any

ok "a guest starts" guest_start plain || done_testing
is "a command's output arrives" "$(in_guest plain 'echo one; echo two >&2')" "one
two"
in_guest plain 'exit 7'
is "a command's status arrives" $? 7

in_guest plain 'dd if=/dev/urandom of=/tmp/noise bs=64k count=16' 2>/dev/null
ok "a megabyte comes out of the guest" \
	timed guest_pull plain /tmp/noise "$LAB_TMP/noise"
diag "pulling it took $TOOK_MS ms"
is "all of it" "$(wc -c <"$LAB_TMP/noise")" 1048576
is "byte for byte" "$(sha256sum <"$LAB_TMP/noise")" \
	"$(in_guest plain 'sha256sum </tmp/noise')"

in_guest plain 2 'sleep 60'
is "a command that hangs is ended" $? 137
ok "a job starts in the background" in_guest_bg plain count 'sleep 1; echo done; exit 3'
is "its output arrives" "$(guest_wait plain count)" "done"
guest_wait plain count >/dev/null
is "its status arrives" $? 3

ok "the guest reboots" guest_reboot plain
is "and obeys again" "$(in_guest plain 'echo here')" "here"
ok "a second guest starts" guest_start second
ok "it shuts down when asked" guest_shutdown second

timed guest_destroy plain
at_most "destroying a guest takes no 2 s" "$TOOK_MS" 2000
ok "nothing is left of the guests" no_leftovers
done_testing
