/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct.h - sessions that have their node for themselves, each with its own
 * open file of it: codecs, outputs, VBI, radios (ipc/session_proto.h).
 *
 * The kernel keeps them apart; here their buffers are waited for. How many
 * buffers of one session are handed over before others have their turn is
 * bounded.
 */
#ifndef CAMERA_DIRECT_H
#define CAMERA_DIRECT_H

#include "camera/session.h"

extern const struct session_kind direct_session;

#endif /* CAMERA_DIRECT_H */
