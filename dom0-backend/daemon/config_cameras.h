/* SPDX-License-Identifier: GPL-2.0-only */
/* config_cameras.h - the items of `cameras`. */
#ifndef DAEMON_CONFIG_CAMERAS_H
#define DAEMON_CONFIG_CAMERAS_H

#include <stdbool.h>

#include "daemon/config_item.h"

/** config_add_camera() - read an item; mistakes are told to @p */
void config_add_camera(struct config_parser *p, struct config_item *item);

/**
 * config_camera_may_exist() - a name that a domain or a rule may give
 *
 * Without `cameras` in the file the cameras are found later, and only the form
 * of the name can be judged.
 */
bool config_camera_may_exist(const struct config *config, const char *name);

#endif /* DAEMON_CONFIG_CAMERAS_H */
