/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loop.h - the event loop of a camera, in which frames come first.
 *
 * What sessions ask for runs where frames are handed out. Between any two calls
 * back the loop looks whether a frame is there, so that no number of sessions
 * that ask at a time can make it later than one of them does.
 */
#ifndef CAMERA_LOOP_H
#define CAMERA_LOOP_H

struct event_base;

/*
 * event_priority_set() of what brings a driver's frames; all else has a lower
 * one. Not of what makes frames itself: were that slower than they are due,
 * nothing else would have its turn.
 */
#define LOOP_FRAMES 0

/** loop_create() - owned by the caller; NULL if it cannot be made */
struct event_base *loop_create(void);

#endif /* CAMERA_LOOP_H */
