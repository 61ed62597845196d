// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/policy.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool policy_names(const char *text, const char *name, const char *uuid)
{
	/* A domain may have no uuid that we could read; nobody is meant by "". */
	return *text && (strcmp(text, name) == 0 || strcasecmp(text, uuid) == 0);
}

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

const struct window_place *policy_window(const struct config *config,
					 const struct config_domain *domain)
{
	return domain ? &domain->window : &config->window;
}

enum transfer_policy policy_transfer(const struct config_domain *domain)
{
	return domain ? domain->transfer : TRANSFER_AUTO;
}

const struct config_camera *policy_find_camera(const struct config *config,
					       const char *camera)
{
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		if (strcmp(config->cameras[i].name, camera) == 0)
			return &config->cameras[i];
	}
	return NULL;
}

static bool is_about(const struct config_control *control, const char *name,
		     const char *uuid, const char *camera)
{
	if (control->domain && !policy_names(control->domain, name, uuid))
		return false;
	return !control->camera || strcmp(control->camera, camera) == 0;
}

void policy_rules(const struct config *config, const char *name,
		  const char *uuid, const char *camera,
		  struct camera_guest *guest)
{
	static const struct control_rule hide_all = {
		.access = CONTROL_HIDDEN,
	};

	guest->num_rules = 0;
	for (unsigned int i = 0; i < config->num_controls; i++) {
		if (!is_about(&config->controls[i], name, uuid, camera))
			continue;
		if (guest->num_rules == CAMERA_MAX_RULES) {
			guest->rules[CAMERA_MAX_RULES - 1] = hide_all;
			return;
		}
		guest->rules[guest->num_rules++] = config->controls[i].rule;
	}
}
