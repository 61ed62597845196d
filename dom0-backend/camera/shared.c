// SPDX-License-Identifier: GPL-2.0-only
#include "camera/shared.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "camera/camera.h"
#include "camera/mode_ioctl.h"
#include "camera/shared_ioctl.h"
#include "ipc/link.h"

_Static_assert(POOL_MAX_FDS <= LINK_MAX_FDS, "a pool fits beside a message");

static struct session *shared_of_reader(struct stream_reader *reader)
{
	return container_of(reader, struct session, reader);
}

/* With @first 0 a pool of its own generation, else what was added to it */
static int shared_send_slots(struct stream_reader *reader,
			     const struct pool *pool, unsigned int first)
{
	struct session *session = shared_of_reader(reader);
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = session->generation + (first == 0),
		.first = first,
		.num_slots = pool->num_slots - first,
		.num_planes = pool->num_planes,
		.dma_buf = pool->dma_buf,
		.type = source_buf_type(session->camera->source),
	};
	struct iovec iov = { &slots, sizeof(slots) };
	int ret;

	memcpy(slots.plane_size, pool->plane_size, sizeof(slots.plane_size));
	ret = link_send(session->socket, &iov, 1,
			pool->fds + first * pool->num_planes,
			slots.num_slots * pool->num_planes);
	if (ret == 0)
		session->generation = slots.generation;
	return ret;
}

static int shared_send_frame(struct stream_reader *reader,
			     const struct session_frame *filled)
{
	struct session *session = shared_of_reader(reader);
	struct session_frame frame = *filled;

	frame.hdr.type = SESSION_FRAME;
	frame.hdr.tag = 0;
	frame.generation = session->generation;
	frame.type = source_buf_type(session->camera->source);
	return link_try_send(session->socket, &frame, sizeof(frame), NULL, 0);
}

const struct stream_reader_ops shared_reader_ops = {
	.slots = shared_send_slots,
	.frame = shared_send_frame,
};

static int shared_release(struct session *session,
			  const struct session_release *release)
{
	/* Frames that were on their way when the stream was stopped */
	if (!stream_reading(&session->reader) ||
	    release->generation != session->generation)
		return 0;

	if (stream_release(&session->camera->stream, &session->reader,
			   release->slot))
		return -EPROTO;
	return 0;
}

static void shared_leave(struct session *session)
{
	stream_leave(&session->camera->stream, &session->reader);
	stream_let_go(&session->camera->stream, &session->reader);
	mode_drop(&session->camera->mode, &session->claim);
}

static void shared_report(struct session *session,
			  struct camera_session_report *report)
{
	const struct stream_reader *reader = &session->reader;
	const struct v4l2_fract interval = mode_interval(session);

	report->lent = reader->lent;
	report->skipped = reader->skipped;
	report->missed_held = reader->missed_held;
	report->missed_behind = reader->missed_behind;
	report->missed_short = reader->missed_short;
	report->buffers = session->claim.buffers;
	report->numerator = interval.numerator;
	report->denominator = interval.denominator;
	if (stream_reading(reader))
		report->held = reader->num_held;
}

static bool shared_streams(const struct session *session)
{
	return stream_reading(&session->reader);
}

const struct session_kind shared_session = {
	.ioctl = shared_ioctl,
	.release = shared_release,
	.leave = shared_leave,
	.streams = shared_streams,
	.report = shared_report,
};
