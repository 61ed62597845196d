// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/holders.h"
#include "daemon/limits.h"
#include "daemon/report.h"
#include "daemon/report_parts.h"

#define MAX_REFUSAL 1024

/* Who has more looks into the file. */
#define MAX_MISTAKES 20

/* Room for the names of what there is, when what was asked for is not */
#define MAX_NAMES 512

struct json_object *command_refuse(const char *format, ...)
{
	struct json_object *answer = json_object_new_object();
	char text[MAX_REFUSAL];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_object_object_add(answer, "ok", json_object_new_boolean(false));
	json_object_object_add(answer, "error", json_object_new_string(text));
	return answer;
}

static struct json_object *value_of(struct json_object *request,
				    const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(request, json_type_object))
		json_object_object_get_ex(request, key, &value);
	return value;
}

const char *command_text(struct json_object *request, const char *key)
{
	struct json_object *value = value_of(request, key);

	return json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) : "";
}

static bool has(struct json_object *request, const char *key)
{
	return command_text(request, key)[0];
}

static size_t add_name(char *text, size_t len, const char *name)
{
	if (len >= MAX_NAMES)
		return len;
	return len + snprintf(text + len, MAX_NAMES - len, "%s%s",
			      len ? ", " : "", name);
}

static struct json_object *refuse_camera(struct broker *broker,
					 struct json_object *request)
{
	const struct camera *camera, *tmp;
	char names[MAX_NAMES] = "none";
	size_t len = 0;

	list_for_each(camera, tmp, &broker->cameras.list, link)
		len = add_name(names, len, camera->name);
	return command_refuse("there is no camera \"%s\"; there is: %s",
			      command_text(request, "camera"), names);
}

static struct json_object *refuse_domain(struct broker *broker,
					 struct json_object *request)
{
	const struct guest *guest, *tmp;
	char names[MAX_NAMES] = "none";
	char name[sizeof(guest->id.name) + 16];
	size_t len = 0;

	list_for_each(guest, tmp, &broker->guests.list, link) {
		if (!guest_is_served(guest))
			continue;
		snprintf(name, sizeof(name), "%s (%u)", guest->id.name,
			 guest->domid);
		len = add_name(names, len, name);
	}
	return command_refuse("no domain \"%s\" runs that has a camera device; "
			      "these do: %s", command_text(request, "domain"),
			      names);
}

static struct guest *find_guest(struct broker *broker,
				struct json_object *request)
{
	return broker_find_guest(broker, command_text(request, "domain"));
}

static struct camera *find_camera(struct broker *broker,
				  struct json_object *request)
{
	return cameras_find(&broker->cameras, command_text(request, "camera"));
}

static struct json_object *list(struct broker *broker,
				struct json_object *request)
{
	return report_list(broker);
}

static struct json_object *top(struct broker *broker,
			       struct json_object *request)
{
	return report_top(broker);
}

static struct json_object *show(struct broker *broker,
				struct json_object *request)
{
	const struct camera *camera = find_camera(broker, request);
	const struct guest *guest = find_guest(broker, request);

	if (has(request, "camera"))
		return camera ? report_camera(broker, camera) :
				refuse_camera(broker, request);
	return guest ? report_guest(broker, guest) :
		       refuse_domain(broker, request);
}

static struct json_object *quotas(struct broker *broker,
				  struct json_object *request)
{
	const struct guest *guest = NULL;

	if (has(request, "domain")) {
		guest = find_guest(broker, request);
		if (!guest)
			return refuse_domain(broker, request);
	}
	return report_quotas(broker, guest);
}

static struct json_object *refuse_quota(const char *name)
{
	char names[MAX_NAMES];
	size_t len = 0;

	for (unsigned int kind = 0; kind < NUM_QUOTAS; kind++)
		len = add_name(names, len, limit_name(kind));
	return command_refuse("there is no quota \"%s\"; there is: %s", name,
			      names);
}

