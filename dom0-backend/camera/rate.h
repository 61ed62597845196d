/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rate.h - a session's frame rate: every frame of the camera, every second,
 * every third ...
 *
 * Intervals are seconds between two frames, fractions as V4L2 has them, and of
 * any origin: a guest's, a driver's. Pure arithmetic that no value of theirs
 * can make overflow; no system call.
 */
#ifndef CAMERA_RATE_H
#define CAMERA_RATE_H

#include <stdbool.h>
#include <linux/videodev2.h>

/* Of a camera so fast that more would only make a list longer */
#define RATE_MAX_DIVISOR 1000

/** rate_is_known() - is this an interval? Not if a member is 0. */
bool rate_is_known(const struct v4l2_fract *interval);

/**
 * rate_max_divisor() - the largest that leaves a frame a second
 * @camera: its interval
 * Return: 1 to RATE_MAX_DIVISOR; 1 if @camera is not known.
 */
unsigned int rate_max_divisor(const struct v4l2_fract *camera);

/**
 * rate_divisor() - which share of the frames comes nearest to @asked?
 * @camera: its interval
 * @asked: interval; not known: the camera's own
 * Return: 1 to rate_max_divisor(). Half way between two: the larger.
 */
unsigned int rate_divisor(const struct v4l2_fract *camera,
			  const struct v4l2_fract *asked);

/**
 * rate_interval() - between the frames of who gets one in @divisor
 * @camera: its interval
 * @divisor: 1 to rate_max_divisor(@camera)
 */
struct v4l2_fract rate_interval(const struct v4l2_fract *camera,
				unsigned int divisor);

#endif /* CAMERA_RATE_H */
