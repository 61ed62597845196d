/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * v4l2_stream.h - the capture queue of a V4L2 device: buffers that the driver
 * allocates (MMAP), exported as dma-bufs.
 *
 * Errors: 0 or a negative errno, of the driver where it is its own.
 */
#ifndef CAMERA_V4L2_STREAM_H
#define CAMERA_V4L2_STREAM_H

#include <linux/videodev2.h>

#include "base/log.h"
#include "camera/pool.h"

/**
 * struct v4l2_stream - a capture queue
 * @fd: the device, opened with libv4l2; borrowed
 * @type: of the queue
 * @num_planes: of a buffer, while there are some
 * @limit: of what a guest can log that starts it again and again
 */
struct v4l2_stream {
	int fd;
	enum v4l2_buf_type type;
	unsigned int num_planes;
	struct log_limit limit;
};

/** v4l2_stream_prepare() - as prepare of struct source_ops */
int v4l2_stream_prepare(struct v4l2_stream *stream, unsigned int num_slots,
			struct pool *pool);

/** v4l2_stream_grow() - as grow of struct source_ops. What a failed call made
 * and could not use, the driver keeps until it has no slots: it must be the
 * last. */
int v4l2_stream_grow(struct v4l2_stream *stream, unsigned int num_slots,
		     struct pool *pool);

/** v4l2_stream_start() - as start of struct source_ops */
int v4l2_stream_start(struct v4l2_stream *stream);

/** v4l2_stream_queue() - as queue of struct source_ops */
int v4l2_stream_queue(struct v4l2_stream *stream, unsigned int slot);

/** v4l2_stream_stop() - as stop of struct source_ops; cannot fail in a way that
 * matters */
void v4l2_stream_stop(struct v4l2_stream *stream);

/** v4l2_stream_unprepare() - buffers are the driver's to free when all
 * descriptors of the pool are closed; cannot fail in a way that matters */
void v4l2_stream_unprepare(struct v4l2_stream *stream);

/**
 * v4l2_stream_dequeue() - a filled slot
 * @frame: all but header and generation is set
 * Return: 0; -EAGAIN if none is filled; -ENODEV if the device is gone; -EIO
 * and all else: the queue is broken.
 */
int v4l2_stream_dequeue(struct v4l2_stream *stream,
			struct session_frame *frame);

#endif /* CAMERA_V4L2_STREAM_H */
