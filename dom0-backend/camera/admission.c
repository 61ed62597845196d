// SPDX-License-Identifier: GPL-2.0-only
#include "camera/admission.h"

#include <errno.h>
#include <linux/videodev2.h>

#include "camera/bandwidth.h"
#include "camera/camera.h"
#include "camera/domain.h"
#include "camera/mode_ioctl.h"
#include "camera/queue.h"
#include "camera/session.h"
#include "ipc/link.h"

static int admission_bytes(struct session *session, uint64_t *bytes)
{
	struct v4l2_format format;
	struct v4l2_fract interval;
	int ret;

	ret = session_format(session, &format);
	if (ret)
		return ret;
	interval = mode_interval(session);
	*bytes = bandwidth_of(&format, &interval);
	return 0;
}

static int admission_tell(struct session *session, uint32_t type,
			  uint64_t bytes)
{
	struct camera_bandwidth message = {
		.hdr.type = type,
		.serial = session->serial,
		.bytes = bytes,
	};
	struct iovec iov = { &message, sizeof(message) };

	if (!session->camera->daemon)
		return -EPIPE;
	return link_send(session->camera->daemon, &iov, 1, NULL, 0);
}

int admission_ask(struct session *session)
{
	struct admission *admission = &session->admission;
	uint64_t bytes;
	int ret;

	ret = admission_bytes(session, &bytes);
	if (ret)
		return ret;
	/* What guests ask must not bury what vmediad has to be told. */
	if (session->camera->daemon && link_is_behind(session->camera->daemon))
		return -EBUSY;
	if (admission_tell(session, CAMERA_ADMIT, bytes))
		return -EIO;
	admission->waits = true;
	admission->bytes = bytes;
	return 0;
}

bool admission_forbids(const struct session *session, unsigned long request)
{
	if (!session->admission.waits)
		return false;
	switch (request) {
	case VIDIOC_REQBUFS:
	case VIDIOC_CREATE_BUFS:
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
	case VIDIOC_S_FMT:
	case VIDIOC_S_PARM:
	case VIDIOC_S_INPUT:
	case VIDIOC_S_STD:
	case VIDIOC_S_DV_TIMINGS:
	case VIDIOC_S_SELECTION:
	case VIDIOC_S_CROP:
		return true;
	default:
		return false;
	}
}

void admission_answered(struct camera *camera,
			const struct camera_admitted *answer)
{
	struct session *session = camera_find_session(camera, answer->serial);
	const uint64_t since = domain_now();
	int error = answer->error;

	if (!session || !session->admission.waits)
		return;
	session->admission.waits = false;
	if (error) {
		session->admission.bytes = 0;
	} else {
		error = -queue_begin(session);
		domain_used(session->domain, since);
		if (error)
			admission_end(session);
	}
	session_answer(session, &session->admission.request, error);
}

int admission_follow(struct session *session)
{
	struct admission *admission = &session->admission;
	uint64_t bytes;

	if (admission_bytes(session, &bytes))
		return 0;
	if (bytes > admission->bytes)
		return -EBUSY;
	if (bytes < admission->bytes)
		admission_tell(session, CAMERA_RATE, bytes);
	admission->bytes = bytes;
	return 0;
}

void admission_end(struct session *session)
{
	if (session->admission.bytes > 0)
		admission_tell(session, CAMERA_RATE, 0);
	session->admission.bytes = 0;
	session->admission.waits = false;
}
