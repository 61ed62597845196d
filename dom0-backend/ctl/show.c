// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/show.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/util.h"
#include "ctl/quota.h"
#include "ctl/request.h"
#include "ctl/table.h"

static const struct column camera_sessions[] = {
	{ .title = "SERIAL", .key = "serial" },
	{ .title = "DOMAIN", .key = "guest" },
	{ .title = "SECONDS", .key = "age" },
	{ .title = "STATE", .key = "state" },
	{ .title = "BUFFERS", .key = "buffers" },
	{ .title = "ASKED", .key = "rate", .format = field_tenths },
	{ .title = "FRAMES", .key = "frames" },
	{ .title = "SKIPPED", .key = "skipped" },
	{ .title = "-NOBUF", .key = "no_buffer" },
	{ .title = "-HELD", .key = "missed_held" },
	{ .title = "-BEHIND", .key = "missed_behind" },
	{ .title = "-SHORT", .key = "missed_short" },
	{ .title = "-FAILED", .key = "failed" },
	{ .title = "HELD", .key = "held" },
	{ .title = "BYTES/S", .key = "bandwidth", .format = field_size },
	{ .title = "WAY", .key = "way" },
};

static const struct column domain_sessions[] = {
	{ .title = "SERIAL", .key = "serial" },
	{ .title = "DEVID", .key = "devid" },
	{ .title = "CAMERA", .key = "camera" },
	{ .title = "SECONDS", .key = "age" },
	{ .title = "STATE", .key = "state" },
	{ .title = "BUFFERS", .key = "buffers" },
	{ .title = "MODE", .key = "mode", .format = field_mode },
	{ .title = "ASKED", .key = "rate", .format = field_tenths },
	{ .title = "FRAMES", .key = "frames" },
	{ .title = "BYTES/S", .key = "bandwidth", .format = field_size },
	{ .title = "WAY", .key = "way" },
	{ .title = "COPIED", .key = "copied", .format = field_size },
	{ .title = "WHY-COPIED", .key = "why_not_grants",
	  .format = field_reason },
};

static const struct column domain_devices[] = {
	{ .title = "DEVID", .key = "devid" },
	{ .title = "CAMERA", .key = "camera" },
	{ .title = "SESSIONS", .key = "sessions" },
	{ .title = "WINDOW", .key = "window_size", .format = field_size },
	{ .title = "PAGES", .key = "window_pages", .format = field_size },
	{ .title = "STATE", .key = "state" },
};

