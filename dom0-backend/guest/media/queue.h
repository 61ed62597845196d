/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - a V4L2 queue: the buffers of a session, and who has each of them.
 *
 * All buffers of a queue are of the kind of memory that REQBUFS or CREATE_BUFS
 * asked for. The errno of each refusal is the one that V4L2 documents.
 *
 *	FREE --PREPARE_BUF--> PREPARED
 *	FREE, PREPARED --QBUF--> QUEUED; of a direct session, which asks the
 *	        node first, by way of CROSSING
 *	QUEUED --a frame--> FREE, its DQBUF event on the way
 *	PREPARED, QUEUED --STREAMOFF--> FREE
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
#include "media/events.h"
#include "media/layout.h"
#include "media/memory.h"

struct account;
struct area;
struct loan;
struct object;
struct slots;
struct window;

enum buffer_state {
	BUFFER_FREE,
	BUFFER_PREPARED,
	BUFFER_CROSSING,
	BUFFER_QUEUED,
};

/**
 * struct plane - one plane of a buffer
 * @memory: where its bytes are; of MMAP at any time, else unless it is free
 * @object: as what it was exported, a reference; NULL if it was not
 * @loan: if it is a camera's slot; then it has no other memory
 * @len: bytes that the driver brought; unless it is free
 * @bytesused: of these, as it was said last; 0: not known
 * @data_offset: likewise
 */
struct plane {
	struct memory memory;
	struct object *object;
	struct loan *loan;
	uint32_t len;
	uint32_t bytesused;
	uint32_t data_offset;
};

/**
 * struct buffer - one buffer
 * @index: in the queue
 * @layout: as it was allocated: the least that the driver must bring
 * @planes: layout.num_planes of them
 * @said: flags, field, timestamp, timecode and sequence, as they were said last
 *        by who had it; its other members mean nothing
 * @is_lent: it is a slot, and the camera waits for the frame in it
 * @dqbuf: the event that gives it back
 */
struct buffer {
	struct list link; /* queue.queued, or none */
	uint32_t index;
	enum buffer_state state;
	struct queue_layout layout;
	struct plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct v4l2_buffer said;
	bool is_lent;
	struct media_event dqbuf;
};

/**
 * struct queue - one direction of a session
 * @account: what its buffers count against; borrowed
 * @window: where MMAP buffers are; borrowed; NULL: there can be none
 * @type: enum v4l2_buf_type
 * @memory: enum v4l2_memory, of its buffers; 0 if it has none
 * @time_flags: V4L2_BUF_FLAG_TIMESTAMP_*: what its timestamps are
 * @count: of @buffers
 * @granted: they are the camera's slots, of MMAP memory
 * @streaming: frames may come
 * @crossing: the camera was asked for something that changes it
 * @remaking: that is REQBUFS
 * @stopping: that is STREAMOFF
 * @slots: the camera's memory; owned; NULL if there is none
 */
struct queue {
	struct account *account;
	struct window *window;
	uint32_t type;
	uint32_t memory;
	uint32_t time_flags;
	unsigned int count;
	bool granted;
	struct buffer *buffers[VMEDIA_MAX_BUFFERS];
	struct list queued; /* of struct buffer, in the order of QBUF */
	bool streaming;
	bool crossing;
	bool remaking;
	bool stopping;
	struct slots *slots;
};

/** queue_init() - a queue without buffers. @account, @window: borrowed */
void queue_init(struct queue *queue, uint32_t type, struct account *account,
		struct window *window);

/** queue_finish() - the end of buffers and slots; it is as queue_init() left it
 */
void queue_finish(struct queue *queue);

/** queue_capabilities() - V4L2_BUF_CAP_* for REQBUFS and CREATE_BUFS */
uint32_t queue_capabilities(const struct queue *queue);

/** queue_has_memory() - buffers of @memory (enum v4l2_memory) are possible */
bool queue_has_memory(const struct queue *queue, uint32_t memory);

/**
 * queue_add() - more buffers
 * @memory: of these; that of the others, if there are any
 * @count: not 0; queue->count + @count fit in a queue. They and their bytes
 *         were taken from the account, and are given back when they end, or on
 *         failure.
 * Return: 0; -ENOMEM, and the queue is as it was.
 */
int queue_add(struct queue *queue, uint32_t memory, unsigned int count,
	      const struct queue_layout *layout);

/**
 * queue_add_slots() - buffers that are the camera's slots, which have no loans as
 * yet; as queue_add(), of a queue without buffers
 */
int queue_add_slots(struct queue *queue, unsigned int count,
		    const struct queue_layout *layout);

/** queue_truncate() - only the first @count buffers are left; events of the
 * others are withdrawn
 */
void queue_truncate(struct queue *queue, unsigned int count);

/** queue_find_area() - the MMAP plane at this offset, borrowed; NULL: none */
struct area *queue_find_area(const struct queue *queue, uint32_t offset);

/** queue_find_loan() - the slot's plane of this name, borrowed; NULL: none */
struct loan *queue_find_loan(const struct queue *queue, uint32_t name);

/**
 * queue_query() - VIDIOC_QUERYBUF
 * @buffer: as the driver sent it; filled in, but for the pointers
 * @planes: likewise, @num_planes of them
 * Return: 0; -EINVAL: type, index, or too few planes. Then nothing is changed.
 */
int queue_query(const struct queue *queue, struct v4l2_buffer *buffer,
		struct v4l2_plane *planes, unsigned int num_planes);

/**
 * queue_bring() - the driver brings a buffer, with PREPARE_BUF or QBUF
 * @buffer: as the driver sent it
 * @planes: likewise, @num_planes of them
 * @memory: per plane, but not of MMAP; taken over on success, then none
 * @out: the buffer, which is PREPARED now; borrowed
 *
 * What an earlier PREPARE_BUF brought is replaced.
 * Return: 0; -EINVAL: type, index, memory, too few or too small planes, more
 * used than there is, or a buffer that the device has; -EBADR: a request. Then
 * nothing is changed.
 */
int queue_bring(struct queue *queue, const struct v4l2_buffer *buffer,
		const struct v4l2_plane *planes, unsigned int num_planes,
		struct memory *memory, struct buffer **out);

/**
 * queue_said() - what the camera says of @buffer, to be told to who asks
 * @said: of whose members those of struct buffer's are taken over; flags also
 *        say what all timestamps of the queue are
 */
void queue_said(struct queue *queue, struct buffer *buffer,
		const struct v4l2_buffer *said);

/** queue_push() - the device has @buffer, which is not free or queued */
void queue_push(struct queue *queue, struct buffer *buffer);

/** queue_next() - the buffer that was queued first; NULL if there is none */
struct buffer *queue_next(const struct queue *queue);

/** queue_num_queued() - buffers that the device has */
unsigned int queue_num_queued(const struct queue *queue);

/** queue_done() - @buffer is the driver's again; its memory rests */
void queue_done(struct buffer *buffer);

/**
 * queue_cancel() - VIDIOC_STREAMOFF: every buffer is the driver's again
 *
 * No event tells of it, and events that wait are withdrawn. A buffer that is
 * CROSSING was queued later, and stays so. Frames in slots the camera takes back
 * by itself.
 */
void queue_cancel(struct queue *queue);

#endif /* MEDIA_QUEUE_H */
