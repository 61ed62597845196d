/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bandwidth.h - the bytes a second that a stream needs, before it begins.
 *
 * Pure arithmetic on what a driver says; no value of its can make it overflow.
 */
#ifndef CAMERA_BANDWIDTH_H
#define CAMERA_BANDWIDTH_H

#include <stdint.h>
#include <linux/videodev2.h>

/* Frames a second of a camera that does not know its rate */
#define BANDWIDTH_UNKNOWN_RATE 30

/**
 * bandwidth_of() - the size of a frame, as often as one comes
 * @format: that is set, single- or multi-planar
 * @interval: seconds between two frames; a member that is 0: not known
 * Return: rounded up; UINT64_MAX if that is too small to tell it.
 */
uint64_t bandwidth_of(const struct v4l2_format *format,
		      const struct v4l2_fract *interval);

#endif /* CAMERA_BANDWIDTH_H */
