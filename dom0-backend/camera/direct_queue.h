/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_queue.h - the queues of a direct session. direct_buffers.h makes their
 * buffers.
 *
 * A session has a queue for each type of buffer; which of them there are, how
 * many buffers they can have, and when, is the node's to say. What is kept here
 * is only what the loop must know to wait for buffers.
 *
 *            QBUF             STREAMON                 FRAME
 *   peer ----------> queued -----------> the node -----------> peer
 *     ^                 |  STREAMOFF, REQBUFS   |
 *     +-----------------+-----------------------+
 *
 * Errors: 0 or a negative errno, of the node where it is its own.
 * Thread: the event loop's.
 */
#ifndef CAMERA_DIRECT_QUEUE_H
#define CAMERA_DIRECT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/videodev2.h>

#include "ipc/session_proto.h"

struct session;

#define DIRECT_NUM_TYPES (V4L2_BUF_TYPE_META_OUTPUT + 1)

/**
 * struct direct_queue - one queue; zeroed memory is a queue without buffers
 * @generation: of its buffers
 * @num_slots: buffers that the peer knows
 * @bytes: of these
 * @has_lost: the node has others, which count nowhere: it shall make no more
 * @queued: bit per buffer that the node has
 * @streaming: from STREAMON to STREAMOFF
 * @ended: the last buffer was dequeued: until the stream goes on the node has
 *         nothing but EPIPE to say, and says it at once
 */
struct direct_queue {
	uint32_t generation;
	unsigned int num_slots;
	uint64_t bytes;
	bool has_lost;
	uint32_t queued;
	bool streaming;
	bool ended;
};

/**
 * struct direct - the queues of a session; zeroed memory is a valid start
 * @queues: by enum v4l2_buf_type
 * @watched: EPOLLIN, EPOLLOUT: what the session waits for
 * @stalled: the node says that there is nothing to wait for
 * @frames: buffers that were given back
 */
struct direct {
	struct direct_queue queues[DIRECT_NUM_TYPES];
	uint32_t watched;
	bool stalled;
	uint64_t frames;
};

/** direct_queue_find() - NULL if there are no buffers of that type */
struct direct_queue *direct_queue_find(struct session *session, uint32_t type);

/**
 * direct_queue_qbuf() - VIDIOC_QBUF
 * @buffer: its pointer to planes is ours
 * Return: -EBADR for a request of the media controller's, which does not cross.
 */
int direct_queue_qbuf(struct session *session, struct v4l2_buffer *buffer);

/** direct_queue_streamon() - VIDIOC_STREAMON */
int direct_queue_streamon(struct session *session, int *type);

/** direct_queue_streamoff() - VIDIOC_STREAMOFF; the peer has all buffers */
int direct_queue_streamoff(struct session *session, int *type);

/**
 * direct_queue_look_anew() - whatever the node had to say about its queues, it
 * may say otherwise now
 */
void direct_queue_look_anew(struct session *session);

/** direct_queue_waits() - will the node give back a buffer of @type? */
bool direct_queue_waits(const struct session *session, uint32_t type);

/** struct direct_batch - frames that go to the peer in one message
 * @count: of @frames
 */
struct direct_batch {
	unsigned int count;
	struct session_frame frames[SESSION_MAX_FRAMES];
};

/**
 * direct_queue_dequeue() - if the node gives back a buffer of @type, a frame is
 * added to @batch, which has room
 * Return: 0; -EAGAIN or -EPIPE if it has none now; -ENODEV if it is gone; all
 * else: the queue is broken.
 */
int direct_queue_dequeue(struct session *session, uint32_t type,
			 struct direct_batch *batch);

/**
 * direct_queue_tell() - @batch goes to the peer; harmless if it is empty
 * Return: as link_send(), but a closed link is no error here.
 */
int direct_queue_tell(struct session *session, struct direct_batch *batch);

#endif /* CAMERA_DIRECT_QUEUE_H */
