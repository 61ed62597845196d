/* SPDX-License-Identifier: GPL-2.0-only */
/* config_check.h - what no item of the file shows alone. */
#ifndef DAEMON_CONFIG_CHECK_H
#define DAEMON_CONFIG_CHECK_H

#include "daemon/config_parser.h"

/**
 * config_check() - look at cameras, domains and rules together
 *
 * All of the file must have been read. Mistakes and warnings are told to @p.
 */
void config_check(struct config_parser *p);

#endif /* DAEMON_CONFIG_CHECK_H */
