/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffers.h - the ioctls on a session's buffers.
 *
 * Each that gets a command consumes it and answers it, now or later.
 */
#ifndef MEDIA_BUFFERS_H
#define MEDIA_BUFFERS_H

#include <linux/videodev2.h>

struct buffer;
struct command;
struct queue;
struct session;

/**
 * struct buffer_ops - what differs between shared and direct sessions
 * @request: VIDIOC_REQBUFS
 * @create: VIDIOC_CREATE_BUFS
 * @queue: VIDIOC_QBUF
 * @stream_on: VIDIOC_STREAMON
 * @stream_off: VIDIOC_STREAMOFF
 * @set_format: VIDIOC_S_FMT
 */
struct buffer_ops {
	void (*request)(struct command *command);
	void (*create)(struct command *command);
	void (*queue)(struct command *command);
	void (*stream_on)(struct command *command);
	void (*stream_off)(struct command *command);
	void (*set_format)(struct command *command);
};

/*
 * Buffers are kept here and not by the camera, which is told of them only
 * because who has buffers pins its mode, and who streams wants its frames. As
 * many sessions of a device as quota `streams` says have buffers at a time; the
 * others get EBUSY, as from any node whose buffers are somebody else's.
 */
extern const struct buffer_ops shared_buffers;

/*
 * Each buffer stands for one of the node's own, and the node has the last word.
 * What the guest brings for output is copied to the node's before it is asked,
 * what it captured is copied when it comes.
 */
extern const struct buffer_ops direct_buffers;

/** buffers_query() - VIDIOC_QUERYBUF */
void buffers_query(struct command *command);

/** buffers_prepare() - VIDIOC_PREPARE_BUF */
void buffers_prepare(struct command *command);

/** buffers_export() - VIDIOC_EXPBUF */
void buffers_export(struct command *command);

/**
 * buffers_request_of() - the payload of a REQBUFS, with what is ours to say
 * @out: the queue that it is for; untouched on failure
 * Return: 0; -EINVAL if there is no such queue, or none of such memory: then
 * the answer tells of which memory there could be.
 */
int buffers_request_of(struct command *command, struct queue **out);

/** buffers_create_of() - the same for a CREATE_BUFS; its index is filled in */
int buffers_create_of(struct command *command, struct queue **out);

/**
 * buffers_bring() - the driver brings a buffer, with PREPARE_BUF or QBUF
 * @out: as queue_bring()
 * Return: as queue_bring(); -EINVAL if there is no such queue or object.
 */
int buffers_bring(struct command *command, struct queue **queue,
		  struct buffer **out);

/** buffers_answer() - all that V4L2 tells of the buffer, or the error @ret */
void buffers_answer(struct command *command, int ret);

/** buffers_let_go() - another session may have buffers in its place, if it has
 * none any more; harmless for a direct one
 */
void buffers_let_go(struct session *session);

#endif /* MEDIA_BUFFERS_H */
