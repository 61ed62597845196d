/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffers.h - the ioctls on a session's buffers.
 *
 * Buffers are kept here and not by the camera, which is told of them only
 * because who has buffers pins its mode, and who streams wants its frames. As
 * many sessions of a device as quota `streams` says have buffers at a time; the
 * others get EBUSY, as from any node whose buffers are somebody else's.
 *
 * Each that gets a command consumes it and answers it, now or later.
 */
#ifndef MEDIA_BUFFERS_H
#define MEDIA_BUFFERS_H

struct command;
struct session;

/** buffers_request() - VIDIOC_REQBUFS */
void buffers_request(struct command *command);

/** buffers_create() - VIDIOC_CREATE_BUFS */
void buffers_create(struct command *command);

/** buffers_query() - VIDIOC_QUERYBUF */
void buffers_query(struct command *command);

/** buffers_queue() - VIDIOC_QBUF */
void buffers_queue(struct command *command);

/** buffers_stream_on() - VIDIOC_STREAMON */
void buffers_stream_on(struct command *command);

/** buffers_stream_off() - VIDIOC_STREAMOFF */
void buffers_stream_off(struct command *command);

/** buffers_let_go() - another session may have buffers in its place, if it has
 * none any more
 */
void buffers_let_go(struct session *session);

#endif /* MEDIA_BUFFERS_H */
