// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

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
	config->host_cameras = true;
	config->every_domain = true;
	*out = config;
	return 0;
}

static void domain_finish(struct config_domain *domain)
{
	free(domain->name);
	free(domain->uuid);
	for (unsigned int i = 0; i < domain->num_cameras; i++)
		free(domain->cameras[i]);
	free(domain->cameras);
}

void config_destroy(struct config *config)
{
	if (!config)
		return;
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		free(config->cameras[i].name);
		free(config->cameras[i].source);
	}
	free(config->cameras);
	for (unsigned int i = 0; i < config->num_domains; i++)
		domain_finish(&config->domains[i]);
	free(config->domains);
	free(config);
}

static void print_domain(const struct config_domain *domain, FILE *file)
{
	fprintf(file, "    \"%s=%s", domain->name ? "name" : "uuid",
		domain->name ? domain->name : domain->uuid);
	if (!domain->all_cameras)
		fprintf(file, ",cameras=");
	for (unsigned int i = 0; i < domain->num_cameras; i++)
		fprintf(file, "%s%s", i ? " " : "", domain->cameras[i]);
	fprintf(file, ",sessions=%" PRIu64 "\",\n",
		domain->limits.limit[QUOTA_SESSIONS]);
}

void config_print(const struct config *config, FILE *file)
{
	fprintf(file, "log_level = \"%s\"\nsessions = %" PRIu64 "\n",
		log_level_name(config->log_level),
		config->limits.limit[QUOTA_SESSIONS]);
	if (config->host_cameras) {
		fprintf(file, "# cameras: the host's capture nodes in order\n");
	} else {
		fprintf(file, "cameras = [\n");
		for (unsigned int i = 0; i < config->num_cameras; i++)
			fprintf(file, "    \"name=%s,source=%s\",\n",
				config->cameras[i].name,
				config->cameras[i].source);
		fprintf(file, "]\n");
	}
	if (config->every_domain) {
		fprintf(file, "# domains: each gets every camera in order\n");
		return;
	}
	fprintf(file, "domains = [\n");
	for (unsigned int i = 0; i < config->num_domains; i++)
		print_domain(&config->domains[i], file);
	fprintf(file, "]\n");
}
