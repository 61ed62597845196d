/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * commands.h - what vmediactl can ask for, and what it is answered.
 *
 * A request is a JSON object with `command`, and:
 *
 *	list
 *	show	    camera or domain
 *	top
 *	quota_get   maybe domain
 *	quota_set   domain, limits: array of "name=value"; all, or none
 *	evict	    serial; or domain, and maybe camera
 *	primary	    camera, and maybe domain: "auto" or one
 *	reload
 *	capture	    camera; a session's socket goes with the answer
 *
 * All values are text. A domain is its name, its number or its uuid. The answer
 * has `ok`. If that is false, `error` says why, and who has what was wanted; and
 * of reload, `mistakes` is an array of what is wrong with the file. If it is
 * true, the answer is what report.h tells.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

struct broker;
struct json_object;

/**
 * struct command - one
 * @name: as in the request
 * @act: do it; NULL: there is nothing to do
 *	Return: the answer; NULL: it is done, and @report answers.
 *	@fd: -1; what goes with the answer, owned by the caller
 * @report: answer, once guests and cameras were asked how they are; NULL if
 *	@act answers always
 *
 * Requests are borrowed; answers are owned by the caller.
 */
struct command {
	const char *name;
	struct json_object *(*act)(struct broker *broker,
				   struct json_object *request, int *fd);
	struct json_object *(*report)(struct broker *broker,
				      struct json_object *request);
};

/** command_find() - NULL if @request asks for none that there is */
const struct command *command_find(struct json_object *request);

/** command_refuse() - an answer that says why not */
struct json_object *command_refuse(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** command_text() - what a request says of @key; "" if nothing, or no text */
const char *command_text(struct json_object *request, const char *key);

#endif /* DAEMON_COMMANDS_H */
