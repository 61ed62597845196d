/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - one open() in the guest.
 *
 *	opening   the guest waits for the answer to OPEN, vmediad was asked
 *	open      a socket leads to the camera
 *	broken    the socket ended: all that the guest asks for fails, its id
 *	          stays taken, until it says CLOSE ("Device-side error")
 *	gone      in the draft's dialect in place of broken: it is closed for
 *	          the guest, and here only until that was told
 */
#ifndef MEDIA_SESSION_H
#define MEDIA_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "media/events.h"
#include "media/queue.h"

struct buffer_ops;
struct guest_session;
struct guest_session_report;
struct lending;
struct link;
struct media_device;
struct vq_chain;

/* V4L2 events of a session that wait for the driver; then the oldest goes */
#define SESSION_MAX_EVENTS 32

/** struct session_counts - as in struct guest_session_report */
struct session_counts {
	uint64_t frames;
	uint64_t bytes;
	uint64_t no_buffer;
	uint64_t failed;
	uint64_t copied;
};

/**
 * struct session - see above
 * @device: borrowed
 * @id: on the wire
 * @opening: the OPEN that waits; owned; NULL unless opening
 * @open_tag: of the question to vmediad, while opening
 * @serial: by which vmediad knows it
 * @camera: owned; NULL unless open
 * @error: positive errno; 0 unless broken or gone
 * @gone: see above
 * @transfer: enum transfer_policy, of this guest and this camera
 * @reason: enum transfer_reason, of the buffers that it asked for last
 * @lending: of the camera's slots; owned; NULL unless they can be its buffers
 * @buffers: how its buffers are handled: it is shared, or direct
 * @queues: one for each type of buffer that the node has
 * @num_queues: of them; 1 if it is shared
 * @has_stream: it is one of device->num_streams
 * @commands: of struct command, that wait for the camera
 * @next_tag: for the next of them
 * @counts: of its frames
 * @broken: EVT_ERROR
 * @events: EVT_EVENT
 */
struct session {
	struct list link; /* media_device.sessions */
	struct media_device *device;
	uint32_t id;
	struct vq_chain *opening;
	uint32_t open_tag;
	uint64_t serial;
	struct link *camera;
	uint32_t error;
	bool gone;
	uint32_t transfer;
	uint32_t reason;
	struct lending *lending;
	const struct buffer_ops *buffers;
	struct queue queues[LAYOUT_MAX_TYPES];
	unsigned int num_queues;
	bool has_stream;
	struct list commands;
	uint32_t next_tag;
	struct session_counts counts;
	struct media_event broken;
	struct media_event events[SESSION_MAX_EVENTS];
};

/** session_open() - the guest's OPEN. @chain: consumed, answered now or later */
void session_open(struct media_device *device, struct vq_chain *chain);

/** session_opened() - vmediad's answer, for the session that asked
 * @fd: taken if there was no error; then -1
 */
void session_opened(struct session *session, const struct guest_session *answer,
		    int *fd);

/** session_find() - open or broken, borrowed; NULL if there is none */
struct session *session_find(struct media_device *device, uint32_t id);

/** session_find_gone() - that the driver was not told of, or may not have
 * noticed; borrowed; NULL if there is none
 */
struct session *session_find_gone(struct media_device *device, uint32_t id);

/** session_queue() - of buffers of this enum v4l2_buf_type; NULL: none */
struct queue *session_queue(struct session *session, uint32_t type);

/** session_find_opening() - borrowed; NULL if there is none */
struct session *session_find_opening(struct media_device *device,
				     uint32_t open_tag);

/**
 * session_break() - it cannot go on
 * @error: positive errno, told to the guest now and by all later commands
 *
 * Commands that wait are answered, then EVT_ERROR is sent. @session is open,
 * and is broken or gone afterwards, as the dialect has it.
 */
void session_break(struct session *session, uint32_t error);

/** session_close() - end it, in whatever state; its commands are answered */
void session_close(struct session *session);

/** session_report() - how an open session is doing */
void session_report(const struct session *session,
		    struct guest_session_report *report);

/** session_init_events() - none */
void session_init_events(struct session *session);

/** session_post_event() - a V4L2 event for the guest */
void session_post_event(struct session *session,
			const struct v4l2_event *event);

/**
 * session_withdraw_events() - those that UNSUBSCRIBE_EVENT ends, as far as they
 * are not told yet
 * @type: V4L2_EVENT_ALL: all of them
 */
void session_withdraw_events(struct session *session, uint32_t type,
			     uint32_t id);

#endif /* MEDIA_SESSION_H */
