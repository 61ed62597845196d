// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "base/util.h"
#include "daemon/config.h"
#include "daemon/config_controls.h"
#include "daemon/config_domains.h"
#include "daemon/config_mode.h"
#include "daemon/config_window.h"
#include "daemon/limits.h"
#include "daemon/transfer.h"
#include "ipc/session_proto.h"

/* That vmedia-camera keeps for the driver, whatever guests hold */
#define DRIVER_SLOTS 3

/* Inside of quotes, as libxlutil reads it. */
static void print_text(const char *text, FILE *file)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void print_key(const char *key, const char *text, FILE *file)
{
	fprintf(file, ",%s=", key);
	print_text(text, file);
}

/* Those that differ from @inherited; all of them if that is NULL. */
static void print_limits(const struct quota_limits *limits,
			 const struct quota_limits *inherited,
			 const char *before, FILE *file)
{
	char text[LIMIT_TEXT_SIZE];

	for (unsigned int i = 0; i < NUM_QUOTAS; i++) {
		if (inherited && inherited->limit[i] == limits->limit[i])
			continue;
		limit_print(i, limits->limit[i], text, sizeof(text));
		fprintf(file, "%s%s=%s", before, limit_name(i), text);
		before = ",";
	}
}

static const char *id_of(const struct config_domain *domain)
{
	return domain->name ? domain->name : domain->uuid;
}

static void explain_primary(const struct config *config,
			    const struct config_camera *camera, FILE *file)
{
	const struct config_domain *domain;
	const char *before = ": ";

	if (camera->primary) {
		fprintf(file, "    # primary: %s, whether it runs or not\n",
			camera->primary);
		return;
	}
	fprintf(file, "    # primary: of those that have it open, %s",
		config->every_domain ? "the first" : "the highest priority");
	for (unsigned int i = 0; i < config->num_domains; i++) {
		domain = &config->domains[i];
		if (!config_domain_has(domain, camera->name))
			continue;
		fprintf(file, "%s%s %u", before, id_of(domain),
			domain->priority);
		before = ", ";
	}
	fprintf(file, "\n");
}

/* What @held lets a domain keep; unlimited is still no more than a pool has. */
static unsigned int slots_for(uint64_t held)
{
	return held > 0 ? MIN(held, (uint64_t)SESSION_MAX_SLOTS) :
			  SESSION_MAX_SLOTS;
}

static void explain_pool(const struct config *config,
			 const struct config_camera *camera, FILE *file)
{
	unsigned int most = 0, slots;
	const struct config_domain *domain;

	fprintf(file, "    # pool: %d slots for the driver", DRIVER_SLOTS);
	if (config->every_domain)
		fprintf(file, ", %u for each domain that streams",
			slots_for(config->limits.limit[QUOTA_HELD]));
	for (unsigned int i = 0; i < config->num_domains; i++) {
		domain = &config->domains[i];
		if (!config_domain_has(domain, camera->name))
			continue;
		slots = slots_for(domain->limits.limit[QUOTA_HELD]);
		fprintf(file, ", %u for %s", slots, id_of(domain));
		most = camera->exclusive ? MAX(most, slots) : most + slots;
	}
	if (config->every_domain || DRIVER_SLOTS + most > SESSION_MAX_SLOTS)
		fprintf(file, "; at most %d\n", SESSION_MAX_SLOTS);
	else
		fprintf(file, "; at most %u\n", DRIVER_SLOTS + most);
}

static void explain_transfer(const struct config_camera *camera, FILE *file)
{
	fprintf(file, "    # frames: ");
	if (camera->transfer == TRANSFER_COPY)
		fprintf(file, "copied to each guest\n");
	else
		fprintf(file, "grants of %u slots%s, else copied\n",
			camera->slots,
			camera->transfer == TRANSFER_AUTO ?
				", if the kernel can grant read-only" : "");
}

static void explain_camera(const struct config *config,
			   const struct config_camera *camera, FILE *file)
{
	char mode[CONFIG_MODE_SIZE];

	fprintf(file, "    # %s: %s\n", camera->name,
		camera->exclusive ? "open to one domain at a time" :
				    "shared by all domains that have it");
	if (camera->mode.pixelformat) {
		config_mode_print(&camera->mode, mode, sizeof(mode));
		fprintf(file, "    # mode: %s, and no other\n", mode);
	} else {
		fprintf(file, "    # mode: of the first session that needs one"
			"\n");
	}
	explain_primary(config, camera, file);
	explain_pool(config, camera, file);
	explain_transfer(camera, file);
}

static void print_camera(const struct config_camera *camera, FILE *file)
{
	char mode[CONFIG_MODE_SIZE], bytes[LIMIT_TEXT_SIZE];

	fprintf(file, "    \"name=%s", camera->name);
	print_key("source", camera->source, file);
	print_key("share", camera->exclusive ? "exclusive" : "shared", file);
	if (camera->mode.pixelformat) {
		config_mode_print(&camera->mode, mode, sizeof(mode));
		print_key("mode", mode, file);
	}
	if (camera->primary)
		print_key("primary", camera->primary, file);
	limit_print(QUOTA_BYTES, camera->bytes, bytes, sizeof(bytes));
	fprintf(file, ",clients=%u,%s=%s,transfer=%s,slots=%u\",\n",
		camera->clients, limit_name(QUOTA_BYTES), bytes,
		transfer_name(camera->transfer), camera->slots);
}

