// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_domains.h"

#include <string.h>

#include "daemon/config_cameras.h"

#define MAX_PRIORITY 1000

/* False if it is not clear who the item is about. */
static bool identify(struct config_parser *p, struct config_item *item,
		     char **name, char **uuid)
{
	const char *id;

	*name = config_item_take(item, "name");
	*uuid = config_item_take(item, "uuid");
	if (!*name == !*uuid || (*name && !**name)) {
		config_mistake(p, item->line,
			       "a domain needs one of `name=` and `uuid=`");
		return false;
	}
	if (*uuid && !config_is_uuid(*uuid)) {
		config_mistake(p, item->line, "\"%s\" is not a uuid", *uuid);
		return false;
	}
	/* `primary=` and `domain=` could not tell it from one. */
	if (*name && config_is_uuid(*name)) {
		config_mistake(p, item->line, "\"%s\" is a uuid: `uuid=`",
			       *name);
		return false;
	}
	id = *name ? *name : *uuid;
	if (config_find_domain(p->config, id)) {
		config_mistake(p, item->line, "domain \"%s\" is there twice",
			       id);
		return false;
	}
	return true;
}

static void read_cameras(struct config_parser *p, struct config_item *item,
			 struct config_domain *domain)
{
	char *rest = config_item_take(item, "cameras");
	char **slot;
	char *name;

	domain->all_cameras = !rest;
	while (rest) {
		name = strsep(&rest, " \t");
		if (!*name)
			continue;
		if (!config_camera_may_exist(p->config, name))
			config_mistake(p, item->line,
				       "there is no camera \"%s\"", name);
		slot = config_grow(p, (void **)&domain->cameras,
				   domain->num_cameras, sizeof(*slot));
		if (!slot)
			return;
		*slot = config_copy(p, name);
		domain->num_cameras++;
	}
}

void config_add_domain(struct config_parser *p, struct config_item *item)
{
	struct config *config = p->config;
	struct config_domain *domain;
	char *name, *uuid;
	bool known;

	known = identify(p, item, &name, &uuid);
	/* Without an identity nobody finds it, and its keys are checked. */
	domain = config_grow(p, (void **)&config->domains, config->num_domains,
			     sizeof(*domain));
	if (!domain)
		return;
	config->num_domains++;
	domain->line = item->line;
	if (known && name)
		domain->name = config_copy(p, name);
	if (known && uuid)
		domain->uuid = config_copy(p, uuid);
	read_cameras(p, item, domain);
	config_item_number(p, item, "priority", 0, MAX_PRIORITY,
			   &domain->priority);
	domain->limits = config->limits;
	config_item_limits(p, item, &domain->limits);
	domain->window = config->window;
	config_item_window(p, item, &domain->window);
	config_item_transfer(p, item, &domain->transfer);
	config_item_refuse_rest(p, item);
}

const struct config_domain *config_find_domain(const struct config *config,
					       const char *id)
{
	const struct config_domain *domain;

	for (unsigned int i = 0; i < config->num_domains; i++) {
		domain = &config->domains[i];
		if (config_same(domain->name, id) ||
		    config_same(domain->uuid, id))
			return domain;
	}
	return NULL;
}

bool config_domain_has(const struct config_domain *domain, const char *camera)
{
	for (unsigned int i = 0; i < domain->num_cameras; i++) {
		if (config_same(domain->cameras[i], camera))
			return true;
	}
	return domain->all_cameras;
}
