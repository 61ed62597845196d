// SPDX-License-Identifier: GPL-2.0-only
#include "camera/v4l2_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <string.h>

#include "base/util.h"
#include "camera/buffer.h"
#include "camera/v4l2_node.h"

static int stream_ioctl(struct v4l2_stream *stream, unsigned long request,
			void *payload)
{
	while (v4l2_ioctl(stream->fd, request, payload) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static bool is_multiplanar(const struct v4l2_stream *stream)
{
	return stream->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

static int request_buffers(struct v4l2_stream *stream, unsigned int *count)
{
	struct v4l2_requestbuffers req = {
		.count = *count,
		.type = stream->type,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret;

	ret = stream_ioctl(stream, VIDIOC_REQBUFS, &req);
	if (ret == 0)
		*count = req.count;
	return ret;
}

static int query_layout(struct v4l2_stream *stream, unsigned int num_slots,
			struct pool *pool)
{
	uint32_t sizes[VIDEO_MAX_PLANES];
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int ret;

	buffer_init(&buffer, stream->type, planes);
	ret = stream_ioctl(stream, VIDIOC_QUERYBUF, &buffer);
	if (ret)
		return ret;

	ret = buffer_layout(&buffer, sizes);
	if (ret < 0)
		return ret;
	stream->num_planes = ret;
	pool->dma_buf = true;
	return pool_layout(pool, num_slots, stream->num_planes, sizes);
}

/* For reading only: a guest's process has no business drawing into them. */
static int export_slot(struct v4l2_stream *stream, unsigned int slot,
		       struct pool *pool)
{
	for (unsigned int i = 0; i < stream->num_planes; i++) {
		struct v4l2_exportbuffer export = {
			.type = stream->type,
			.index = slot,
			.plane = i,
			.flags = O_CLOEXEC | O_RDONLY,
		};
		int ret;

		ret = stream_ioctl(stream, VIDIOC_EXPBUF, &export);
		if (ret)
			return ret;
		pool_set_fd(pool, slot, i, export.fd);
	}
	return 0;
}

static int fill_pool(struct v4l2_stream *stream, unsigned int num_slots,
		     struct pool *pool)
{
	int ret;

	ret = query_layout(stream, num_slots, pool);
	for (unsigned int i = 0; i < num_slots && ret == 0; i++)
		ret = export_slot(stream, i, pool);
	if (ret)
		log_guest(&stream->limit,
			  "the driver's buffers cannot be exported: %s",
			  strerror(-ret));
	return ret;
}

int v4l2_stream_prepare(struct v4l2_stream *stream, unsigned int num_slots,
			struct pool *pool)
{
	int ret;

	ret = request_buffers(stream, &num_slots);
	if (ret) {
		log_guest(&stream->limit, "the device makes no buffers: %s",
			  strerror(-ret));
		return ret;
	}

	ret = fill_pool(stream, num_slots, pool);
	if (ret)
		v4l2_stream_unprepare(stream);
	return ret;
}

/* A session maps the new slots with the sizes of the old ones. */
static int check_layout(struct v4l2_stream *stream, unsigned int slot,
			const struct pool *pool)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	uint32_t sizes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int ret;

	buffer_init(&buffer, stream->type, planes);
	buffer.index = slot;
	ret = stream_ioctl(stream, VIDIOC_QUERYBUF, &buffer);
	if (ret)
		return ret;
	if (buffer_layout(&buffer, sizes) != (int)pool->num_planes)
		return -EIO;
	for (unsigned int i = 0; i < pool->num_planes; i++) {
		if (sizes[i] < pool->plane_size[i])
			return -EIO;
	}
	return 0;
}

static int add_slot(struct v4l2_stream *stream, struct pool *pool)
{
	unsigned int slot = pool->num_slots;
	int ret;

	ret = pool_add_slot(pool);
	if (ret)
		return ret;
	ret = check_layout(stream, slot, pool);
	if (ret == 0)
		ret = export_slot(stream, slot, pool);
	if (ret)
		pool_drop_slot(pool);
	return ret;
}

static int create_buffers(struct v4l2_stream *stream, const struct pool *pool,
			  unsigned int *count)
{
	struct v4l2_create_buffers create = {
		.count = *count,
		.memory = V4L2_MEMORY_MMAP,
		.format.type = stream->type,
	};
	struct v4l2_pix_format_mplane *mplane = &create.format.fmt.pix_mp;
	int ret;

	/* Past libv4l2, which remembers a format that others changed since. */
	ret = v4l2_node_ioctl(stream->fd, VIDIOC_G_FMT, &create.format);
	if (ret)
		return ret;
	if (is_multiplanar(stream)) {
		for (unsigned int i = 0; i < pool->num_planes; i++)
			mplane->plane_fmt[i].sizeimage = pool->plane_size[i];
	} else {
		create.format.fmt.pix.sizeimage = pool->plane_size[0];
	}

	ret = stream_ioctl(stream, VIDIOC_CREATE_BUFS, &create);
	if (ret)
		return ret;
	*count = create.count;
	return create.index == pool->num_slots ? 0 : -EIO;
}

int v4l2_stream_grow(struct v4l2_stream *stream, unsigned int num_slots,
		     struct pool *pool)
{
	unsigned int count = num_slots;
	int ret;

	ret = create_buffers(stream, pool, &count);
	for (unsigned int i = 0; i < MIN(count, num_slots) && ret == 0; i++)
		ret = add_slot(stream, pool);
	if (ret == 0 && count < num_slots)
		ret = -ENOMEM;
	return ret;
}

int v4l2_stream_start(struct v4l2_stream *stream)
{
	int ret;

	ret = stream_ioctl(stream, VIDIOC_STREAMON, &stream->type);
	if (ret)
		log_guest(&stream->limit, "the device does not stream: %s",
			  strerror(-ret));
	return ret;
}

int v4l2_stream_queue(struct v4l2_stream *stream, unsigned int slot)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;

	buffer_init(&buffer, stream->type, planes);
	buffer.index = slot;
	if (is_multiplanar(stream))
		buffer.length = stream->num_planes;
	return stream_ioctl(stream, VIDIOC_QBUF, &buffer);
}

void v4l2_stream_stop(struct v4l2_stream *stream)
{
	/* Also if it never ran: that takes queued buffers back. */
	stream_ioctl(stream, VIDIOC_STREAMOFF, &stream->type);
}

void v4l2_stream_unprepare(struct v4l2_stream *stream)
{
	unsigned int none = 0;
	int ret;

	ret = request_buffers(stream, &none);
	if (ret && ret != -ENODEV)
		log_guest(&stream->limit, "the device keeps its buffers: %s",
			  strerror(-ret));
}

int v4l2_stream_dequeue(struct v4l2_stream *stream,
			struct session_frame *frame)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	int ret;

	buffer_init(&buffer, stream->type, planes);
	ret = stream_ioctl(stream, VIDIOC_DQBUF, &buffer);
	if (ret)
		return ret;

	buffer_to_frame(&buffer, frame);
	return 0;
}
