/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bandwidth.h - bytes/s: counted before they are used, per domain and camera.
 *
 * A session's share is in the table, so it is given back once, however the
 * session ends.
 */
#ifndef DAEMON_BANDWIDTH_H
#define DAEMON_BANDWIDTH_H

#include <stdint.h>

struct session;
struct sessions;

/**
 * bandwidth_admit() - a session wants @bytes per second in all
 * @sessions: where it is, to say in the log who has what
 *
 * dom0's own have no limit of a domain, but burden their camera.
 * Return: 0; -ENOSPC if that is more than its domain or its camera may have:
 * it was counted and logged, and the session keeps what it had.
 */
int bandwidth_admit(const struct sessions *sessions, struct session *session,
		    uint64_t bytes);

/** bandwidth_reduce() - it needs only @bytes; more than it has changes nothing */
void bandwidth_reduce(struct session *session, uint64_t bytes);

#endif /* DAEMON_BANDWIDTH_H */
