/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - the table of sessions: who has which camera open.
 *
 * A session itself is a socket between a vmedia-guest and a vmedia-camera; here
 * is only what vmediad remembers of having introduced them.
 *
 * A session has two ends, which come to it at different times. At the camera it
 * is over once the camera says so, dies, or was told to evict it: from then on
 * it is not @live, and burdens nobody else. At the guest it is over once the
 * guest's process says that the file is closed, or dies: then it leaves the
 * table.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"
#include "ipc/daemon_proto.h"

struct camera;
struct device;
struct guest;

/**
 * struct session - one
 * @serial: unique while vmediad runs, from 1
 * @guest: borrowed; outlives the session; NULL: dom0's own
 * @device: borrowed; outlives the session; NULL: dom0's own
 * @camera: borrowed; outlives the session
 * @live: it is not over at the camera
 * @evicted: vmediactl ended it there
 * @renewed: since it is over, the camera's memory is another
 * @no_room: it must copy since vmediad cannot keep more memory
 * @since: serial of the session by which its domain came to the camera, and
 *         has not left it since: who has it open for longest is smallest
 * @bytes: per second that were admitted; counted in the quotas of guest and
 *         camera
 * @opened: seconds, CLOCK_MONOTONIC
 * @at_guest: what its guest's process told last
 * @at_camera: what its camera told last
 * @guest_told: when, CLOCK_MONOTONIC; 0: never
 * @camera_told: likewise
 */
struct session {
	struct list link; /* on sessions->list */
	uint64_t serial;
	struct guest *guest;
	struct device *device;
	struct camera *camera;
	bool live;
	bool evicted;
	bool renewed;
	bool no_room;
	uint64_t since;
	uint64_t bytes;
	time_t opened;
	struct guest_session_report at_guest;
	struct camera_session_report at_camera;
	struct timespec guest_told;
	struct timespec camera_told;
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
 * sessions_add() - one more on @camera, live
 * @device: the guest's; NULL: it is dom0's own
 * Return: owned by @sessions; NULL if there is no memory.
 */
struct session *sessions_add(struct sessions *sessions, struct camera *camera,
			     struct device *device);

/** sessions_find() - NULL if @guest has none of that serial */
struct session *sessions_find(struct sessions *sessions,
			      const struct guest *guest, uint64_t serial);

/** sessions_find_on() - NULL if @camera has no live one of that serial */
struct session *sessions_find_on(struct sessions *sessions,
				 const struct camera *camera, uint64_t serial);

/** sessions_find_serial() - NULL if there is none */
struct session *sessions_find_serial(const struct sessions *sessions,
				     uint64_t serial);

/** sessions_of_device() - how many live ones it has */
unsigned int sessions_of_device(const struct sessions *sessions,
				const struct device *device);

/**
 * sessions_since() - since when a domain has a camera open
 * @guest: NULL: dom0
 * Return: see struct session; 0 if it has no live session there.
 */
uint64_t sessions_since(const struct sessions *sessions,
			const struct camera *camera, const struct guest *guest);

/** session_remove() - forget one */
void session_remove(struct session *session);

/** session_age() - seconds since it was opened */
unsigned int session_age(const struct session *session);

/** session_domid() - whose it is; 0: dom0's own */
unsigned int session_domid(const struct session *session);

/** session_owner() - the name of the domain whose it is, borrowed */
const char *session_owner(const struct session *session);

#endif /* DAEMON_SESSION_H */
