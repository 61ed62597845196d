// SPDX-License-Identifier: GPL-2.0-only
#include "camera/ioctl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <vmedia/ioctls.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/camera.h"
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

static bool ioctl_same_mode(const struct v4l2_format *a,
			    const struct v4l2_format *b)
{
	/* The multi-planar members are at the same places, but not by law. */
	if (a->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
		return a->fmt.pix_mp.width == b->fmt.pix_mp.width &&
		       a->fmt.pix_mp.height == b->fmt.pix_mp.height &&
		       a->fmt.pix_mp.pixelformat == b->fmt.pix_mp.pixelformat &&
		       a->fmt.pix_mp.field == b->fmt.pix_mp.field;

	return a->fmt.pix.width == b->fmt.pix.width &&
	       a->fmt.pix.height == b->fmt.pix.height &&
	       a->fmt.pix.pixelformat == b->fmt.pix.pixelformat &&
	       a->fmt.pix.field == b->fmt.pix.field;
}

/*
 * While buffers exist, a format that comes down to the one that is set is
 * granted: that is what an application asks for that looked at G_FMT first.
 */
static int ioctl_s_fmt(struct session *session, struct v4l2_format *format)
{
	struct v4l2_format current;
	int ret;

	if (!arbiter_is_kept(&session->camera->mode.arbiter))
		return session_ask(session, VIDIOC_S_FMT, format);

	ret = session_format(session, &current);
	if (ret)
		return ret;
	if (!ioctl_same_mode(&current, format)) {
		ret = session_ask(session, VIDIOC_TRY_FMT, format);
		if (ret)
			return ret;
		if (!ioctl_same_mode(&current, format))
			return -EBUSY;
	}
	*format = current;
	return 0;
}

static int ioctl_try_fmt(struct session *session, struct v4l2_format *format)
{
	if (arbiter_is_kept_by_others(&session->camera->mode.arbiter,
				     &session->claim))
		return session_format(session, format);
	return session_ask(session, VIDIOC_TRY_FMT, format);
}

static int ioctl_parm(struct session *session, unsigned long request,
		      struct v4l2_streamparm *parm)
{
	int ret;

	/* A camera with one rate answers with that rate; so does this one. */
	if (arbiter_is_kept_by_others(&session->camera->mode.arbiter,
				     &session->claim))
		request = VIDIOC_G_PARM;

	ret = session_ask(session, request, parm);
	/* How many buffers read(2) has, which is not offered */
	if (ret == 0)
		parm->parm.capture.readbuffers = 0;
	return ret;
}

static int ioctl_s_input(struct session *session, int *input)
{
	int current;
	int ret;

	if (!arbiter_is_kept(&session->camera->mode.arbiter))
		return session_ask(session, VIDIOC_S_INPUT, input);

	ret = session_ask(session, VIDIOC_G_INPUT, &current);
	if (ret)
		return ret;
	return *input == current ? 0 : -EBUSY;
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
	if (sub->type != V4L2_EVENT_CTRL && sub->id >= IOCTL_MAX_EVENT_IDS)
		return -EINVAL;
	return session_ask(session, VIDIOC_SUBSCRIBE_EVENT, sub);
}

static int ioctl_dispatch(struct session *session, unsigned long request,
			  void *payload)
{
	if (ioctl_type_is_wrong(session, request, payload))
		return -EINVAL;

	switch (request) {
	case VIDIOC_S_FMT:
		return ioctl_s_fmt(session, payload);
	case VIDIOC_TRY_FMT:
		return ioctl_try_fmt(session, payload);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		return ioctl_parm(session, request, payload);
	case VIDIOC_S_INPUT:
		return ioctl_s_input(session, payload);
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
	case VIDIOC_SUBSCRIBE_EVENT:
		return ioctl_subscribe(session, payload);
	default:
		return session_ask(session, request, payload);
	}
}

int ioctl_run(struct session *session, const struct ioctl_info *info,
	      void *payload)
{
	int ret;

	ret = ioctl_dispatch(session, info->request, payload);
	log_debug("session %" PRIu64 " %s: %s", session->serial, info->name,
		  ret ? strerror(-ret) : "ok");
	return ret;
}
