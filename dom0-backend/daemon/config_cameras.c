// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_cameras.h"

#include <ctype.h>
#include <string.h>

#include "daemon/config_mode.h"
#include "daemon/limits.h"
#include "ipc/session_proto.h"

/* As Kconfig has it for its default */
#define MAX_CLIENTS 65536
#define MIN_SLOTS 4

static bool is_camera_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	}
	return len > 0 && len <= CONFIG_MAX_CAMERA_NAME;
}

static const struct config_camera *find(const struct config *config,
					const char *name)
{
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		if (config_same(config->cameras[i].name, name))
			return &config->cameras[i];
	}
	return NULL;
}

/* A path is a node; what it is good for is found out when it is opened. */
static void read_source(struct config_parser *p, struct config_item *item,
			struct config_camera *camera)
{
	const char *source = config_item_take(item, "source");

	if (!source || (source[0] != '/' && strncmp(source, "pattern:", 8)))
		config_mistake(p, item->line, "camera \"%s\" needs `source=`: "
			       "/dev/videoN, the path of another node, or "
			       "pattern:WIDTHxHEIGHT",
			       camera->name);
	camera->source = config_copy(p, source ? source : "");
}

static void read_share(struct config_parser *p, struct config_item *item,
		       struct config_camera *camera)
{
	const char *share = config_item_take(item, "share");

	if (!share)
		return;
	camera->exclusive = strcmp(share, "exclusive") == 0;
	if (!camera->exclusive && strcmp(share, "shared") != 0)
		config_mistake(p, item->line, "`share=` is shared or "
			       "exclusive, not \"%s\"", share);
}

static void read_mode(struct config_parser *p, struct config_item *item,
		      struct config_camera *camera)
{
	const char *text = config_item_take(item, "mode");

	if (text && config_mode_parse(text, &camera->mode) < 0)
		config_mistake(p, item->line, "`mode=` is "
			       "FOURCC:WIDTHxHEIGHT or "
			       "FOURCC:WIDTHxHEIGHT@RATE, a RATE up to 1000, "
			       "whole or as 30000/1001, e.g. "
			       "YUYV:1280x720@30, not \"%s\"", text);
}

/* The camera's budget is counted as a domain's is. */
static void read_bytes(struct config_parser *p, struct config_item *item,
		       struct config_camera *camera)
{
	const char *text = config_item_take(item, limit_name(QUOTA_BYTES));
	char why[LIMIT_WHY_SIZE];

	if (text && limit_parse(QUOTA_BYTES, text, &camera->bytes, why,
				sizeof(why)) < 0)
		config_mistake(p, item->line, "%s", why);
}

static void read_camera(struct config_parser *p, struct config_item *item,
			struct config_camera *camera)
{
	camera->line = item->line;
	camera->clients = CONFIG_VMEDIA_CAMERA_CLIENTS;
	camera->slots = CONFIG_VMEDIA_CAMERA_SLOTS;
	read_source(p, item, camera);
	read_share(p, item, camera);
	read_mode(p, item, camera);
	camera->primary = config_item_domain(p, item, "primary");
	config_item_number(p, item, "clients", 0, MAX_CLIENTS,
			   &camera->clients);
	read_bytes(p, item, camera);
	config_item_transfer(p, item, &camera->transfer);
	config_item_number(p, item, "slots", MIN_SLOTS, SESSION_MAX_SLOTS,
			   &camera->slots);
	config_item_refuse_rest(p, item);
}

void config_add_camera(struct config_parser *p, struct config_item *item)
{
	struct config *config = p->config;
	const char *name = config_item_take(item, "name");
	struct config_camera *camera;

	if (!name || !is_camera_name(name)) {
		config_mistake(p, item->line,
			       "a camera needs `name=`: at most %d letters, "
			       "digits, `_`, `-`, `.`", CONFIG_MAX_CAMERA_NAME);
		return;
	}
	if (find(config, name)) {
		config_mistake(p, item->line, "camera \"%s\" is there twice",
			       name);
		return;
	}
	/* Kept whatever else is wrong: domains that name it are not. */
	camera = config_grow(p, (void **)&config->cameras, config->num_cameras,
			     sizeof(*camera));
	if (!camera)
		return;
	config->num_cameras++;
	camera->name = config_copy(p, name);
	if (camera->name)
		read_camera(p, item, camera);
}

bool config_camera_may_exist(const struct config *config, const char *name)
{
	size_t prefix = strlen("video");

	if (!config->host_cameras)
		return find(config, name) != NULL;
	return strncmp(name, "video", prefix) == 0 && name[prefix] &&
	       strspn(name + prefix, "0123456789") == strlen(name + prefix);
}
