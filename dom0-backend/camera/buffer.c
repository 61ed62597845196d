// SPDX-License-Identifier: GPL-2.0-only
#include "camera/buffer.h"

#include <errno.h>
#include <string.h>

/* What the flags of a buffer say about its picture */
#define PICTURE_FLAGS                                            \
	(V4L2_BUF_FLAG_ERROR | V4L2_BUF_FLAG_KEYFRAME |          \
	 V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME |           \
	 V4L2_BUF_FLAG_LAST | V4L2_BUF_FLAG_TIMECODE |           \
	 V4L2_BUF_FLAG_TIMESTAMP_MASK | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

_Static_assert((int)VIDEO_MAX_PLANES == (int)VIRTIO_MEDIA_MAX_PLANES,
	       "all planes of a buffer cross");

void buffer_init(struct v4l2_buffer *buffer, uint32_t type,
		 struct v4l2_plane planes[VIDEO_MAX_PLANES])
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->type = type;
	buffer->memory = V4L2_MEMORY_MMAP;
	if (!V4L2_TYPE_IS_MULTIPLANAR(type))
		return;
	memset(planes, 0, VIDEO_MAX_PLANES * sizeof(*planes));
	buffer->m.planes = planes;
	buffer->length = VIDEO_MAX_PLANES;
}

int buffer_layout(const struct v4l2_buffer *buffer,
		  uint32_t sizes[VIDEO_MAX_PLANES])
{
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		sizes[0] = buffer->length;
		return 1;
	}
	if (buffer->length > VIDEO_MAX_PLANES)
		return -EIO;
	for (uint32_t i = 0; i < buffer->length; i++)
		sizes[i] = buffer->m.planes[i].length;
	return buffer->length;
}

void buffer_to_frame(const struct v4l2_buffer *buffer,
		     struct session_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->slot = buffer->index;
	frame->sequence = buffer->sequence;
	frame->field = buffer->field;
	frame->flags = buffer->flags & PICTURE_FLAGS;
	frame->type = buffer->type;
	frame->timestamp_sec = buffer->timestamp.tv_sec;
	frame->timestamp_usec = buffer->timestamp.tv_usec;
	frame->timecode = buffer->timecode;
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		frame->bytesused[0] = buffer->bytesused;
		return;
	}
	for (uint32_t i = 0; i < buffer->length && i < VIDEO_MAX_PLANES; i++) {
		frame->bytesused[i] = buffer->m.planes[i].bytesused;
		frame->data_offset[i] = buffer->m.planes[i].data_offset;
	}
}
