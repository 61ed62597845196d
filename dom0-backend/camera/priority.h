/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * priority.h - V4L2's priorities, among the sessions of a camera.
 *
 * As the kernel has them among the open files of a node: who has less than the
 * highest of all may change nothing. Two things differ, since here the open
 * files are different guests':
 *
 * - V4L2_PRIORITY_RECORD of a session counts for its own guest's sessions;
 *   for others' only if the guest is the camera's primary. So no guest can shut
 *   the primary out, and an application need not know which it runs in.
 * - A priority keeps nobody from streaming. The capture is everybody's.
 *
 * Thread: the event loop's.
 */
#ifndef CAMERA_PRIORITY_H
#define CAMERA_PRIORITY_H

#include <stdint.h>

struct session;

/** priority_highest() - of all sessions, as @session is told by
 * VIDIOC_G_PRIORITY */
uint32_t priority_highest(const struct session *session);

/** priority_set() - VIDIOC_S_PRIORITY. Return: 0; -EINVAL if there is no such
 * priority. */
int priority_set(struct session *session, uint32_t wanted);

/**
 * priority_check() - may @session change something now?
 * @request: VIDIOC_*
 * Return: 0, or -EBUSY.
 */
int priority_check(const struct session *session, unsigned long request);

#endif /* CAMERA_PRIORITY_H */
