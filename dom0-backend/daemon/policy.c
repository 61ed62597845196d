// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/policy.h"

#include <stddef.h>
#include <string.h>

const struct config_domain *policy_domain(const struct config *config,
					  const char *name, const char *uuid)
{
	const struct config_domain *by_name = NULL;
	const struct config_domain *domain;

	for (unsigned int i = 0; i < config->num_domains; i++) {
		domain = &config->domains[i];
		if (domain->uuid && strcmp(domain->uuid, uuid) == 0)
			return domain;
		if (domain->name && strcmp(domain->name, name) == 0)
			by_name = domain;
	}
	return by_name;
}

bool policy_camera(const struct config *config,
		   const struct config_domain *domain, unsigned int rank,
		   struct policy_choice *out)
{
	if (!domain && !config->every_domain)
		return false;
	if (!domain || domain->all_cameras) {
		*out = (struct policy_choice){ .number = rank };
		return true;
	}
	if (rank >= domain->num_cameras)
		return false;
	*out = (struct policy_choice){ .name = domain->cameras[rank] };
	return true;
}

const struct quota_limits *policy_limits(const struct config *config,
					 const struct config_domain *domain)
{
	return domain ? &domain->limits : &config->limits;
}
