/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node_fake.h - the node behind a direct session: its queues and their buffers.
 *
 * Stands behind a camera_fake.h and answers what crosses as a V4L2 driver does:
 * REQBUFS and CREATE_BUFS make buffers and send their memory, QBUF queues. What
 * comes of a queued buffer is the test's to say.
 *
 *	node = node_fake_create(camera_of(world, id));
 *	node_fake_add(node, V4L2_BUF_TYPE_VIDEO_OUTPUT, 1, 4096);
 *	...
 *	assert_true(node_fake_has(node, V4L2_BUF_TYPE_VIDEO_OUTPUT, 0));
 *	node_fake_done(node, V4L2_BUF_TYPE_VIDEO_OUTPUT, 0, 7);
 */
#ifndef NODE_FAKE_H
#define NODE_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "camera_fake.h"

#define NODE_FAKE_QUEUES 4

/**
 * struct node_fake_buffer - one buffer of the node
 * @bytes: of each plane
 * @size: bytes of each
 * @queued: the node has it; as it was queued: @buffer and @planes
 */
struct node_fake_buffer {
	uint8_t *bytes[VIRTIO_MEDIA_MAX_PLANES];
	uint32_t size[VIRTIO_MEDIA_MAX_PLANES];
	bool queued;
	struct v4l2_buffer buffer;
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
};

/**
 * struct node_fake_queue - of one type
 * @type: 0: there is no such queue
 * @size: bytes of each plane that REQBUFS makes
 * @most: buffers that the node has memory for, @least: that it makes at least
 * @generation: of the slots
 */
struct node_fake_queue {
	uint32_t type;
	unsigned int num_planes;
	uint32_t size;
	unsigned int most;
	unsigned int least;
	uint32_t generation;
	unsigned int count;
	struct node_fake_buffer buffers[SESSION_MAX_DIRECT_SLOTS];
};

/**
 * struct node_fake - see above
 * @camera: borrowed; owns the node
 * @per_message: most slots of a SLOTS message
 */
struct node_fake {
	struct camera_fake *camera;
	unsigned int per_message;
	struct node_fake_queue queues[NODE_FAKE_QUEUES];
};

/** node_fake_create() - a node without queues; ends with @camera */
struct node_fake *node_fake_create(struct camera_fake *camera);

/** node_fake_add() - a queue whose buffers have planes of @size bytes */
struct node_fake_queue *node_fake_add(struct node_fake *node, uint32_t type,
				      unsigned int num_planes, uint32_t size);

/** node_fake_queue() - the running test fails if there is none */
struct node_fake_queue *node_fake_queue(struct node_fake *node, uint32_t type);

/** node_fake_has() - this buffer is queued */
bool node_fake_has(struct node_fake *node, uint32_t type, unsigned int index);

/** node_fake_frame() - what a SESSION_FRAME of this queued buffer says: of an
 * OUTPUT queue what was queued, else that all of it is used
 */
struct session_frame node_fake_frame(struct node_fake *node, uint32_t type,
				     unsigned int index, uint32_t sequence);

/** node_fake_send() - the node is done with the buffer, as @frame says */
void node_fake_send(struct node_fake *node, const struct session_frame *frame);

/** node_fake_send_both() - two buffers, in one message */
void node_fake_send_both(struct node_fake *node,
			 const struct session_frame frames[2]);

/** node_fake_done() - the two of them */
void node_fake_done(struct node_fake *node, uint32_t type, unsigned int index,
		    uint32_t sequence);

#endif /* NODE_FAKE_H */
