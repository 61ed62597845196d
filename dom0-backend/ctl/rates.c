// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/rates.h"

#include <json-c/json.h>
#include <stdint.h>

#include "ctl/field.h"

/* The object of @list whose @key is the same as that of @object */
static struct json_object *twin(struct json_object *list, const char *key,
				struct json_object *object)
{
	struct json_object *value = field_get(object, key);
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count && value; i++) {
		struct json_object *other = json_object_array_get_idx(list, i);

		if (json_object_equal(field_get(other, key), value))
			return other;
	}
	return NULL;
}

/* Both are counted at one time, which each object tells. */
static double seconds_between(struct json_object *before,
			      struct json_object *now)
{
	return (field_number(now, "time") - field_number(before, "time")) / 1e6;
}

/* @to of @now: by how much @from grew in a second */
static void add_rate(struct json_object *before, struct json_object *now,
		     const char *from, const char *to)
{
	int64_t grown = field_number(now, from) - field_number(before, from);
	double seconds = seconds_between(before, now);

	if (seconds <= 0 || grown < 0 || !field_get(before, from) ||
	    !field_get(now, from))
		json_object_object_add(now, to, NULL);
	else
		field_set_decimal(now, to, grown / seconds);
}

void rates_add(struct json_object *before, struct json_object *now)
{
	struct json_object *sessions = field_get(now, "sessions");
	struct json_object *cameras = field_get(now, "cameras");
	struct json_object *old, *new;
	size_t i;

	for (i = 0; sessions && i < json_object_array_length(sessions); i++) {
		new = json_object_array_get_idx(sessions, i);
		old = twin(field_get(before, "sessions"), "serial", new);
		add_rate(old, new, "frames", "fps");
		add_rate(old, new, "bytes", "bytes_per_second");
	}
	for (i = 0; cameras && i < json_object_array_length(cameras); i++) {
		new = json_object_array_get_idx(cameras, i);
		old = twin(field_get(before, "cameras"), "name", new);
		add_rate(old, new, "captured", "fps");
	}
	field_set_decimal(now, "interval", seconds_between(before, now));
}
