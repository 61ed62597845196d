// SPDX-License-Identifier: GPL-2.0-only
#include "media/frame.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/byteorder.h"
#include "ipc/link.h"
#include "ipc/session_proto.h"
#include "media/device_state.h"
#include "media/queue.h"
#include "media/session.h"
#include "media/slots.h"

/* What a camera may say of a frame. Who has the buffer is ours to say. */
#define FRAME_FLAGS                                                       \
	(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME |                  \
	 V4L2_BUF_FLAG_BFRAME | V4L2_BUF_FLAG_ERROR |                     \
	 V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST |                    \
	 V4L2_BUF_FLAG_TIMESTAMP_MASK | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

static bool is_possible(const struct slots *slots,
			const struct session_frame *frame)
{
	const struct queue_layout *layout;

	if (frame->slot >= slots_count(slots))
		return false;
	layout = slots_layout(slots, frame->slot);
	for (unsigned int i = 0; i < layout->num_planes; i++) {
		if (frame->bytesused[i] > layout->size[i] ||
		    frame->data_offset[i] > frame->bytesused[i])
			return false;
	}
	return true;
}

static int copy_plane(struct session *session, struct slots *slots,
		      const struct session_frame *frame,
		      struct buffer *buffer, unsigned int plane)
{
	const void *bytes;
	int ret;

	ret = slots_begin_read(slots, frame->slot, plane, &bytes);
	if (ret < 0)
		return ret;
	ret = memory_store(&buffer->planes[plane].memory,
			   session->device->virtio, bytes,
			   frame->bytesused[plane]);
	slots_end_read(slots, frame->slot, plane);
	if (ret == 0)
		session->counts.copied += frame->bytesused[plane];
	return ret;
}

static int copy_frame(struct session *session, const struct queue *queue,
		      const struct session_frame *frame,
		      struct buffer *buffer)
{
	const unsigned int num_planes = buffer->layout.num_planes;
	int ret = 0;

	if (V4L2_TYPE_IS_OUTPUT(queue->type) || queue->granted)
		return 0;
	if (num_planes != slots_layout(queue->slots, frame->slot)->num_planes)
		return -EPROTO;
	for (unsigned int i = 0; i < num_planes && ret == 0; i++)
		ret = copy_plane(session, queue->slots, frame, buffer, i);
	return ret;
}

static void fill_planes(const struct buffer *buffer,
			struct virtio_media_event_dqbuf *event)
{
	event->buffer.length = buffer->layout.num_planes;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		struct v4l2_plane *plane = &event->planes[i];

		plane->length = buffer->planes[i].len;
		plane->bytesused = buffer->planes[i].bytesused;
		plane->data_offset = buffer->planes[i].data_offset;
	}
}

static struct v4l2_buffer dqbuf_of(const struct session_frame *frame, bool good)
{
	struct v4l2_buffer made = {
		.flags = frame->flags & FRAME_FLAGS,
		.field = frame->field,
		.timestamp.tv_sec = frame->timestamp_sec,
		.timestamp.tv_usec = frame->timestamp_usec,
		.sequence = frame->sequence,
	};

	if (made.flags & V4L2_BUF_FLAG_TIMECODE)
		made.timecode = frame->timecode;
	if (!good)
		made.flags |= V4L2_BUF_FLAG_ERROR;
	return made;
}

/* The pointers in it are 0: they would be the driver's, and mean nothing. */
static void fill_dqbuf(const struct session *session, struct queue *queue,
		       struct buffer *buffer, const struct v4l2_buffer *said)
{
	struct virtio_media_event_dqbuf *event = &buffer->dqbuf.dqbuf;

	buffer->dqbuf.len = sizeof(*event);
	memset(event, 0, sizeof(*event));
	event->hdr.event = cpu_to_le32(VIRTIO_MEDIA_EVT_DQBUF);
	event->hdr.session_id = cpu_to_le32(session->id);
	event->buffer = *said;
	event->buffer.index = buffer->index;
	event->buffer.type = queue->type;
	event->buffer.memory = queue->memory;
	if (V4L2_TYPE_IS_MULTIPLANAR(queue->type)) {
		fill_planes(buffer, event);
	} else {
		event->buffer.length = buffer->planes[0].len;
		event->buffer.bytesused = buffer->planes[0].bytesused;
	}
}

