// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/report_quota.h"

#include <json-c/json.h>
#include <stdbool.h>

#include "base/util.h"
#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/limits.h"

/* Of the device that has most */
static uint64_t streams(const struct broker *broker, const struct guest *guest)
{
	const struct device *device, *next;
	const struct session *session, *tmp;
	uint64_t most = 0;

	list_for_each(device, next, &guest->devices, link) {
		uint64_t count = 0;

		list_for_each(session, tmp, &broker->sessions.list, link)
			count += session->device == device &&
				 session->live && session->at_camera.buffers;
		most = MAX(most, count);
	}
	return most;
}

/* Of the camera that it holds most of */
static uint64_t held(const struct broker *broker, const struct guest *guest)
{
	const struct camera *camera, *next;
	const struct session *session, *tmp;
	uint64_t most = 0;

	list_for_each(camera, next, &broker->cameras.list, link) {
		uint64_t count = 0;

		list_for_each(session, tmp, &broker->sessions.list, link) {
			if (session->guest == guest &&
			    session->camera == camera && session->live)
				count += session->at_camera.held;
		}
		most = MAX(most, count);
	}
	return most;
}

/* By the sessions that it has: it is they who count. */
static uint64_t missed(const struct broker *broker, const struct guest *guest)
{
	const struct session *session, *tmp;
	uint64_t count = 0;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->guest == guest)
			count += session->at_camera.missed_held;
	}
	return count;
}

/* Return: false if it is not known, or means nothing in one moment. */
static bool find_used(const struct broker *broker, const struct guest *guest,
		      enum quota_kind kind, uint64_t *out)
{
	switch (kind) {
	case QUOTA_SESSIONS:
		*out = guest->sessions.used;
		return true;
	case QUOTA_BYTES:
		*out = guest->bytes.used;
		return true;
	case QUOTA_STREAMS:
		*out = streams(broker, guest);
		return true;
	case QUOTA_HELD:
		*out = held(broker, guest);
		return true;
	case QUOTA_BUFFERS:
		*out = guest->report.buffers;
		return guest->reported.tv_sec;
	case QUOTA_MEMORY:
		*out = guest->report.memory + guest->lost;
		return guest->reported.tv_sec;
	default:
		return false;
	}
}

static bool find_refused(const struct broker *broker, const struct guest *guest,
			 enum quota_kind kind, uint64_t *out)
{
	switch (kind) {
	case QUOTA_SESSIONS:
		*out = guest->sessions.refused;
		return true;
	case QUOTA_BYTES:
		*out = guest->bytes.refused;
		return true;
	case QUOTA_HELD:
		*out = missed(broker, guest);
		return true;
	default:
		*out = guest->report.refused[kind];
		return guest->reported.tv_sec;
	}
}

static struct json_object *one_quota(const struct broker *broker,
				     const struct guest *guest,
				     enum quota_kind kind)
{
	struct json_object *object = json_object_new_object();
	uint64_t used, refused;

	json_object_object_add(object, "name",
			       json_object_new_string(limit_name(kind)));
	json_object_object_add(object, "limit", json_object_new_uint64(
		guest->limits.limit[kind]));
	json_object_object_add(object, "used",
			       find_used(broker, guest, kind, &used) ?
				       json_object_new_uint64(used) : NULL);
	json_object_object_add(object, "refused",
			       find_refused(broker, guest, kind, &refused) ?
				       json_object_new_uint64(refused) : NULL);
	return object;
}

struct json_object *report_quota(const struct broker *broker,
				 const struct guest *guest)
{
	struct json_object *quotas = json_object_new_array();

	for (unsigned int kind = 0; kind < NUM_QUOTAS; kind++)
		json_object_array_add(quotas, one_quota(broker, guest, kind));
	return quotas;
}
