/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pace.h - how fast a guest gets its commands taken: quota `commands/s`.
 *
 * A bucket of tokens, one a command, filled at the rate of the quota. It holds
 * a quarter of a second's worth, at least 32, so that what an application does
 * at its start is not slowed. Who finds it empty waits for a hundredth of a
 * second's worth. One for all devices of a guest, which wait in turn. A timer
 * runs only while somebody waits.
 *
 * Thread: the event loop's.
 */
#ifndef MEDIA_PACE_H
#define MEDIA_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct account;
struct event_base;
struct pace;

/**
 * struct pace_waiter - who wants tokens; pace_waiter_init() before anything else
 * @go: it is its turn, as long as it does not return; may take, and wait again
 * @owner: its parameter
 */
struct pace_waiter {
	struct list link; /* pace.waiters, or none */
	void (*go)(void *owner);
	void *owner;
};

/** pace_waiter_init() - one that does not wait */
void pace_waiter_init(struct pace_waiter *waiter, void (*go)(void *owner),
		      void *owner);

/**
 * pace_create() - a full bucket
 * @base: borrowed
 * @account: whose limit it is, and where commands are counted; borrowed
 * @now: nanoseconds that never go backwards; pace_clock(), but for tests
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int pace_create(struct event_base *base, struct account *account,
		uint64_t (*now)(void), struct pace **out);

/** pace_destroy() - nobody waits. NULL is fine. */
void pace_destroy(struct pace *pace);

/** pace_clock() - CLOCK_MONOTONIC */
uint64_t pace_clock(void);

/**
 * pace_take() - a token for one command, which is counted
 * Return: false if there is none, or if others wait: then @waiter's go is called,
 * once, from the event loop, in its turn; unless pace_forget() comes first.
 */
bool pace_take(struct pace *pace, struct pace_waiter *waiter);

/** pace_forget() - @waiter does not wait any more; harmless if it did not */
void pace_forget(struct pace *pace, struct pace_waiter *waiter);

/** pace_changed() - the limit is another: who waits may wait for less */
void pace_changed(struct pace *pace);

#endif /* MEDIA_PACE_H */
