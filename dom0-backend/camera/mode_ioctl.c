// SPDX-License-Identifier: GPL-2.0-only
#include "camera/mode_ioctl.h"

#include <errno.h>
#include <string.h>

#include "camera/camera.h"
#include "camera/rate.h"
#include "camera/session.h"

/* More than any driver lists; one that lists without end stops here. */
#define MODE_MAX_FORMATS 256

/**
 * struct picture - what of a format the mode is about
 * @field: enum v4l2_field
 */
struct picture {
	uint32_t pixelformat;
	uint32_t width;
	uint32_t height;
	uint32_t field;
};

/* The multi-planar members are at the same places, but not by law. */
static struct picture picture_of(const struct v4l2_format *format)
{
	if (format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
		return (struct picture){
			.pixelformat = format->fmt.pix_mp.pixelformat,
			.width = format->fmt.pix_mp.width,
			.height = format->fmt.pix_mp.height,
			.field = format->fmt.pix_mp.field,
		};
	return (struct picture){
		.pixelformat = format->fmt.pix.pixelformat,
		.width = format->fmt.pix.width,
		.height = format->fmt.pix.height,
		.field = format->fmt.pix.field,
	};
}

static bool same_size(const struct picture *a, const struct picture *b)
{
	return a->pixelformat == b->pixelformat && a->width == b->width &&
	       a->height == b->height;
}

static bool same_picture(const struct picture *a, const struct picture *b)
{
	return same_size(a, b) && a->field == b->field;
}

static bool kept_by_others(const struct session *session)
{
	return mode_is_kept_by_others(&session->camera->mode, &session->claim);
}

static int current_picture(struct session *session, struct picture *current)
{
	struct v4l2_format format;
	int ret;

	ret = session_format(session, &format);
	if (ret == 0)
		*current = picture_of(&format);
	return ret;
}

int mode_enum_fmt(struct session *session, struct v4l2_fmtdesc *desc)
{
	struct v4l2_fmtdesc entry;
	struct picture current;
	int ret;

	if (!kept_by_others(session))
		return session_ask(session, VIDIOC_ENUM_FMT, desc);
	if (desc->index > 0)
		return -EINVAL;
	ret = current_picture(session, &current);

	/* Its description and flags are the driver's to tell. */
	for (uint32_t i = 0; i < MODE_MAX_FORMATS && ret == 0; i++) {
		entry = *desc;
		entry.index = i;
		ret = session_ask(session, VIDIOC_ENUM_FMT, &entry);
		if (ret == 0 && entry.pixelformat == current.pixelformat) {
			entry.index = 0;
			*desc = entry;
			return 0;
		}
	}
	return ret ? ret : -EINVAL;
}

int mode_enum_framesizes(struct session *session,
			 struct v4l2_frmsizeenum *size)
{
	struct picture current;
	int ret;

	if (!kept_by_others(session))
		return session_ask(session, VIDIOC_ENUM_FRAMESIZES, size);
	ret = current_picture(session, &current);
	if (ret)
		return ret;
	if (size->index > 0 || size->pixel_format != current.pixelformat)
		return -EINVAL;

	memset(size, 0, sizeof(*size));
	size->pixel_format = current.pixelformat;
	size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	size->discrete.width = current.width;
	size->discrete.height = current.height;
	return 0;
}

/* Return: 0 and the camera's interval, 0/0 if the driver says nothing of it. */
static int camera_interval(struct session *session,
			   struct v4l2_streamparm *parm)
{
	memset(parm, 0, sizeof(*parm));
	parm->type = source_buf_type(session->camera->source);
	return session_ask(session, VIDIOC_G_PARM, parm);
}

int mode_enum_frameintervals(struct session *session,
			     struct v4l2_frmivalenum *interval)
{
	const struct v4l2_fract *camera;
	struct v4l2_frmivalenum answer = { 0 };
	struct v4l2_streamparm parm;
	struct picture current;
	int ret;

	if (!kept_by_others(session))
		return session_ask(session, VIDIOC_ENUM_FRAMEINTERVALS,
				   interval);
	ret = current_picture(session, &current);
	if (ret)
		return ret;
	if (interval->pixel_format != current.pixelformat ||
	    interval->width != current.width ||
	    interval->height != current.height)
		return -EINVAL;

	camera = &parm.parm.capture.timeperframe;
	if (camera_interval(session, &parm) || !rate_is_known(camera))
		return session_ask(session, VIDIOC_ENUM_FRAMEINTERVALS,
				   interval);
	if (interval->index >= rate_max_divisor(camera))
		return -EINVAL;

