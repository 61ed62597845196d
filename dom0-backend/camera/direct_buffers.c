// SPDX-License-Identifier: GPL-2.0-only
#include "camera/direct_buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <vmedia/limits.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/buffer.h"
#include "camera/domain.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Requests of the media controller do not cross; caches are vmedia-guest's. */
#define SERVED_CAPS                                                      \
	(V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_USERPTR |    \
	 V4L2_BUF_CAP_SUPPORTS_DMABUF |                                  \
	 V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS |                           \
	 V4L2_BUF_CAP_SUPPORTS_M2M_HOLD_CAPTURE_BUF)

uint64_t direct_buffers_bytes(const struct session *session)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < DIRECT_NUM_TYPES; i++)
		bytes += session->direct.queues[i].bytes;
	return bytes;
}

static uint64_t sum(const uint32_t *sizes, unsigned int num_planes)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < num_planes; i++)
		bytes += sizes[i];
	return bytes;
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
static int give_slots(struct session *session, uint32_t type,
		      unsigned int count)
{
	struct direct_queue *queue = direct_queue_find(session, type);
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
		queue->bytes += slots.num_slots *
				sum(slots.plane_size, slots.num_planes);
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
	*direct_queue_find(session, type) = (struct direct_queue){ 0 };
}

static uint64_t bytes_of(const struct v4l2_format *format)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	const struct v4l2_vbi_format *vbi = &format->fmt.vbi;
	uint64_t bytes = 0;

	switch (format->type) {
	case V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE:
		for (int i = 0; i < mp->num_planes && i < VIDEO_MAX_PLANES; i++)
			bytes += mp->plane_fmt[i].sizeimage;
		return bytes;
	case V4L2_BUF_TYPE_VBI_CAPTURE:
	case V4L2_BUF_TYPE_VBI_OUTPUT:
		bytes = (uint64_t)vbi->count[0] + vbi->count[1];
		return MIN(bytes, (uint64_t)UINT32_MAX) * vbi->samples_per_line;
	case V4L2_BUF_TYPE_SLICED_VBI_CAPTURE:
	case V4L2_BUF_TYPE_SLICED_VBI_OUTPUT:
		return format->fmt.sliced.io_size;
	case V4L2_BUF_TYPE_SDR_CAPTURE:
	case V4L2_BUF_TYPE_SDR_OUTPUT:
		return format->fmt.sdr.buffersize;
	case V4L2_BUF_TYPE_META_CAPTURE:
	case V4L2_BUF_TYPE_META_OUTPUT:
		return format->fmt.meta.buffersize;
	default:
		return format->fmt.pix.sizeimage;
	}
}

/*
 * Make @count what there is room for if each is of @bytes, 0 if not known. Of a
 * size that no peer takes there is room for none.
 * @freed: bytes of buffers that will be no more
 */
static void limit_count(struct session *session, uint64_t bytes, uint64_t freed,
			uint32_t *count)
{
	struct domain *domain = session->domain;
	uint64_t left = domain_memory_left(domain);
	uint64_t room = SESSION_MAX_DIRECT_SLOTS;

	left += MIN(freed, UINT64_MAX - left);
	if (bytes > VMEDIA_MAX_BUFFER_BYTES)
		room = 0;
	else if (bytes > 0)
		room = MIN(room, left / bytes);
	if (*count <= room)
		return;
	log_guest(&domain->limit,
		  "guest %s: room for %u of %u buffers of %" PRIu64 " bytes",
		  domain->guest.name, (unsigned int)room, *count, bytes);
	*count = room;
}

/* What is too much must not be made first and given back then: for all that a
 * guest can ask for there is no memory, not even for a moment. */
static void fit_format(struct session *session,
		       const struct direct_queue *queue,
		       struct v4l2_requestbuffers *req)
{
	struct v4l2_format format = { .type = req->type };

	if (req->count > 0 && session_ask(session, VIDIOC_G_FMT, &format) == 0)
		limit_count(session, bytes_of(&format), queue->bytes,
			    &req->count);
}

