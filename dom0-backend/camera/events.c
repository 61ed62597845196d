// SPDX-License-Identifier: GPL-2.0-only
#include "camera/events.h"

#include <errno.h>

#include "camera/controls.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Above the inputs and pads of any device */
#define EVENTS_MAX_IDS 64

/*
 * The kernel keeps a subscription for each type and id, and searches them one
 * by one with interrupts off. Controls it knows; any other id is the number of
 * an input or a pad, and not all drivers look at it.
 */
int events_subscribe(struct session *session,
		     struct v4l2_event_subscription *sub)
{
	int ret = 0;

	if (sub->type == V4L2_EVENT_CTRL)
		ret = controls_may_subscribe(session, sub->id);
	else if (sub->id >= EVENTS_MAX_IDS)
		ret = -EINVAL;
	if (ret)
		return ret;
	return session_ask(session, VIDIOC_SUBSCRIBE_EVENT, sub);
}

void events_send(void *owner, const struct v4l2_event *event)
{
	struct session *session = owner;
	struct session_event message = {
		.hdr.type = SESSION_EVENT,
		.event = *event,
	};
	struct iovec iov = { &message, sizeof(message) };

	if (event->type == V4L2_EVENT_CTRL &&
	    !controls_filter_event(session, &message.event))
		return;
	link_send(session->socket, &iov, 1, NULL, 0);
}
