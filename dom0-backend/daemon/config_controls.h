/* SPDX-License-Identifier: GPL-2.0-only */
/* config_controls.h - the items of `controls`. */
#ifndef DAEMON_CONFIG_CONTROLS_H
#define DAEMON_CONFIG_CONTROLS_H

#include "daemon/config_item.h"

/* All rules together; for one domain and camera there may be fewer */
#define CONFIG_MAX_CONTROLS 512

/** config_add_control() - read an item; mistakes are told to @p */
void config_add_control(struct config_parser *p, struct config_item *item);

/** config_access_name() - as `access=` has it; a static string */
const char *config_access_name(enum control_access access);

#endif /* DAEMON_CONFIG_CONTROLS_H */
