/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - an ioctl on its way through the socket of a session: the payload
 * and what its pointers point to come in, are checked for their form, and go
 * back.
 */
#ifndef CAMERA_REQUEST_H
#define CAMERA_REQUEST_H

#include "ipc/session_proto.h"

struct link_message;
struct session;

/**
 * request_run() - SESSION_IOCTL: run it and reply, now or, for
 * IOCTL_LATER, with request_answer()
 * @msg: borrowed
 * Return: 0; -EPROTO if it is no ioctl that a peer may send; else -errno, the
 * peer cannot be told. Then the session must end.
 */
int request_run(struct session *session, const struct link_message *msg);

/**
 * request_answer() - reply without a payload
 * @error: 0 or a positive errno
 * Return: as request_run().
 */
int request_answer(struct session *session,
		   const struct session_ioctl *request, int error);

#endif /* CAMERA_REQUEST_H */
