/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - the ioctls that cross the socket of a session, and their form.
 *
 * What becomes of them is the business of the session's kind: shared_ioctl.h,
 * direct_ioctl.h.
 */
#ifndef CAMERA_IOCTL_H
#define CAMERA_IOCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/videodev2.h>

/** union ioctl_payload - room and alignment for the payload of any ioctl */
union ioctl_payload {
	int integer;
	struct v4l2_format format;
	struct v4l2_create_buffers create_buffers;
	struct v4l2_ext_controls ext_controls;
	struct v4l2_buffer buffer;
	struct v4l2_edid edid;
	uint64_t room[sizeof(struct v4l2_enc_idx) / sizeof(uint64_t)];
};

/** enum ioctl_tail - what follows a payload, since it points to it */
enum ioctl_tail {
	IOCTL_TAIL_NONE,
	IOCTL_TAIL_PLANES,
	IOCTL_TAIL_CTRLS,
	IOCTL_TAIL_EDID,
};

/**
 * struct ioctl_info - an ioctl that crosses
 * @name: without VIDIOC_
 * @request: the full code
 * @size: bytes of the payload
 * @answers: the payload comes back (_IOR or _IOWR)
 * @tail: what follows the payload
 */
struct ioctl_info {
	const char *name;
	unsigned long request;
	size_t size;
	bool answers;
	enum ioctl_tail tail;
};

/**
 * ioctl_find() - by its nr
 *
 * NULL if it crosses no socket: what a buffer is and where it can be mapped
 * is for vmedia-guest to say (QUERYBUF, PREPARE_BUF, EXPBUF).
 */
const struct ioctl_info *ioctl_find(uint32_t nr);

/* Of an ioctl that was run: it is answered when vmediad has spoken. */
#define IOCTL_LATER 1

#endif /* CAMERA_IOCTL_H */
