/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - the socket that vmediactl talks to.
 *
 * A request is a line, and so is its answer: JSON objects. Answers come in the
 * order of the requests.
 *	{"command":"list"}
 *	{"ok":true,"guests":[],"devices":[],"sessions":[],"cameras":[]}
 *	{"command":"capture","camera":"rear"}
 *	{"ok":true,"device_caps":N}, and a session's socket beside it
 *	{"command":"dance"}
 *	{"ok":false,"error":"unknown command \"dance\""}
 * commands.h has all of them, report.h what they tell. The socket is root's;
 * who may write to it may know everything.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

struct broker;
struct control;
struct event_base;

/** CONTROL_SOCKET - its name in the run directory */
#define CONTROL_SOCKET "control"

/**
 * control_create() - listen
 * @base: borrowed
 * @broker: borrowed; what is told about
 * @dir: borrowed; there, and nobody else's
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -errno.
 */
int control_create(struct event_base *base, struct broker *broker,
		   const char *dir, struct control **out);

/** control_destroy() - stop listening, drop clients. NULL is fine. */
void control_destroy(struct control *control);

#endif /* DAEMON_CONTROL_H */