/*
 * @values, @given: of the quotas that an item names
 * Return: NULL, or why it is refused.
 */
static struct json_object *read_limit(const char *item, uint64_t *values,
				      bool *given)
{
	char name[32], why[LIMIT_WHY_SIZE];
	const char *value = strchr(item, '=');
	enum quota_kind kind;

	if (!value)
		return command_refuse("not name=value: \"%s\"", item);
	snprintf(name, sizeof(name), "%.*s", (int)(value - item), item);
	if (limit_find(name, &kind) < 0)
		return refuse_quota(name);
	if (limit_parse(kind, value + 1, &values[kind], why, sizeof(why)) < 0)
		return command_refuse("%s", why);
	given[kind] = true;
	return NULL;
}

static struct json_object *set_quotas(struct broker *broker,
				      struct json_object *request, int *fd)
{
	struct json_object *limits = value_of(request, "limits");
	struct guest *guest = find_guest(broker, request);
	struct json_object *refusal = NULL;
	uint64_t values[NUM_QUOTAS];
	bool given[NUM_QUOTAS] = { false };
	size_t count;

	if (!guest)
		return refuse_domain(broker, request);
	if (!json_object_is_type(limits, json_type_array))
		return command_refuse("no limits were given");
	count = json_object_array_length(limits);
	for (size_t i = 0; i < count && !refusal; i++) {
		const char *item = json_object_get_string(
			json_object_array_get_idx(limits, i));

		refusal = read_limit(item ? item : "", values, given);
	}
	if (refusal)
		return refusal;
	for (unsigned int kind = 0; kind < NUM_QUOTAS; kind++) {
		if (given[kind])
			broker_set_limit(broker, guest, kind, values[kind]);
	}
	return NULL;
}

static struct json_object *refuse_session(struct broker *broker,
					  const char *text)
{
	const struct session *session, *tmp;
	char names[MAX_NAMES] = "none";
	char name[128];
	size_t len = 0;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (!session->live)
			continue;
		snprintf(name, sizeof(name), "%" PRIu64 " (%s on %s)",
			 session->serial, session_owner(session),
			 session->camera->name);
		len = add_name(names, len, name);
	}
	return command_refuse("session %s does not exist, or is over; there is: "
			      "%s", text, names);
}

/* @kept: closed sessions whose slots the guest could still see */
static struct json_object *report_evicted(struct json_object *sessions,
					  unsigned int kept)
{
	struct json_object *answer = report_new();

	json_object_object_add(answer, "sessions", sessions);
	json_object_object_add(answer, "kept", json_object_new_int64(kept));
	return answer;
}

static struct json_object *evict_one(struct broker *broker, const char *text)
{
	struct json_object *evicted = json_object_new_array();
	struct session *session;
	uint64_t serial;
	char *end;

	errno = 0;
	serial = strtoull(text, &end, 10);
	session = sessions_find_serial(&broker->sessions, serial);
	if (*end || errno || !session || !session->live) {
		json_object_put(evicted);
		return refuse_session(broker, text);
	}
	/* Of a session of dom0's own nothing is left after it. */
	json_object_array_add(evicted, report_part_session(session));
	broker_evict(broker, serial);
	return report_evicted(evicted, 0);
}

static struct json_object *evict_guest(struct broker *broker,
				       const struct guest *guest,
				       const struct camera *camera)
{
	struct json_object *evicted = json_object_new_array();
	const struct session *session, *tmp;
	char holders[HOLDERS_SIZE];
	unsigned int count;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->live && session->guest == guest &&
		    (!camera || session->camera == camera))
			json_object_array_add(evicted,
					      report_part_session(session));
	}
	count = broker_evict_guest(broker, guest, camera);
	if (count == 0) {
		json_object_put(evicted);
		return command_refuse("%s has no session%s%s; it has: %s",
				      guest->id.name,
				      camera ? " on camera " : "",
				      camera ? camera->name : "",
				      holders_of_guest(&broker->sessions, guest,
						       QUOTA_SESSIONS, holders,
						       sizeof(holders)));
	}
	return report_evicted(evicted,
			      count - json_object_array_length(evicted));
}