static void print_cameras(const struct config *config, FILE *file)
{
	if (config->host_cameras) {
		fprintf(file, "# cameras: the host's capture nodes in order\n");
		return;
	}
	fprintf(file, "cameras = [\n");
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		explain_camera(config, &config->cameras[i], file);
		print_camera(&config->cameras[i], file);
	}
	fprintf(file, "]\n");
}

static void explain_devices(const struct config *config,
			    const struct config_domain *domain, FILE *file)
{
	unsigned int number = domain->all_cameras ? config->num_cameras :
						    domain->num_cameras;

	fprintf(file, "    # %s: ", id_of(domain));
	if (domain->all_cameras && config->host_cameras)
		fprintf(file, "device 0 has the first camera, and so on");
	else if (number == 0)
		fprintf(file, "no camera");
	for (unsigned int i = 0; i < number; i++)
		fprintf(file, "%sdevice %u has %s", i ? ", " : "", i,
			domain->all_cameras ? config->cameras[i].name :
					      domain->cameras[i]);
	fprintf(file, "\n    # quotas: ");
	print_limits(&domain->limits, NULL, "", file);
	fprintf(file, "\n    # devices with a window: at most %u\n",
		window_room(&domain->window));
}

static void print_domain_window(const struct config *config,
				const struct config_domain *domain, FILE *file)
{
	const struct window_place *window = &domain->window;
	char text[CONFIG_WINDOW_SIZE];

	if (window->size == config->window.size &&
	    (window->size == 0 || window->base == config->window.base))
		return;
	config_window_print(window, text, sizeof(text));
	print_key("window", text, file);
}

static void print_domain(const struct config *config,
			 const struct config_domain *domain, FILE *file)
{
	fprintf(file, "    \"%s=", domain->name ? "name" : "uuid");
	print_text(id_of(domain), file);
	if (!domain->all_cameras)
		fprintf(file, ",cameras=");
	for (unsigned int i = 0; i < domain->num_cameras; i++)
		fprintf(file, "%s%s", i ? " " : "", domain->cameras[i]);
	fprintf(file, ",priority=%u,transfer=%s", domain->priority,
		transfer_name(domain->transfer));
	print_limits(&domain->limits, &config->limits, ",", file);
	print_domain_window(config, domain, file);
	fprintf(file, "\",\n");
}

static void print_domains(const struct config *config, FILE *file)
{
	if (config->every_domain) {
		fprintf(file, "# domains: each gets every camera in order\n");
		return;
	}
	fprintf(file, "domains = [\n");
	for (unsigned int i = 0; i < config->num_domains; i++) {
		explain_devices(config, &config->domains[i], file);
		print_domain(config, &config->domains[i], file);
	}
	fprintf(file, "]\n");
}

static void print_control(const struct config_control *control, FILE *file)
{
	const struct control_rule *rule = &control->rule;

	if (rule->id)
		fprintf(file, "    \"control=0x%08x", rule->id);
	else
		fprintf(file, "    \"control=%s",
			rule->name[0] ? rule->name : "*");
	if (control->domain)
		print_key("domain", control->domain, file);
	if (control->camera)
		print_key("camera", control->camera, file);
	print_key("access", config_access_name(rule->access), file);
	if (rule->clamped && rule->minimum != INT64_MIN)
		fprintf(file, ",min=%" PRId64, rule->minimum);
	if (rule->clamped && rule->maximum != INT64_MAX)
		fprintf(file, ",max=%" PRId64, rule->maximum);
	fprintf(file, "\",\n");
}

static void print_controls(const struct config *config, FILE *file)
{
	if (config->num_controls == 0) {
		fprintf(file, "# controls: the primary writes, others read\n");
		return;
	}
	fprintf(file, "controls = [\n");
	for (unsigned int i = 0; i < config->num_controls; i++)
		print_control(&config->controls[i], file);
	fprintf(file, "]\n");
}

static void print_window(const struct config *config, FILE *file)
{
	char text[CONFIG_WINDOW_SIZE];

	config_window_print(&config->window, text, sizeof(text));
	fprintf(file, "# devices of a domain with a window: at most %u\n"
		"window = \"%s\"\n", window_room(&config->window), text);
}

void config_print(const struct config *config, FILE *file)
{
	fprintf(file, "log_level = \"%s\"\nquota = \"",
		log_level_name(config->log_level));
	print_limits(&config->limits, NULL, "", file);
	fprintf(file, "\"\n");
	print_window(config, file);
	print_cameras(config, file);
	print_domains(config, file);
	print_controls(config, file);
}
