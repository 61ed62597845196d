// SPDX-License-Identifier: GPL-2.0-only
#include "camera/pattern_mode.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "camera/pattern.h"

#define PATTERN_DEFAULT_FPS 30

struct pattern_size {
	unsigned int width;
	unsigned int height;
};

/* Offered besides the largest, if smaller */
static const struct pattern_size pattern_sizes[] = {
	{ 1920, 1080 }, { 1280, 720 }, { 640, 480 }, { 320, 240 },
};

static const unsigned int pattern_rates[] = { 60, 30, 15, 5 };

int pattern_mode_parse(struct pattern_mode *mode, const char *text)
{
	unsigned int width, height, fps = PATTERN_DEFAULT_FPS;
	int size_end = -1, rate_end = -1;

	/* sscanf() would take signs and blanks between the numbers. */
	if (strspn(text, "0123456789x@") != strlen(text) || strlen(text) > 16)
		return -EINVAL;
	if (sscanf(text, "%5ux%5u%n@%3u%n", &width, &height, &size_end, &fps,
		   &rate_end) < 2 ||
	    text[rate_end >= 0 ? rate_end : size_end] != '\0')
		return -EINVAL;

	if (width < PATTERN_MIN_WIDTH || width > PATTERN_MAX_WIDTH ||
	    height < PATTERN_MIN_HEIGHT || height > PATTERN_MAX_HEIGHT ||
	    width % 2 || fps < 1 || fps > PATTERN_MAX_FPS)
		return -EINVAL;

	*mode = (struct pattern_mode){
		.width = width,
		.height = height,
		.fps = fps,
		.current_width = width,
		.current_height = height,
		.current_fps = fps,
	};
	return 0;
}

/* Size number @index: the largest, then the usual ones that are smaller */
static int mode_size(const struct pattern_mode *mode, unsigned int index,
		     struct pattern_size *size)
{
	if (index == 0) {
		*size = (struct pattern_size){ mode->width, mode->height };
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(pattern_sizes); i++) {
		if (pattern_sizes[i].width >= mode->width ||
		    pattern_sizes[i].height >= mode->height)
			continue;
		if (--index == 0) {
			*size = pattern_sizes[i];
			return 0;
		}
	}
	return -EINVAL;
}

static int mode_rate(const struct pattern_mode *mode, unsigned int index,
		     unsigned int *fps)
{
	if (index == 0) {
		*fps = mode->fps;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(pattern_rates); i++) {
		if (pattern_rates[i] < mode->fps && --index == 0) {
			*fps = pattern_rates[i];
			return 0;
		}
	}
	return -EINVAL;
}

static struct pattern_size mode_nearest_size(const struct pattern_mode *mode,
					     unsigned int width,
					     unsigned int height)
{
	struct pattern_size size, best = { mode->width, mode->height };
	uint64_t distance, best_distance = UINT64_MAX;

	for (unsigned int i = 0; mode_size(mode, i, &size) == 0; i++) {
		distance = llabs((long long)size.width - width) +
			   llabs((long long)size.height - height);
		if (distance < best_distance) {
			best_distance = distance;
			best = size;
		}
	}
	return best;
}

/*
 * The rate whose interval is nearest. The distance of 1/fps from n/d is
 * |d - n * fps| / (d * fps); d is common, the rest is compared crosswise.
 */
static unsigned int mode_nearest_rate(const struct pattern_mode *mode,
				      const struct v4l2_fract *interval)
{
	uint64_t distance, best_distance = 0;
	unsigned int fps, best = 0;

	if (interval->numerator == 0 || interval->denominator == 0)
		return mode->fps;

	for (unsigned int i = 0; mode_rate(mode, i, &fps) == 0; i++) {
		distance = llabs((long long)interval->denominator -
				 (long long)interval->numerator * fps);
		if (best == 0 || distance * best < best_distance * fps) {
			best_distance = distance;
			best = fps;
		}
	}
	return best;
}

static void mode_fill_format(struct v4l2_format *format,
			     struct pattern_size size)
{
	struct v4l2_pix_format *pix = &format->fmt.pix;

	memset(&format->fmt, 0, sizeof(format->fmt));
	pix->width = size.width;
	pix->height = size.height;
	pix->pixelformat = V4L2_PIX_FMT_YUYV;
	pix->field = V4L2_FIELD_NONE;
	pix->bytesperline = size.width * 2;
	pix->sizeimage = size.width * size.height * 2;
	pix->colorspace = V4L2_COLORSPACE_SMPTE170M;
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
}

