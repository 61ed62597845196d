// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/quota.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "ctl/field.h"
#include "ctl/request.h"
#include "ctl/table.h"

static const struct column columns[] = {
	{ .title = "QUOTA", .key = "name" },
	{ .title = "LIMIT", .key = "limit", .format = field_limit },
	{ .title = "USED", .key = "used" },
	{ .title = "REFUSED", .key = "refused" },
};

static void add_size(struct json_object *row, struct json_object *quota,
		     const char *key)
{
	char text[FIELD_SIZE];

	field_print(text, quota, key, field_size);
	json_object_object_add(row, key, json_object_new_string(text));
}

/* People count bytes by the million. */
static struct json_object *row_of(struct json_object *quota)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "name",
			       json_object_get(field_get(quota, "name")));
	json_object_object_add(row, "refused",
			       json_object_get(field_get(quota, "refused")));
	if (field_number(quota, "limit") == 0)
		json_object_object_add(row, "limit",
				       json_object_new_string("unlimited"));
	else
		add_size(row, quota, "limit");
	add_size(row, quota, "used");
	return row;
}

void quota_print(const char *title, struct json_object *guest)
{
	struct json_object *quotas = field_get(guest, "quotas");
	size_t count = quotas ? json_object_array_length(quotas) : 0;
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *quota = json_object_array_get_idx(quotas, i);

		if (field_is(quota, "name", "memory") ||
		    field_is(quota, "name", "bytes/s"))
			json_object_array_add(rows, row_of(quota));
		else
			json_object_array_add(rows, json_object_get(quota));
	}
	table_print(title, columns, ARRAY_SIZE(columns), rows);
	json_object_put(rows);
}

static void print_guests(struct json_object *answer)
{
	struct json_object *guests = field_get(answer, "guests");
	size_t count = guests ? json_object_array_length(guests) : 0;
	char title[2 * FIELD_SIZE], name[FIELD_SIZE], domid[FIELD_SIZE];

	if (count == 0)
		puts("no guest runs");
	for (size_t i = 0; i < count; i++) {
		struct json_object *guest = json_object_array_get_idx(guests, i);

		snprintf(title, sizeof(title), "Domain %s (%s)",
			 field_print(name, guest, "name", NULL),
			 field_print(domid, guest, "domid", NULL));
		quota_print(title, guest);
	}
}

int quota_get_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("quota_get");

	request_add(question, "domain", words[0]);
	return request_and_print(options, question, print_guests);
}

int quota_set_check(char *const *words)
{
	for (words++; *words; words++) {
		const char *equals = strchr(*words, '=');

		if (equals && equals != *words && equals[1])
			continue;
		fprintf(stderr, "vmediactl: quota set: not NAME=VALUE: %s\n",
			*words);
		return -EINVAL;
	}
	return 0;
}

int quota_set_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("quota_set");
	struct json_object *limits = json_object_new_array();

	request_add(question, "domain", words[0]);
	for (words++; *words; words++)
		json_object_array_add(limits, json_object_new_string(*words));
	json_object_object_add(question, "limits", limits);
	return request_and_print(options, question, print_guests);
}
