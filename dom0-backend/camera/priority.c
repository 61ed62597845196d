// SPDX-License-Identifier: GPL-2.0-only
#include "camera/priority.h"

#include <errno.h>
#include <linux/videodev2.h>

#include "base/util.h"
#include "camera/camera.h"
#include "camera/domain.h"
#include "camera/session.h"

/* What the priority of @other is to @session. Contexts of a codec share nothing
 * that a guest could be the primary of. */
static uint32_t priority_towards(const struct session *session,
				 const struct session *other)
{
	if (other->domain == session->domain ||
	    (domain_is_primary(other->domain) &&
	     !session_has_own_context(session)))
		return other->priority;
	return MIN(other->priority, (uint32_t)V4L2_PRIORITY_DEFAULT);
}

uint32_t priority_highest(const struct session *session)
{
	const struct session *other, *tmp;
	uint32_t highest = session->priority;

	list_for_each(other, tmp, &session->camera->sessions, link)
		highest = MAX(highest, priority_towards(session, other));
	return highest;
}

int priority_set(struct session *session, uint32_t wanted)
{
	if (wanted != V4L2_PRIORITY_BACKGROUND &&
	    wanted != V4L2_PRIORITY_INTERACTIVE &&
	    wanted != V4L2_PRIORITY_RECORD)
		return -EINVAL;
	session->priority = wanted;
	return 0;
}

int priority_check(const struct session *session, unsigned long request)
{
	switch (request) {
	case VIDIOC_S_FMT:
	case VIDIOC_S_PARM:
	case VIDIOC_S_INPUT:
	case VIDIOC_S_OUTPUT:
	case VIDIOC_S_STD:
	case VIDIOC_S_DV_TIMINGS:
	case VIDIOC_S_EDID:
	case VIDIOC_S_SELECTION:
	case VIDIOC_S_CROP:
	case VIDIOC_S_AUDIO:
	case VIDIOC_S_AUDOUT:
	case VIDIOC_S_TUNER:
	case VIDIOC_S_MODULATOR:
	case VIDIOC_S_FREQUENCY:
	case VIDIOC_S_HW_FREQ_SEEK:
	case VIDIOC_ENCODER_CMD:
	case VIDIOC_DECODER_CMD:
	case VIDIOC_S_CTRL:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_S_PRIORITY:
		return session->priority < priority_highest(session) ? -EBUSY :
								       0;
	default:
		return 0;
	}
}