static void __attribute__((format(printf, 2, 3))) line(const char *label,
						       const char *format, ...)
{
	va_list args;

	printf("  %-10s", label);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void field_line(const char *label, struct json_object *object,
		       const char *key)
{
	char text[FIELD_SIZE];

	line(label, "%s", field_print(text, object, key, NULL));
}

/* "3 of 512, refused 0 times" */
static void used_line(const char *label, struct json_object *object,
		      const char *used_key, const char *limit_key,
		      const char *refused_key)
{
	char used[FIELD_SIZE], limit[FIELD_SIZE], refused[FIELD_SIZE];

	line(label, "%s of %s, refused %s times",
	     field_print(used, object, used_key, NULL),
	     field_print(limit, object, limit_key, field_limit),
	     field_print(refused, object, refused_key, NULL));
}

static void process_line(struct json_object *object)
{
	char state[FIELD_SIZE], pid[FIELD_SIZE];

	line("process", "%s, pid %s",
	     field_print(state, object, "state", NULL),
	     field_print(pid, object, "pid", NULL));
}

const char *show_primary(char *text, struct json_object *camera)
{
	struct json_object *primary = field_get(camera, "primary");
	char guest[FIELD_SIZE], domid[FIELD_SIZE];
	const char *why = "highest priority, then open for longest";

	if (field_is(primary, "by", "vmediactl"))
		why = "named by vmediactl";
	else if (field_is(primary, "by", "configuration"))
		why = "named by the configuration";
	if (field_get(primary, "domid"))
		snprintf(text, SHOW_PRIMARY_SIZE, "%s (%s): %s",
			 field_print(guest, primary, "guest", NULL),
			 field_print(domid, primary, "domid", NULL), why);
	else if (field_get(primary, "configured"))
		snprintf(text, SHOW_PRIMARY_SIZE,
			 "nobody: the configuration names %s, which does not run",
			 field_print(guest, primary, "configured", NULL));
	else
		snprintf(text, SHOW_PRIMARY_SIZE,
			 "nobody: no domain has it open");
	return text;
}

static void mode_line(struct json_object *camera)
{
	struct json_object *keepers = field_get(camera, "keepers");
	struct json_object *mode = field_get(camera, "mode");
	size_t count = keepers ? json_object_array_length(keepers) : 0;
	char text[FIELD_SIZE], rate[FIELD_SIZE];

	printf("  %-10s%s", "mode",
	       field_print(text, camera, "mode", field_mode));
	if (field_get(mode, "rate"))
		printf(" at %s/s",
		       field_print(rate, mode, "rate", field_tenths));
	if (field_flag(camera, "pinned"))
		printf(", pinned by the configuration\n");
	else if (count == 0)
		printf(", first come, and nobody keeps it\n");
	else
		printf(", first come, kept by session%s",
		       count > 1 ? "s" : "");
	for (size_t i = 0; i < count && !field_flag(camera, "pinned"); i++)
		printf(" %lld%s",
		       (long long)json_object_get_int64(
			       json_object_array_get_idx(keepers, i)),
		       i + 1 < count ? "," : "\n");
}

static void share_line(struct json_object *camera)
{
	char share[FIELD_SIZE], refused[FIELD_SIZE];

	field_print(share, camera, "share", NULL);
	if (field_is(camera, "share", "exclusive"))
		line("share", "%s, refused %s times", share,
		     field_print(refused, camera, "share_refused", NULL));
	else
		line("share", "%s", share);
	if (field_flag(camera, "retired"))
		line("retired", "the configuration does not list it any more");
	if (field_flag(camera, "stale"))
		line("stale", "its process does not answer: numbers are old");
}

static void slots_line(struct json_object *camera)
{
	char slots[FIELD_SIZE], queued[FIELD_SIZE], captured[FIELD_SIZE];
	char lost[FIELD_SIZE], granted[FIELD_SIZE];

	line("frames", "%s captured, %s lost by the driver",
	     field_print(captured, camera, "captured", NULL),
	     field_print(lost, camera, "lost", NULL));
	line("slots", "%s, %s with the driver; %s while they are granted",
	     field_print(slots, camera, "slots", NULL),
	     field_print(queued, camera, "queued", NULL),
	     field_print(granted, camera, "granted_slots", NULL));
	field_line("wakeups", camera, "wakeups");
}

static void print_camera(struct json_object *answer)
{
	struct json_object *camera = field_get(answer, "camera");
	char text[SHOW_PRIMARY_SIZE];

	printf("Camera %s\n", field_print(text, camera, "name", NULL));
	field_line("source", camera, "source");
	field_line("card", camera, "card");
	field_line("present", camera, "present");
	process_line(camera);
	share_line(camera);
	mode_line(camera);
	line("primary", "%s", show_primary(text, camera));
	field_line("transfer", camera, "transfer");
	used_line("clients", camera, "sessions", "clients_limit",
		  "clients_refused");
	used_line("bytes/s", camera, "bandwidth", "bandwidth_limit",
		  "bandwidth_refused");
	slots_line(camera);
	table_print("Sessions", camera_sessions, ARRAY_SIZE(camera_sessions),
		    field_get(answer, "sessions"));
}

int show_camera_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("show");

	request_add(question, "camera", words[0]);
	return request_and_print(options, question, print_camera);
}

/* What it can see of cameras' memory */
static void granted_line(struct json_object *guest)
{
	char granted[FIELD_SIZE], lingering[FIELD_SIZE], lost[FIELD_SIZE];

	line("granted", "%s, %s of it unused, %s by processes that died",
	     field_print(granted, guest, "granted", field_size),
	     field_print(lingering, guest, "lingering", field_size),
	     field_print(lost, guest, "lost", field_size));
}

/* What its process has done for it */
static void work_line(struct json_object *guest)
{
	char wakeups[FIELD_SIZE], hypercalls[FIELD_SIZE];
	char interrupts[FIELD_SIZE];

	line("work", "%s wakeups, %s hypercalls, %s interrupts",
	     field_print(wakeups, guest, "wakeups", NULL),
	     field_print(hypercalls, guest, "hypercalls", NULL),
	     field_print(interrupts, guest, "interrupts", NULL));
}

static void print_domain(struct json_object *answer)
{
	struct json_object *guest = field_get(answer, "guest");
	char text[FIELD_SIZE], granted[FIELD_SIZE], copied[FIELD_SIZE];

	printf("Domain %s\n", field_print(text, guest, "name", NULL));
	field_line("domid", guest, "domid");
	field_line("uuid", guest, "uuid");
	process_line(guest);
	field_line("listed", guest, "listed");
	field_line("priority", guest, "priority");
	field_line("transfer", guest, "transfer");
	field_line("commands", guest, "commands");
	if (field_flag(guest, "stale"))
		line("stale", "its process does not answer: numbers are old");
	line("mapped", "%s", field_print(text, guest, "mapped", field_size));
	line("pages", "mapped %s, by grants %s, copied by grants %s",
	     field_print(text, guest, "foreign_pages", NULL),
	     field_print(granted, guest, "granted_pages", NULL),
	     field_print(copied, guest, "copied_pages", NULL));
	granted_line(guest);
	work_line(guest);
	quota_print("Quotas", guest);
	table_print("Devices", domain_devices, ARRAY_SIZE(domain_devices),
		    field_get(answer, "devices"));
	table_print("Sessions", domain_sessions, ARRAY_SIZE(domain_sessions),
		    field_get(answer, "sessions"));
}

int show_domain_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("show");

	request_add(question, "domain", words[0]);
	return request_and_print(options, question, print_domain);
}
