// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/inquiry.h"

#include <errno.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>

#include "daemon/broker.h"

/* People wait for it, and who is healthy answers within a few. */
#define PATIENCE_MS 500

struct inquiry {
	struct list link; /* on broker->inquiries */
	struct broker *broker;
	void (*done)(void *owner);
	void *owner;
	uint32_t tag;
	struct event *timer; /* all answered, or time is up */
};

/* Questions are answered in order, so a later answer is one to us, too. */
static bool is_waiting_for(const struct inquiry *inquiry, uint32_t asked,
			   uint32_t answered)
{
	return asked >= inquiry->tag && answered < inquiry->tag;
}

static bool is_waiting(const struct inquiry *inquiry)
{
	struct broker *broker = inquiry->broker;
	const struct guest *guest, *next;
	const struct camera *camera, *tmp;

	list_for_each(guest, next, &broker->guests.list, link) {
		if (is_waiting_for(inquiry, guest->asked, guest->answered))
			return true;
	}
	list_for_each(camera, tmp, &broker->cameras.list, link) {
		if (is_waiting_for(inquiry, camera->asked, camera->answered))
			return true;
	}
	return false;
}

static void mark_stale(struct inquiry *inquiry)
{
	struct broker *broker = inquiry->broker;
	struct guest *guest, *next;
	struct camera *camera, *tmp;

	list_for_each(guest, next, &broker->guests.list, link) {
		if (is_waiting_for(inquiry, guest->asked, guest->answered))
			guest->stale = true;
	}
	list_for_each(camera, tmp, &broker->cameras.list, link) {
		if (is_waiting_for(inquiry, camera->asked, camera->answered))
			camera->stale = true;
	}
}

static void on_time(evutil_socket_t fd, short what, void *data)
{
	struct inquiry *inquiry = data;

	mark_stale(inquiry);
	/* Nobody's answer is waited for any more. */
	list_remove(&inquiry->link);
	inquiry->done(inquiry->owner);
}

static void ask(struct inquiry *inquiry)
{
	struct broker *broker = inquiry->broker;
	struct guest *guest, *next;
	struct camera *camera, *tmp;

	/* One that cannot even be asked is as good as one that is silent. */
	list_for_each(guest, next, &broker->guests.list, link) {
		if (!guest_query(guest, inquiry->tag))
			guest->stale = true;
	}
	list_for_each(camera, tmp, &broker->cameras.list, link) {
		if (!camera_query(camera, inquiry->tag))
			camera->stale = true;
	}
}

int inquiry_create(struct broker *broker, void (*done)(void *owner),
		   void *owner, struct inquiry **out)
{
	const struct timeval patience = {
		PATIENCE_MS / 1000, PATIENCE_MS % 1000 * 1000,
	};
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));

	if (!inquiry)
		return -ENOMEM;
	inquiry->broker = broker;
	inquiry->done = done;
	inquiry->owner = owner;
	inquiry->tag = ++broker->last_tag;
	inquiry->timer = evtimer_new(broker->setup.base, on_time, inquiry);
	if (!inquiry->timer || event_add(inquiry->timer, &patience) < 0) {
		if (inquiry->timer)
			event_free(inquiry->timer);
		free(inquiry);
		return -ENOMEM;
	}
	list_append(&broker->inquiries, &inquiry->link);
	ask(inquiry);
	inquiry_progress(broker);
	*out = inquiry;
	return 0;
}

void inquiry_destroy(struct inquiry *inquiry)
{
	if (!inquiry)
		return;
	list_remove(&inquiry->link);
	event_free(inquiry->timer);
	free(inquiry);
}

void inquiry_progress(struct broker *broker)
{
	struct inquiry *inquiry, *tmp;

	list_for_each(inquiry, tmp, &broker->inquiries, link) {
		if (!is_waiting(inquiry))
			event_active(inquiry->timer, EV_TIMEOUT, 0);
	}
}
