// SPDX-License-Identifier: GPL-2.0-only
#include "camera/mode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "camera/rate.h"
#include "camera/source.h"

/* "YUYV:1280x720@30000/1001" and then some */
#define MODE_NAME_SIZE 64

void mode_init(struct mode *mode, struct source *source)
{
	memset(mode, 0, sizeof(*mode));
	mode->source = source;
}

static void no_event(void *owner, const struct v4l2_event *event)
{
}

static int mode_open(const struct mode *mode, struct source_handle **handle)
{
	if (!mode->source->identity.present)
		return -ENODEV;
	return mode->source->ops->open(mode->source, no_event, NULL, handle);
}

static int mode_ask(struct source_handle *handle, unsigned long request,
		    void *payload)
{
	return handle->source->ops->ioctl(handle, request, payload);
}

static int mode_read(struct source_handle *handle, struct camera_mode *current)
{
	uint32_t type = source_buf_type(handle->source);
	struct v4l2_format format = { .type = type };
	struct v4l2_streamparm parm = { .type = type };
	int ret;

	ret = mode_ask(handle, VIDIOC_G_FMT, &format);
	if (ret)
		return ret;
	if (mode_ask(handle, VIDIOC_G_PARM, &parm))
		memset(&parm, 0, sizeof(parm));

	memset(current, 0, sizeof(*current));
	if (type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
		current->pixelformat = format.fmt.pix_mp.pixelformat;
		current->width = format.fmt.pix_mp.width;
		current->height = format.fmt.pix_mp.height;
	} else {
		current->pixelformat = format.fmt.pix.pixelformat;
		current->width = format.fmt.pix.width;
		current->height = format.fmt.pix.height;
	}
	if (rate_is_known(&parm.parm.capture.timeperframe)) {
		current->numerator = parm.parm.capture.timeperframe.numerator;
		current->denominator =
			parm.parm.capture.timeperframe.denominator;
	}
	return 0;
}

int mode_current(const struct mode *mode, struct camera_mode *current)
{
	struct source_handle *handle;
	int ret;

	if (!mode->source->identity.shared)
		return -ENOTSUP;
	ret = mode_open(mode, &handle);
	if (ret)
		return ret;
	ret = mode_read(handle, current);
	mode->source->ops->close(handle);
	return ret;
}

static void mode_name(const struct camera_mode *mode, char *name)
{
	uint32_t code = mode->pixelformat;
	int len;

	len = snprintf(name, MODE_NAME_SIZE, "%c%c%c%c:%" PRIu32 "x%" PRIu32,
		       code & 0x7f, code >> 8 & 0x7f, code >> 16 & 0x7f,
		       code >> 24 & 0x7f, mode->width, mode->height);
	if (mode->numerator == 1)
		snprintf(name + len, MODE_NAME_SIZE - len, "@%" PRIu32,
			 mode->denominator);
	else if (mode->numerator > 0)
		snprintf(name + len, MODE_NAME_SIZE - len,
			 "@%" PRIu32 "/%" PRIu32, mode->denominator,
			 mode->numerator);
}

static void set_format(struct v4l2_format *format,
		       const struct camera_mode *wanted)
{
	if (format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
		format->fmt.pix_mp.pixelformat = wanted->pixelformat;
		format->fmt.pix_mp.width = wanted->width;
		format->fmt.pix_mp.height = wanted->height;
	} else {
		format->fmt.pix.pixelformat = wanted->pixelformat;
		format->fmt.pix.width = wanted->width;
		format->fmt.pix.height = wanted->height;
	}
}

static int mode_write(struct source_handle *handle,
		      const struct camera_mode *wanted)
{
	uint32_t type = source_buf_type(handle->source);
	struct v4l2_format format = { .type = type };
	struct v4l2_streamparm parm = { .type = type };
	int ret;

	set_format(&format, wanted);
	ret = mode_ask(handle, VIDIOC_S_FMT, &format);
	if (ret || wanted->numerator == 0 || wanted->denominator == 0)
		return ret;

	parm.parm.capture.timeperframe.numerator = wanted->numerator;
	parm.parm.capture.timeperframe.denominator = wanted->denominator;
	return mode_ask(handle, VIDIOC_S_PARM, &parm);
}

/* 1/30 and 1000/30000 are the same. */
static bool mode_is(const struct camera_mode *current,
		    const struct camera_mode *wanted)
{
	if (current->pixelformat != wanted->pixelformat ||
	    current->width != wanted->width ||
	    current->height != wanted->height)
		return false;
	if (wanted->numerator == 0 || wanted->denominator == 0)
		return true;
	return current->numerator > 0 &&
	       (uint64_t)current->numerator * wanted->denominator ==
		       (uint64_t)wanted->numerator * current->denominator;
}

static int mode_pin(struct source_handle *handle,
		    const struct camera_mode *pinned)
{
	char wanted[MODE_NAME_SIZE], got[MODE_NAME_SIZE];
	struct camera_mode current;
	int ret, error;

	error = mode_write(handle, pinned);
	ret = mode_read(handle, &current);
	if (ret)
		return ret;

	mode_name(pinned, wanted);
	mode_name(&current, got);
	if (mode_is(&current, pinned))
		log_info("the mode is pinned to %s", wanted);
	else
		log_error("the mode cannot be pinned to %s%s%s: it is %s",
			  wanted, error ? ": " : "",
			  error ? strerror(-error) : "", got);
	return 0;
}

static void mode_apply(struct mode *mode)
{
	struct source_handle *handle;
	int ret;

	if (!mode->due || arbiter_is_kept(&mode->arbiter) ||
	    !mode->source->identity.present)
		return;

	mode->due = false;
	if (!mode->source->identity.shared) {
		log_error("the mode cannot be pinned: each session has its own");
		return;
	}
	ret = mode_open(mode, &handle);
	if (ret == 0) {
		ret = mode_pin(handle, &mode->pinned);
		mode->source->ops->close(handle);
	}
	if (ret)
		log_error("the mode cannot be pinned: %s", strerror(-ret));
}

void mode_set_pinned(struct mode *mode, const struct camera_mode *pinned)
{
	if (memcmp(&mode->pinned, pinned, sizeof(*pinned)) == 0)
		return;
	mode->pinned = *pinned;
	mode->due = mode_is_pinned(mode);
	mode_apply(mode);
}

void mode_appeared(struct mode *mode)
{
	mode->due = mode_is_pinned(mode);
	mode_apply(mode);
}

void mode_take(struct mode *mode, struct claim *claim)
{
	arbiter_take(&mode->arbiter, claim);
}

void mode_drop(struct mode *mode, struct claim *claim)
{
	arbiter_drop(&mode->arbiter, claim);
	mode_apply(mode);
}

bool mode_is_pinned(const struct mode *mode)
{
	return mode->pinned.pixelformat != 0;
}

bool mode_is_kept_by_others(const struct mode *mode, const struct claim *claim)
{
	return mode_is_pinned(mode) ||
	       arbiter_is_kept_by_others(&mode->arbiter, claim);
}
