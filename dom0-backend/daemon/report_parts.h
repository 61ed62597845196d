/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_parts.h - one guest, device, session or camera as a JSON object: the
 * same in every report. docs/vmediactl-json.md tells what is in it.
 *
 * Return, all: owned by the caller.
 */
#ifndef DAEMON_REPORT_PARTS_H
#define DAEMON_REPORT_PARTS_H

#include <time.h>

struct broker;
struct camera;
struct device;
struct guest;
struct json_object;
struct session;

/** report_part_guest() - one with a device that is served */
struct json_object *report_part_guest(const struct broker *broker,
				      const struct guest *guest);

/** report_part_device() */
struct json_object *report_part_device(const struct broker *broker,
				       const struct device *device);

/** report_part_session() */
struct json_object *report_part_session(const struct session *session);

/** report_part_camera() */
struct json_object *report_part_camera(const struct broker *broker,
				       const struct camera *camera);

/** report_part_time() - in microseconds; null if it is 0: never */
struct json_object *report_part_time(const struct timespec *time);

#endif /* DAEMON_REPORT_PARTS_H */
