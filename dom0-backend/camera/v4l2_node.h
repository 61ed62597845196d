/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * v4l2_node.h - the host's V4L2 devices: find, open, ask.
 */
#ifndef CAMERA_V4L2_NODE_H
#define CAMERA_V4L2_NODE_H

#include "ipc/daemon_proto.h"

/**
 * v4l2_node_open() - open a device file, non-blocking
 * @fd: owned by the caller on success
 * Return: 0; -ENODEV if there is no device; else -errno of open(2).
 */
int v4l2_node_open(const char *path, int *fd);

/**
 * v4l2_node_identify() - what is this device to a guest?
 * @path: that it was opened by
 * Return: as node_kind_identify(); -ENOTSUP if it is no V4L2 device; -ENODEV if
 * it is gone; else -errno of VIDIOC_QUERYCAP. @identity is then untouched.
 */
int v4l2_node_identify(int fd, const char *path,
		       struct camera_identity *identity);

/** v4l2_node_ioctl() - the kernel's ioctl(2). Return: 0 or -errno. */
int v4l2_node_ioctl(int fd, unsigned long request, void *payload);

#endif /* CAMERA_V4L2_NODE_H */
