/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * ioctls.h - the V4L2 ioctls that cross the wire, one line each.
 *
 * VMEDIA_IOCTLS(X) expands to X(NAME, payload, direction, tail) where
 *   NAME       VIDIOC_NAME without its prefix
 *   payload    type that crosses
 *   direction  R: the device writes the payload; W: the driver does;
 *              WR: both (as the _IOR, _IOW, _IOWR of videodev2.h)
 *   tail       what follows the payload: NONE, PLANES (an array of
 *              v4l2_plane), BUFFER (planes, then the buffer's SG lists) or
 *              CTRLS (an array of v4l2_ext_control, then the SG lists of its
 *              pointer controls)
 *
 * What is not in the table does not cross: the device answers ENOTTY.
 */
#ifndef VMEDIA_IOCTLS_H
#define VMEDIA_IOCTLS_H

#include <linux/videodev2.h>

#define VMEDIA_IOCTLS(X)                                             \
	X(ENUM_FMT, struct v4l2_fmtdesc, WR, NONE)                   \
	X(G_FMT, struct v4l2_format, WR, NONE)                       \
	X(S_FMT, struct v4l2_format, WR, NONE)                       \
	X(TRY_FMT, struct v4l2_format, WR, NONE)                     \
	X(REQBUFS, struct v4l2_requestbuffers, WR, NONE)             \
	X(CREATE_BUFS, struct v4l2_create_buffers, WR, NONE)         \
	X(QUERYBUF, struct v4l2_buffer, WR, PLANES)                  \
	X(QBUF, struct v4l2_buffer, WR, BUFFER)                      \
	X(STREAMON, int, W, NONE)                                    \
	X(STREAMOFF, int, W, NONE)                                   \
	X(G_PARM, struct v4l2_streamparm, WR, NONE)                  \
	X(S_PARM, struct v4l2_streamparm, WR, NONE)                  \
	X(ENUMINPUT, struct v4l2_input, WR, NONE)                    \
	X(G_INPUT, int, R, NONE)                                     \
	X(S_INPUT, int, WR, NONE)                                    \
	X(G_CTRL, struct v4l2_control, WR, NONE)                     \
	X(S_CTRL, struct v4l2_control, WR, NONE)                     \
	X(QUERYCTRL, struct v4l2_queryctrl, WR, NONE)                \
	X(QUERYMENU, struct v4l2_querymenu, WR, NONE)                \
	X(G_PRIORITY, __u32, R, NONE)                                \
	X(S_PRIORITY, __u32, W, NONE)                                \
	X(QUERY_EXT_CTRL, struct v4l2_query_ext_ctrl, WR, NONE)      \
	X(G_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)          \
	X(S_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)          \
	X(TRY_EXT_CTRLS, struct v4l2_ext_controls, WR, CTRLS)        \
	X(ENUM_FRAMESIZES, struct v4l2_frmsizeenum, WR, NONE)        \
	X(ENUM_FRAMEINTERVALS, struct v4l2_frmivalenum, WR, NONE)    \
	X(SUBSCRIBE_EVENT, struct v4l2_event_subscription, W, NONE)  \
	X(UNSUBSCRIBE_EVENT, struct v4l2_event_subscription, W, NONE)

#endif /* VMEDIA_IOCTLS_H */
