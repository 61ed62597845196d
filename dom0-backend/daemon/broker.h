/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * broker.h - brings guests and cameras together.
 *
 * Decides which camera is behind which device, and, when a guest opens it,
 * whether there may be a session; then hands an end of a new socket to each
 * side, and has nothing more to do with what they say to each other.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_BROKER_H
#define DAEMON_BROKER_H

#include "daemon/camera.h"
#include "daemon/guest.h"
#include "daemon/process.h"
#include "daemon/session.h"

struct config;
struct event_base;
struct host_cameras;
struct spawner;
struct store;

/**
 * struct broker_setup - what a broker works with; all borrowed
 * @config: what it goes by
 * @base: event loop; left with event_base_loopbreak() once all has stopped
 * @spawner: starts the processes
 * @guest_program: path of vmedia-guest
 * @camera_program: path of vmedia-camera
 */
struct broker_setup {
	const struct config *config;
	struct event_base *base;
	struct spawner *spawner;
	const char *guest_program;
	const char *camera_program;
};

/**
 * struct broker - the whole of vmediad, for control.c to tell about
 * @lost: xenstored is gone: that was no orderly stop
 */
struct broker {
	struct broker_setup setup;
	struct process_host guest_host;
	struct process_host camera_host;
	struct store *store;
	struct guests guests;
	struct cameras cameras;
	struct host_cameras *host_cameras;
	struct sessions sessions;
	bool lost;
};

/**
 * broker_create() - start the cameras, and serve the guests
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -errno; it was logged.
 */
int broker_create(const struct broker_setup *setup, struct broker **out);

/**
 * broker_capture() - a session of dom0's own
 * @name: of the camera
 * @caps: the camera's V4L2_CAP_*
 * @fd: the session's socket, owned by the caller
 *
 * It is not in the table: it lives as long as its socket, and no quota counts
 * what dom0 does.
 * Return: 0; -ENOENT if there is no such camera; -ENODEV if it is absent; or
 * -errno.
 */
int broker_capture(struct broker *broker, const char *name, uint32_t *caps,
		   int *fd);

/** broker_stop() - end all processes, then leave the event loop */
void broker_stop(struct broker *broker);

/** broker_destroy() - NULL is fine. */
void broker_destroy(struct broker *broker);

#endif /* DAEMON_BROKER_H */
