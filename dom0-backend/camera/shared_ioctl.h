/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shared_ioctl.h - the ioctls of a session that shares its camera: which are
 * answered here, since others look at the same capture, and which go to the
 * node. What is neither, such as outputs and commands to codecs, is ENOTTY.
 */
#ifndef CAMERA_SHARED_IOCTL_H
#define CAMERA_SHARED_IOCTL_H

struct session;

/** shared_ioctl() - as ioctl of struct session_kind */
int shared_ioctl(struct session *session, unsigned long request,
		 void *payload);

#endif /* CAMERA_SHARED_IOCTL_H */
