// SPDX-License-Identifier: GPL-2.0-only
#include "camera/direct.h"

#include <errno.h>
#include <sys/epoll.h>

#include "camera/camera.h"
#include "camera/direct_ioctl.h"
#include "camera/domain.h"

/* Of a queue, given back before others have their turn */
#define DIRECT_FRAMES_PER_TURN 4

static uint32_t direct_event(uint32_t type)
{
	return V4L2_TYPE_IS_OUTPUT(type) ? EPOLLOUT : EPOLLIN;
}

/*
 * A node is polled only for what will come: V4L2 reports an error for a queue
 * that does not stream or has no buffer, and the end of a stream without end.
 */
static void direct_watch(struct session *session)
{
	struct direct *direct = &session->direct;
	uint32_t events = 0;

	for (uint32_t type = 0; type < DIRECT_NUM_TYPES; type++) {
		if (!direct->stalled && direct_queue_waits(session, type))
			events |= direct_event(type);
	}
	if (events == direct->watched)
		return;
	direct->watched = events;
	session->camera->source->ops->watch(session->handle, events);
}

/* Return: 0, or the negative errno that ends the session. */
static int direct_give_back(struct session *session, uint32_t type,
			    struct direct_batch *batch)
{
	int ret = 0;

	for (int i = 0; i < DIRECT_FRAMES_PER_TURN && ret == 0 &&
			batch->count < SESSION_MAX_FRAMES &&
			direct_queue_waits(session, type); i++)
		ret = direct_queue_dequeue(session, type, batch);
	/* That the node is gone, all its sessions are told in one place. */
	return ret == -EAGAIN || ret == -EPIPE || ret == -ENODEV ? 0 : ret;
}

/*
 * All queues, whichever has something: a codec is done with what it took and
 * made at one stroke, and applications count on finding both, so they are told
 * in one message. CAPTURE, whose number is the lower one, comes first: its bytes
 * have to be copied.
 */
static int direct_give_back_all(struct session *session,
				struct direct_batch *batch)
{
	int ret = 0;

	for (uint32_t type = 0; type < DIRECT_NUM_TYPES && ret == 0; type++)
		ret = direct_give_back(session, type, batch);
	if (ret == 0)
		ret = direct_queue_tell(session, batch);
	return ret;
}

static void direct_ready(void *owner, uint32_t events)
{
	struct session *session = owner;
	const uint64_t since = domain_now();
	struct direct_batch batch = { 0 };
	int ret;

	ret = direct_give_back_all(session, &batch);
	domain_used(session->domain, since);
	if (ret) {
		session_break(session, EIO);
		return;
	}
	/* It would be told for ever. */
	if (events & EPOLLERR && batch.count == 0)
		session->direct.stalled = true;
	direct_watch(session);
}

static int direct_run(struct session *session, unsigned long request,
		      void *payload)
{
	int ret;

	ret = direct_ioctl(session, request, payload);
	direct_watch(session);
	return ret;
}

/* Its buffers go with its open file. */
static void direct_leave(struct session *session)
{
	session->direct = (struct direct){ 0 };
}

static bool direct_streams(const struct session *session)
{
	for (uint32_t type = 0; type < DIRECT_NUM_TYPES; type++) {
		if (session->direct.queues[type].streaming)
			return true;
	}
	return false;
}

static void direct_report(struct session *session,
			  struct camera_session_report *report)
{
	report->lent = session->direct.frames;
	for (uint32_t type = 0; type < DIRECT_NUM_TYPES; type++) {
		if (session->direct.queues[type].num_slots > 0)
			report->buffers = 1;
	}
}

const struct session_kind direct_session = {
	.ioctl = direct_run,
	.ready = direct_ready,
	.leave = direct_leave,
	.streams = direct_streams,
	.report = direct_report,
};
