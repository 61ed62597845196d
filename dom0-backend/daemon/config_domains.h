/* SPDX-License-Identifier: GPL-2.0-only */
/* config_domains.h - the items of `domains`. */
#ifndef DAEMON_CONFIG_DOMAINS_H
#define DAEMON_CONFIG_DOMAINS_H

#include "daemon/config_item.h"

/**
 * config_add_domain() - read an item; mistakes are told to @p
 *
 * Cameras, and the quotas of all domains, must have been read.
 */
void config_add_domain(struct config_parser *p, struct config_item *item);

/**
 * config_find_domain() - the item that goes by @id
 * @id: a name, or a uuid in lower case
 * Return: borrowed from @config; NULL if there is none.
 */
const struct config_domain *config_find_domain(const struct config *config,
					       const char *id);

/** config_domain_has() - the camera is behind one of the domain's devices */
bool config_domain_has(const struct config_domain *domain, const char *camera);

#endif /* DAEMON_CONFIG_DOMAINS_H */