static struct json_object *evict(struct broker *broker,
				 struct json_object *request, int *fd)
{
	const struct camera *camera = find_camera(broker, request);
	const struct guest *guest = find_guest(broker, request);

	if (has(request, "serial"))
		return evict_one(broker, command_text(request, "serial"));
	if (!guest)
		return refuse_domain(broker, request);
	if (has(request, "camera") && !camera)
		return refuse_camera(broker, request);
	return evict_guest(broker, guest, camera);
}

static bool has_device(const struct guest *guest, const struct camera *camera)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device->camera == camera)
			return true;
	}
	return false;
}

static struct json_object *set_primary(struct broker *broker,
				       struct json_object *request, int *fd)
{
	const bool automatic =
		strcmp(command_text(request, "domain"), "auto") == 0;
	struct camera *camera = find_camera(broker, request);
	const struct guest *guest = find_guest(broker, request);

	if (!camera)
		return refuse_camera(broker, request);
	if (!has(request, "domain"))
		return NULL;
	if (!automatic && !guest)
		return refuse_domain(broker, request);
	if (!automatic && !has_device(guest, camera))
		return command_refuse("%s has no device with camera %s",
				      guest->id.name, camera->name);
	broker_set_primary(broker, camera, automatic ? NULL : guest);
	return NULL;
}

static void hear_mistake(void *mistakes, const char *line)
{
	if (json_object_array_length(mistakes) < MAX_MISTAKES)
		json_object_array_add(mistakes, json_object_new_string(line));
}

static struct json_object *reload(struct broker *broker,
				  struct json_object *request, int *fd)
{
	struct json_object *mistakes = json_object_new_array();
	struct json_object *answer;
	int ret;

	log_listen(hear_mistake, mistakes);
	ret = broker_reload(broker);
	log_listen(NULL, NULL);
	if (ret == 0) {
		json_object_put(mistakes);
		return report_new();
	}
	answer = command_refuse("the configuration cannot be gone by: %s; "
				"nothing has changed",
				ret == -EINVAL ? "it has mistakes" :
						 strerror(-ret));
	json_object_object_add(answer, "mistakes", mistakes);
	return answer;
}

static struct json_object *capture(struct broker *broker,
				   struct json_object *request, int *fd)
{
	const struct camera *camera = find_camera(broker, request);
	char holders[HOLDERS_SIZE];
	struct json_object *answer;
	uint32_t caps;
	int ret;

	if (!camera)
		return refuse_camera(broker, request);
	ret = broker_capture(broker, camera->name, &caps, fd);
	if (ret == -ENODEV)
		return command_refuse("camera \"%s\" is not there",
				      camera->name);
	if (ret == -EOPNOTSUPP)
		return command_refuse("camera \"%s\" has no capture that could be shared",
				      camera->name);
	if (ret == -EBUSY)
		return command_refuse("camera \"%s\" is taken: %s",
				      camera->name,
				      holders_of_camera(&broker->sessions,
							camera, QUOTA_SESSIONS,
							holders,
							sizeof(holders)));
	if (ret < 0)
		return command_refuse("%s", strerror(-ret));
	answer = report_new();
	json_object_object_add(answer, "device_caps",
			       json_object_new_int64(caps));
	return answer;
}

static const struct command commands[] = {
	{ .name = "list", .report = list },
	{ .name = "show", .report = show },
	{ .name = "top", .report = top },
	{ .name = "quota_get", .report = quotas },
	{ .name = "quota_set", .act = set_quotas, .report = quotas },
	{ .name = "evict", .act = evict },
	{ .name = "primary", .act = set_primary, .report = show },
	{ .name = "reload", .act = reload },
	{ .name = "capture", .act = capture },
};

const struct command *command_find(struct json_object *request)
{
	const char *name = command_text(request, "command");

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}
