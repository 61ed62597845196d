// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(CONFIG_VMEDIA_WINDOW_MB % 2 == 0 &&
		       CONFIG_VMEDIA_WINDOW_BASE % WINDOW_BLOCK == 0,
	       "windows are a multiple of 2 MiB, and begin at one");

int config_create_default(struct config **out)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return -ENOMEM;
	config->log_level = CONFIG_VMEDIA_LOG_LEVEL;
	config->limits = (struct quota_limits){ {
		[QUOTA_SESSIONS] = CONFIG_VMEDIA_QUOTA_SESSIONS,
		[QUOTA_STREAMS] = CONFIG_VMEDIA_QUOTA_STREAMS,
		[QUOTA_BUFFERS] = CONFIG_VMEDIA_QUOTA_BUFFERS,
		[QUOTA_MEMORY] = (uint64_t)CONFIG_VMEDIA_QUOTA_MEMORY_MB << 20,
		[QUOTA_HELD] = CONFIG_VMEDIA_QUOTA_HELD,
		[QUOTA_COMMANDS] = CONFIG_VMEDIA_QUOTA_COMMANDS,
		[QUOTA_BYTES] = (uint64_t)CONFIG_VMEDIA_QUOTA_BYTES_MB << 20,
	} };
	config->window = (struct window_place){
		.size = (uint64_t)CONFIG_VMEDIA_WINDOW_MB << 20,
		.base = CONFIG_VMEDIA_WINDOW_BASE,
	};
	config->host_cameras = true;
	config->every_domain = true;
	*out = config;
	return 0;
}

static void camera_finish(struct config_camera *camera)
{
	free(camera->name);
	free(camera->source);
	free(camera->primary);
}

static void domain_finish(struct config_domain *domain)
{
	free(domain->name);
	free(domain->uuid);
	for (unsigned int i = 0; i < domain->num_cameras; i++)
		free(domain->cameras[i]);
	free(domain->cameras);
}

static void control_finish(struct config_control *control)
{
	free(control->domain);
	free(control->camera);
}

void config_destroy(struct config *config)
{
	if (!config)
		return;
	for (unsigned int i = 0; i < config->num_cameras; i++)
		camera_finish(&config->cameras[i]);
	free(config->cameras);
	for (unsigned int i = 0; i < config->num_domains; i++)
		domain_finish(&config->domains[i]);
	free(config->domains);
	for (unsigned int i = 0; i < config->num_controls; i++)
		control_finish(&config->controls[i]);
	free(config->controls);
	free(config);
}
