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
#include "daemon/granted.h"
#include "daemon/guest.h"
#include "daemon/process.h"
#include "daemon/session.h"

struct config;
struct device;
struct event;
struct event_base;
struct host_cameras;
struct spawner;
struct store;
struct xen_windows;

/**
 * struct broker_setup - what a broker works with; all borrowed
 * @load: read the configuration, at start and at every reload, into *@out,
 *        which becomes the broker's. Return: 0 or -errno; it was logged.
 * @load_owner: first parameter of @load
 * @base: event loop; left with event_base_loopbreak() once all has stopped
 * @spawner: starts the processes
 * @guest_program: path of vmedia-guest
 * @camera_program: path of vmedia-camera
 */
struct broker_setup {
	int (*load)(void *owner, struct config **out);
	void *load_owner;
	struct event_base *base;
	struct spawner *spawner;
	const char *guest_program;
	const char *camera_program;
};

/**
 * struct broker - the whole of vmediad, for control.c to tell about
 * @config: what it goes by; owned. May be another after every return to the
 *          event loop, and all that points into it with it.
 * @inquiries: under way
 * @last_tag: of an inquiry
 * @review: reload_review() is due
 * @lost: xenstored is gone: that was no orderly stop
 */
struct broker {
	struct broker_setup setup;
	struct config *config;
	struct process_host guest_host;
	struct process_host camera_host;
	struct store *store;
	struct xen_windows *windows;
	struct guests guests;
	struct cameras cameras;
	struct host_cameras *host_cameras;
	struct sessions sessions;
	struct granted granted;
	struct list inquiries; /* struct inquiry */
	uint32_t last_tag;
	struct event *review;
	bool lost;
};

/**
 * broker_create() - start the cameras, and serve the guests
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -errno; it was logged.
 */
int broker_create(const struct broker_setup *setup, struct broker **out);

/**
 * broker_reload() - read the configuration again
 * Return: 0; -EINVAL or another -errno if it cannot be gone by, or vmediad is
 * stopping, which was logged; then nothing changed.
 */
int broker_reload(struct broker *broker);

/**
 * broker_find_guest() - a domain that runs and has devices of ours
 * @who: domid, if it is a number; else name or uuid
 * Return: NULL if there is none; borrowed until the return to the event loop.
 */
struct guest *broker_find_guest(struct broker *broker, const char *who);

/**
 * broker_set_limit() - a quota, until the domain ends or the configuration is
 * read again
 * @value: 0 = unlimited
 *
 * It is for what comes next: nothing that the domain has is taken away.
 */
void broker_set_limit(struct broker *broker, struct guest *guest,
		      enum quota_kind kind, uint64_t value);

/**
 * broker_set_primary() - name who may write what all share
 * @guest: while it runs; NULL: as the configuration says
 */
void broker_set_primary(struct broker *broker, struct camera *camera,
			const struct guest *guest);

/**
 * broker_evict() - end a session, by its serial
 *
 * The guest is told EACCES; its file is dead, and its own to close.
 * Return: 0; -ENOENT if there is none of that serial, or it is over already.
 */
int broker_evict(struct broker *broker, uint64_t serial);

/**
 * broker_evict_guest() - end all sessions of a guest
 * @camera: only those on it; NULL: on all
 *
 * And what the guest may still see of such that are over.
 * Return: how many sessions that were.
 */
unsigned int broker_evict_guest(struct broker *broker,
				const struct guest *guest,
				const struct camera *camera);

/**
 * broker_capture() - a session of dom0's own
 * @name: of the camera
 * @caps: the camera's V4L2_CAP_*
 * @fd: the session's socket, owned by the caller
 *
 * It burdens the camera as any other does, but no domain's quotas. It lives as
 * long as its socket.
 * Return: 0; -ENOENT if there is no such camera; -ENODEV if it is absent;
 * -EOPNOTSUPP if its sessions do not share a capture; -EBUSY if a guest has it
 * for itself, or it has too many clients; or -errno.
 */
int broker_capture(struct broker *broker, const char *name, uint32_t *caps,
		   int *fd);

/** broker_choose() - the camera that the configuration puts behind @device;
 * NULL: none */
struct camera *broker_choose(struct broker *broker,
			     const struct device *device);

/** broker_review_soon() - reload_review(), from the event loop */
void broker_review_soon(struct broker *broker);

/** broker_stop() - end all processes, then leave the event loop */
void broker_stop(struct broker *broker);

/** broker_destroy() - NULL is fine. */
void broker_destroy(struct broker *broker);

#endif /* DAEMON_BROKER_H */
