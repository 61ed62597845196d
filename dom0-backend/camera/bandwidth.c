// SPDX-License-Identifier: GPL-2.0-only
#include "camera/bandwidth.h"

#include "base/util.h"

static uint64_t bandwidth_frame(const struct v4l2_format *format)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	uint64_t bytes = 0;

	if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
		return format->fmt.pix.sizeimage;
	for (unsigned int i = 0; i < mp->num_planes && i < VIDEO_MAX_PLANES;
	     i++)
		bytes += mp->plane_fmt[i].sizeimage;
	return bytes;
}

uint64_t bandwidth_of(const struct v4l2_format *format,
		      const struct v4l2_fract *interval)
{
	uint64_t numerator = interval->numerator;
	uint64_t denominator = interval->denominator;
	uint64_t product;

	if (numerator == 0 || denominator == 0) {
		numerator = 1;
		denominator = BANDWIDTH_UNKNOWN_RATE;
	}
	if (__builtin_mul_overflow(bandwidth_frame(format), denominator,
				   &product))
		return UINT64_MAX;
	return product / numerator + (product % numerator > 0);
}
