/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - what vmediad knows, as JSON. Scripts read it: names and types
 * stay; new ones may come. docs/vmediactl-json.md tells what each means.
 *
 * What processes count is as they told it last: ask them before (inquiry.h).
 * It is null until they have.
 *
 * Every report is an object with `ok`, true; owned by the caller.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

struct broker;
struct camera;
struct guest;
struct json_object;

/** report_new() - an empty one */
struct json_object *report_new(void);

/** report_top() - `time`, `sessions`, `cameras` */
struct json_object *report_top(const struct broker *broker);

/** report_list() - the same, and `guests`, `devices` */
struct json_object *report_list(const struct broker *broker);

/** report_camera() - `camera`, and its `sessions` */
struct json_object *report_camera(const struct broker *broker,
				  const struct camera *camera);

/** report_guest() - `guest`, and its `devices` and `sessions` */
struct json_object *report_guest(const struct broker *broker,
				 const struct guest *guest);

/** report_quotas() - `guests`: @only, or all if it is NULL */
struct json_object *report_quotas(const struct broker *broker,
				  const struct guest *only);

#endif /* DAEMON_REPORT_H */
