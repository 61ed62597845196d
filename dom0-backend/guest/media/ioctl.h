/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl.h - VIRTIO_MEDIA_CMD_IOCTL: what is ours, what is the camera's.
 */
#ifndef MEDIA_IOCTL_H
#define MEDIA_IOCTL_H

struct command;
struct media_device;
struct vq_chain;

/**
 * ioctl_run() - run an ioctl of the guest
 * @chain: its cursor behind the command's header; consumed, answered now or
 *         when the camera replies
 */
void ioctl_run(struct media_device *device, struct vq_chain *chain);

/** ioctl_forward() - the camera answers it. @command: consumed */
void ioctl_forward(struct command *command);

#endif /* MEDIA_IOCTL_H */
