/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen_window.h - memory for the windows of guests: what vmediad asks Xen for.
 *
 * The memory is the guest's: it counts as the domain's, is seen by it, and goes
 * with it. Xen lets a domain have no more than its max_pages, so these are
 * raised by what is added. `xl mem-set` and `xl mem-max` write them anew and do
 * not know of windows: the domain then cannot grow by as much.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's. A call takes some
 * milliseconds for each 16 MiB.
 */
#ifndef DAEMON_XEN_WINDOW_H
#define DAEMON_XEN_WINDOW_H

#include <stdint.h>

struct xen_windows;

/**
 * xen_windows_open() - get hold of Xen
 * @out: owned by the caller on success, untouched on failure
 * Return: 0; -ENOMEM; -errno if this is no dom0.
 */
int xen_windows_open(struct xen_windows **out);

/** xen_windows_close() - what was populated stays. NULL is fine. */
void xen_windows_close(struct xen_windows *windows);

/**
 * xen_windows_populate() - let [@gpa, @gpa + @len) of a domain be memory
 * @gpa: guest-physical, a multiple of the size of pages, as @len is
 * @len: at most GUEST_POPULATE_MAX; nothing of the guest's may be there but
 *       pages of an earlier call, maybe of an earlier vmediad
 *
 * Pages that are there are left alone: Xen would put others in their place and
 * keep the old ones until the domain ends.
 * Return: 0; -ENOMEM if Xen has no memory left, -ESRCH if the domain is gone,
 * or -errno. Then nothing was added, and the domain may have as much as before.
 * But -EBUSY: Xen has no memory left, and what was added until then could not
 * all be taken back; the domain may have it, which must not happen again and
 * again.
 */
int xen_windows_populate(struct xen_windows *windows, unsigned int domid,
			 uint64_t gpa, uint64_t len);

#endif /* DAEMON_XEN_WINDOW_H */
