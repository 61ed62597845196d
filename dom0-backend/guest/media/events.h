/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * events.h - what the device tells the driver by itself.
 *
 * An event waits here while the driver has posted no buffer for it. It is part
 * of what it tells about (a buffer, a session), so what can wait is bounded by
 * what there is: nothing is allocated here, nothing is lost here.
 *
 * "Event Virtqueue".
 */
#ifndef MEDIA_EVENTS_H
#define MEDIA_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "base/list.h"

struct vq;

/** struct events - the eventq and what waits for it */
struct events {
	struct vq *vq;
	struct list waiting; /* of struct media_event, oldest first */
};

/** struct media_event - one event; media_event_init() before anything else
 * @len: bytes of it that travel
 */
struct media_event {
	struct list link; /* events.waiting, or none */
	uint32_t len;
	union {
		struct virtio_media_event_header hdr;
		struct virtio_media_event_error error;
		struct virtio_media_event_dqbuf dqbuf;
		struct virtio_media_event_event event;
	};
};

/** events_init() - @vq: the eventq, borrowed */
void events_init(struct events *events, struct vq *vq);

/**
 * events_flush() - give the driver what waits
 *
 * To be called when the driver posts buffers. One that is too small for the
 * event, or no memory, goes back empty, and the next is tried.
 */
void events_flush(struct events *events);

/**
 * events_post() - tell the driver, now or as soon as it posts a buffer
 * @event: not waiting; borrowed while media_event_waits()
 */
void events_post(struct events *events, struct media_event *event);

/** media_event_init() - an event that does not wait */
void media_event_init(struct media_event *event);

/** media_event_waits() - it is not on its way to the driver yet */
bool media_event_waits(const struct media_event *event);

/** media_event_withdraw() - it will not be told; harmless if it was */
void media_event_withdraw(struct media_event *event);

#endif /* MEDIA_EVENTS_H */
