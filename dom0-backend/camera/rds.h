/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rds.h - radio data that a node has for read(2) and write(2) alone does not
 * cross: a tuner must not promise it.
 */
#ifndef CAMERA_RDS_H
#define CAMERA_RDS_H

struct session;

/**
 * rds_ioctl() - VIDIOC_G_TUNER and VIDIOC_G_MODULATOR as a session is told
 * @payload: of the size coded in @request
 * Return: 0 or the node's negative errno.
 */
int rds_ioctl(struct session *session, unsigned long request, void *payload);

#endif /* CAMERA_RDS_H */
