/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - one session: what a guest's open file is to the camera.
 *
 * The process at the other end of the socket serves a guest and may be taken
 * over by it. What it sends is checked; if it breaks the rules of
 * ipc/session_proto.h it loses this session, and nothing else happens.
 */
#ifndef CAMERA_SESSION_H
#define CAMERA_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

#include "base/list.h"
#include "camera/admission.h"
#include "camera/arbiter.h"
#include "camera/direct_queue.h"
#include "camera/stream.h"
#include "ipc/daemon_proto.h"

struct camera;
struct domain;
struct link;
struct session;
struct source_handle;

/**
 * struct session_kind - what differs between shared and direct sessions
 * @ioctl: run an ioctl. @payload is of the size coded in @request and its
 *         pointers are ours and valid; all else in it is the peer's word.
 *         Return: 0, the negative errno that V4L2 documents, or IOCTL_LATER
 *         for one whose answer has no payload.
 * @ready: as ready of struct source_ops; @owner is the session. NULL: it waits
 *         for nothing.
 * @release: RELEASE came. Return: 0, or -EPROTO. NULL: none may come.
 * @leave: the session ends: let go of its buffers. Its handle is still open,
 *         unless it never was.
 * @streams: frames may come to it
 * @report: what it was offered, into the members of @report that are about
 *          frames and buffers
 */
struct session_kind {
	int (*ioctl)(struct session *session, unsigned long request,
		     void *payload);
	void (*ready)(void *owner, uint32_t events);
	int (*release)(struct session *session,
		       const struct session_release *release);
	void (*leave)(struct session *session);
	bool (*streams)(const struct session *session);
	void (*report)(struct session *session,
		       struct camera_session_report *report);
};

/**
 * struct session - a guest's open file
 * @link: on the camera's sessions
 * @kind: shared_session or direct_session
 * @camera: borrowed
 * @socket: to vmedia-guest, owned
 * @handle: this session's view of the source, owned
 * @serial: vmediad's number of the session
 * @domain: the guest, which lives as long as the session
 * @of_domain: on the domain's sessions
 * @priority: V4L2_PRIORITY_*
 * @claim: to the camera's mode; like the following, of a shared session
 * @asked: interval between frames that it asked for while others kept the
 *         mode; 0/0: the camera's own
 * @admission: to stream
 * @reader: of the camera's stream
 * @direct: its queues; of a direct session
 * @generation: of the pool that this session was told last. Each start of
 *              streaming has its own, so that a frame returned late, from an
 *              earlier start, is not taken for one lent in this; a session
 *              whose buffers are the slots keeps it over its starts. Of a
 *              direct session: of the queue that got new buffers last.
 */
struct session {
	struct list link;
	const struct session_kind *kind;
	struct camera *camera;
	struct link *socket;
	struct source_handle *handle;
	uint64_t serial;
	struct domain *domain;
	struct list of_domain;
	uint32_t priority;
	struct claim claim;
	struct v4l2_fract asked;
	struct admission admission;
	struct stream_reader reader;
	struct direct direct;
	uint32_t generation;
};

/**
 * session_create() - begin a session that vmediad introduced
 * @fd: its socket, consumed
 * @intro: borrowed
 *
 * If the camera cannot serve it, the peer is told why and the socket closed.
 * The camera's sessions own it; it ends itself when the peer goes away.
 */
void session_create(struct camera *camera, int fd,
		    const struct camera_session *intro);

/**
 * session_end() - let go of all that the session has, close its socket
 * @error: positive errno for the peer; 0 if there is nothing to be told
 */
void session_end(struct session *session, int error);

/** session_break() - session_end(), with a word in the log. @error: positive */
void session_break(struct session *session, int error);

/**
 * session_answer() - the answer to an ioctl that was to come later
 * @error: 0 or a positive errno
 *
 * The session is over afterwards if it cannot be told.
 */
void session_answer(struct session *session,
		    const struct session_ioctl *request, int error);

/**
 * session_ask() - what the source answers to an ioctl of this session
 * Return: 0 or the source's negative errno.
 */
int session_ask(struct session *session, unsigned long request, void *payload);

/** session_has_own_context() - is its open file of the node a context of its
 * own, whose controls are nobody else's (M2M)? */
bool session_has_own_context(const struct session *session);

/** session_own_type() - is @type that of the camera's one queue? */
bool session_own_type(const struct session *session, uint32_t type);

/** session_format() - the format that is set. Return: as session_ask(). */
int session_format(struct session *session, struct v4l2_format *format);

#endif /* CAMERA_SESSION_H */
