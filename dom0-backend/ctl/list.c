// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/list.h"

#include <stddef.h>

#include "base/util.h"
#include "ctl/field.h"
#include "ctl/request.h"
#include "ctl/table.h"

static const struct column guests[] = {
	{ .title = "DOMID", .key = "domid" },
	{ .title = "NAME", .key = "name" },
	{ .title = "STATE", .key = "state" },
	{ .title = "PID", .key = "pid" },
	{ .title = "SESSIONS", .key = "sessions" },
	{ .title = "LIMIT", .key = "sessions_limit", .format = field_limit },
	{ .title = "REFUSED", .key = "sessions_refused" },
};

static const struct column devices[] = {
	{ .title = "DOMID", .key = "domid" },
	{ .title = "GUEST", .key = "guest" },
	{ .title = "DEVID", .key = "devid" },
	{ .title = "BASE", .key = "base", .format = field_hex },
	{ .title = "IRQ", .key = "irq" },
	{ .title = "CAMERA", .key = "camera" },
	{ .title = "STATE", .key = "state" },
};

static const struct column sessions[] = {
	{ .title = "SERIAL", .key = "serial" },
	{ .title = "DOMID", .key = "domid" },
	{ .title = "GUEST", .key = "guest" },
	{ .title = "DEVID", .key = "devid" },
	{ .title = "CAMERA", .key = "camera" },
	{ .title = "SECONDS", .key = "age" },
};

static const struct column cameras[] = {
	{ .title = "NAME", .key = "name" },
	{ .title = "SOURCE", .key = "source" },
	{ .title = "PRESENT", .key = "present" },
	{ .title = "STATE", .key = "state" },
	{ .title = "PID", .key = "pid" },
	{ .title = "SESSIONS", .key = "sessions" },
	{ .title = "CARD", .key = "card" },
};

static const struct {
	const char *title;
	const char *key;
	const struct column *columns;
	size_t count;
} tables[] = {
	{ "Guests", "guests", guests, ARRAY_SIZE(guests) },
	{ "Devices", "devices", devices, ARRAY_SIZE(devices) },
	{ "Sessions", "sessions", sessions, ARRAY_SIZE(sessions) },
	{ "Cameras", "cameras", cameras, ARRAY_SIZE(cameras) },
};

static void print_tables(struct json_object *answer)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		table_print(tables[i].title, tables[i].columns, tables[i].count,
			    field_get(answer, tables[i].key));
}

int list_run(const struct options *options, char *const *words)
{
	(void)words;
	return request_and_print(options, request_new("list"), print_tables);
}
