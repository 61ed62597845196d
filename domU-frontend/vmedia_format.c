// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_format.c - types of buffers, and how much memory a format needs.
 *
 * The format comes from the device: it is believed within bounds.
 */
#include "vmedia.h"

unsigned int vmedia_format_types(u32 caps, u32 types[VMEDIA_MAX_QUEUES])
{
	static const struct {
		u32 type;
		u32 caps;
	} known[] = {
		{ V4L2_BUF_TYPE_VIDEO_OUTPUT,
		  V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_M2M },
		{ V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE,
		  V4L2_CAP_VIDEO_OUTPUT_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE },
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE,
		  V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_M2M },
		{ V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
		  V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_VIDEO_M2M_MPLANE },
		{ V4L2_BUF_TYPE_VBI_CAPTURE, V4L2_CAP_VBI_CAPTURE },
		{ V4L2_BUF_TYPE_VBI_OUTPUT, V4L2_CAP_VBI_OUTPUT },
		{ V4L2_BUF_TYPE_SLICED_VBI_CAPTURE,
		  V4L2_CAP_SLICED_VBI_CAPTURE },
		{ V4L2_BUF_TYPE_SLICED_VBI_OUTPUT, V4L2_CAP_SLICED_VBI_OUTPUT },
		{ V4L2_BUF_TYPE_SDR_CAPTURE, V4L2_CAP_SDR_CAPTURE },
		{ V4L2_BUF_TYPE_SDR_OUTPUT, V4L2_CAP_SDR_OUTPUT },
		{ V4L2_BUF_TYPE_META_CAPTURE, V4L2_CAP_META_CAPTURE },
		{ V4L2_BUF_TYPE_META_OUTPUT, V4L2_CAP_META_OUTPUT },
	};
	unsigned int count = 0;

	for (unsigned int i = 0;
	     i < ARRAY_SIZE(known) && count < VMEDIA_MAX_QUEUES; i++) {
		if (caps & known[i].caps)
			types[count++] = known[i].type;
	}
	return count;
}

/* Of a buffer in one plane; 0 if it makes no sense */
static u64 vmedia_format_size(const struct v4l2_format *format)
{
	const struct v4l2_vbi_format *vbi = &format->fmt.vbi;

	switch (format->type) {
	case V4L2_BUF_TYPE_VIDEO_CAPTURE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT:
		return format->fmt.pix.sizeimage;
	case V4L2_BUF_TYPE_VBI_CAPTURE:
	case V4L2_BUF_TYPE_VBI_OUTPUT:
		/* The sum of two 32-bit numbers times a third: it may wrap. */
		if ((u64)vbi->count[0] + vbi->count[1] > VMEDIA_MAX_BUFFER_BYTES)
			return 0;
		return (u64)vbi->samples_per_line *
		       (vbi->count[0] + vbi->count[1]);
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
		return 0;
	}
}

int vmedia_format_sizes(const struct v4l2_format *format, unsigned int *nplanes,
			unsigned int sizes[])
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	bool mplane = V4L2_TYPE_IS_MULTIPLANAR(format->type);
	u64 total = 0, size;

	*nplanes = mplane ? mp->num_planes : 1;
	if (!*nplanes || *nplanes > VIRTIO_MEDIA_MAX_PLANES)
		return -EIO;

	for (unsigned int i = 0; i < *nplanes; i++) {
		size = mplane ? mp->plane_fmt[i].sizeimage :
				vmedia_format_size(format);
		if (!size)
			return -EIO;
		total += size;
		if (total > VMEDIA_MAX_BUFFER_BYTES)
			return -ENOMEM;
		sizes[i] = size;
	}
	return 0;
}

u32 vmedia_format_field(const struct v4l2_format *format)
{
	switch (format->type) {
	case V4L2_BUF_TYPE_VIDEO_CAPTURE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT:
		return format->fmt.pix.field;
	case V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE:
		return format->fmt.pix_mp.field;
	default:
		return V4L2_FIELD_ANY;
	}
}
