// SPDX-License-Identifier: GPL-2.0-only
#include "camera/direct_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "camera/buffer.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Requests of the media controller do not cross; caches are vmedia-guest's. */
#define SERVED_CAPS                                                      \
	(V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_USERPTR |    \
	 V4L2_BUF_CAP_SUPPORTS_DMABUF |                                  \
	 V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS |                           \
	 V4L2_BUF_CAP_SUPPORTS_M2M_HOLD_CAPTURE_BUF)

#define CACHE_FLAGS \
	(V4L2_BUF_FLAG_NO_CACHE_INVALIDATE | V4L2_BUF_FLAG_NO_CACHE_CLEAN)

_Static_assert(SESSION_MAX_DIRECT_SLOTS <= 32, "a bit for each slot");

/* Overlays have no buffers. */
static struct direct_queue *find_queue(struct session *session, uint32_t type)
{
	if (type == 0 || type >= DIRECT_NUM_TYPES ||
	    type == V4L2_BUF_TYPE_VIDEO_OVERLAY ||
	    type == V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY)
		return NULL;
	return &session->direct.queues[type];
}

static int ask_layout(struct session *session, uint32_t type, uint32_t index,
		      uint32_t sizes[VIDEO_MAX_PLANES])
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int ret;

	buffer_init(&buffer, type, planes);
	buffer.index = index;
	ret = session_ask(session, VIDIOC_QUERYBUF, &buffer);
	if (ret)
		return ret;
	ret = buffer_layout(&buffer, sizes);
	return ret == 0 ? -EIO : ret;
}

/* What the node fills, the peer only reads. */
static int export_planes(struct session *session, uint32_t type, uint32_t index,
			 unsigned int num_planes, int *fds)
{
	for (unsigned int i = 0; i < num_planes; i++) {
		struct v4l2_exportbuffer export = {
			.type = type,
			.index = index,
			.plane = i,
			.flags = O_CLOEXEC | (V4L2_TYPE_IS_OUTPUT(type) ?
						      O_RDWR :
						      O_RDONLY),
		};
		int ret;

		ret = session_ask(session, VIDIOC_EXPBUF, &export);
		if (ret)
			return ret;
		fds[i] = export.fd;
	}
	return 0;
}

/* As many as fit beside one message: the peer's own from then on. */
static int send_slots(struct session *session, struct session_slots *slots)
{
	const unsigned int nfds = slots->num_slots * slots->num_planes;
	struct iovec iov = { slots, sizeof(*slots) };
	int fds[LINK_MAX_FDS];
	int ret = 0;

	for (unsigned int i = 0; i < nfds; i++)
		fds[i] = -1;
	for (unsigned int i = 0; i < slots->num_slots && ret == 0; i++)
		ret = export_planes(session, slots->type, slots->first + i,
				    slots->num_planes,
				    fds + i * slots->num_planes);
	if (ret == 0)
		ret = link_send(session->socket, &iov, 1, fds, nfds);
	for (unsigned int i = 0; i < nfds; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	return ret;
}

/* All buffers that one ioctl makes have the same layout. */
static int give_slots(struct session *session, uint32_t type, unsigned int count)
{
	struct direct_queue *queue = find_queue(session, type);
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = queue->generation,
		.dma_buf = true,
		.type = type,
	};
	const unsigned int end = queue->num_slots + count;
	int ret;

	ret = ask_layout(session, type, queue->num_slots, slots.plane_size);
	if (ret < 0)
		return ret;
	slots.num_planes = ret;

	while (queue->num_slots < end) {
		slots.first = queue->num_slots;
		slots.num_slots = MIN(end - slots.first,
				      LINK_MAX_FDS / slots.num_planes);
		ret = send_slots(session, &slots);
		if (ret)
			return ret;
		queue->num_slots += slots.num_slots;
	}
	return 0;
}

static void free_buffers(struct session *session, uint32_t type)
{
	struct v4l2_requestbuffers none = {
		.type = type,
		.memory = V4L2_MEMORY_MMAP,
	};

	session_ask(session, VIDIOC_REQBUFS, &none);
	find_queue(session, type)->num_slots = 0;
}

int direct_queue_reqbufs(struct session *session,
			 struct v4l2_requestbuffers *req)
{
	struct direct_queue *queue = find_queue(session, req->type);
	const uint32_t memory = req->memory;
	int ret;

	if (!queue)
		return -EINVAL;
	req->memory = V4L2_MEMORY_MMAP;
	req->flags = 0;
	req->count = MIN(req->count, (uint32_t)SESSION_MAX_DIRECT_SLOTS);
	ret = session_ask(session, VIDIOC_REQBUFS, req);
	req->memory = memory;
	req->capabilities &= SERVED_CAPS;
	if (ret)
		return ret;

	*queue = (struct direct_queue){ .generation = ++session->generation };
	if (req->count > SESSION_MAX_DIRECT_SLOTS)
		ret = -ENOBUFS;
	else if (req->count > 0)
		ret = give_slots(session, req->type, req->count);
	if (ret == 0)
		return 0;
	/* Whatever it was: by this errno the peer knows that it has none. */
	free_buffers(session, req->type);
	return -ENOMEM;
}

int direct_queue_create_bufs(struct session *session,
			     struct v4l2_create_buffers *create)
{
	const uint32_t type = create->format.type;
	struct direct_queue *queue = find_queue(session, type);
	const uint32_t memory = create->memory;
	const uint32_t count = create->count;
	int ret;

	if (!queue)
		return -EINVAL;
	create->memory = V4L2_MEMORY_MMAP;
	create->flags = 0;
	create->count = MIN(count,
			    SESSION_MAX_DIRECT_SLOTS - queue->num_slots);
	if (count > 0 && create->count == 0)
		return -ENOBUFS;
	ret = session_ask(session, VIDIOC_CREATE_BUFS, create);
	create->memory = memory;
	create->capabilities &= SERVED_CAPS;
	memset(create->reserved, 0, sizeof(create->reserved));
	/* A count of 0 only asks what could be. */
	if (ret || count == 0)
		return ret;

	/* The node has some that the peer was never given. */
	if (create->index != queue->num_slots ||
	    create->count > SESSION_MAX_DIRECT_SLOTS - queue->num_slots)
		return -ENOMEM;
	if (queue->num_slots == 0)
		queue->generation = ++session->generation;
	return give_slots(session, type, create->count);
}

void direct_queue_look_anew(struct session *session)
{
	session->direct.stalled = false;
	for (unsigned int i = 0; i < DIRECT_NUM_TYPES; i++)
		session->direct.queues[i].ended = false;
}

int direct_queue_qbuf(struct session *session, struct v4l2_buffer *buffer)
{
	struct direct_queue *queue = find_queue(session, buffer->type);
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
	struct direct_queue *queue = find_queue(session, *type);
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
	struct direct_queue *queue = find_queue(session, *type);
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

static int send_frame(struct session *session, const struct v4l2_buffer *buffer,
		      uint32_t generation)
{
	struct session_frame frame;
	struct iovec iov = { &frame, sizeof(frame) };
	int ret;

	buffer_to_frame(buffer, &frame);
	frame.hdr.type = SESSION_FRAME;
	frame.generation = generation;
	session->direct.frames++;
	ret = link_send(session->socket, &iov, 1, NULL, 0);
	/* A closed link calls closed() in its own time. */
	return ret == -EPIPE ? 0 : ret;
}

int direct_queue_dequeue(struct session *session, uint32_t type)
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
	return send_frame(session, &buffer, queue->generation);
}
