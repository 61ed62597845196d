/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wakeups.h - how often the event loop of this process had something to do.
 *
 * libevent counts that only in versions newer than those that we build with.
 * main() calls wakeups_dispatch() in place of event_base_dispatch(); who reports
 * asks wakeups_count().
 *
 * Thread: the event loop's. One loop in a process.
 */
#ifndef BASE_WAKEUPS_H
#define BASE_WAKEUPS_H

#include <stdint.h>

struct event_base;

/**
 * wakeups_dispatch() - as event_base_dispatch(), and counts
 * @base: borrowed
 *
 * All that is there when the loop wakes up, or comes until that is done, is one
 * wake-up.
 * Return: 0 after event_base_loopbreak() or event_base_loopexit(), 1 if nothing
 * is waited for any more, -1 if the system cannot wait.
 */
int wakeups_dispatch(struct event_base *base);

/** wakeups_count() - so far */
uint64_t wakeups_count(void);

#endif /* BASE_WAKEUPS_H */
