/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_ioctl.h - the ioctls of a direct session: the node has the last word
 * on each. What is looked at first is only what the host's kernel cannot know:
 * that its open files are different guests', and that pointers are not theirs.
 */
#ifndef CAMERA_DIRECT_IOCTL_H
#define CAMERA_DIRECT_IOCTL_H

struct session;

/** direct_ioctl() - as ioctl of struct session_kind */
int direct_ioctl(struct session *session, unsigned long request,
		 void *payload);

#endif /* CAMERA_DIRECT_IOCTL_H */
