// SPDX-License-Identifier: GPL-2.0-only
#include "camera/direct_ioctl.h"

#include <errno.h>
#include <linux/videodev2.h>

#include "camera/controls.h"
#include "camera/direct_buffers.h"
#include "camera/direct_queue.h"
#include "camera/events.h"
#include "camera/priority.h"
#include "camera/rds.h"
#include "camera/session.h"

/* An overlay's format has pointers of the peer's, and we promise no overlay. */
static bool is_overlay(unsigned long request, const void *payload)
{
	uint32_t type;

	switch (request) {
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
	case VIDIOC_TRY_FMT:
		type = ((const struct v4l2_format *)payload)->type;
		break;
	case VIDIOC_CREATE_BUFS:
		type = ((const struct v4l2_create_buffers *)payload)
			       ->format.type;
		break;
	default:
		return false;
	}
	return type == V4L2_BUF_TYPE_VIDEO_OVERLAY ||
	       type == V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY;
}

/* How many buffers read(2) and write(2) have, which are not offered */
static int direct_parm(struct session *session, unsigned long request,
		       struct v4l2_streamparm *parm)
{
	int ret;

	ret = session_ask(session, request, parm);
	if (ret)
		return ret;
	if (V4L2_TYPE_IS_OUTPUT(parm->type))
		parm->parm.output.writebuffers = 0;
	else
		parm->parm.capture.readbuffers = 0;
	return 0;
}

/* After its end a codec goes on, if it is told to. */
static int direct_command(struct session *session, unsigned long request,
			  void *payload)
{
	int ret;

	ret = session_ask(session, request, payload);
	if (ret == 0)
		direct_queue_look_anew(session);
	return ret;
}

int direct_ioctl(struct session *session, unsigned long request, void *payload)
{
	int ret;

	if (is_overlay(request, payload))
		return -EINVAL;
	ret = priority_check(session, request);
	if (ret)
		return ret;

	switch (request) {
	case VIDIOC_REQBUFS:
		return direct_buffers_request(session, payload);
	case VIDIOC_CREATE_BUFS:
		return direct_buffers_create(session, payload);
	case VIDIOC_QBUF:
		return direct_queue_qbuf(session, payload);
	case VIDIOC_STREAMON:
		return direct_queue_streamon(session, payload);
	case VIDIOC_STREAMOFF:
		return direct_queue_streamoff(session, payload);
	case VIDIOC_ENCODER_CMD:
	case VIDIOC_DECODER_CMD:
		return direct_command(session, request, payload);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		return direct_parm(session, request, payload);
	case VIDIOC_G_TUNER:
	case VIDIOC_G_MODULATOR:
		return rds_ioctl(session, request, payload);
	case VIDIOC_G_PRIORITY:
		*(uint32_t *)payload = priority_highest(session);
		return 0;
	case VIDIOC_S_PRIORITY:
		return priority_set(session, *(const uint32_t *)payload);
	case VIDIOC_QUERYCTRL:
	case VIDIOC_QUERY_EXT_CTRL:
	case VIDIOC_QUERYMENU:
	case VIDIOC_G_CTRL:
	case VIDIOC_S_CTRL:
	case VIDIOC_G_EXT_CTRLS:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_TRY_EXT_CTRLS:
		return controls_ioctl(session, request, payload);
	case VIDIOC_SUBSCRIBE_EVENT:
		return events_subscribe(session, payload);
	default:
		return session_ask(session, request, payload);
	}
}
