/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia_queue.h - the queues of a session, their buffers and their memory.
 *
 * For vmedia.h; the locks are explained there.
 */
#ifndef VMEDIA_QUEUE_H
#define VMEDIA_QUEUE_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <media/videobuf2-v4l2.h>
#include <vmedia/limits.h>
#include <vmedia/virtio_media.h>

#include "vmedia_cmd.h"
#include "vmedia_mapping.h"

/*
 * Queues of a session. If there is more than one, each has a share of the
 * mmap() offsets, which have 32 bits; kernels before 6.8 use one for each byte.
 */
#define VMEDIA_MAX_QUEUES 4
#define VMEDIA_QUEUE_OFFSETS (1UL << 30)

/* Pointers mean nothing on the wire, but NULL would mean "no memory". */
#define VMEDIA_COOKIE 1

/**
 * struct vmedia_bounce - a copy of a plane, which the device can reach
 * @memory: the copy, NULL if there is none
 * @size: bytes of @memory
 * @dev: the device
 * @table: @memory, mapped for @dev
 */
struct vmedia_bounce {
	void *memory;
	size_t size;
	struct device *dev;
	struct sg_table table;
};

/**
 * struct vmedia_buffer - a buffer of a queue
 * @vb: videobuf2's part; must be first
 * @link: in queue->returned
 * @sgs: all planes, one after the other; empty if the memory is the device's
 * @bounces: of planes that the device cannot reach
 * @qbuf: its QBUF command
 * @payload: of @qbuf
 * @answered: @qbuf is ours
 * @returned: the device has no more use for the memory; @link is used
 * @result: for videobuf2, when both are true
 *
 * @link and the last three are under queue->buf_lock while the buffer is in
 * queue->lent.
 */
struct vmedia_buffer {
	struct vb2_v4l2_buffer vb;
	struct list_head link;
	struct vmedia_sglist sgs;
	struct vmedia_bounce bounces[VIRTIO_MEDIA_MAX_PLANES];
	struct vmedia_cmd *qbuf;
	void *payload;
	bool answered;
	bool returned;
	enum vb2_buffer_state result;
};

/**
 * struct vmedia_queue - the buffers of one type of a session
 * @session: whose it is
 * @lock: serialises @vb2; is @vb2.lock
 * @vb2: videobuf2's part
 * @memory: enum v4l2_memory, as the wire has it, whatever the application says:
 *          V4L2_MEMORY_USERPTR for SHARED_PAGES, V4L2_MEMORY_MMAP for the window
 *          and for grants. Changes, with @vb2.mem_ops, while there is no buffer;
 *          under @lock
 * @granted: number of buffers that the device grants, 0 if it does not. Those
 *           behind them it does not know of: "spare"; under @lock
 * @reserved: the device was told of buffers; under @lock
 * @field: enum v4l2_field of the format that the buffers are for,
 *         V4L2_FIELD_ANY if they have no fields; under @lock
 * @creating: the CREATE_BUFS that runs; under @lock
 * @asked: the device has answered the REQBUFS or CREATE_BUFS that runs; under
 *         @lock
 * @buf_lock: the fields below
 * @streaming: buffers in @returned may be given to videobuf2
 * @unanswered: number of QBUF commands on their way
 * @last_stamp: the latest timestamp since STREAMON, in our own time
 * @lent: buffers that videobuf2 gave us, by their index
 * @returned: those of @lent that the device is done with, in its order
 * @answered: wakes who waits for @unanswered to become 0
 */
struct vmedia_queue {
	struct vmedia_session *session;
	struct mutex lock;
	struct vb2_queue vb2;
	u32 memory;
	unsigned int granted;
	bool reserved;
	u32 field;
	const struct v4l2_create_buffers *creating;
	bool asked;

	spinlock_t buf_lock;
	bool streaming;
	unsigned int unanswered;
	u64 last_stamp;
	struct vmedia_buffer *lent[VMEDIA_MAX_BUFFERS];
	struct list_head returned;
	wait_queue_head_t answered;
};

static inline bool vmedia_queue_is_mplane(const struct vmedia_queue *queue)
{
	return V4L2_TYPE_IS_MULTIPLANAR(queue->vb2.type);
}

static inline bool vmedia_queue_is_output(const struct vmedia_queue *queue)
{
	return V4L2_TYPE_IS_OUTPUT(queue->vb2.type);
}

/* A spare buffer never leaves the driver, until the stream ends. */
static inline bool vmedia_queue_is_spare(const struct vmedia_queue *queue,
					 unsigned int index)
{
	return queue->granted && index >= queue->granted;
}

/* vmedia_format.c */

/**
 * vmedia_format_types() - the types of buffers that a node has
 * @caps: its V4L2_CAP_*
 * @types: filled with enum v4l2_buf_type
 *
 * Return: their number, at most VMEDIA_MAX_QUEUES.
 */
