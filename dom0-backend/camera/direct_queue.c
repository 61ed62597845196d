// SPDX-License-Identifier: GPL-2.0-only
#include "camera/direct_queue.h"

#include <errno.h>

#include "camera/buffer.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Caches are vmedia-guest's. */
#define CACHE_FLAGS \
	(V4L2_BUF_FLAG_NO_CACHE_INVALIDATE | V4L2_BUF_FLAG_NO_CACHE_CLEAN)

_Static_assert(SESSION_MAX_DIRECT_SLOTS <= 32, "a bit for each slot");

struct direct_queue *direct_queue_find(struct session *session, uint32_t type)
{
	/* Overlays have no buffers. */
	if (type == 0 || type >= DIRECT_NUM_TYPES ||
	    type == V4L2_BUF_TYPE_VIDEO_OVERLAY ||
	    type == V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY)
		return NULL;
	return &session->direct.queues[type];
}

void direct_queue_look_anew(struct session *session)
{
	session->direct.stalled = false;
	for (unsigned int i = 0; i < DIRECT_NUM_TYPES; i++)
		session->direct.queues[i].ended = false;
}

int direct_queue_qbuf(struct session *session, struct v4l2_buffer *buffer)
{
	struct direct_queue *queue = direct_queue_find(session, buffer->type);
	const uint32_t memory = buffer->memory;
	const uint32_t index = buffer->index;
	int ret;

	if (buffer->flags & V4L2_BUF_FLAG_REQUEST_FD)
		return -EBADR;
	if (!queue || index >= queue->num_slots)
		return -EINVAL;
	buffer->memory = V4L2_MEMORY_MMAP;
	buffer->flags &= ~CACHE_FLAGS;
	buffer->request_fd = 0;
	ret = session_ask(session, VIDIOC_QBUF, buffer);
	buffer->memory = memory;
	if (ret)
		return ret;
	queue->queued |= 1u << index;
	direct_queue_look_anew(session);
	return 0;
}

int direct_queue_streamon(struct session *session, int *type)
{
	struct direct_queue *queue = direct_queue_find(session, *type);
	int ret;

	if (!queue)
		return -EINVAL;
	ret = session_ask(session, VIDIOC_STREAMON, type);
	if (ret)
		return ret;
	queue->streaming = true;
	direct_queue_look_anew(session);
	return 0;
}

int direct_queue_streamoff(struct session *session, int *type)
{
	struct direct_queue *queue = direct_queue_find(session, *type);
	int ret;

	if (!queue)
		return -EINVAL;
	ret = session_ask(session, VIDIOC_STREAMOFF, type);
	if (ret)
		return ret;
	queue->streaming = false;
	queue->queued = 0;
	direct_queue_look_anew(session);
	return 0;
}

bool direct_queue_waits(const struct session *session, uint32_t type)
{
	const struct direct_queue *queue = &session->direct.queues[type];

	return queue->streaming && queue->queued && !queue->ended;
}

static void add_frame(struct session *session, const struct v4l2_buffer *buffer,
		      uint32_t generation, struct direct_batch *batch)
{
	struct session_frame *frame = &batch->frames[batch->count++];

	buffer_to_frame(buffer, frame);
	frame->hdr.type = SESSION_FRAME;
	frame->generation = generation;
	session->direct.frames++;
}

int direct_queue_tell(struct session *session, struct direct_batch *batch)
{
	struct iovec iov = { batch->frames,
			     batch->count * sizeof(batch->frames[0]) };
	int ret;

	if (batch->count == 0)
		return 0;
	ret = link_send(session->socket, &iov, 1, NULL, 0);
	/* A closed link calls closed() in its own time. */
	return ret == -EPIPE ? 0 : ret;
}

int direct_queue_dequeue(struct session *session, uint32_t type,
			 struct direct_batch *batch)
{
	struct direct_queue *queue = &session->direct.queues[type];
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int ret;

	buffer_init(&buffer, type, planes);
	ret = session_ask(session, VIDIOC_DQBUF, &buffer);
	if (ret == -EPIPE)
		queue->ended = true;
	if (ret)
		return ret;
	if (buffer.index >= queue->num_slots)
		return -EIO;

	queue->queued &= ~(1u << buffer.index);
	if (V4L2_TYPE_IS_CAPTURE(type) && buffer.flags & V4L2_BUF_FLAG_LAST)
		queue->ended = true;
	add_frame(session, &buffer, queue->generation, batch);
	return 0;
}
