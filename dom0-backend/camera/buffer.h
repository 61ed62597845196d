/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer.h - struct v4l2_buffer, of either kind of planes, in the node's own
 * memory.
 */
#ifndef CAMERA_BUFFER_H
#define CAMERA_BUFFER_H

#include <stdint.h>
#include <linux/videodev2.h>

#include "ipc/session_proto.h"

/**
 * buffer_init() - a buffer for VIDIOC_QUERYBUF or VIDIOC_DQBUF
 * @type: of the queue
 * @planes: room for those of a multi-planar one; borrowed as long as @buffer is
 *          used
 */
void buffer_init(struct v4l2_buffer *buffer, uint32_t type,
		 struct v4l2_plane planes[VIDEO_MAX_PLANES]);

/**
 * buffer_layout() - how large are its planes?
 * @buffer: as VIDIOC_QUERYBUF answers
 * @sizes: bytes of each plane
 * Return: number of planes; -EIO if it has more than there can be.
 */
int buffer_layout(const struct v4l2_buffer *buffer,
		  uint32_t sizes[VIDEO_MAX_PLANES]);

/**
 * buffer_to_frame() - what a session is told of a buffer that was dequeued
 * @frame: all but header and generation is set
 *
 * Flags that are about the driver's queue are left out.
 */
void buffer_to_frame(const struct v4l2_buffer *buffer,
		     struct session_frame *frame);

#endif /* CAMERA_BUFFER_H */
