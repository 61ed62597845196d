/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_fake.h - a node whose sessions are direct, such as a codec: every open
 * file has queues of its own, which a test steps by hand. Written from the V4L2
 * documentation and the kernel's videobuf2 and v4l2-mem2mem.
 */
#ifndef FAKE_DIRECT_FAKE_H
#define FAKE_DIRECT_FAKE_H

#include "camera/source.h"
#include "ctrls_fake.h"

#define DIRECT_FAKE_HANDLES 4
#define DIRECT_FAKE_TYPES 16
#define DIRECT_FAKE_BUFFERS 64

/**
 * struct direct_fake_queue - a queue of an open file
 * @num_buffers: that it has
 * @num_planes: of each
 * @plane_size: bytes of the first plane of each buffer; others have as many
 * @queued: in order, @num_queued of them: the driver works on them
 * @done: in order, @num_done of them: to be dequeued
 * @last_dequeued: as vb2's last_buffer_dequeued
 */
struct direct_fake_queue {
	unsigned int num_buffers;
	unsigned int num_planes;
	uint32_t plane_size[DIRECT_FAKE_BUFFERS];
	struct v4l2_buffer queued[DIRECT_FAKE_BUFFERS];
	unsigned int num_queued;
	struct v4l2_buffer done[DIRECT_FAKE_BUFFERS];
	unsigned int num_done;
	bool streaming;
	bool last_dequeued;
};

/** struct direct_fake_handle - an open file
 * @watched: EPOLL* that it is polled for
 * @subscribed: the last subscription
 */
struct direct_fake_handle {
	struct source_handle handle;
	struct direct_fake_queue queues[DIRECT_FAKE_TYPES];
	uint32_t watched;
	struct v4l2_event_subscription subscribed;
};

/**
 * struct direct_fake - the node
 * @source: to be given to what is tested
 * @handles: that are open, in the order that they were; NULL where none is
 * @planes: of a buffer of a multi-planar queue
 * @sizeimage: of its format, which is that of every queue
 * @give_buffers: REQBUFS gives at least so many
 * @most_buffers: that a queue ever had
 * @fail_request: this ioctl fails with @fail_errno, after @fail_after times
 * @last_request: the last ioctl that has nothing to do with buffers, and its
 *                payload
 * @last_qbuf: the buffer of the last QBUF, and its planes
 * @last_export: of the last EXPBUF; @num_exports how often
 * @ctrls: its controls; NULL for none
 */
struct direct_fake {
	struct source source;
	struct direct_fake_handle *handles[DIRECT_FAKE_HANDLES];
	unsigned int planes;
	uint32_t sizeimage;
	unsigned int give_buffers;
	unsigned int most_buffers;
	unsigned long fail_request;
	int fail_errno;
	unsigned int fail_after;
	unsigned long last_request;
	union {
		struct v4l2_format format;
		uint64_t room[256];
	} last_payload;
	struct v4l2_buffer last_qbuf;
	struct v4l2_plane last_planes[VIDEO_MAX_PLANES];
	struct v4l2_exportbuffer last_export;
	unsigned int num_exports;
	struct ctrls_fake *ctrls;
};

/** direct_fake_init() - present, with these V4L2_CAP_*, not shared */
void direct_fake_init(struct direct_fake *fake, uint32_t device_caps);

/** direct_fake_handles() - how many are open */
unsigned int direct_fake_handles(const struct direct_fake *fake);

/**
 * direct_fake_finish_buffer() - the driver is done with the oldest buffer of a
 * queue; there must be one
 * @i: of the handle
 * @flags: V4L2_BUF_FLAG_* of the picture
 * Return: its index.
 */
unsigned int direct_fake_finish_buffer(struct direct_fake *fake, int i,
				       uint32_t type, uint32_t flags);

/**
 * direct_fake_poll() - a turn of the loop: handles are told what poll(2) would
 * tell
 * Return: how many were told.
 */
unsigned int direct_fake_poll(struct direct_fake *fake);

/** direct_fake_send_event() - a V4L2 event for handle @i */
void direct_fake_send_event(struct direct_fake *fake, int i,
			    const struct v4l2_event *event);

/** direct_fake_vanish() - unplug it */
void direct_fake_vanish(struct direct_fake *fake);

#endif /* FAKE_DIRECT_FAKE_H */
