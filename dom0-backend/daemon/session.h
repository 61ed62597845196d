/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - the table of sessions: who has which camera open.
 *
 * A session itself is a socket between a vmedia-guest and a vmedia-camera; here
 * is only what vmediad remembers of having introduced them.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include <stdint.h>
#include <time.h>

#include "base/list.h"

struct camera;
struct device;
struct guest;

/**
 * struct session - one
 * @serial: unique while vmediad runs, from 1
 * @guest: borrowed; outlives the session
 * @device: borrowed; outlives the session
 * @camera: borrowed; outlives the session
 * @opened: seconds, CLOCK_MONOTONIC
 */
struct session {
	struct list link; /* on sessions->list */
	uint64_t serial;
	struct guest *guest;
	struct device *device;
	struct camera *camera;
	time_t opened;
};

/** struct sessions - all of them */
struct sessions {
	struct list list; /* struct session, oldest first */
	uint64_t last_serial;
};

/** sessions_init() - none yet */
void sessions_init(struct sessions *sessions);

/** sessions_finish() - forget them all */
void sessions_finish(struct sessions *sessions);

/**
 * sessions_add() - one more, of @device and the camera behind it
 * Return: owned by @sessions; NULL if there is no memory.
 */
struct session *sessions_add(struct sessions *sessions, struct device *device);

/** sessions_find() - NULL if @guest has none of that serial */
struct session *sessions_find(struct sessions *sessions,
			      const struct guest *guest, uint64_t serial);

/** session_remove() - forget one */
void session_remove(struct session *session);

/** session_age() - seconds since it was opened */
unsigned int session_age(const struct session *session);

#endif /* DAEMON_SESSION_H */
