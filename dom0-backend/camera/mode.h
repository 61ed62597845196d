/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mode.h - the mode of a camera (input, format, size, rate): what it is, who
 * keeps it, and the one that the configuration pins.
 *
 * The first session that has buffers keeps the mode, the last one that frees
 * them lets go. A pinned mode is set when the source is there and nobody has
 * buffers: at the word of the configuration, when the source appears, and, if
 * it had to be put off, when the last session lets go. See docs/sharing.md.
 *
 * Thread: the event loop's. What is set or asked goes through a handle of the
 * camera's own, opened for the purpose.
 */
#ifndef CAMERA_MODE_H
#define CAMERA_MODE_H

#include <stdbool.h>

#include "camera/arbiter.h"
#include "ipc/daemon_proto.h"

struct source;
struct source_handle;

/**
 * struct mode - of one camera
 * @source: borrowed
 * @arbiter: who has buffers
 * @pinned: by the configuration; without pixelformat: none
 * @due: @pinned is still to be set
 */
struct mode {
	struct source *source;
	struct arbiter arbiter;
	struct camera_mode pinned;
	bool due;
};

/** mode_init() - nobody keeps it. @source is borrowed. */
void mode_init(struct mode *mode, struct source *source);

/**
 * mode_set_pinned() - the configuration's word
 * @pinned: without pixelformat: sessions choose. A mode that the driver does
 *          not give is an error in the log, and sessions are told the one that
 *          it gives.
 */
void mode_set_pinned(struct mode *mode, const struct camera_mode *pinned);

/** mode_appeared() - the source is there again, in whatever mode it is */
void mode_appeared(struct mode *mode);

/** mode_take() - a session has buffers from now on, if not before */
void mode_take(struct mode *mode, struct claim *claim);

/** mode_drop() - it has none any more, and streams no more; harmless if it had
 * none */
void mode_drop(struct mode *mode, struct claim *claim);

/** mode_is_pinned() - the configuration keeps the mode */
bool mode_is_pinned(const struct mode *mode);

/** mode_is_kept_by_others() - somebody but the session with this @claim keeps
 * the mode: another session, or the configuration */
bool mode_is_kept_by_others(const struct mode *mode, const struct claim *claim);

/**
 * mode_current() - what the camera captures now, or would
 * @current: with an interval of 0/0 if the driver does not know it
 * Return: 0; -ENODEV if the source is away; -ENOTSUP if each session has its
 * own; else -errno of the driver.
 */
int mode_current(const struct mode *mode, struct camera_mode *current);

#endif /* CAMERA_MODE_H */
