// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/order.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "ctl/field.h"
#include "ctl/request.h"
#include "ctl/show.h"

static void print_evicted(struct json_object *answer)
{
	struct json_object *sessions = field_get(answer, "sessions");
	char serial[FIELD_SIZE], guest[FIELD_SIZE], camera[FIELD_SIZE];
	size_t count = sessions ? json_object_array_length(sessions) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *session =
			json_object_array_get_idx(sessions, i);

		printf("evicted: session %s of %s on %s\n",
		       field_print(serial, session, "serial", NULL),
		       field_print(guest, session, "guest", NULL),
		       field_print(camera, session, "camera", NULL));
	}
	if (field_number(answer, "kept") > 0)
		printf("evicted: what the guest kept of %lld sessions\n",
		       (long long)field_number(answer, "kept"));
}

int evict_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("evict");
	bool serial = !words[1] && words[0][strspn(words[0], "0123456789")] == 0;

	request_add(question, serial ? "serial" : "domain", words[0]);
	request_add(question, "camera", words[1]);
	return request_and_print(options, question, print_evicted);
}

static void print_primary(struct json_object *answer)
{
	struct json_object *camera = field_get(answer, "camera");
	char name[FIELD_SIZE], text[SHOW_PRIMARY_SIZE];

	printf("%s: %s\n", field_print(name, camera, "name", NULL),
	       show_primary(text, camera));
}

int primary_run(const struct options *options, char *const *words)
{
	struct json_object *question = request_new("primary");

	request_add(question, "camera", words[0]);
	request_add(question, "domain", words[1]);
	return request_and_print(options, question, print_primary);
}

static void print_reloaded(struct json_object *answer)
{
	(void)answer;
	puts("the configuration was read again");
}

int reload_run(const struct options *options, char *const *words)
{
	(void)words;
	return request_and_print(options, request_new("reload"),
				 print_reloaded);
}
