// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_format.c - how much memory a buffer of a format needs.
 *
 * The format comes from the device: it is believed within bounds.
 */
#include "vmedia.h"

static bool vmedia_format_is_mplane(const struct v4l2_format *format)
{
	return V4L2_TYPE_IS_MULTIPLANAR(format->type);
}

int vmedia_format_sizes(const struct v4l2_format *format, unsigned int *nplanes,
			unsigned int sizes[])
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	u64 total = 0;

	*nplanes = vmedia_format_is_mplane(format) ? mp->num_planes : 1;
	if (!*nplanes || *nplanes > VIRTIO_MEDIA_MAX_PLANES)
		return -EIO;

	for (unsigned int i = 0; i < *nplanes; i++) {
		sizes[i] = vmedia_format_is_mplane(format) ?
			   mp->plane_fmt[i].sizeimage :
			   format->fmt.pix.sizeimage;
		if (!sizes[i])
			return -EIO;
		total += sizes[i];
	}
	return total > VMEDIA_MAX_BUFFER_BYTES ? -ENOMEM : 0;
}

int vmedia_format_enlarge(struct v4l2_format *format, unsigned int nplanes,
			  const unsigned int sizes[])
{
	unsigned int least[VIRTIO_MEDIA_MAX_PLANES];
	unsigned int needed;
	u64 total = 0;
	int rc;

	rc = vmedia_format_sizes(format, &needed, least);
	if (rc)
		return rc;
	if (nplanes != needed)
		return -EINVAL;

	for (unsigned int i = 0; i < nplanes; i++) {
		if (sizes[i] < least[i])
			return -EINVAL;
		total += sizes[i];
		if (vmedia_format_is_mplane(format))
			format->fmt.pix_mp.plane_fmt[i].sizeimage = sizes[i];
		else
			format->fmt.pix.sizeimage = sizes[i];
	}
	return total > VMEDIA_MAX_BUFFER_BYTES ? -ENOMEM : 0;
}
