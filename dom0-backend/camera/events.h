/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * events.h - the V4L2 events of a session: which it may have, and their way to
 * it.
 */
#ifndef CAMERA_EVENTS_H
#define CAMERA_EVENTS_H

#include <linux/videodev2.h>

struct session;

/**
 * events_subscribe() - VIDIOC_SUBSCRIBE_EVENT; those that it asks for initially
 * are sent before it returns
 * Return: 0; -EINVAL for what there is not; the driver's negative errno.
 */
int events_subscribe(struct session *session,
		     struct v4l2_event_subscription *sub);

/**
 * events_send() - an event of the session's handle goes to its peer
 * @owner: the session
 *
 * As event of struct source_ops. A peer that reads no events overflows the
 * link, which then closes.
 */
void events_send(void *owner, const struct v4l2_event *event);

#endif /* CAMERA_EVENTS_H */
