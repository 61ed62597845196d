/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern_mode.h - the modes of the pattern source: YUYV in a few sizes and
 * rates, answered as a V4L2 driver would.
 */
#ifndef CAMERA_PATTERN_MODE_H
#define CAMERA_PATTERN_MODE_H

#include <stdbool.h>
#include <linux/videodev2.h>

#define PATTERN_MAX_FPS 120

/**
 * struct pattern_mode - the current mode
 * @width: pixels of the largest picture; smaller ones of the usual sizes are
 *         offered too
 * @height: its rows
 * @fps: its rate, the highest
 * @current_width: of the pictures now, as @current_height
 * @current_fps: pictures a second now
 */
struct pattern_mode {
	unsigned int width;
	unsigned int height;
	unsigned int fps;
	unsigned int current_width;
	unsigned int current_height;
	unsigned int current_fps;
};

/**
 * pattern_mode_parse() - "WxH" or "WxH@FPS", which is 30 if not given
 * Return: 0, or -EINVAL if it is not of that form or beyond the limits of
 * camera/pattern.h.
 */
int pattern_mode_parse(struct pattern_mode *mode, const char *text);

/**
 * pattern_mode_ioctl() - run an ioctl
 * @busy: there are slots: the size must stay
 * @payload: of the size coded in @request
 * Return: 0 or the negative errno that V4L2 documents; -ENOTTY for what the
 * pattern has not: controls, events.
 */
int pattern_mode_ioctl(struct pattern_mode *mode, bool busy,
		       unsigned long request, void *payload);

#endif /* CAMERA_PATTERN_MODE_H */
