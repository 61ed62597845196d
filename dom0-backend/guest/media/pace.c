// SPDX-License-Identifier: GPL-2.0-only
#include "media/pace.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "base/util.h"
#include "media/account.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

/* Tokens that the bucket holds at least */
#define SMALLEST_BURST UINT64_C(32)

/**
 * struct pace - see pace.h
 * @full_at: when the bucket will be full, or was; each token that is taken puts
 *           it off by the time that it takes to come. What is missing is thus a
 *           length of time, and needs nobody who fills it.
 * @timer: pending if somebody waits
 * @turn: whose go is running
 */
struct pace {
	struct account *account;
	uint64_t (*now)(void);
	uint64_t full_at;
	struct event *timer;
	struct list waiters; /* of struct pace_waiter, longest first */
	const struct pace_waiter *turn;
};

void pace_waiter_init(struct pace_waiter *waiter, void (*go)(void *owner),
		      void *owner)
{
	list_init(&waiter->link);
	waiter->go = go;
	waiter->owner = owner;
}

uint64_t pace_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static uint64_t limit_of(const struct pace *pace)
{
	return pace->account->limits.limit[QUOTA_COMMANDS];
}

/* Nanoseconds in which a token comes */
static uint64_t interval_of(const struct pace *pace)
{
	return limit_of(pace) ? NSEC_PER_SEC / limit_of(pace) : 0;
}

/* When the bucket would be full if it were empty now */
static uint64_t full_from_empty(const struct pace *pace)
{
	return pace->now() + MAX(limit_of(pace) / 4, SMALLEST_BURST) *
				     interval_of(pace);
}

/* Nanoseconds until there are @tokens, which the bucket can hold */
static uint64_t time_until(const struct pace *pace, uint64_t tokens)
{
	const uint64_t wanted = pace->full_at + tokens * interval_of(pace);
	const uint64_t empty = full_from_empty(pace);

	return wanted > empty ? wanted - empty : 0;
}

static void arm(struct pace *pace)
{
	const uint64_t tokens = MAX(limit_of(pace) / 100, UINT64_C(1));
	/* Rounded up: a timer that fires too early would only start again. */
	const uint64_t usec = (time_until(pace, tokens) + 999) / 1000;
	const struct timeval timeout = {
		.tv_sec = usec / 1000000,
		.tv_usec = usec % 1000000,
	};

	evtimer_add(pace->timer, &timeout);
}

/*
 * One at a time: who is woken takes what there is, and goes to the end if he
 * wants more.
 */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct pace *pace = arg;
	struct pace_waiter *waiter;

	if (time_until(pace, 1) == 0 && !list_empty(&pace->waiters)) {
		waiter = list_first(&pace->waiters, struct pace_waiter, link);
		list_remove(&waiter->link);
		pace->turn = waiter;
		waiter->go(waiter->owner);
		pace->turn = NULL;
	}
	if (!list_empty(&pace->waiters))
		arm(pace);
}

int pace_create(struct event_base *base, struct account *account,
		uint64_t (*now)(void), struct pace **out)
{
	struct pace *pace = calloc(1, sizeof(*pace));

	if (!pace)
		return -ENOMEM;
	pace->account = account;
	pace->now = now;
	list_init(&pace->waiters);
	pace->timer = evtimer_new(base, on_timer, pace);
	if (!pace->timer) {
		free(pace);
		return -ENOMEM;
	}
	*out = pace;
	return 0;
}

void pace_destroy(struct pace *pace)
{
	if (!pace)
		return;
	assert(list_empty(&pace->waiters));
	event_free(pace->timer);
	free(pace);
}

bool pace_take(struct pace *pace, struct pace_waiter *waiter)
{
	const bool others_first =
		!list_empty(&pace->waiters) && pace->turn != waiter;

	if (!list_empty(&waiter->link))
		return false;
	if (others_first || time_until(pace, 1) > 0) {
		account_refuse(pace->account, QUOTA_COMMANDS);
		list_append(&pace->waiters, &waiter->link);
		if (!evtimer_pending(pace->timer, NULL))
			arm(pace);
		return false;
	}
	pace->account->commands++;
	pace->full_at = MAX(pace->full_at, pace->now()) + interval_of(pace);
	return true;
}

void pace_forget(struct pace *pace, struct pace_waiter *waiter)
{
	list_remove(&waiter->link);
	if (list_empty(&pace->waiters))
		event_del(pace->timer);
}

void pace_changed(struct pace *pace)
{
	/* What was empty for a slow rate is not emptier for a fast one. */
	pace->full_at = MIN(pace->full_at, full_from_empty(pace));
	if (!list_empty(&pace->waiters))
		arm(pace);
}
