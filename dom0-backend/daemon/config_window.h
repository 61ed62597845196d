/* SPDX-License-Identifier: GPL-2.0-only */
/* config_window.h - size and place of windows as text: 128M@0x100000000 */
#ifndef DAEMON_CONFIG_WINDOW_H
#define DAEMON_CONFIG_WINDOW_H

#include <stddef.h>

#include "daemon/window.h"

/* Room for what config_window_print() writes, and for why it was refused */
#define CONFIG_WINDOW_SIZE 48
#define CONFIG_WINDOW_WHY_SIZE 256

/**
 * config_window_parse() - read SIZE[@BASE], and see whether it can be there
 * @text: SIZE in bytes, with K, M or G (of 1024) after it if wanted, 0: no
 *        windows; BASE is an address, as C writes it
 * @out: its base stays if there is no BASE; untouched on failure
 * @why: on failure what is wrong with @text, without a newline
 * @size: bytes of @why, CONFIG_WINDOW_WHY_SIZE suffices
 * Return: 0 or -EINVAL.
 */
int config_window_parse(const char *text, struct window_place *out, char *why,
			size_t size);

/** config_window_print() - the inverse */
void config_window_print(const struct window_place *place, char *text,
			 size_t size);

#endif /* DAEMON_CONFIG_WINDOW_H */
