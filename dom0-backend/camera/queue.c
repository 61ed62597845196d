// SPDX-License-Identifier: GPL-2.0-only
#include "camera/queue.h"

#include <errno.h>
#include <string.h>

#include "camera/admission.h"
#include "camera/camera.h"
#include "camera/domain.h"
#include "camera/ioctl.h"
#include "camera/mode_ioctl.h"
#include "camera/session.h"

/* MMAP: its buffers are the slots themselves. */
static int queue_hold(struct session *session, struct v4l2_requestbuffers *req)
{
	struct camera *camera = session->camera;
	int ret;

	if (req->memory != V4L2_MEMORY_MMAP)
		return 0;
	ret = stream_hold(&camera->stream, &session->reader, camera->slots);
	if (ret == 0)
		req->count = session->reader.num_slots;
	return ret;
}

int queue_reqbufs(struct session *session, struct v4l2_requestbuffers *req)
{
	struct mode *mode = &session->camera->mode;
	int ret = 0;

	if (!session_own_type(session, req->type))
		return -EINVAL;
	if (stream_reading(&session->reader))
		return -EBUSY;

	if (req->count > 0 &&
	    !domain_may_have_buffers(session->domain, session))
		return -EBUSY;

	stream_let_go(&session->camera->stream, &session->reader);
	if (req->count > 0) {
		mode_take(mode, &session->claim);
		ret = queue_hold(session, req);
	}
	if (req->count == 0 || ret)
		mode_drop(mode, &session->claim);
	if (ret)
		return ret;

	req->capabilities = 0;
	req->flags = 0;
	memset(req->reserved, 0, sizeof(req->reserved));
	return 0;
}

/* Buffers too small for the current format are refused, as drivers do. */
static int queue_check_sizes(struct session *session,
			     const struct v4l2_format *format)
{
	const struct v4l2_pix_format_mplane *wanted = &format->fmt.pix_mp;
	struct v4l2_format current;
	int ret;

	ret = session_format(session, &current);
	if (ret)
		return ret;
	if (format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE)
		return format->fmt.pix.sizeimage < current.fmt.pix.sizeimage ?
			       -EINVAL :
			       0;

	if (wanted->num_planes != current.fmt.pix_mp.num_planes ||
	    wanted->num_planes > VIDEO_MAX_PLANES)
		return -EINVAL;
	for (unsigned int i = 0; i < wanted->num_planes; i++) {
		if (wanted->plane_fmt[i].sizeimage <
		    current.fmt.pix_mp.plane_fmt[i].sizeimage)
			return -EINVAL;
	}
	return 0;
}

int queue_create_bufs(struct session *session,
		      struct v4l2_create_buffers *create)
{
	int ret;

	if (!session_own_type(session, create->format.type))
		return -EINVAL;

	/* A count of 0 only asks what could be. */
	if (create->count > 0) {
		ret = queue_check_sizes(session, &create->format);
		if (ret)
			return ret;
		if (!domain_may_have_buffers(session->domain, session))
			return -EBUSY;
		mode_take(&session->camera->mode, &session->claim);
	}

	create->capabilities = 0;
	create->flags = 0;
	memset(create->reserved, 0, sizeof(create->reserved));
	return 0;
}

int queue_streamon(struct session *session, const int *type)
{
	int ret;

	if (!session_own_type(session, *type) || !session->claim.buffers)
		return -EINVAL;
	if (stream_reading(&session->reader))
		return 0;
	ret = admission_ask(session);
	return ret ? ret : IOCTL_LATER;
}

int queue_begin(struct session *session)
{
	struct camera *camera = session->camera;

	mode_interval(session);
	return stream_join(&camera->stream, &session->reader);
}

int queue_streamoff(struct session *session, const int *type)
{
	if (!session_own_type(session, *type))
		return -EINVAL;
	stream_leave(&session->camera->stream, &session->reader);
	admission_end(session);
	return 0;
}
