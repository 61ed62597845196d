// SPDX-License-Identifier: GPL-2.0-only
#include "media/ahead.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <sys/time.h>

#include "media/device_state.h"
#include "media/queue.h"
#include "media/session.h"
#include "virtio/virtio.h"

/* Pieces of 64 KiB that are mapped before the rest of the loop has its turn */
#define PIECES_PER_ROUND 8

/**
 * struct round - how far this round went
 * @left: pieces that may still be mapped
 * @stopped: the device was reset
 */
struct round {
	struct media_device *device;
	unsigned int left;
	bool stopped;
};

static void schedule(struct ahead *ahead)
{
	static const struct timeval now;

	evtimer_add(ahead->timer, &now);
}

static bool is_over(const struct round *round)
{
	return round->left == 0 || round->stopped;
}

/* What cannot be mapped is told when a frame comes for it. */
static void map_plane(struct round *round, struct plane *plane)
{
	struct virtio_dev *dev = round->device->virtio;

	while (!is_over(round) && memory_map_next(&plane->memory, dev) > 0) {
		round->left--;
		round->stopped = !virtio_dev_yield(dev);
	}
}

static void map_queue(struct round *round, const struct queue *queue)
{
	for (unsigned int i = 0; i < queue->count && !is_over(round); i++) {
		struct buffer *buffer = queue->buffers[i];

		if (buffer->state == BUFFER_FREE)
			continue;
		for (unsigned int j = 0; j < buffer->layout.num_planes; j++)
			map_plane(round, &buffer->planes[j]);
	}
}

static void map_some(evutil_socket_t fd, short what, void *arg)
{
	struct media_device *device = arg;
	struct round round = { .device = device, .left = PIECES_PER_ROUND };
	struct session *session, *tmp;

	if (!virtio_dev_running(device->virtio))
		return;
	list_for_each(session, tmp, &device->sessions, link) {
		for (unsigned int i = 0; i < session->num_queues; i++)
			map_queue(&round, &session->queues[i]);
	}
	if (round.left == 0)
		schedule(&device->ahead);
}

int ahead_init(struct ahead *ahead, struct media_device *device)
{
	ahead->timer = evtimer_new(device->params.base, map_some, device);
	return ahead->timer ? 0 : -ENOMEM;
}

void ahead_finish(struct ahead *ahead)
{
	if (ahead->timer)
		event_free(ahead->timer);
	ahead->timer = NULL;
}

void ahead_brought(struct ahead *ahead, const struct buffer *buffer)
{
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		if (memory_needs_mapping(&buffer->planes[i].memory)) {
			schedule(ahead);
			return;
		}
	}
}
