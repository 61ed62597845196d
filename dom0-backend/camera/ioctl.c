// SPDX-License-Identifier: GPL-2.0-only
#include "camera/ioctl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <vmedia/ioctls.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/admission.h"
#include "camera/camera.h"
#include "camera/controls.h"
#include "camera/domain.h"
#include "camera/mode_ioctl.h"
#include "camera/priority.h"
#include "camera/queue.h"
#include "camera/session.h"

/* Above the inputs and pads of any device */
#define IOCTL_MAX_EVENT_IDS 64

#define IOCTL_ANSWERS_R true
#define IOCTL_ANSWERS_W false
#define IOCTL_ANSWERS_WR true

#define IOCTL_CTRLS_NONE false
#define IOCTL_CTRLS_PLANES false
#define IOCTL_CTRLS_BUFFER false
#define IOCTL_CTRLS_CTRLS true
#define IOCTL_CTRLS_OBJECT false
#define IOCTL_CTRLS_EDID false

#define IOCTL_INFO(NAME, type, direction, tail)         \
	[_IOC_NR(VIDIOC_##NAME)] = {                    \
		.name = #NAME,                          \
		.request = VIDIOC_##NAME,               \
		.size = sizeof(type),                   \
		.answers = IOCTL_ANSWERS_##direction,   \
		.ctrls = IOCTL_CTRLS_##tail,            \
	},

static const struct ioctl_info ioctl_table[] = { VMEDIA_IOCTLS(IOCTL_INFO) };

#define IOCTL_FITS(NAME, type, direction, tail)                  \
	_Static_assert(sizeof(type) <= sizeof(union ioctl_payload), \
		       "payload of " #NAME);
VMEDIA_IOCTLS(IOCTL_FITS)

const struct ioctl_info *ioctl_find(uint32_t nr)
{
	/* A guest's buffers are vmedia-guest's own. */
	if (nr >= ARRAY_SIZE(ioctl_table) || !ioctl_table[nr].name ||
	    nr == _IOC_NR(VIDIOC_QUERYBUF) || nr == _IOC_NR(VIDIOC_QBUF))
		return NULL;
	return &ioctl_table[nr];
}

/*
 * Standards, timings, tuners and audio have ioctls that do not cross. An input
 * must not promise them.
 */
static int ioctl_enuminput(struct session *session, struct v4l2_input *input)
{
	int ret;

	ret = session_ask(session, VIDIOC_ENUMINPUT, input);
	if (ret)
		return ret;

	if (input->type == V4L2_INPUT_TYPE_TUNER)
		input->type = V4L2_INPUT_TYPE_CAMERA;
	input->audioset = 0;
	input->tuner = 0;
	input->std = 0;
	input->capabilities = 0;
	return 0;
}

/* Types other than the node's own have pointers, or mean other queues. */
static bool ioctl_type_is_wrong(const struct session *session,
				unsigned long request, const void *payload)
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
	default:
		return false;
	}
	return !session_own_type(session, type);
}

/*
 * The kernel keeps a subscription for each type and id, and searches them one
 * by one with interrupts off. Controls it knows; any other id is the number of
 * an input or a pad, and not all drivers look at it.
 */
static int ioctl_subscribe(struct session *session,
			   struct v4l2_event_subscription *sub)
{
	int ret = 0;

	if (sub->type == V4L2_EVENT_CTRL)
		ret = controls_may_subscribe(session, sub->id);
	else if (sub->id >= IOCTL_MAX_EVENT_IDS)
		ret = -EINVAL;
	if (ret)
		return ret;
	return session_ask(session, VIDIOC_SUBSCRIBE_EVENT, sub);
}

/* A stream was admitted for the rate that it had, and may have less. */
static int ioctl_s_parm(struct session *session, struct v4l2_streamparm *parm)
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

static int ioctl_dispatch(struct session *session, unsigned long request,
			  void *payload)
{
	int ret;

	if (ioctl_type_is_wrong(session, request, payload))
		return -EINVAL;
	if (admission_forbids(session, request))
		return -EBUSY;
	ret = priority_check(session, request);
	if (ret)
		return ret;

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
		return ioctl_s_parm(session, payload);
	case VIDIOC_S_INPUT:
		return mode_s_input(session, payload);
	case VIDIOC_ENUMINPUT:
		return ioctl_enuminput(session, payload);
	case VIDIOC_REQBUFS:
		return queue_reqbufs(session, payload);
	case VIDIOC_CREATE_BUFS:
		return queue_create_bufs(session, payload);
	case VIDIOC_STREAMON:
		return queue_streamon(session, payload);
	case VIDIOC_STREAMOFF:
		return queue_streamoff(session, payload);
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
		return ioctl_subscribe(session, payload);
	case VIDIOC_G_FMT:
	case VIDIOC_G_INPUT:
	case VIDIOC_UNSUBSCRIBE_EVENT:
		return session_ask(session, request, payload);
	default:
		return -ENOTTY;
	}
}

int ioctl_run(struct session *session, const struct ioctl_info *info,
	      void *payload)
{
	int ret;

	ret = ioctl_dispatch(session, info->request, payload);
	log_debug("session %" PRIu64 " %s: %s", session->serial, info->name,
		  ret < 0 ? strerror(-ret) : ret ? "later" : "ok");
	return ret;
}
