// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/report.h"

#include <json-c/json.h>

#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/report_parts.h"

struct json_object *report_new(void)
{
	struct json_object *report = json_object_new_object();

	json_object_object_add(report, "ok", json_object_new_boolean(true));
	return report;
}

/* @only: NULL: all */
static struct json_object *guests(const struct broker *broker,
				  const struct guest *only)
{
	struct json_object *guests = json_object_new_array();
	const struct guest *guest, *tmp;

	list_for_each(guest, tmp, &broker->guests.list, link) {
		if (guest->served && (!only || guest == only))
			json_object_array_add(guests,
					      report_part_guest(broker, guest));
	}
	return guests;
}

/* @only: NULL: of all */
static struct json_object *devices(const struct broker *broker,
				   const struct guest *only)
{
	struct json_object *devices = json_object_new_array();
	const struct device *device, *tmp;
	const struct guest *guest, *next;

	list_for_each(guest, next, &broker->guests.list, link) {
		if (only && guest != only)
			continue;
		list_for_each(device, tmp, &guest->devices, link) {
			if (device->verdict != NODE_FOREIGN)
				json_object_array_add(devices,
					report_part_device(broker, device));
		}
	}
	return devices;
}

/* @guest, @camera: NULL: of all */
static struct json_object *sessions(const struct broker *broker,
				    const struct guest *guest,
				    const struct camera *camera)
{
	struct json_object *sessions = json_object_new_array();
	const struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if ((!guest || session->guest == guest) &&
		    (!camera || session->camera == camera))
			json_object_array_add(sessions,
					      report_part_session(session));
	}
	return sessions;
}

struct json_object *report_top(const struct broker *broker)
{
	struct json_object *report = report_new();
	struct json_object *cameras = json_object_new_array();
	const struct camera *camera, *tmp;
	struct timespec now;

	list_for_each(camera, tmp, &broker->cameras.list, link)
		json_object_array_add(cameras,
				      report_part_camera(broker, camera));
	clock_gettime(CLOCK_MONOTONIC, &now);
	json_object_object_add(report, "time", report_part_time(&now));
	json_object_object_add(report, "sessions",
			       sessions(broker, NULL, NULL));
	json_object_object_add(report, "cameras", cameras);
	return report;
}

struct json_object *report_list(const struct broker *broker)
{
	struct json_object *report = report_top(broker);

	json_object_object_add(report, "guests", guests(broker, NULL));
	json_object_object_add(report, "devices", devices(broker, NULL));
	return report;
}

struct json_object *report_camera(const struct broker *broker,
				  const struct camera *camera)
{
	struct json_object *report = report_new();

	json_object_object_add(report, "camera",
			       report_part_camera(broker, camera));
	json_object_object_add(report, "sessions",
			       sessions(broker, NULL, camera));
	return report;
}

struct json_object *report_guest(const struct broker *broker,
				 const struct guest *guest)
{
	struct json_object *report = report_new();

	json_object_object_add(report, "guest",
			       report_part_guest(broker, guest));
	json_object_object_add(report, "devices", devices(broker, guest));
	json_object_object_add(report, "sessions",
			       sessions(broker, guest, NULL));
	return report;
}

struct json_object *report_quotas(const struct broker *broker,
				  const struct guest *only)
{
	struct json_object *report = report_new();

	json_object_object_add(report, "guests", guests(broker, only));
	return report;
}
