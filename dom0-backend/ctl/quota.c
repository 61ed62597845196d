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

static const struct column counts[] = {
	{ .title = "QUOTA", .key = "name" },
	{ .title = "LIMIT", .key = "limit", .format = field_limit },
	{ .title = "USED", .key = "used" },
	{ .title = "REFUSED", .key = "refused" },
};

void quota_print(const char *title, struct json_object *guest)
{
	table_print(title, counts, ARRAY_SIZE(counts),
		    field_get(guest, "quotas"));
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