/* A node may make its buffers larger than the format says, or more of them. */
static int fit_memory(struct session *session, struct v4l2_requestbuffers *req)
{
	uint32_t sizes[VIDEO_MAX_PLANES];
	uint32_t count = req->count;
	int ret;

	ret = ask_layout(session, req->type, 0, sizes);
	if (ret < 0)
		return ret;
	limit_count(session, sum(sizes, ret), 0, &count);
	if (count == req->count)
		return 0;
	if (count == 0)
		return -ENOMEM;
	req->count = count;
	ret = session_ask(session, VIDIOC_REQBUFS, req);
	if (ret)
		return ret;
	return req->count <= count ? 0 : -ENOMEM;
}

/* The node said yes to @req. Return: 0, or why the peer cannot have it. */
static int take_buffers(struct session *session,
			struct v4l2_requestbuffers *req)
{
	int ret;

	if (req->count == 0)
		return -ENOMEM;
	ret = fit_memory(session, req);
	return ret ? ret : give_slots(session, req->type, req->count);
}

int direct_buffers_request(struct session *session,
			 struct v4l2_requestbuffers *req)
{
	struct direct_queue *queue = direct_queue_find(session, req->type);
	const uint32_t memory = req->memory;
	const bool wants = req->count > 0;
	int ret;

	if (!queue)
		return -EINVAL;
	req->memory = V4L2_MEMORY_MMAP;
	req->flags = 0;
	req->count = MIN(req->count, (uint32_t)SESSION_MAX_DIRECT_SLOTS);
	fit_format(session, queue, req);
	ret = session_ask(session, VIDIOC_REQBUFS, req);
	if (ret == 0) {
		*queue = (struct direct_queue){
			.generation = ++session->generation,
		};
		/* Whatever it is: by ENOMEM the peer knows that it has none. */
		if (wants && take_buffers(session, req)) {
			free_buffers(session, req->type);
			ret = -ENOMEM;
		}
	}
	req->memory = memory;
	req->capabilities &= SERVED_CAPS;
	return ret;
}

/* What of @count may be created. Return: 0, or why none. */
static int fit_created(struct session *session,
		       const struct direct_queue *queue,
		       const struct v4l2_format *format, uint32_t *count)
{
	/* None only asks what could be. */
	if (*count == 0)
		return 0;
	*count = MIN(*count, SESSION_MAX_DIRECT_SLOTS - queue->num_slots);
	if (*count == 0)
		return -ENOBUFS;
	limit_count(session, bytes_of(format), 0, count);
	return *count == 0 ? -ENOMEM : 0;
}

/* The node made what @create says. Return: 0, or why the peer cannot have it. */
static int take_created(struct session *session,
			const struct v4l2_create_buffers *create)
{
	struct direct_queue *queue =
		direct_queue_find(session, create->format.type);

	if (create->index != queue->num_slots ||
	    create->count > SESSION_MAX_DIRECT_SLOTS - queue->num_slots)
		return -ENOMEM;
	if (queue->num_slots == 0)
		queue->generation = ++session->generation;
	return give_slots(session, create->format.type, create->count);
}

int direct_buffers_create(struct session *session,
			     struct v4l2_create_buffers *create)
{
	const uint32_t type = create->format.type;
	struct direct_queue *queue = direct_queue_find(session, type);
	const uint32_t memory = create->memory;
	bool was_empty;
	int ret;

	if (!queue)
		return -EINVAL;
	if (queue->has_lost)
		return -ENOMEM;
	ret = fit_created(session, queue, &create->format, &create->count);
	if (ret)
		return ret;
	create->memory = V4L2_MEMORY_MMAP;
	create->flags = 0;
	ret = session_ask(session, VIDIOC_CREATE_BUFS, create);
	create->memory = memory;
	create->capabilities &= SERVED_CAPS;
	memset(create->reserved, 0, sizeof(create->reserved));
	if (ret || create->count == 0)
		return ret;

	was_empty = queue->num_slots == 0;
	ret = take_created(session, create);
	/* Some of a queue's buffers cannot be given back, but all can. */
	if (ret && was_empty)
		free_buffers(session, type);
	else if (ret)
		queue->has_lost = true;
	return ret;
}
