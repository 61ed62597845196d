// SPDX-License-Identifier: GPL-2.0-only
#include "camera/priority.h"

#include <errno.h>
#include <linux/videodev2.h>

#include "base/util.h"
#include "camera/camera.h"
#include "camera/domain.h"
#include "camera/session.h"

/* What the priority of @other is to @session */
static uint32_t priority_towards(const struct session *session,
				 const struct session *other)
{
	if (other->domain == session->domain ||
	    domain_is_primary(other->domain))
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
	case VIDIOC_S_CTRL:
	case VIDIOC_S_EXT_CTRLS:
	case VIDIOC_S_PRIORITY:
		return session->priority < priority_highest(session) ? -EBUSY :
								       0;
	default:
		return 0;
	}
}
