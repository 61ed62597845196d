// SPDX-License-Identifier: GPL-2.0-only
#include "media/granted.h"

#include <errno.h>

#include "ipc/daemon_proto.h"
#include "ipc/session_proto.h"
#include "media/allocate.h"
#include "media/device_state.h"
#include "media/lending.h"
#include "media/queue.h"
#include "media/session.h"
#include "media/slots.h"
#include "virtio/virtio.h"

int granted_begin(struct session *session)
{
	const struct media_device *device = session->device;

	if (!device->shared || session->transfer == TRANSFER_COPY ||
	    !virtio_dev_negotiated(device->virtio, VIRTIO_MEDIA_F_GNTREF))
		return 0;
	return lending_create(device->params.lendings, session->serial,
			      session->transfer == TRANSFER_GRANTS,
			      &session->lending);
}

/* A driver that cannot have slots asks for something else: that is not the
 * reason. */
static bool has_failed(const struct session *session)
{
	return session->reason != REASON_NONE &&
	       session->reason != REASON_ASKED;
}

void granted_avoid(struct session *session)
{
	if (session->transfer == TRANSFER_COPY)
		session->reason = REASON_POLICY;
	else if (!session->lending)
		session->reason = REASON_DRIVER;
	else if (!has_failed(session))
		session->reason = REASON_ASKED;
}

bool granted_wanted(struct session *session, uint32_t memory)
{
	if (session->lending && memory == V4L2_MEMORY_MMAP)
		return true;
	granted_avoid(session);
	return false;
}

static enum transfer_reason reason_of(int error)
{
	switch (error) {
	case -EOPNOTSUPP:
		return REASON_KERNEL;
	case -EPERM:
		return REASON_WRITABLE;
	case -EINVAL:
		return REASON_MEMORY;
	case -ENFILE:
		return REASON_QUOTA;
	default:
		return REASON_REFERENCES;
	}
}

static const char *text_of(enum transfer_reason reason)
{
	switch (reason) {
	case REASON_KERNEL:
		return "the kernel cannot grant dma-bufs";
	case REASON_WRITABLE:
		return "the kernel cannot grant them read-only";
	case REASON_MEMORY:
		return "its memory cannot be granted";
	case REASON_QUOTA:
		return "the guest has no room for its slots";
	default:
		return "too few grant references are left";
	}
}

static int fail(struct session *session, enum transfer_reason reason)
{
	struct media_device *device = session->device;

	session->reason = reason;
	log_guest(&device->limit,
		  "%s: session %u: the camera's pictures are copied: %s",
		  device->params.name, session->id, text_of(reason));
	return -EIO;
}

/* Of a single-planar queue a slot is one plane. */
static bool fits(const struct queue *queue, const struct queue_layout *layout)
{
	return layout->num_planes == 1 || V4L2_TYPE_IS_MULTIPLANAR(queue->type);
}

static int lend_slot(struct session *session, struct queue *queue,
		     unsigned int slot)
{
	struct buffer *buffer = queue->buffers[slot];
	int ret = 0;

	for (unsigned int i = 0; i < buffer->layout.num_planes && ret == 0;
	     i++) {
		ret = loan_create(session->lending,
				  slots_fd(queue->slots, slot, i),
				  buffer->layout.size[i],
				  &buffer->planes[i].loan);
		if (ret == 0 && !virtio_dev_yield(session->device->virtio))
			ret = -ESTALE;
	}
	return ret;
}

static int lend_all(struct session *session, struct queue *queue)
{
	const struct queue_layout *layout = slots_layout(queue->slots, 0);
	int fds[SESSION_MAX_SLOTS * VIRTIO_MEDIA_MAX_PLANES];
	unsigned int nfds = 0;
	int ret;

	for (unsigned int i = 0; i < queue->count; i++) {
		for (unsigned int j = 0; j < layout->num_planes; j++)
			fds[nfds++] = slots_fd(queue->slots, i, j);
	}
	ret = lending_begin(session->lending,
			    (uint64_t)queue->count * layout_bytes(layout), fds,
			    nfds);
	for (unsigned int i = 0; i < queue->count && ret == 0; i++)
		ret = lend_slot(session, queue, i);
	return ret;
}

int granted_make(struct session *session, struct queue *queue)
{
	uint32_t count = slots_count(queue->slots);
	const struct queue_layout *layout = slots_layout(queue->slots, 0);
	int ret;

	if (!slots_are_dma_bufs(queue->slots) || !fits(queue, layout))
		return fail(session, REASON_MEMORY);
	if (allocate_room(session, &count, count, layout) < 0)
		return fail(session, REASON_QUOTA);
	ret = queue_add_slots(queue, count, layout);
	if (ret == 0)
		ret = lend_all(session, queue);
	if (ret == 0) {
		session->reason = REASON_NONE;
		return 0;
	}
	queue_truncate(queue, 0);
	return ret == -ESTALE ? ret : fail(session, reason_of(ret));
}
