// SPDX-License-Identifier: GPL-2.0-only
#include "node_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"

struct node_fake_queue *node_fake_queue(struct node_fake *node, uint32_t type)
{
	for (size_t i = 0; i < NODE_FAKE_QUEUES; i++) {
		if (node->queues[i].type == type)
			return &node->queues[i];
	}
	fail_msg("the node has no queue of type %u", type);
	return NULL;
}

static void drop_buffers(struct node_fake_queue *queue)
{
	while (queue->count > 0) {
		struct node_fake_buffer *buffer =
			&queue->buffers[--queue->count];

		for (unsigned int i = 0; i < queue->num_planes; i++)
			munmap(buffer->bytes[i], buffer->size[i]);
		memset(buffer, 0, sizeof(*buffer));
	}
}

static void forget(struct camera_fake *camera)
{
	struct node_fake *node = camera->owner;

	for (size_t i = 0; i < NODE_FAKE_QUEUES; i++)
		drop_buffers(&node->queues[i]);
	free(node);
}

static int make_plane(struct node_fake_buffer *buffer, unsigned int plane,
		      uint32_t size)
{
	const int fd = memfd_create("buffer", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, size), 0);
	buffer->size[plane] = size;
	buffer->bytes[plane] =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(buffer->bytes[plane], MAP_FAILED);
	return fd;
}

static void send_slots(struct node_fake *node, struct node_fake_queue *queue,
		       unsigned int count, uint32_t size)
{
	int fds[SESSION_MAX_DIRECT_SLOTS * VIRTIO_MEDIA_MAX_PLANES] = {0};
	unsigned int nfds = 0;
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = queue->generation,
		.first = queue->count,
		.num_slots = count,
		.num_planes = queue->num_planes,
		.type = queue->type,
	};

	for (unsigned int i = 0; i < queue->num_planes; i++)
		slots.plane_size[i] = size;
	for (unsigned int i = 0; i < count; i++) {
		struct node_fake_buffer *buffer =
			&queue->buffers[queue->count++];

		for (unsigned int j = 0; j < queue->num_planes; j++)
			fds[nfds++] = make_plane(buffer, j, size);
	}
	camera_fake_send(node->camera, &slots, sizeof(slots), fds, nfds);
	while (nfds > 0)
		close(fds[--nfds]);
}

static void make_buffers(struct node_fake *node, struct node_fake_queue *queue,
			 unsigned int count, uint32_t size)
{
	while (count > 0) {
		const unsigned int part = MIN(count, node->per_message);

		send_slots(node, queue, part, size);
		count -= part;
	}
}

static void reply(struct node_fake *node, const void *payload, size_t len)
{
	const struct camera_fake_call *call = &node->camera->call;

	camera_fake_reply(node->camera, call->head.hdr.tag, 0, call->head.len,
			  payload, len);
}

static void request(struct node_fake *node)
{
	struct v4l2_requestbuffers payload;
	struct node_fake_queue *queue;

	memcpy(&payload, node->camera->call.data, sizeof(payload));
	assert_int_equal(payload.memory, V4L2_MEMORY_MMAP);
	queue = node_fake_queue(node, payload.type);
	drop_buffers(queue);
	queue->generation++;
	payload.count = MIN(payload.count, queue->most);
	if (payload.count > 0)
		payload.count = MAX(payload.count, queue->least);
	make_buffers(node, queue, payload.count, queue->size);
	reply(node, &payload, sizeof(payload));
}

static void create(struct node_fake *node)
{
	struct v4l2_create_buffers payload;
	struct node_fake_queue *queue;
	uint32_t size;

	memcpy(&payload, node->camera->call.data, sizeof(payload));
	assert_int_equal(payload.memory, V4L2_MEMORY_MMAP);
	queue = node_fake_queue(node, payload.format.type);
	size = V4L2_TYPE_IS_MULTIPLANAR(payload.format.type)
		       ? payload.format.fmt.pix_mp.plane_fmt[0].sizeimage
		       : payload.format.fmt.pix.sizeimage;
	payload.index = queue->count;
	payload.count = MIN(payload.count, queue->most - queue->count);
	make_buffers(node, queue, payload.count, size);
	reply(node, &payload, sizeof(payload));
}

