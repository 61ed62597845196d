// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/report.h"

#include <json-c/json.h>

#include "daemon/broker.h"
#include "daemon/device.h"

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key,
			       text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static void add_process(struct json_object *object,
			const struct process *process)
{
	pid_t pid = process_pid(process);

	add_text(object, "state", process_state_name(process));
	json_object_object_add(object, "pid",
			       pid ? json_object_new_int64(pid) : NULL);
}

static void add_guest(struct json_object *guests, const struct guest *guest)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "domid", guest->domid);
	add_text(object, "name", guest->id.name);
	add_text(object, "uuid", guest->id.uuid);
	add_process(object, &guest->process);
	add_number(object, "sessions", guest->sessions.used);
	add_number(object, "sessions_limit", guest->sessions.limit);
	add_number(object, "sessions_refused", guest->sessions.refused);
	json_object_array_add(guests, object);
}

static const char *device_state(const struct device *device)
{
	if (device->closed)
		return "closed";
	if (!device_is_claimed(device))
		return "refused";
	if (device->guest->leaving)
		return "leaving";
	if (device->live)
		return "live";
	return device->attached ? "attaching" : "restarting";
}

static void add_device(struct json_object *devices, const struct device *device)
{
	struct json_object *object = json_object_new_object();
	const struct guest *guest = device->guest;

	add_number(object, "domid", guest->domid);
	add_text(object, "guest", guest->served ? guest->id.name : NULL);
	add_number(object, "devid", device->devid);
	add_text(object, "state", device_state(device));
	if (device_is_claimed(device)) {
		add_number(object, "base", device->node.base);
		add_number(object, "irq", device->node.irq);
		add_text(object, "camera",
			 device->camera ? device->camera->name : NULL);
	}
	json_object_array_add(devices, object);
}

static void add_session(struct json_object *sessions,
			const struct session *session)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "serial", session->serial);
	add_number(object, "domid", session_domid(session));
	add_text(object, "guest", session_owner(session));
	if (session->device)
		add_number(object, "devid", session->device->devid);
	add_text(object, "camera", session->camera->name);
	add_number(object, "age", session_age(session));
	json_object_array_add(sessions, object);
}

static unsigned int count_sessions(const struct broker *broker,
				   const struct camera *camera)
{
	const struct session *session, *tmp;
	unsigned int count = 0;

	list_for_each(session, tmp, &broker->sessions.list, link)
		count += session->camera == camera;
	return count;
}

static void add_camera(struct json_object *cameras, const struct broker *broker,
		       const struct camera *camera)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "name", camera->name);
	add_text(object, "source", camera->source);
	json_object_object_add(object, "present",
			       json_object_new_boolean(camera_present(camera)));
	add_text(object, "card", camera->identity.card);
	add_process(object, &camera->process);
	add_number(object, "sessions", count_sessions(broker, camera));
	json_object_array_add(cameras, object);
}

static void add_guests(struct json_object *guests, struct json_object *devices,
		       const struct broker *broker)
{
	const struct guest *guest, *next;
	const struct device *device, *tmp;

	list_for_each(guest, next, &broker->guests.list, link) {
		if (guest->served)
			add_guest(guests, guest);
		list_for_each(device, tmp, &guest->devices, link) {
			if (device->verdict != NODE_FOREIGN)
				add_device(devices, device);
		}
	}
}

struct json_object *report_list(const struct broker *broker)
{
	struct json_object *report = json_object_new_object();
	struct json_object *guests = json_object_new_array();
	struct json_object *devices = json_object_new_array();
	struct json_object *sessions = json_object_new_array();
	struct json_object *cameras = json_object_new_array();
	const struct session *session, *next;
	const struct camera *camera, *tmp;

	add_guests(guests, devices, broker);
	list_for_each(session, next, &broker->sessions.list, link)
		add_session(sessions, session);
	list_for_each(camera, tmp, &broker->cameras.list, link)
		add_camera(cameras, broker, camera);
	json_object_object_add(report, "ok", json_object_new_boolean(true));
	json_object_object_add(report, "guests", guests);
	json_object_object_add(report, "devices", devices);
	json_object_object_add(report, "sessions", sessions);
	json_object_object_add(report, "cameras", cameras);
	return report;
}
