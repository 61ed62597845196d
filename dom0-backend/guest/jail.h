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
 * struct jail_needs - daily work, beyond what all guests take
 * @grants: it has a handle for grants, to map them and to copy by them
 * @exports: it has a handle to grant dma-bufs, for reading
 * @writable: for writing, too
 */
struct jail_needs {
	bool grants;
	bool exports;
	bool writable;
};

/**
 * jail_enter() - no user but @user, no system call but those of daily work
 * @user: of the password file; if there is none of that name, the kernel's
 *        overflow user, which owns nothing
 * @needs: borrowed
 *
 * For good. A call that is not allowed fails with EPERM. A process that is not
 * root keeps its user.
 * Return: 0 or -errno, logged: the process must not go on.
 */
int jail_enter(const char *user, const struct jail_needs *needs);

#endif /* GUEST_JAIL_H */