static void qbuf(struct node_fake *node)
{
	const struct camera_fake_call *call = &node->camera->call;
	struct node_fake_buffer *buffer;
	struct node_fake_queue *queue;
	struct {
		struct v4l2_buffer buffer;
		struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	} payload = {0};

	assert_true(call->data_len <= sizeof(payload));
	memcpy(&payload, call->data, call->data_len);
	assert_int_equal(payload.buffer.memory, V4L2_MEMORY_MMAP);
	queue = node_fake_queue(node, payload.buffer.type);
	if (payload.buffer.index >= queue->count) {
		camera_fake_refuse(node->camera, EINVAL);
		return;
	}
	buffer = &queue->buffers[payload.buffer.index];
	assert_false(buffer->queued);
	buffer->queued = true;
	buffer->buffer = payload.buffer;
	memcpy(buffer->planes, payload.planes, sizeof(payload.planes));
	payload.buffer.flags |= V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_MAPPED |
				V4L2_BUF_FLAG_TIMESTAMP_COPY;
	reply(node, &payload, call->data_len);
}

static void stream_off(struct node_fake *node)
{
	struct node_fake_queue *queue;
	int type;

	memcpy(&type, node->camera->call.data, sizeof(type));
	queue = node_fake_queue(node, type);
	for (unsigned int i = 0; i < queue->count; i++)
		queue->buffers[i].queued = false;
	reply(node, &type, sizeof(type));
}

static void obey(struct camera_fake *camera)
{
	const struct camera_fake_call *call = &camera->call;
	struct node_fake *node = camera->owner;

	switch (call->head.nr) {
	case _IOC_NR(VIDIOC_REQBUFS):
		request(node);
		break;
	case _IOC_NR(VIDIOC_CREATE_BUFS):
		create(node);
		break;
	case _IOC_NR(VIDIOC_QBUF):
		qbuf(node);
		break;
	case _IOC_NR(VIDIOC_STREAMOFF):
		stream_off(node);
		break;
	default:
		reply(node, call->data, call->data_len);
	}
}

struct node_fake *node_fake_create(struct camera_fake *camera)
{
	struct node_fake *node = calloc(1, sizeof(*node));

	assert_non_null(node);
	node->camera = camera;
	node->per_message = SESSION_MAX_SLOTS;
	camera->obey = obey;
	camera->forget = forget;
	camera->owner = node;
	return node;
}

struct node_fake_queue *node_fake_add(struct node_fake *node, uint32_t type,
				      unsigned int num_planes, uint32_t size)
{
	struct node_fake_queue *queue = node_fake_queue(node, 0);

	queue->type = type;
	queue->num_planes = num_planes;
	queue->size = size;
	queue->most = SESSION_MAX_DIRECT_SLOTS;
	queue->least = 1;
	return queue;
}

bool node_fake_has(struct node_fake *node, uint32_t type, unsigned int index)
{
	const struct node_fake_queue *queue = node_fake_queue(node, type);

	return index < queue->count && queue->buffers[index].queued;
}

struct session_frame node_fake_frame(struct node_fake *node, uint32_t type,
				     unsigned int index, uint32_t sequence)
{
	const struct node_fake_queue *queue = node_fake_queue(node, type);
	const struct node_fake_buffer *buffer = &queue->buffers[index];
	struct session_frame frame = {
		.hdr.type = SESSION_FRAME,
		.generation = queue->generation,
		.slot = index,
		.sequence = sequence,
		.type = type,
		.field = V4L2_FIELD_NONE,
		.flags = V4L2_BUF_FLAG_TIMESTAMP_COPY,
		.timestamp_sec = buffer->buffer.timestamp.tv_sec,
		.timestamp_usec = buffer->buffer.timestamp.tv_usec,
	};

	for (unsigned int i = 0; i < queue->num_planes; i++) {
		frame.bytesused[i] = buffer->size[i];
		if (V4L2_TYPE_IS_OUTPUT(type))
			frame.bytesused[i] =
				V4L2_TYPE_IS_MULTIPLANAR(type)
					? buffer->planes[i].bytesused
					: buffer->buffer.bytesused;
	}
	return frame;
}

void node_fake_send(struct node_fake *node, const struct session_frame *frame)
{
	node_fake_queue(node, frame->type)->buffers[frame->slot].queued = false;
	camera_fake_send(node->camera, frame, sizeof(*frame), NULL, 0);
}

void node_fake_send_both(struct node_fake *node,
			 const struct session_frame frames[2])
{
	for (int i = 0; i < 2; i++)
		node_fake_queue(node, frames[i].type)
			->buffers[frames[i].slot]
			.queued = false;
	camera_fake_send(node->camera, frames, 2 * sizeof(*frames), NULL, 0);
}

void node_fake_done(struct node_fake *node, uint32_t type, unsigned int index,
		    uint32_t sequence)
{
	const struct session_frame frame =
		node_fake_frame(node, type, index, sequence);

	assert_true(node_fake_has(node, type, index));
	node_fake_send(node, &frame);
}
