/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shared.h - sessions that look at one capture: slots of the camera's pool are
 * lent to them, frame by frame (ipc/session_proto.h).
 */
#ifndef CAMERA_SHARED_H
#define CAMERA_SHARED_H

#include "camera/session.h"
#include "camera/stream.h"

extern const struct session_kind shared_session;

/* What the camera's stream does to such a session */
extern const struct stream_reader_ops shared_reader_ops;

#endif /* CAMERA_SHARED_H */
