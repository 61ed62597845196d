/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct.h - the handlers of direct_buffers (buffers.h), which are in two
 * files: one for what makes buffers, one for what moves them.
 */
#ifndef MEDIA_DIRECT_H
#define MEDIA_DIRECT_H

struct command;

/** direct_request() - VIDIOC_REQBUFS */
void direct_request(struct command *command);

/** direct_create() - VIDIOC_CREATE_BUFS */
void direct_create(struct command *command);

/** direct_queue() - VIDIOC_QBUF */
void direct_queue(struct command *command);

/** direct_stream_on() - VIDIOC_STREAMON */
void direct_stream_on(struct command *command);

/** direct_stream_off() - VIDIOC_STREAMOFF */
void direct_stream_off(struct command *command);

#endif /* MEDIA_DIRECT_H */
