/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - the ioctls of a session: which cross, which are answered here
 * because sessions share the camera, which go to the source.
 */
#ifndef CAMERA_IOCTL_H
#define CAMERA_IOCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/videodev2.h>

struct session;

/** union ioctl_payload - room and alignment for the payload of any ioctl */
union ioctl_payload {
	int integer;
	struct v4l2_format format;
	struct v4l2_create_buffers create_buffers;
	struct v4l2_ext_controls ext_controls;
	uint64_t room[sizeof(struct v4l2_enc_idx) / sizeof(uint64_t)];
};

/**
 * struct ioctl_info - an ioctl that crosses
 * @name: without VIDIOC_
 * @request: the full code
 * @size: bytes of the payload
 * @answers: the payload comes back (_IOR or _IOWR)
 * @ctrls: controls follow the payload
 */
struct ioctl_info {
	const char *name;
	unsigned long request;
	size_t size;
	bool answers;
	bool ctrls;
};

/** ioctl_find() - by its nr; NULL if it does not cross this socket */
const struct ioctl_info *ioctl_find(uint32_t nr);

/* Of ioctl_run(): it is answered when vmediad has spoken. */
#define IOCTL_LATER 1

/**
 * ioctl_run() - run an ioctl for @session
 * @payload: of info->size bytes; checked for what could break others
 * Return: 0, the negative errno that V4L2 documents, or IOCTL_LATER.
 */
int ioctl_run(struct session *session, const struct ioctl_info *info,
	      void *payload);

#endif /* CAMERA_IOCTL_H */
