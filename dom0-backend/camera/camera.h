/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera.h - one camera: its source, its sessions, its state.
 *
 * Thread: the event loop's.
 */
#ifndef CAMERA_CAMERA_H
#define CAMERA_CAMERA_H

#include "base/list.h"
#include "base/log.h"
#include "camera/mode.h"
#include "camera/report.h"
#include "camera/source.h"
#include "camera/stream.h"

struct event_base;
struct link;
struct session;

/**
 * struct camera - what the sessions of a camera have in common
 * @base: borrowed
 * @name: as the configuration calls it; borrowed
 * @source: borrowed
 * @daemon: the link to vmediad, owned; NULL after it closed
 * @mode: that it captures in, and who may change it
 * @stream: the capture that sessions share
 * @sessions: of struct session
 * @domains: of struct domain: whose sessions they are
 * @primary: domain that may write what all share, or CAMERA_NO_PRIMARY
 * @slots: of a pool that somebody's buffers are
 * @report: to vmediad
 * @limit: of what sessions that come and go make us log
 */
struct camera {
	struct event_base *base;
	const char *name;
	struct source *source;
	struct link *daemon;
	struct mode mode;
	struct stream stream;
	struct list sessions;
	struct list domains;
	uint32_t primary;
	unsigned int slots;
	struct report report;
	struct log_limit limit;
};

/**
 * camera_init() - offer @source to the sessions that vmediad introduces
 * @base: borrowed. The loop is left when vmediad says so or goes away.
 * @name: borrowed
 * @source: borrowed; must outlive the camera, which becomes its listener
 * @daemon_fd: consumed, also on failure
 *
 * Tells vmediad the camera's state, now and at every change.
 * Return: 0 or -errno of the link.
 */
int camera_init(struct camera *camera, struct event_base *base,
		const char *name, struct source *source, int daemon_fd);

/** camera_finish() - close all sessions and the link */
void camera_finish(struct camera *camera);

/** camera_find_session() - by vmediad's number; NULL if there is none */
struct session *camera_find_session(const struct camera *camera,
				    uint64_t serial);

/** camera_send_closed() - tell vmediad that session @serial is over */
void camera_send_closed(struct camera *camera, uint64_t serial);

/**
 * camera_stream_broken() - the capture came to its end: so do the sessions
 * that stream
 * @error: positive errno for them
 */
void camera_stream_broken(struct camera *camera, int error);

#endif /* CAMERA_CAMERA_H */
