/* SPDX-License-Identifier: GPL-2.0-only */
/* config_mode.h - a camera's mode as text: YUYV:1280x720@30 */
#ifndef DAEMON_CONFIG_MODE_H
#define DAEMON_CONFIG_MODE_H

#include <stddef.h>

#include "ipc/daemon_proto.h"

/* Room for what config_mode_print() writes */
#define CONFIG_MODE_SIZE 64

/**
 * config_mode_parse() - read FOURCC:WIDTHxHEIGHT[@RATE]
 * @text: FOURCC of one to four letters or digits, filled up with blanks as
 *        V4L2 does ("Y16"), and "-BE" after it for its big-endian sister, as
 *        v4l2-ctl writes it; RATE is frames a second: 30, or 30000/1001
 * @out: untouched on failure
 * Return: 0 or -EINVAL.
 */
int config_mode_parse(const char *text, struct camera_mode *out);

/** config_mode_print() - the inverse, for a mode with a pixelformat */
void config_mode_print(const struct camera_mode *mode, char *text, size_t size);

#endif /* DAEMON_CONFIG_MODE_H */
