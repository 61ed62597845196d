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
 * request() - send a command, wait for the answer
 * @dir: run directory of vmediad
 * @command: e.g. "list"
 * @out: the answer, owned by the caller; untouched on failure
 *
 * What is wrong is said on standard error.
 * Return: 0; -ESRCH if vmediad does not run; -EREMOTEIO if it refused; -EPROTO
 * if its answer makes no sense; or -errno.
 */
int request(const char *dir, const char *command, struct json_object **out);

#endif /* CTL_REQUEST_H */
