/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jail.h - what vmedia-guest gives up once it has all that it needs.
 *
 * It reads what a hostile guest writes. Should the guest take it over, it has
 * its Xen handles, restricted to that guest, and the sockets and pictures that
 * it was given; but no file, no other process, no new handle.
 *
 * Handles for grants, if it has any, are the exception: no kernel restricts
 * them to one guest. That is why only a process whose guest needs one has it.
 */
#ifndef GUEST_JAIL_H
#define GUEST_JAIL_H

#include <stdbool.h>

/**
 * jail_enter() - no user but @user, no system call but those of daily work
 * @user: of the password file; if there is none of that name, the kernel's
 *        overflow user, which owns nothing
 * @grants: it has a handle for grants: mapping them and copying by them is daily
 *          work
 * @exports: it has a handle to grant dma-bufs: that is
 *
 * For good. A call that is not allowed fails with EPERM. A process that is not
 * root keeps its user.
 * Return: 0 or -errno, logged: the process must not go on.
 */
int jail_enter(const char *user, bool grants, bool exports);

#endif /* GUEST_JAIL_H */
