/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * controls.h - the control ioctls of a session, and its events, as far as
 * its guest may have them.
 *
 * access.h has the rules. What is hidden is answered as what the driver does
 * not have; what may not be written, as what the driver has for reading only.
 *
 * The driver's answer to VIDIOC_QUERY_EXT_CTRL is asked anew each time: it has
 * it in memory, and ranges change.
 */
#ifndef CAMERA_CONTROLS_H
#define CAMERA_CONTROLS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

struct session;

/**
 * controls_ioctl() - answer an ioctl of @session on controls
 * @request: VIDIOC_QUERYCTRL, QUERY_EXT_CTRL, QUERYMENU, G_CTRL, S_CTRL,
 *           G_EXT_CTRLS, S_EXT_CTRLS or TRY_EXT_CTRLS
 * @payload: of the size coded in @request; pointers in it are ours and valid
 * Return: 0 or the negative errno that V4L2 documents: -EACCES for a control
 * that the guest may not write, -EINVAL for a hidden one.
 */
int controls_ioctl(struct session *session, unsigned long request,
		   void *payload);

/**
 * controls_may_subscribe() - may @session have the events of control @id?
 * Return: 0, -EINVAL if it is hidden, or the driver's negative errno.
 */
int controls_may_subscribe(struct session *session, uint32_t id);

/**
 * controls_filter_event() - V4L2_EVENT_CTRL as @session may see it
 * Return: false if it may not.
 */
bool controls_filter_event(struct session *session, struct v4l2_event *event);

#endif /* CAMERA_CONTROLS_H */
