// SPDX-License-Identifier: GPL-2.0-only
#include "media/events.h"

#include <assert.h>

#include "virtio/vq.h"

/* Buffers tried in one go; a ring of useless ones must not keep us busy. */
#define BUFFERS_PER_FLUSH 32

void events_init(struct events *events, struct vq *vq)
{
	events->vq = vq;
	list_init(&events->waiting);
}

/* Return: false if there is no buffer. */
static bool try_buffer(struct events *events, struct media_event *event)
{
	struct vq_chain *chain;

	if (vq_pop(events->vq, &chain) < 0)
		return false;
	if (vq_chain_write(chain, &event->hdr, event->len) == 0)
		list_remove(&event->link);
	vq_chain_complete(chain);
	return true;
}

void events_flush(struct events *events)
{
	for (unsigned int i = 0; i < BUFFERS_PER_FLUSH; i++) {
		if (list_empty(&events->waiting))
			return;
		if (!try_buffer(events, list_first(&events->waiting,
						   struct media_event, link)))
			return;
	}
	vq_again(events->vq);
}

void events_post(struct events *events, struct media_event *event)
{
	assert(!media_event_waits(event));
	list_append(&events->waiting, &event->link);
	events_flush(events);
}

void media_event_init(struct media_event *event)
{
	list_init(&event->link);
}

bool media_event_waits(const struct media_event *event)
{
	return !list_empty(&event->link);
}

void media_event_withdraw(struct media_event *event)
{
	list_remove(&event->link);
}
