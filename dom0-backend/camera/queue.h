/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - a shared session has buffers, and streams.
 *
 * The buffers themselves are vmedia-guest's, and so is the word on the memory
 * that they can be made of; or they are the slots of the camera's pool. That a
 * session has some keeps the camera's mode.
 *
 * All return 0 or the negative errno that V4L2 documents for the ioctl.
 */
#ifndef CAMERA_QUEUE_H
#define CAMERA_QUEUE_H

struct session;
struct v4l2_create_buffers;
struct v4l2_requestbuffers;

/**
 * queue_reqbufs() - VIDIOC_REQBUFS
 *
 * Any count is granted. Of V4L2_MEMORY_MMAP the buffers are the slots, as many
 * as there are, and SLOTS goes to the session.
 * Return: as all; on failure the session has no buffers, also if it had some,
 * unless it streams (EBUSY) or may have none (EBUSY).
 */
int queue_reqbufs(struct session *session, struct v4l2_requestbuffers *req);

/** queue_create_bufs() - VIDIOC_CREATE_BUFS, likewise */
int queue_create_bufs(struct session *session,
		      struct v4l2_create_buffers *create);

/**
 * queue_streamon() - VIDIOC_STREAMON
 * Return: 0 if it streams already; IOCTL_LATER if vmediad is asked, see
 * admission.h; or a negative errno.
 */
int queue_streamon(struct session *session, const int *type);

/**
 * queue_begin() - what STREAMON is about: SLOTS go to the session, unless its
 * buffers are the slots, and frames
 * Return: 0, or why it cannot be; nothing is left of it then.
 */
int queue_begin(struct session *session);

/** queue_streamoff() - VIDIOC_STREAMOFF */
int queue_streamoff(struct session *session, const int *type);

#endif /* CAMERA_QUEUE_H */
