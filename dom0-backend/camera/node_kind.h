/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node_kind.h - what a V4L2 node of the host is to a guest.
 *
 * Pure functions of what the node says of itself.
 */
#ifndef CAMERA_NODE_KIND_H
#define CAMERA_NODE_KIND_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

#include "ipc/daemon_proto.h"

/**
 * node_kind_identify() - what is a node with these capabilities?
 * @cap: as VIDIOC_QUERYCAP told
 * @name: of the node as the kernel has it, such as "video0" or "v4l-touch1"
 *
 * A node that captures video, and neither puts out anything nor is a touch
 * sensor, is shared. If it has VBI, metadata or both kinds of planes besides,
 * a guest is told of the pictures only: one capture, for all. Every other node
 * that streams is direct, with all that it has; a radio need not stream.
 *
 * Nobody is told of what does not cross: read(2) and write(2), with the radio
 * data that goes that way, overlays, and the media controller.
 *
 * Return: 0; -ENOTSUP if there is nothing in it that we could serve. @identity
 * is then untouched.
 */
int node_kind_identify(const struct v4l2_capability *cap, const char *name,
		       struct camera_identity *identity);

/** node_kind_is_m2m() - has every open file of it a context of its own? */
static inline bool node_kind_is_m2m(const struct camera_identity *identity)
{
	return identity->device_caps &
	       (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE);
}

#endif /* CAMERA_NODE_KIND_H */
