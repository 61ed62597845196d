/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - ask vmediad something, over its control socket.
 *
 * Errors: 0 or a negative errno. Blocks.
 */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

struct json_object;

/**
 * request_new() - a question
 * @command: e.g. "list"; more may be added to the object
 * Return: owned by the caller.
 */
struct json_object *request_new(const char *command);

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

#endif /* CTL_REQUEST_H */
