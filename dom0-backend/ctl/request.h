/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - ask vmediad something, over its control socket.
 *
 * Errors: 0 or a negative errno. Blocks.
 */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include <stdbool.h>

struct json_object;
struct options;

/**
 * request_new() - a question
 * @command: e.g. "list"
 * Return: owned by the caller.
 */
struct json_object *request_new(const char *command);

/** request_add() - more of a question; nothing if @text is NULL */
void request_add(struct json_object *question, const char *key,
		 const char *text);

/**
 * request() - send a question, wait for the answer
 * @dir: run directory of vmediad
 * @question: consumed
 * @fd: where a descriptor goes that must come with the answer, owned by the
 *      caller; NULL if none does
 * @out: the answer, owned by the caller; untouched on failure, as @fd is
 *
 * What is wrong is said on standard error.
 * Return: 0; -ESRCH if vmediad does not run; -EREMOTEIO if it refused; -EPROTO
 * if its answer makes no sense; or -errno.
 */
int request(const char *dir, struct json_object *question, int *fd,
	    struct json_object **out);

/**
 * request_print_json() - an answer, for scripts
 * @answer: borrowed, but not as it was
 * @pretty: over several lines
 */
void request_print_json(struct json_object *answer, bool pretty);

/**
 * request_and_print() - ask, and print the answer as the options say
 * @question: consumed
 * @print: for people
 * Return: as request().
 */
int request_and_print(const struct options *options,
		      struct json_object *question,
		      void (*print)(struct json_object *answer));

#endif /* CTL_REQUEST_H */
