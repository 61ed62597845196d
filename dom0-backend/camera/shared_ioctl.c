// SPDX-License-Identifier: GPL-2.0-only
#include "camera/shared_ioctl.h"

#include <errno.h>

#include "camera/admission.h"
#include "camera/camera.h"
#include "camera/controls.h"
#include "camera/events.h"
#include "camera/mode_ioctl.h"
#include "camera/priority.h"
#include "camera/queue.h"
#include "camera/rds.h"
#include "camera/session.h"
#include "camera/setting_ioctl.h"

/* Types other than the node's own have pointers, or mean other queues. */
static bool type_is_wrong(const struct session *session, unsigned long request,
			  const void *payload)
{
	uint32_t type;

	switch (request) {
	case VIDIOC_ENUM_FMT:
		type = ((const struct v4l2_fmtdesc *)payload)->type;
		break;
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
	case VIDIOC_TRY_FMT:
		type = ((const struct v4l2_format *)payload)->type;
		break;
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		type = ((const struct v4l2_streamparm *)payload)->type;
		break;
	case VIDIOC_CROPCAP:
	case VIDIOC_G_CROP:
	case VIDIOC_S_CROP:
	case VIDIOC_G_SELECTION:
	case VIDIOC_S_SELECTION:
		/* V4L2 takes either kind of planes for a rectangle. */
		type = *(const uint32_t *)payload;
		return type != V4L2_BUF_TYPE_VIDEO_CAPTURE &&
		       type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	default:
		return false;
	}
	return !session_own_type(session, type);
}

/* A stream was admitted for the rate that it had, and may have less. */
static int shared_s_parm(struct session *session, struct v4l2_streamparm *parm)
{
	struct v4l2_streamparm before = { .type = parm->type };
	int ret;

	if (!stream_reading(&session->reader))
		return mode_s_parm(session, parm);

	ret = mode_g_parm(session, &before);
	if (ret == 0)
		ret = mode_s_parm(session, parm);
	if (ret == 0) {
		ret = admission_follow(session);
		if (ret)
			mode_s_parm(session, &before);
	}
	return ret;
}

/* It only reads, or is about the open file alone. */
static bool is_asked_of_the_node(unsigned long request)
{
	switch (request) {
	case VIDIOC_G_FMT:
	case VIDIOC_ENUMINPUT:
	case VIDIOC_G_INPUT:
	case VIDIOC_ENUMSTD:
	case VIDIOC_G_STD:
	case VIDIOC_QUERYSTD:
	case VIDIOC_ENUM_DV_TIMINGS:
	case VIDIOC_QUERY_DV_TIMINGS:
	case VIDIOC_G_DV_TIMINGS:
	case VIDIOC_DV_TIMINGS_CAP:
	case VIDIOC_G_EDID:
	case VIDIOC_ENUMAUDIO:
	case VIDIOC_G_AUDIO:
	case VIDIOC_G_FREQUENCY:
	case VIDIOC_ENUM_FREQ_BANDS:
	case VIDIOC_CROPCAP:
	case VIDIOC_G_CROP:
	case VIDIOC_G_SELECTION:
	case VIDIOC_G_SLICED_VBI_CAP:
	case VIDIOC_UNSUBSCRIBE_EVENT:
		return true;
	default:
		return false;
	}
}

int shared_ioctl(struct session *session, unsigned long request, void *payload)
{
	int ret;

	if (type_is_wrong(session, request, payload))
		return -EINVAL;
	if (admission_forbids(session, request))
		return -EBUSY;
	ret = priority_check(session, request);
	if (ret)
		return ret;

	if (is_asked_of_the_node(request))
		return session_ask(session, request, payload);
	if (setting_is(request))
		return setting_ioctl(session, request, payload);

	switch (request) {
	case VIDIOC_ENUM_FMT:
		return mode_enum_fmt(session, payload);
	case VIDIOC_ENUM_FRAMESIZES:
		return mode_enum_framesizes(session, payload);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return mode_enum_frameintervals(session, payload);
	case VIDIOC_S_FMT:
		return mode_s_fmt(session, payload);
	case VIDIOC_TRY_FMT:
		return mode_try_fmt(session, payload);
	case VIDIOC_G_PARM:
		return mode_g_parm(session, payload);
	case VIDIOC_S_PARM:
		return shared_s_parm(session, payload);
	case VIDIOC_S_INPUT:
		return mode_s_input(session, payload);
	case VIDIOC_REQBUFS:
		return queue_reqbufs(session, payload);
	case VIDIOC_CREATE_BUFS:
		return queue_create_bufs(session, payload);
	case VIDIOC_STREAMON:
		return queue_streamon(session, payload);
	case VIDIOC_STREAMOFF:
		return queue_streamoff(session, payload);
	case VIDIOC_G_TUNER:
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
		return -ENOTTY;
	}
}
