// SPDX-License-Identifier: GPL-2.0-only
#include "media/layout.h"

#include <errno.h>

#include <vmedia/limits.h>

#include "base/util.h"

/* Which capabilities, each for itself, mean that a node has the type */
static const struct {
	uint32_t caps;
	uint32_t type;
} types_of[LAYOUT_MAX_TYPES] = {
	{ V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_M2M,
	  V4L2_BUF_TYPE_VIDEO_CAPTURE },
	{ V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_M2M,
	  V4L2_BUF_TYPE_VIDEO_OUTPUT },
	{ V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE },
	{ V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE,
	  V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE },
	{ V4L2_CAP_VBI_CAPTURE, V4L2_BUF_TYPE_VBI_CAPTURE },
	{ V4L2_CAP_VBI_OUTPUT, V4L2_BUF_TYPE_VBI_OUTPUT },
	{ V4L2_CAP_SLICED_VBI_CAPTURE, V4L2_BUF_TYPE_SLICED_VBI_CAPTURE },
	{ V4L2_CAP_SLICED_VBI_OUTPUT, V4L2_BUF_TYPE_SLICED_VBI_OUTPUT },
	{ V4L2_CAP_SDR_CAPTURE, V4L2_BUF_TYPE_SDR_CAPTURE },
	{ V4L2_CAP_SDR_OUTPUT, V4L2_BUF_TYPE_SDR_OUTPUT },
	{ V4L2_CAP_META_CAPTURE, V4L2_BUF_TYPE_META_CAPTURE },
	{ V4L2_CAP_META_OUTPUT, V4L2_BUF_TYPE_META_OUTPUT },
};

unsigned int layout_types(uint32_t caps, uint32_t types[LAYOUT_MAX_TYPES])
{
	unsigned int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(types_of); i++) {
		if (caps & types_of[i].caps)
			types[count++] = types_of[i].type;
	}
	return count;
}

/* Of VBI: the lines of both fields. The product of what a guest says may be too
 * large for 32 bits; then it is too large for a buffer, too. */
static uint32_t vbi_size(const struct v4l2_vbi_format *vbi)
{
	const uint64_t lines = (uint64_t)vbi->count[0] + vbi->count[1];

	if (lines > VMEDIA_MAX_BUFFER_BYTES ||
	    vbi->samples_per_line > VMEDIA_MAX_BUFFER_BYTES)
		return UINT32_MAX;
	return MIN(lines * vbi->samples_per_line, (uint64_t)UINT32_MAX);
}

static uint32_t single_size(const struct v4l2_format *format)
{
	switch (format->type) {
	case V4L2_BUF_TYPE_VBI_CAPTURE:
	case V4L2_BUF_TYPE_VBI_OUTPUT:
		return vbi_size(&format->fmt.vbi);
	case V4L2_BUF_TYPE_SLICED_VBI_CAPTURE:
	case V4L2_BUF_TYPE_SLICED_VBI_OUTPUT:
		return format->fmt.sliced.io_size;
	case V4L2_BUF_TYPE_SDR_CAPTURE:
	case V4L2_BUF_TYPE_SDR_OUTPUT:
		return format->fmt.sdr.buffersize;
	case V4L2_BUF_TYPE_META_CAPTURE:
	case V4L2_BUF_TYPE_META_OUTPUT:
		return format->fmt.meta.buffersize;
	default:
		return format->fmt.pix.sizeimage;
	}
}

int layout_of_format(const struct v4l2_format *format,
		     struct queue_layout *layout)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	uint32_t left = VMEDIA_MAX_BUFFER_BYTES;
	struct queue_layout made = { .num_planes = 1 };

	if (V4L2_TYPE_IS_MULTIPLANAR(format->type)) {
		made.num_planes = mp->num_planes;
		if (made.num_planes == 0 ||
		    made.num_planes > VIRTIO_MEDIA_MAX_PLANES)
			return -EINVAL;
		for (unsigned int i = 0; i < made.num_planes; i++)
			made.size[i] = mp->plane_fmt[i].sizeimage;
	} else {
		made.size[0] = single_size(format);
	}
	for (unsigned int i = 0; i < made.num_planes; i++) {
		if (made.size[i] == 0 || made.size[i] > left)
			return -EINVAL;
		left -= made.size[i];
	}
	*layout = made;
	return 0;
}

uint32_t layout_bytes(const struct queue_layout *layout)
{
	uint32_t bytes = 0;

	for (unsigned int i = 0; i < layout->num_planes; i++)
		bytes += layout->size[i];
	return bytes;
}
