// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a direct session: their way to the node; frame.c is that back. */
#include "media/direct.h"

#include <errno.h>
#include <string.h>

#include "media/buffers.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/queue.h"
#include "media/session.h"
#include "media/slots.h"

/* What a driver may tell the node with QBUF; who has the buffer is not its to
 * say. A node that copies timestamps copies where they are from, too. */
#define QBUF_FLAGS                                            \
	(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME |      \
	 V4L2_BUF_FLAG_BFRAME | V4L2_BUF_FLAG_TIMECODE |      \
	 V4L2_BUF_FLAG_LAST | V4L2_BUF_FLAG_TSTAMP_SRC_MASK | \
	 V4L2_BUF_FLAG_NO_CACHE_CLEAN |                       \
	 V4L2_BUF_FLAG_NO_CACHE_INVALIDATE)

/* Bytes of an OUTPUT plane that the node will look at */
static uint32_t used_of(const struct buffer *buffer, unsigned int plane)
{
	const uint32_t used = buffer->planes[plane].bytesused;

	return used ? used : buffer->layout.size[plane];
}

static int load_plane(struct session *session, struct queue *queue,
		      struct buffer *buffer, unsigned int plane)
{
	void *bytes;
	int ret;

	ret = slots_begin_write(queue->slots, buffer->index, plane, &bytes);
	if (ret < 0)
		return ret;
	ret = memory_load(&buffer->planes[plane].memory,
			  session->device->virtio, bytes,
			  used_of(buffer, plane));
	slots_end_write(queue->slots, buffer->index, plane);
	if (ret == 0)
		session->counts.copied += used_of(buffer, plane);
	return ret;
}

/* They are the same, unless the camera was wrong about them. */
static bool fits(const struct queue *queue, const struct buffer *buffer)
{
	const struct queue_layout *layout;

	if (buffer->index >= slots_count(queue->slots))
		return false;
	layout = slots_layout(queue->slots, buffer->index);
	if (layout->num_planes != buffer->layout.num_planes)
		return false;
	for (unsigned int i = 0; i < layout->num_planes; i++) {
		if (layout->size[i] < used_of(buffer, i))
			return false;
	}
	return true;
}

static int load_output(struct session *session, struct queue *queue,
		       struct buffer *buffer)
{
	int ret = 0;

	if (!V4L2_TYPE_IS_OUTPUT(queue->type))
		return 0;
	if (!fits(queue, buffer))
		return -EIO;
	for (unsigned int i = 0; i < buffer->layout.num_planes && ret == 0; i++)
		ret = load_plane(session, queue, buffer, i);
	return ret;
}

/* QBUF as it crosses, and as its reply comes back */
struct crossing {
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
};

static size_t crossing_len(const struct buffer *buffer, uint32_t type)
{
	size_t len = sizeof(struct v4l2_buffer);

	if (V4L2_TYPE_IS_MULTIPLANAR(type))
		len += buffer->layout.num_planes * sizeof(struct v4l2_plane);
	return len;
}

static void make_crossing(const struct buffer *buffer,
			  const struct v4l2_buffer *from,
			  struct crossing *crossing)
{
	struct v4l2_buffer *to = &crossing->buffer;

	memset(crossing, 0, sizeof(*crossing));
	to->index = from->index;
	to->type = from->type;
	to->memory = V4L2_MEMORY_MMAP;
	to->flags = from->flags & QBUF_FLAGS;
	to->field = from->field;
	to->timestamp = from->timestamp;
	to->timecode = from->timecode;
	if (!V4L2_TYPE_IS_MULTIPLANAR(from->type)) {
		to->length = buffer->layout.size[0];
		to->bytesused = buffer->planes[0].bytesused;
		return;
	}
	to->length = buffer->layout.num_planes;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		crossing->planes[i].length = buffer->layout.size[i];
		crossing->planes[i].bytesused = buffer->planes[i].bytesused;
		crossing->planes[i].data_offset =
			buffer->planes[i].data_offset;
	}
}

static int take_crossing(struct queue *queue, struct buffer *buffer,
			 const struct reply *reply)
{
	struct crossing told = { 0 };

	if (reply->payload_len != sizeof(told.buffer) ||
	    reply->len != crossing_len(buffer, queue->type))
		return -EIO;
	memcpy(&told, reply->data, reply->len);
	queue_said(queue, buffer, &told.buffer);
	if (!V4L2_TYPE_IS_MULTIPLANAR(queue->type)) {
		buffer->planes[0].bytesused = told.buffer.bytesused;
		return 0;
	}
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		buffer->planes[i].bytesused = told.planes[i].bytesused;
		buffer->planes[i].data_offset = told.planes[i].data_offset;
	}
	return 0;
}

/* The buffer as it is now: the camera may have been wrong about the order. */
static struct buffer *find_crossing(const struct queue *queue, uint32_t index)
{
	struct buffer *buffer;

	if (index >= queue->count)
		return NULL;
	buffer = queue->buffers[index];
	return buffer->state == BUFFER_CROSSING ? buffer : NULL;
}

static void queue_replied(struct command *command, const struct reply *reply)
{
	const struct v4l2_buffer *from = &command->payload.buffer;
	struct queue *queue = session_queue(command->session, from->type);
	struct buffer *buffer = find_crossing(queue, from->index);
	int ret = reply->error;

	if (!buffer) {
		command_answer(command, ret < 0 ? ret : -EIO);
		return;
	}
	if (ret == 0)
		ret = take_crossing(queue, buffer, reply);
	if (ret == 0)
		queue_push(queue, buffer);
	else
		queue_done(buffer);
	buffers_answer(command, ret);
}

static int cross(struct command *command, struct queue *queue,
		 struct buffer *buffer)
{
	struct crossing crossing;

	make_crossing(buffer, &command->payload.buffer, &crossing);
	buffer->state = BUFFER_CROSSING;
	return camera_call_with_tail(command, _IOC_NR(VIDIOC_QBUF), &crossing,
				     sizeof(crossing.buffer),
				     crossing_len(buffer, queue->type),
				     queue_replied);
}

void direct_queue(struct command *command)
{
	struct buffer *buffer;
	struct queue *queue;
	int ret;

	ret = buffers_bring(command, &queue, &buffer);
	if (ret < 0) {
		command_answer(command, ret);
		return;
	}
	/* Soon there will be no such buffer. */
	if (queue->remaking)
		ret = -EBUSY;
	if (ret == 0)
		ret = load_output(command->session, queue, buffer);
	if (ret == 0)
		ret = cross(command, queue, buffer);
	if (ret < 0) {
		queue_done(buffer);
		command_answer(command, ret);
	}
}

static void forward_to(struct command *command,
		       void (*replied)(struct command *, const struct reply *))
{
	const int ret = camera_forward(command, replied);

	if (ret < 0)
		command_answer(command, ret);
}

static void stream_on_replied(struct command *command,
			      const struct reply *reply)
{
	struct queue *queue = session_queue(command->session,
					    command->payload.number);

	if (queue && reply->error == 0)
		queue->streaming = true;
	command_answer(command, reply->error);
}

void direct_stream_on(struct command *command)
{
	forward_to(command, stream_on_replied);
}

/* From here on nothing is told of what was queued before. */
static void stream_off_replied(struct command *command,
			       const struct reply *reply)
{
	struct queue *queue = session_queue(command->session,
					    command->payload.number);

	if (queue && reply->error == 0) {
		queue->streaming = false;
		queue_cancel(queue);
	}
	command_answer(command, reply->error);
}

void direct_stream_off(struct command *command)
{
	forward_to(command, stream_off_replied);
}
