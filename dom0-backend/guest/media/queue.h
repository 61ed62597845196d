/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - a V4L2 queue: the buffers of a session, and who has each of them.
 *
 * All buffers are SHARED_PAGES (V4L2_MEMORY_USERPTR on the wire): memory of the
 * guest. The errno of each refusal is the one that V4L2 documents.
 *
 *	FREE --QBUF--> QUEUED --a frame--> FREE, its DQBUF event on the way
 *	               QUEUED --STREAMOFF--> FREE
 *
 * A buffer whose DQBUF event still waits for room in the eventq cannot be
 * queued: so at most one event per buffer waits.
 *
 * Errors: 0 or a negative errno.
 */
#ifndef MEDIA_QUEUE_H
#define MEDIA_QUEUE_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>

#include <vmedia/limits.h>
#include <vmedia/virtio_media.h>

#include "base/list.h"
#include "ipc/quotas.h"
#include "media/events.h"
#include "media/sg.h"

struct account;

/* What REQBUFS and CREATE_BUFS say of every queue here */
#define QUEUE_CAPABILITIES V4L2_BUF_CAP_SUPPORTS_USERPTR

/** struct queue_layout - sizes of a buffer
 * @num_planes: 1 to VIRTIO_MEDIA_MAX_PLANES
 * @size: bytes of each plane, not 0
 */
struct queue_layout {
	unsigned int num_planes;
	uint32_t size[VIRTIO_MEDIA_MAX_PLANES];
};

/**
 * struct buffer - one buffer
 * @index: in the queue
 * @queued: the device has it
 * @layout: as it was allocated: the least that the driver must bring
 * @len: bytes that the driver brought, per plane; while queued
 * @memory: as many of these bytes as a frame has; while queued
 * @dqbuf: the event that gives it back
 */
struct buffer {
	struct list link; /* queue.queued, or none */
	uint32_t index;
	bool queued;
	struct queue_layout layout;
	uint32_t len[VIRTIO_MEDIA_MAX_PLANES];
	struct sg_list memory[VIRTIO_MEDIA_MAX_PLANES];
	struct media_event dqbuf;
};

/**
 * struct queue - one direction of a session
 * @account: what its buffers count against; borrowed
 * @type: enum v4l2_buf_type
 * @count: of @buffers
 * @streaming: frames may come
 */
struct queue {
	struct account *account;
	uint32_t type;
	unsigned int count;
	struct buffer *buffers[VMEDIA_MAX_BUFFERS];
	struct list queued; /* of struct buffer, in the order of QBUF */
	bool streaming;
};

/** queue_init() - a queue without buffers. @account: borrowed */
void queue_init(struct queue *queue, uint32_t type, struct account *account);

/** queue_layout_of() - sizes of a buffer that holds @format
 * Return: 0; -EINVAL if one is 0 or over a limit, or the planes are too many.
 */
int queue_layout_of(const struct v4l2_format *format,
		    struct queue_layout *layout);

/**
 * queue_add() - more buffers, which count against the account
 * @count: not 0; queue->count + *@count fit in a queue. Made less if the quotas
 *         leave no room for all; untouched on failure.
 * @reached: the quota that made it less; NUM_QUOTAS if none did
 * Return: 0; -ENOBUFS or -ENOMEM if a quota leaves no room for any; -ENOMEM.
 */
int queue_add(struct queue *queue, uint32_t *count,
	      const struct queue_layout *layout, enum quota_kind *reached);

/** queue_free() - no buffers any more; their events are withdrawn */
void queue_free(struct queue *queue);

/**
 * queue_query() - VIDIOC_QUERYBUF
 * @buffer: as the driver sent it; filled in, but for the pointers
 * @planes: likewise, @num_planes of them
 * Return: 0; -EINVAL: type, index, or too few planes. Then nothing is changed.
 */
int queue_query(const struct queue *queue, struct v4l2_buffer *buffer,
		struct v4l2_plane *planes, unsigned int num_planes);

/**
 * queue_qbuf() - VIDIOC_QBUF
 * @buffer: as the driver sent it; filled in as by queue_query()
 * @planes: likewise, @num_planes of them
 * @memory: per plane; taken over on success, then empty
 * Return: 0; -EINVAL: type, index, memory, too few or too small planes, or a
 * buffer that the device has; -EBADR: a request. Then nothing is changed.
 */
int queue_qbuf(struct queue *queue, struct v4l2_buffer *buffer,
	       struct v4l2_plane *planes, unsigned int num_planes,
	       struct sg_list *memory);

/** queue_next() - the buffer that was queued first; NULL if there is none */
struct buffer *queue_next(const struct queue *queue);

/** queue_num_queued() - buffers that the device has */
unsigned int queue_num_queued(const struct queue *queue);

/** queue_done() - @buffer is the driver's again; it forgets its memory */
void queue_done(struct queue *queue, struct buffer *buffer);

/**
 * queue_cancel() - VIDIOC_STREAMOFF: every buffer is the driver's again
 *
 * No event tells of it, and events that wait are withdrawn.
 */
void queue_cancel(struct queue *queue);

#endif /* MEDIA_QUEUE_H */
