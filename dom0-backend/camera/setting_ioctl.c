// SPDX-License-Identifier: GPL-2.0-only
#include "camera/setting_ioctl.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stddef.h>
#include <string.h>

#include "camera/camera.h"
#include "camera/session.h"

/*
 * Each looks whether what is set is what was asked for. The driver is asked,
 * whose errno for what it does not have comes before EBUSY.
 * Return: 0, -EBUSY if not, or the driver's negative errno.
 */

static int keep_std(struct session *session, v4l2_std_id *std)
{
	v4l2_std_id current;
	int ret;

	ret = session_ask(session, VIDIOC_G_STD, &current);
	if (ret)
		return ret;
	return current == *std ? 0 : -EBUSY;
}

/* Flags and standards are the driver's words about the same picture. */
static int keep_timings(struct session *session,
			struct v4l2_dv_timings *timings)
{
	struct v4l2_dv_timings current = { 0 };
	int ret;

	ret = session_ask(session, VIDIOC_G_DV_TIMINGS, &current);
	if (ret)
		return ret;
	if (timings->type != current.type ||
	    memcmp(&timings->bt, &current.bt,
		   offsetof(struct v4l2_bt_timings, standards)) != 0)
		return -EBUSY;
	*timings = current;
	return 0;
}

static int keep_selection(struct session *session,
			  struct v4l2_selection *selection)
{
	struct v4l2_selection current = {
		.type = selection->type,
		.target = selection->target,
	};
	int ret;

	ret = session_ask(session, VIDIOC_G_SELECTION, &current);
	if (ret)
		return ret;
	return memcmp(&current.r, &selection->r, sizeof(current.r)) == 0 ?
		       0 :
		       -EBUSY;
}

static int keep_crop(struct session *session, const struct v4l2_crop *crop)
{
	struct v4l2_crop current = { .type = crop->type };
	int ret;

	ret = session_ask(session, VIDIOC_G_CROP, &current);
	if (ret)
		return ret;
	return memcmp(&current.c, &crop->c, sizeof(current.c)) == 0 ? 0 :
								      -EBUSY;
}

static int keep_audio(struct session *session, const struct v4l2_audio *audio)
{
	struct v4l2_audio current = { 0 };
	int ret;

	ret = session_ask(session, VIDIOC_G_AUDIO, &current);
	if (ret)
		return ret;
	return current.index == audio->index && current.mode == audio->mode ?
		       0 :
		       -EBUSY;
}

static int keep_tuner(struct session *session, const struct v4l2_tuner *tuner)
{
	struct v4l2_tuner current = { .index = tuner->index };
	int ret;

	ret = session_ask(session, VIDIOC_G_TUNER, &current);
	if (ret)
		return ret;
	return current.audmode == tuner->audmode ? 0 : -EBUSY;
}

static int keep_frequency(struct session *session,
			  const struct v4l2_frequency *frequency)
{
	struct v4l2_frequency current = { .tuner = frequency->tuner };
	int ret;

	ret = session_ask(session, VIDIOC_G_FREQUENCY, &current);
	if (ret)
		return ret;
	if (current.type != frequency->type)
		return -EINVAL;
	return current.frequency == frequency->frequency ? 0 : -EBUSY;
}

/* The tuner moves, whatever it finds. */
static int keep_seek(struct session *session, struct v4l2_hw_freq_seek *seek)
{
	if (session->camera->source->identity.device_caps &
	    V4L2_CAP_HW_FREQ_SEEK)
		return -EBUSY;
	return session_ask(session, VIDIOC_S_HW_FREQ_SEEK, seek);
}

/* Even the same EDID makes what is at the other end of the cable begin anew. */
static int keep_edid(struct session *session, const struct v4l2_edid *edid)
{
	struct v4l2_edid current = { .pad = edid->pad };
	int ret;

	ret = session_ask(session, VIDIOC_G_EDID, &current);
	return ret && ret != -ENODATA ? ret : -EBUSY;
}

static int setting_keep(struct session *session, unsigned long request,
			void *payload)
{
	switch (request) {
	case VIDIOC_S_STD:
		return keep_std(session, payload);
	case VIDIOC_S_DV_TIMINGS:
		return keep_timings(session, payload);
	case VIDIOC_S_SELECTION:
		return keep_selection(session, payload);
	case VIDIOC_S_CROP:
		return keep_crop(session, payload);
	case VIDIOC_S_AUDIO:
		return keep_audio(session, payload);
	case VIDIOC_S_TUNER:
		return keep_tuner(session, payload);
	case VIDIOC_S_FREQUENCY:
		return keep_frequency(session, payload);
	case VIDIOC_S_HW_FREQ_SEEK:
		return keep_seek(session, payload);
	case VIDIOC_S_EDID:
		return keep_edid(session, payload);
	default:
		return -ENOTTY;
	}
}

/*
 * A driver at work refuses by itself what would make its buffers too small. Of
 * buffers of a session that does not stream it knows nothing.
 */
static bool is_held_by_own_buffers(const struct session *session,
				   unsigned long request)
{
	if (!session->claim.buffers || stream_reading(&session->reader))
		return false;
	return request == VIDIOC_S_STD || request == VIDIOC_S_DV_TIMINGS ||
	       request == VIDIOC_S_SELECTION || request == VIDIOC_S_CROP;
}

bool setting_is(unsigned long request)
{
	switch (request) {
	case VIDIOC_S_STD:
	case VIDIOC_S_DV_TIMINGS:
	case VIDIOC_S_SELECTION:
	case VIDIOC_S_CROP:
	case VIDIOC_S_AUDIO:
	case VIDIOC_S_TUNER:
	case VIDIOC_S_FREQUENCY:
	case VIDIOC_S_HW_FREQ_SEEK:
	case VIDIOC_S_EDID:
		return true;
	default:
		return false;
	}
}

int setting_ioctl(struct session *session, unsigned long request,
		  void *payload)
{
	if (mode_is_kept_by_others(&session->camera->mode, &session->claim) ||
	    is_held_by_own_buffers(session, request))
		return setting_keep(session, request, payload);
	return session_ask(session, request, payload);
}
