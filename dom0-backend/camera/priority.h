/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * priority.h - V4L2's priorities, among the sessions of a camera.
 *
 * As the kernel has them among the open files of a node: who has less than the
 * highest of all may change nothing. They are not the kernel's because there a
 * priority also keeps others from streaming. Here the capture is everybody's:
 * one session's V4L2_PRIORITY_RECORD must not keep the camera itself from
 * starting, stopping or setting its mode.
 *
 * Pure counting. Thread: the event loop's.
 */
#ifndef CAMERA_PRIORITY_H
#define CAMERA_PRIORITY_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

/** struct priorities - of one camera; zeroed memory is a valid start
 * @count: sessions that have each
 */
struct priorities {
	unsigned int count[V4L2_PRIORITY_RECORD + 1];
};

/** priority_open() - a new session. Return: its priority, the default. */
uint32_t priority_open(struct priorities *all);

/** priority_close() - the session with priority @own is over; harmless for
 * V4L2_PRIORITY_UNSET, which one has that never began */
void priority_close(struct priorities *all, uint32_t own);

/** priority_highest() - of all sessions, as VIDIOC_G_PRIORITY tells it */
uint32_t priority_highest(const struct priorities *all);

/**
 * priority_set() - VIDIOC_S_PRIORITY of a session
 * @own: its priority, updated
 * @primary: its guest is the camera's primary
 * Return: 0; -EINVAL if there is no such priority; -EACCES for
 * V4L2_PRIORITY_RECORD if it is not the primary's.
 */
int priority_set(struct priorities *all, uint32_t *own, uint32_t wanted,
		 bool primary);

/** priority_lower() - its guest is no primary any more: what only the primary
 * may have becomes the default */
void priority_lower(struct priorities *all, uint32_t *own);

/**
 * priority_check() - may a session with priority @own change something now?
 * @request: VIDIOC_*
 * Return: 0, or -EBUSY.
 */
int priority_check(const struct priorities *all, uint32_t own,
		   unsigned long request);

#endif /* CAMERA_PRIORITY_H */
