/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mode_ioctl.h - what a session is told of the mode, and what it may change.
 *
 * As long as somebody else keeps the mode, a session is shown a camera that has
 * only this one, and a share of its frames instead of its rate. The rules are
 * a table in docs/sharing.md.
 *
 * Errors: 0 or a negative errno that V4L2 documents. Thread: the event loop's.
 */
#ifndef CAMERA_MODE_IOCTL_H
#define CAMERA_MODE_IOCTL_H

#include <linux/videodev2.h>

struct session;

/* Each as the ioctl of this name; @type of their payloads is the camera's. */
int mode_enum_fmt(struct session *session, struct v4l2_fmtdesc *desc);
int mode_enum_framesizes(struct session *session,
			 struct v4l2_frmsizeenum *size);
int mode_enum_frameintervals(struct session *session,
			     struct v4l2_frmivalenum *interval);
int mode_try_fmt(struct session *session, struct v4l2_format *format);
int mode_s_fmt(struct session *session, struct v4l2_format *format);
int mode_s_input(struct session *session, int *input);
int mode_g_parm(struct session *session, struct v4l2_streamparm *parm);
int mode_s_parm(struct session *session, struct v4l2_streamparm *parm);

/**
 * mode_interval() - seconds between two frames of @session
 *
 * Its share of the frames is worked out anew: the camera's own rate may have
 * changed since it asked.
 * Return: 0/0 if the driver does not know.
 */
struct v4l2_fract mode_interval(struct session *session);

#endif /* CAMERA_MODE_IOCTL_H */