static void count_frame(struct session_counts *counts,
			const struct buffer *buffer, bool good)
{
	if (!good) {
		counts->failed++;
		return;
	}
	counts->frames++;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++)
		counts->bytes += buffer->planes[i].bytesused;
}

static void give(struct session *session, struct queue *queue,
		 struct buffer *buffer, const struct session_frame *frame)
{
	struct media_device *device = session->device;
	struct v4l2_buffer said;
	int ret;

	ret = copy_frame(session, queue, frame, buffer);
	/* The driver is gone, and the session will be in a moment. */
	if (ret == -ESTALE)
		return;
	if (ret < 0)
		log_guest(&device->limit,
			  "%s: session %u: frame %u lost on its way: error %d",
			  device->params.name, session->id, frame->sequence,
			  -ret);
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		buffer->planes[i].bytesused = ret ? 0 : frame->bytesused[i];
		buffer->planes[i].data_offset = ret ? 0 : frame->data_offset[i];
	}
	said = dqbuf_of(frame, ret == 0);
	count_frame(&session->counts, buffer, ret == 0);
	queue_said(queue, buffer, &said);
	fill_dqbuf(session, queue, buffer, &said);
	queue_done(buffer);
	events_post(&device->events, &buffer->dqbuf);
}

static int release(struct session *session, uint32_t generation, uint32_t slot)
{
	struct session_release message = {
		.hdr.type = SESSION_RELEASE,
		.generation = generation,
		.slot = slot,
	};
	const struct iovec iov = { &message, sizeof(message) };
	const int ret = link_send(session->camera, &iov, 1, NULL, 0);

	/* A dead link says so by itself. */
	return ret == -EPIPE ? 0 : ret;
}

/* Of slots that are no more: void. */
static bool is_void(const struct queue *queue,
		    const struct session_frame *frame)
{
	return !queue->slots ||
	       frame->generation != slots_generation(queue->slots);
}

static bool is_wanted(const struct queue *queue)
{
	return queue->streaming && !queue->stopping;
}

/* Slot N is buffer N. */
static int take_slot(struct session *session, struct queue *queue,
		     const struct session_frame *frame)
{
	struct buffer *buffer;

	if (frame->slot >= queue->count)
		return -EPROTO;
	buffer = queue->buffers[frame->slot];
	if (buffer->is_lent)
		return -EPROTO;
	if (is_wanted(queue) && buffer->state == BUFFER_QUEUED) {
		buffer->is_lent = true;
		give(session, queue, buffer, frame);
		return 0;
	}
	session->counts.no_buffer += is_wanted(queue);
	return release(session, frame->generation, frame->slot);
}

int frame_return(struct session *session, struct buffer *buffer)
{
	const struct queue *queue = &session->queues[0];

	if (!buffer->is_lent)
		return 0;
	buffer->is_lent = false;
	/* At STREAMOFF the camera takes back all by itself. */
	if (!is_wanted(queue))
		return 0;
	return release(session, slots_generation(queue->slots), buffer->index);
}

int frame_take_shared(struct session *session,
		      const struct session_frame *frame)
{
	struct queue *queue = &session->queues[0];
	struct buffer *buffer;

	if (is_void(queue, frame))
		return 0;
	if (!is_possible(queue->slots, frame))
		return -EPROTO;
	if (queue->granted)
		return take_slot(session, queue, frame);
	if (is_wanted(queue)) {
		buffer = queue_next(queue);
		if (buffer)
			give(session, queue, buffer, frame);
		else
			session->counts.no_buffer++;
	}
	return release(session, frame->generation, frame->slot);
}

int frame_take_direct(struct session *session,
		      const struct session_frame *frame)
{
	struct queue *queue = session_queue(session, frame->type);
	struct buffer *buffer;

	if (!queue)
		return -EPROTO;
	if (is_void(queue, frame))
		return 0;
	if (!is_possible(queue->slots, frame) || frame->slot >= queue->count)
		return -EPROTO;
	buffer = queue->buffers[frame->slot];
	if (buffer->state != BUFFER_QUEUED)
		return -EPROTO;
	give(session, queue, buffer, frame);
	return 0;
}
