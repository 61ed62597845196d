/* SPDX-License-Identifier: GPL-2.0-only */
/* report_quota.h - the quotas of a guest, and what is used of them, as JSON. */
#ifndef DAEMON_REPORT_QUOTA_H
#define DAEMON_REPORT_QUOTA_H

struct broker;
struct guest;
struct json_object;

/**
 * report_quota() - all of them, in the order of enum quota_kind
 * Return: array of objects with `name`, `limit`, `used`, `refused`; owned by
 * the caller. What is not known, or cannot be told of one moment, is null.
 */
struct json_object *report_quota(const struct broker *broker,
				 const struct guest *guest);

#endif /* DAEMON_REPORT_QUOTA_H */
