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
	 V4L2_BUF_FLAG_BFRAME | V4L2_BUF_FLAG_ERROR | V4L2_BUF_FLAG_LAST | \
	 V4L2_BUF_FLAG_TIMESTAMP_MASK | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

static bool is_possible(const struct session *session,
			const struct session_frame *frame)
{
	const struct slots *slots = session->slots;

	if (frame->slot >= slots_count(slots))
		return false;
	for (unsigned int i = 0; i < slots_num_planes(slots); i++) {
		if (frame->bytesused[i] > slots_plane_size(slots, i) ||
		    frame->data_offset[i] > frame->bytesused[i])
			return false;
	}
	return true;
}

static int copy_plane(struct session *session,
		      const struct session_frame *frame,
		      const struct buffer *buffer, unsigned int plane)
{
	const void *bytes;
	int ret;

	ret = slots_begin_read(session->slots, frame->slot, plane, &bytes);
	if (ret < 0)
		return ret;
	ret = sg_list_store(&buffer->memory[plane], session->device->virtio,
			    bytes, frame->bytesused[plane]);
	slots_end_read(session->slots, frame->slot, plane);
	return ret;
}

/*
 * The one way to give a frame so far: a copy to the pages that the driver
 * brought.
 */
static int copy_frame(struct session *session,
		      const struct session_frame *frame,
		      const struct buffer *buffer)
{
	const unsigned int num_planes = buffer->layout.num_planes;
	int ret = 0;

	if (num_planes != slots_num_planes(session->slots))
		return -EPROTO;
	for (unsigned int i = 0; i < num_planes && ret == 0; i++)
		ret = copy_plane(session, frame, buffer, i);
	return ret;
}

static void fill_planes(const struct session_frame *frame,
			const struct buffer *buffer, bool good,
			struct virtio_media_event_dqbuf *event)
{
	event->buffer.length = buffer->layout.num_planes;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		struct v4l2_plane *plane = &event->planes[i];

		plane->length = buffer->len[i];
		plane->bytesused = good ? frame->bytesused[i] : 0;
		plane->data_offset = good ? frame->data_offset[i] : 0;
	}
}

static void fill_dqbuf(const struct session *session,
		       const struct session_frame *frame,
		       const struct buffer *buffer, bool good,
		       struct virtio_media_event_dqbuf *event)
{
	struct v4l2_buffer *to = &event->buffer;

	memset(event, 0, sizeof(*event));
	event->hdr.event = cpu_to_le32(VIRTIO_MEDIA_EVT_DQBUF);
	event->hdr.session_id = cpu_to_le32(session->id);
	to->index = buffer->index;
	to->type = session->queue.type;
	to->memory = V4L2_MEMORY_USERPTR;
	to->flags = frame->flags & FRAME_FLAGS;
	if (!good)
		to->flags |= V4L2_BUF_FLAG_ERROR;
	to->field = frame->field;
	to->timestamp.tv_sec = frame->timestamp_sec;
	to->timestamp.tv_usec = frame->timestamp_usec;
	to->sequence = frame->sequence;
	if (V4L2_TYPE_IS_MULTIPLANAR(to->type)) {
		fill_planes(frame, buffer, good, event);
	} else {
		to->length = buffer->len[0];
		to->bytesused = good ? frame->bytesused[0] : 0;
	}
}

static void count_frame(struct session_counts *counts,
			const struct session_frame *frame,
			const struct buffer *buffer, bool good)
{
	if (!good) {
		counts->failed++;
		return;
	}
	counts->frames++;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++)
		counts->bytes += frame->bytesused[i];
}

static void give(struct session *session, const struct session_frame *frame)
{
	struct media_device *device = session->device;
	struct buffer *buffer = queue_next(&session->queue);
	int ret;

	if (!buffer) {
		session->counts.no_buffer++;
		return;
	}
	ret = copy_frame(session, frame, buffer);
	/* The driver is gone, and the session will be in a moment. */
	if (ret == -ESTALE)
		return;
	if (ret < 0)
		log_guest(&device->limit,
			  "%s: session %u: frame %u lost on its way: error %d",
			  device->params.name, session->id, frame->sequence,
			  -ret);
	count_frame(&session->counts, frame, buffer, ret == 0);
	fill_dqbuf(session, frame, buffer, ret == 0, &buffer->dqbuf.dqbuf);
	buffer->dqbuf.len = sizeof(buffer->dqbuf.dqbuf);
	queue_done(&session->queue, buffer);
	events_post(&device->events, &buffer->dqbuf);
}

static int release(struct session *session, const struct session_frame *frame)
{
	struct session_release message = {
		.hdr.type = SESSION_RELEASE,
		.generation = frame->generation,
		.slot = frame->slot,
	};
	const struct iovec iov = { &message, sizeof(message) };
	const int ret = link_send(session->camera, &iov, 1, NULL, 0);

	/* A dead link says so by itself. */
	return ret == -EPIPE ? 0 : ret;
}

int frame_take(struct session *session, const struct session_frame *frame)
{
	/* Of a pool that is no more: void. */
	if (!session->slots ||
	    frame->generation != slots_generation(session->slots))
		return 0;
	if (!is_possible(session, frame))
		return -EPROTO;
	if (session->queue.streaming && !session->stopping)
		give(session, frame);
	return release(session, frame);
}