static int mode_enum_fmt(struct v4l2_fmtdesc *desc)
{
	uint32_t index = desc->index;
	uint32_t type = desc->type;

	if (index > 0)
		return -EINVAL;
	memset(desc, 0, sizeof(*desc));
	desc->index = index;
	desc->type = type;
	desc->pixelformat = V4L2_PIX_FMT_YUYV;
	strcpy((char *)desc->description, "YUYV 4:2:2");
	return 0;
}

static void mode_g_fmt(const struct pattern_mode *mode,
		       struct v4l2_format *format)
{
	mode_fill_format(format, (struct pattern_size){
					 mode->current_width,
					 mode->current_height });
}

static void mode_try_fmt(const struct pattern_mode *mode,
			 struct v4l2_format *format)
{
	mode_fill_format(format,
			 mode_nearest_size(mode, format->fmt.pix.width,
					   format->fmt.pix.height));
}

static int mode_s_fmt(struct pattern_mode *mode, bool busy,
		      struct v4l2_format *format)
{
	if (busy)
		return -EBUSY;
	mode_try_fmt(mode, format);
	mode->current_width = format->fmt.pix.width;
	mode->current_height = format->fmt.pix.height;
	return 0;
}

static int mode_g_parm(const struct pattern_mode *mode,
		       struct v4l2_streamparm *parm)
{
	struct v4l2_captureparm *capture = &parm->parm.capture;

	memset(&parm->parm, 0, sizeof(parm->parm));
	capture->capability = V4L2_CAP_TIMEPERFRAME;
	capture->timeperframe.numerator = 1;
	capture->timeperframe.denominator = mode->current_fps;
	return 0;
}

static int mode_s_parm(struct pattern_mode *mode, struct v4l2_streamparm *parm)
{
	mode->current_fps =
		mode_nearest_rate(mode, &parm->parm.capture.timeperframe);
	return mode_g_parm(mode, parm);
}

static int mode_enum_framesizes(const struct pattern_mode *mode,
				struct v4l2_frmsizeenum *frmsize)
{
	struct pattern_size size;

	if (frmsize->pixel_format != V4L2_PIX_FMT_YUYV ||
	    mode_size(mode, frmsize->index, &size))
		return -EINVAL;

	frmsize->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	memset(&frmsize->stepwise, 0, sizeof(frmsize->stepwise));
	frmsize->discrete.width = size.width;
	frmsize->discrete.height = size.height;
	memset(frmsize->reserved, 0, sizeof(frmsize->reserved));
	return 0;
}

static int mode_enum_frameintervals(const struct pattern_mode *mode,
				    struct v4l2_frmivalenum *frmival)
{
	struct pattern_size size = mode_nearest_size(mode, frmival->width,
						     frmival->height);
	unsigned int fps;

	if (frmival->pixel_format != V4L2_PIX_FMT_YUYV ||
	    size.width != frmival->width || size.height != frmival->height ||
	    mode_rate(mode, frmival->index, &fps))
		return -EINVAL;

	frmival->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	memset(&frmival->stepwise, 0, sizeof(frmival->stepwise));
	frmival->discrete.numerator = 1;
	frmival->discrete.denominator = fps;
	memset(frmival->reserved, 0, sizeof(frmival->reserved));
	return 0;
}

static int mode_enuminput(struct v4l2_input *input)
{
	uint32_t index = input->index;

	if (index > 0)
		return -EINVAL;
	memset(input, 0, sizeof(*input));
	strcpy((char *)input->name, "Pattern");
	input->type = V4L2_INPUT_TYPE_CAMERA;
	return 0;
}

int pattern_mode_ioctl(struct pattern_mode *mode, bool busy,
		       unsigned long request, void *payload)
{
	switch (request) {
	case VIDIOC_ENUM_FMT:
		return mode_enum_fmt(payload);
	case VIDIOC_G_FMT:
		mode_g_fmt(mode, payload);
		return 0;
	case VIDIOC_TRY_FMT:
		mode_try_fmt(mode, payload);
		return 0;
	case VIDIOC_S_FMT:
		return mode_s_fmt(mode, busy, payload);
	case VIDIOC_G_PARM:
		return mode_g_parm(mode, payload);
	case VIDIOC_S_PARM:
		return mode_s_parm(mode, payload);
	case VIDIOC_ENUM_FRAMESIZES:
		return mode_enum_framesizes(mode, payload);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return mode_enum_frameintervals(mode, payload);
	case VIDIOC_ENUMINPUT:
		return mode_enuminput(payload);
	case VIDIOC_G_INPUT:
		*(int *)payload = 0;
		return 0;
	case VIDIOC_S_INPUT:
		return *(int *)payload == 0 ? 0 : -EINVAL;
	default:
		return -ENOTTY;
	}
}
