/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - what vmediad knows, as JSON. Scripts read it: names and types
 * stay; new ones may come.
 *
 *	guests	 domid, name, uuid, state, pid or null, sessions,
 *		 sessions_limit (0 = unlimited), sessions_refused
 *	devices	 domid, guest or null, devid, state, and if it is served: base,
 *		 irq, camera or null
 *	sessions serial, domid, guest, devid, camera, age (seconds)
 *	cameras	 name, source, present, card, state, pid or null, sessions
 *
 * state of a process: running, stopping, restarting, failed, stopped;
 * of a device: attaching, live, restarting, leaving, closed, refused.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

struct broker;
struct json_object;

/** report_list() - the answer to "list"; owned by the caller */
struct json_object *report_list(const struct broker *broker);

#endif /* DAEMON_REPORT_H */