	answer.index = interval->index;
	answer.pixel_format = current.pixelformat;
	answer.width = current.width;
	answer.height = current.height;
	answer.type = V4L2_FRMIVAL_TYPE_DISCRETE;
	answer.discrete = rate_interval(camera, interval->index + 1);
	*interval = answer;
	return 0;
}

int mode_try_fmt(struct session *session, struct v4l2_format *format)
{
	if (kept_by_others(session))
		return session_format(session, format);
	return session_ask(session, VIDIOC_TRY_FMT, format);
}

/**
 * would_break() - is it possible, what @asked is, but not now?
 *
 * For a session with buffers the rule is V4L2's: nothing may change. Others are
 * refused only what the driver could do to the letter: whoever asks for the
 * nearest that there is gets the mode, the nearest that there is now.
 */
static int would_break(struct session *session,
		       const struct v4l2_format *asked,
		       const struct picture *current, bool *breaks)
{
	const struct picture wanted = picture_of(asked);
	struct v4l2_format tried = *asked;
	struct picture possible;
	int ret;

	*breaks = false;
	if (same_picture(&wanted, current))
		return 0;
	ret = session_ask(session, VIDIOC_TRY_FMT, &tried);
	possible = picture_of(&tried);
	if (session->claim.buffers) {
		*breaks = ret == 0 && !same_picture(&possible, current);
		return ret;
	}
	*breaks = ret == 0 && same_size(&possible, &wanted) &&
		  !same_size(&wanted, current);
	/* A format that it does not know is not possible. */
	return ret == -EINVAL ? 0 : ret;
}

int mode_s_fmt(struct session *session, struct v4l2_format *format)
{
	const struct mode *mode = &session->camera->mode;
	struct v4l2_format current;
	struct picture picture;
	bool breaks = false;
	int ret;

	if (!kept_by_others(session) && !session->claim.buffers)
		return session_ask(session, VIDIOC_S_FMT, format);

	ret = session_format(session, &current);
	if (ret)
		return ret;
	picture = picture_of(&current);
	if (!mode_is_pinned(mode))
		ret = would_break(session, format, &picture, &breaks);
	if (ret)
		return ret;
	if (breaks)
		return -EBUSY;
	*format = current;
	return 0;
}

int mode_s_input(struct session *session, int *input)
{
	struct v4l2_input wanted = { .index = *input };
	int current;
	int ret;

	if (!kept_by_others(session) && !session->claim.buffers)
		return session_ask(session, VIDIOC_S_INPUT, input);

	ret = session_ask(session, VIDIOC_G_INPUT, &current);
	if (ret)
		return ret;
	if (*input == current)
		return 0;
	/* One that does not exist is not busy. */
	ret = session_ask(session, VIDIOC_ENUMINPUT, &wanted);
	return ret ? ret : -EBUSY;
}

static void follow(struct session *session, const struct v4l2_fract *camera)
{
	session->reader.divisor = rate_divisor(camera, &session->asked);
}

static void follow_all(struct session *session)
{
	struct camera *camera = session->camera;
	struct session *other, *tmp;
	struct v4l2_streamparm parm;

	if (camera_interval(session, &parm))
		memset(&parm, 0, sizeof(parm));
	list_for_each(other, tmp, &camera->sessions, link)
		follow(other, &parm.parm.capture.timeperframe);
}

/* What the driver says of its camera becomes what the session is told. */
static void tell_own_rate(struct session *session,
			  struct v4l2_streamparm *parm)
{
	struct v4l2_captureparm *capture = &parm->parm.capture;

	/* How many buffers read(2) has, which is not offered */
	capture->readbuffers = 0;

	follow(session, &capture->timeperframe);
	if (!rate_is_known(&capture->timeperframe))
		return;
	if (kept_by_others(session) || session->reader.divisor > 1)
		capture->capability |= V4L2_CAP_TIMEPERFRAME;
	capture->timeperframe = rate_interval(&capture->timeperframe,
					      session->reader.divisor);
}

int mode_g_parm(struct session *session, struct v4l2_streamparm *parm)
{
	int ret;

	ret = session_ask(session, VIDIOC_G_PARM, parm);
	if (ret == 0)
		tell_own_rate(session, parm);
	return ret;
}

static int s_parm_camera(struct session *session, struct v4l2_streamparm *parm)
{
	static const struct v4l2_fract own = { 0, 0 };
	int ret;

	ret = session_ask(session, VIDIOC_S_PARM, parm);
	if (ret)
		return ret;
	session->asked = own;
	follow_all(session);
	parm->parm.capture.readbuffers = 0;
	return 0;
}

int mode_s_parm(struct session *session, struct v4l2_streamparm *parm)
{
	const struct v4l2_fract asked = parm->parm.capture.timeperframe;
	int ret;

	if (!kept_by_others(session))
		return s_parm_camera(session, parm);

	ret = session_ask(session, VIDIOC_G_PARM, parm);
	if (ret)
		return ret;
	session->asked = asked;
	tell_own_rate(session, parm);
	return 0;
}

struct v4l2_fract mode_interval(struct session *session)
{
	struct v4l2_streamparm parm;

	if (camera_interval(session, &parm))
		memset(&parm, 0, sizeof(parm));
	tell_own_rate(session, &parm);
	return parm.parm.capture.timeperframe;
}
