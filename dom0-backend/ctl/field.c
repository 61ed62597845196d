// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/field.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

void field_make_harmless(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

void field_plain(char *text, struct json_object *value)
{
	if (json_object_is_type(value, json_type_boolean))
		snprintf(text, FIELD_SIZE, "%s",
			 json_object_get_boolean(value) ? "yes" : "no");
	else
		snprintf(text, FIELD_SIZE, "%s", json_object_get_string(value));
}

void field_hex(char *text, struct json_object *value)
{
	snprintf(text, FIELD_SIZE, "0x%llx",
		 (unsigned long long)json_object_get_uint64(value));
}

void field_tenths(char *text, struct json_object *value)
{
	snprintf(text, FIELD_SIZE, "%.1f", json_object_get_double(value));
}

void field_limit(char *text, struct json_object *value)
{
	if (json_object_is_type(value, json_type_int) &&
	    json_object_get_int64(value) == 0)
		snprintf(text, FIELD_SIZE, "unlimited");
	else
		field_plain(text, value);
}

void field_size(char *text, struct json_object *value)
{
	static const char units[] = " KMGT";
	double size = json_object_get_double(value);
	unsigned int unit = 0;

	while (size >= 1024 && units[unit + 1]) {
		size /= 1024;
		unit++;
	}
	snprintf(text, FIELD_SIZE, "%.*f%.*s",
		 unit == 0 || size == (int64_t)size ? 0 : 1, size,
		 unit == 0 ? 0 : 1, &units[unit]);
}

void field_mode(char *text, struct json_object *value)
{
	char format[FIELD_SIZE];

	snprintf(text, FIELD_SIZE, "%.8s %lldx%lld",
		 field_print(format, value, "format", NULL),
		 (long long)field_number(value, "width"),
		 (long long)field_number(value, "height"));
}

void field_reason(char *text, struct json_object *value)
{
	static const struct {
		const char *reason;
		const char *words;
	} table[] = {
		{ "policy", "the configuration says so" },
		{ "driver", "the driver does not know how" },
		{ "asked", "the driver wants others" },
		{ "direct", "it has the node for itself" },
		{ "memory", "the slots are no dma-bufs" },
		{ "kernel", "dom0's kernel cannot grant dma-bufs" },
		{ "writable", "dom0's kernel cannot grant read-only" },
		{ "references", "dom0 has too few grant references" },
		{ "quota", "the quota leaves no room" },
		{ "camera", "the camera could not make slots" },
		{ "room", "too many slots are granted already" },
	};
	const char *reason = json_object_get_string(value);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (strcmp(table[i].reason, reason) == 0) {
			snprintf(text, FIELD_SIZE, "%s", table[i].words);
			return;
		}
	}
	field_plain(text, value);
}

const char *field_print(char *text, struct json_object *object, const char *key,
			field_format *format)
{
	struct json_object *value = field_get(object, key);

	*text = '\0';
	if (value && format)
		format(text, value);
	else if (value)
		field_plain(text, value);
	if (!*text)
		strcpy(text, "-");
	field_make_harmless(text);
	return text;
}

int64_t field_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(field_get(object, key));
}

bool field_flag(struct json_object *object, const char *key)
{
	return json_object_get_boolean(field_get(object, key));
}

bool field_is(struct json_object *object, const char *key, const char *text)
{
	struct json_object *value = field_get(object, key);

	return json_object_is_type(value, json_type_string) &&
	       strcmp(json_object_get_string(value), text) == 0;
}

struct json_object *field_get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

void field_set_decimal(struct json_object *object, const char *key,
		       double number)
{
	struct json_object *value = json_object_new_double(number);

	/* Not the seventeen digits that a double can have. */
	json_object_set_serializer(value, json_object_double_to_json_string,
				   (void *)"%.2f", NULL);
	json_object_object_add(object, key, value);
}