unsigned int vmedia_format_types(u32 caps, u32 types[VMEDIA_MAX_QUEUES]);

/**
 * vmedia_format_sizes() - what the device needs for a buffer
 * @nplanes: their number
 * @sizes: bytes of each; room for VIRTIO_MEDIA_MAX_PLANES
 *
 * Return: 0; -EIO if the format makes no sense; -ENOMEM if it is too large.
 */
int vmedia_format_sizes(const struct v4l2_format *format, unsigned int *nplanes,
			unsigned int sizes[]);

/** vmedia_format_field() - enum v4l2_field; V4L2_FIELD_ANY if there is none */
u32 vmedia_format_field(const struct v4l2_format *format);

/* vmedia_queue.c */

/**
 * vmedia_queue_init() - a queue without buffers
 * @queue: zeroed
 * @type: enum v4l2_buf_type
 *
 * Return: 0 or -errno; then nothing is left to be undone.
 */
int vmedia_queue_init(struct vmedia_queue *queue,
		      struct vmedia_session *session, u32 type);

/** vmedia_queue_destroy() - the end of a queue without buffers */
void vmedia_queue_destroy(struct vmedia_queue *queue);

/**
 * vmedia_queue_finish() - stop and free all buffers
 * Context: may sleep. Takes queue->lock.
 */
void vmedia_queue_finish(struct vmedia_queue *queue);

/**
 * vmedia_queue_query() - what the device says of a buffer of its own
 * @nplanes: of the buffer
 * @buffer: filled on success
 * @planes: filled on success, if the queue is multi-planar; room for @nplanes
 *
 * Context: may sleep. queue->lock is held.
 * Return: 0 or -errno.
 */
int vmedia_queue_query(struct vmedia_queue *queue, unsigned int index,
		       unsigned int nplanes, struct v4l2_buffer *buffer,
		       struct v4l2_plane planes[]);

/* What the ioctls REQBUFS and CREATE_BUFS do; queue->lock is held. */
int vmedia_queue_reqbufs(struct vmedia_queue *queue,
			 struct v4l2_requestbuffers *req);
int vmedia_queue_create_bufs(struct vmedia_queue *queue,
			     struct v4l2_create_buffers *create);

/* vmedia_buffer.c */

/** vmedia_buffer_of() - the buffer that videobuf2 calls @vb */
struct vmedia_buffer *vmedia_buffer_of(struct vb2_buffer *vb);

/* videobuf2's operations on one buffer; queue->lock is held */
int vmedia_buffer_init(struct vb2_buffer *vb);
int vmedia_buffer_validate(struct vb2_buffer *vb);
int vmedia_buffer_prepare(struct vb2_buffer *vb);
void vmedia_buffer_cleanup(struct vb2_buffer *vb);
void vmedia_buffer_queue(struct vb2_buffer *vb);

/**
 * vmedia_buffer_forget() - a buffer is no longer lent
 * Context: queue->buf_lock is held.
 */
void vmedia_buffer_forget(struct vmedia_queue *queue,
			  struct vmedia_buffer *buf);

/**
 * vmedia_buffer_event() - the device is done with a buffer
 * @event: as it came, not yet checked
 * @len: bytes that the device wrote
 *
 * Context: process, in vm->event_work. Takes queue->buf_lock.
 */
void vmedia_buffer_event(struct vmedia_queue *queue,
			 const struct virtio_media_event_dqbuf *event, u32 len);

/**
 * vmedia_buffer_settle() - give buffers to videobuf2 with which we are done
 *
 * Context: process, in vm->event_work only. Takes queue->buf_lock.
 */
void vmedia_buffer_settle(struct vmedia_queue *queue);

/* vmedia_bounce.c */

/**
 * vmedia_bounce_copy() - what is in a dma-buf, where the device can reach it
 * @bounce: zeroed, or as this left it
 * @dev: does the DMA
 * @dbuf: vmedia_export_is()
 * @size: bytes
 *
 * Context: may sleep. The device does not have @bounce.
 * Return: where, owned by @bounce; or an ERR_PTR().
 */
struct sg_table *vmedia_bounce_copy(struct vmedia_bounce *bounce,
				    struct device *dev,
				    const struct dma_buf *dbuf, size_t size);

/** vmedia_bounce_free() - free the copy's memory; there may be none */
void vmedia_bounce_free(struct vmedia_bounce *bounce);

/* vmedia_window.c */

/**
 * vmedia_window_memops - videobuf2's memory operations for buffers that are the
 * device's own, seen through its shared memory region
 */
extern const struct vb2_mem_ops vmedia_window_memops;

/**
 * vmedia_window_claim() - find the device's shared memory region, if it has one
 * Return: nothing: without a region @vm->window has no length.
 */
void vmedia_window_claim(struct vmedia *vm);

/** vmedia_window_release() - undo vmedia_window_claim() */
void vmedia_window_release(struct vmedia *vm);

#endif /* VMEDIA_QUEUE_H */
