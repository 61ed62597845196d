/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_buffers.h - the buffers of a direct session's queue: buffer N is
 * buffer N of the node, in the node's own memory, which the peer maps.
 *
 * Errors: 0 or a negative errno, of the node where it is its own.
 * Thread: the event loop's.
 */
#ifndef CAMERA_DIRECT_BUFFERS_H
#define CAMERA_DIRECT_BUFFERS_H

#include <stdint.h>
#include <linux/videodev2.h>

struct session;

/**
 * direct_buffers_request() - VIDIOC_REQBUFS. SLOTS go to the peer
 *
 * Fewer are given than were asked for, if quota `memory` leaves room for fewer;
 * none of more than VMEDIA_MAX_BUFFER_BYTES.
 * Return: -ENOMEM if there is none, or SLOTS cannot be sent: then there are no
 * buffers.
 */
int direct_buffers_request(struct session *session,
			 struct v4l2_requestbuffers *req);

/** direct_buffers_create() - VIDIOC_CREATE_BUFS, likewise; but if SLOTS cannot
 * be sent, a queue that had some keeps these, and gets no more until the next
 * REQBUFS
 */
int direct_buffers_create(struct session *session,
			     struct v4l2_create_buffers *create);

/** direct_buffers_bytes() - of all buffers of @session */
uint64_t direct_buffers_bytes(const struct session *session);

#endif /* CAMERA_DIRECT_BUFFERS_H */
