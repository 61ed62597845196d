// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_buffer.c - a buffer, to the device and back.
 *
 * A buffer is the device's ("lent") until two things have happened: its QBUF
 * command came back, and a DQBUF event said that it is done, unless QBUF
 * failed. So a buffer has at most one command, which is allocated with it and
 * used again and again. Buffers that are done go to videobuf2 in the order of
 * their events. While the device is being asked to start, they are kept:
 * videobuf2 wants all buffers back as they were if it refuses.
 *
 * Only vm->event_work gives done buffers to videobuf2; so when the work was
 * waited for, nobody is about to do it.
 */
#include <media/videobuf2-dma-sg.h>

#include "vmedia.h"

/* What a driver tells of a buffer, beside where it is and how it is stamped */
#define VMEDIA_BUFFER_FLAGS                              \
	(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME | \
	 V4L2_BUF_FLAG_BFRAME | V4L2_BUF_FLAG_TIMECODE | V4L2_BUF_FLAG_LAST)

#define VMEDIA_STAMP_FLAGS \
	(V4L2_BUF_FLAG_TIMESTAMP_MASK | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

struct vmedia_buffer *vmedia_buffer_of(struct vb2_buffer *vb)
{
	return container_of(to_vb2_v4l2_buffer(vb), struct vmedia_buffer, vb);
}

/* To the device */

/* queue->buf_lock is held. */
static void vmedia_buffer_returned(struct vmedia_queue *queue,
				   struct vmedia_buffer *buf,
				   enum vb2_buffer_state result)
{
	if (!buf->returned)
		list_add_tail(&buf->link, &queue->returned);
	buf->returned = true;
	buf->result = result;
}

void vmedia_buffer_forget(struct vmedia_queue *queue, struct vmedia_buffer *buf)
{
	if (buf->returned)
		list_del(&buf->link);
	queue->lent[buf->vb.vb2_buf.index] = NULL;
}

/* Context: interrupt or process, no lock held. */
static void vmedia_buffer_qbuf_done(struct vmedia_cmd *cmd)
{
	struct vmedia_buffer *buf = cmd->owner;
	struct vmedia *vm = cmd->vm;
	struct vmedia_queue *queue;
	unsigned long flags;
	bool returned;

	queue = vb2_get_drv_priv(buf->vb.vb2_buf.vb2_queue);
	spin_lock_irqsave(&queue->buf_lock, flags);
	buf->answered = true;
	if (cmd->result)
		vmedia_buffer_returned(queue, buf, VB2_BUF_STATE_ERROR);
	returned = buf->returned;
	queue->unanswered--;
	wake_up(&queue->answered);
	spin_unlock_irqrestore(&queue->buf_lock, flags);

	/* The session may be gone by now. */
	if (returned)
		queue_work(vm->wq, &vm->event_work);
}

int vmedia_buffer_init(struct vb2_buffer *vb)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = vmedia_buffer_of(vb);
	size_t planes = 0;
	void *in;

	if (vmedia_queue_is_mplane(queue))
		planes = vb->num_planes * sizeof(struct v4l2_plane);
	buf->qbuf = vmedia_ioctl_alloc(queue->session, VIDIOC_QBUF, planes,
				       &buf->payload, &in);
	if (!buf->qbuf)
		return -ENOMEM;
	buf->qbuf->done = vmedia_buffer_qbuf_done;
	buf->qbuf->owner = buf;
	return 0;
}

/* An OUTPUT buffer is of the format's fields: who says none means these. */
int vmedia_buffer_validate(struct vb2_buffer *vb)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = vmedia_buffer_of(vb);

	if (queue->field == V4L2_FIELD_ALTERNATE)
		return buf->vb.field == V4L2_FIELD_TOP ||
		       buf->vb.field == V4L2_FIELD_BOTTOM ? 0 : -EINVAL;
	if (queue->field != V4L2_FIELD_ANY)
		buf->vb.field = queue->field;
	return 0;
}

void vmedia_buffer_cleanup(struct vb2_buffer *vb)
{
	struct vmedia_buffer *buf = vmedia_buffer_of(vb);

	vmedia_cmd_put(buf->qbuf);
	buf->qbuf = NULL;
	vmedia_sglist_free(&buf->sgs);
	for (unsigned int i = 0; i < vb->num_planes; i++)
		vmedia_bounce_free(&buf->bounces[i]);
}

/* Where the device finds a plane; or an ERR_PTR() */
static struct sg_table *vmedia_buffer_table(struct vmedia_queue *queue,
					    struct vmedia_buffer *buf,
					    unsigned int i)
{
	struct vb2_buffer *vb = &buf->vb.vb2_buf;

	if (!vmedia_export_is(vb->planes[i].dbuf))
		return vb2_dma_sg_plane_desc(vb, i);
	return vmedia_bounce_copy(&buf->bounces[i], queue->vb2.dev,
				  vb->planes[i].dbuf, vb2_plane_size(vb, i));
}

/* DMA addresses may differ from time to time (DMABUF), so each time anew. */
int vmedia_buffer_prepare(struct vb2_buffer *vb)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = vmedia_buffer_of(vb);
	struct sg_table *tables[VIRTIO_MEDIA_MAX_PLANES];
	unsigned int entries = 0;
	int rc;

	if (queue->memory != V4L2_MEMORY_USERPTR)
		return 0;
	for (unsigned int i = 0; i < vb->num_planes; i++) {
		tables[i] = vmedia_buffer_table(queue, buf, i);
		if (IS_ERR(tables[i]))
			return PTR_ERR(tables[i]);
		entries += tables[i]->nents;
	}

	rc = vmedia_sglist_begin(&buf->sgs, entries);
	for (unsigned int i = 0; i < vb->num_planes && !rc; i++)
		rc = vmedia_sglist_add_table(&buf->sgs, tables[i],
					     vb2_plane_size(vb, i));
	if (rc)
		return rc;
	buf->qbuf->tail = vmedia_sglist_end(&buf->sgs);
	return 0;
}

/* Only an OUTPUT buffer has something in it. */
static void vmedia_buffer_fill_plane(struct vmedia_queue *queue,
				     struct vb2_buffer *vb, unsigned int i,
				     struct v4l2_plane *plane)
{
	memset(plane, 0, sizeof(*plane));
	plane->length = vb2_plane_size(vb, i);
	if (queue->memory == V4L2_MEMORY_USERPTR)
		plane->m.userptr = VMEDIA_COOKIE;
	else
		plane->m.mem_offset = vmedia_mapping_offset(vb, i);
	if (vmedia_queue_is_output(queue)) {
		plane->bytesused = vb2_get_plane_payload(vb, i);
		plane->data_offset = vb->planes[i].data_offset;
	}
}

static void vmedia_buffer_fill_output(struct vmedia_queue *queue,
				      struct vmedia_buffer *buf,
				      struct v4l2_buffer *b)
{
	b->field = buf->vb.field;
	b->flags = buf->vb.flags & VMEDIA_BUFFER_FLAGS;
	if (b->flags & V4L2_BUF_FLAG_TIMECODE)
		b->timecode = buf->vb.timecode;
	/* Any other time than that which is to be copied is the device's. */
	if (queue->vb2.copy_timestamp) {
		b->flags |= V4L2_BUF_FLAG_TIMESTAMP_COPY |
			    (buf->vb.flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK);
		v4l2_buffer_set_timestamp(b, buf->vb.vb2_buf.timestamp);
	}
}

static void vmedia_buffer_fill(struct vmedia_queue *queue,
			       struct vmedia_buffer *buf)
{
	struct vb2_buffer *vb = &buf->vb.vb2_buf;
	struct v4l2_buffer *b = buf->payload;
	struct v4l2_plane *planes = buf->payload + sizeof(*b);
	struct v4l2_plane plane;

	memset(b, 0, sizeof(*b));
	b->index = vb->index;
	b->type = vb->type;
	b->memory = queue->memory;
	if (vmedia_queue_is_output(queue))
		vmedia_buffer_fill_output(queue, buf, b);

	if (vmedia_queue_is_mplane(queue)) {
		b->length = vb->num_planes;
		b->m.userptr = VMEDIA_COOKIE;
		for (unsigned int i = 0; i < vb->num_planes; i++)
			vmedia_buffer_fill_plane(queue, vb, i, &planes[i]);
		return;
	}
	vmedia_buffer_fill_plane(queue, vb, 0, &plane);
	b->length = plane.length;
	b->bytesused = plane.bytesused;
	b->m.userptr = plane.m.userptr;
}

void vmedia_buffer_queue(struct vb2_buffer *vb)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = vmedia_buffer_of(vb);
	bool spare = vmedia_queue_is_spare(queue, vb->index);
	unsigned long flags;
	int rc;

	if (!spare)
		vmedia_buffer_fill(queue, buf);

	spin_lock_irqsave(&queue->buf_lock, flags);
	buf->answered = spare;
	buf->returned = false;
	queue->lent[vb->index] = buf;
	queue->unanswered += !spare;
	spin_unlock_irqrestore(&queue->buf_lock, flags);

	if (spare)
		return;
	rc = vmedia_cmd_send(buf->qbuf);
	if (rc) {
		buf->qbuf->result = rc;
		vmedia_buffer_qbuf_done(buf->qbuf);
	}
}

/* Back from the device */

/* The next buffer for videobuf2, NULL if there is none. */
static struct vmedia_buffer *vmedia_buffer_next(struct vmedia_queue *queue)
{
	struct vmedia_buffer *buf;
	unsigned long flags;

	spin_lock_irqsave(&queue->buf_lock, flags);
	buf = list_first_entry_or_null(&queue->returned, struct vmedia_buffer,
				       link);
	if (buf && queue->streaming && buf->answered)
		vmedia_buffer_forget(queue, buf);
	else
		buf = NULL;
	spin_unlock_irqrestore(&queue->buf_lock, flags);
	return buf;
}

void vmedia_buffer_settle(struct vmedia_queue *queue)
{
	struct vmedia_buffer *buf;

	while ((buf = vmedia_buffer_next(queue)))
		vb2_buffer_done(&buf->vb.vb2_buf, buf->result);
}

static bool vmedia_event_is_whole(struct vmedia_queue *queue,
				  const struct virtio_media_event_dqbuf *event,
				  u32 len, unsigned int num_planes)
{
	if (!vmedia_queue_is_mplane(queue))
		return true;
	return event->buffer.length >= num_planes &&
	       len >= offsetof(struct virtio_media_event_dqbuf, planes) +
		      num_planes * sizeof(struct v4l2_plane);
}

/* True if all that @event says of @buf can be true; it is used then. */
static bool vmedia_buffer_take_planes(struct vmedia_queue *queue,
				      struct vb2_buffer *vb,
				      const struct virtio_media_event_dqbuf *event)
{
	const struct v4l2_plane *planes = event->planes;
	bool mplane = vmedia_queue_is_mplane(queue);

	for (unsigned int i = 0; i < vb->num_planes; i++) {
		u32 used = mplane ? planes[i].bytesused :
				    event->buffer.bytesused;
		u32 offset = mplane ? planes[i].data_offset : 0;

		if (used > vb2_plane_size(vb, i) || offset > used)
			return false;
		vb->planes[i].bytesused = used;
		vb->planes[i].data_offset = offset;
	}
	return true;
}

/* @stamp: in our time. queue->buf_lock is held. */
static void vmedia_buffer_take_event(struct vmedia_queue *queue,
				     struct vmedia_buffer *buf,
				     const struct v4l2_buffer *b, u64 stamp)
{
	struct vb2_queue *q = &queue->vb2;
	u32 source = b->flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK;

	if (!q->copy_timestamp) {
		/* The clock was read again: not backwards because of that. */
		if (stamp) {
			stamp = max(stamp, queue->last_stamp);
			queue->last_stamp = stamp;
		}
		/* videobuf2 has it for the queue, not for the buffer. */
		WRITE_ONCE(q->timestamp_flags,
			   V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | source);
	}
	buf->vb.vb2_buf.timestamp = stamp;
	buf->vb.sequence = b->sequence;
	buf->vb.field = b->field;
	buf->vb.timecode = b->timecode;
	buf->vb.flags = b->flags & (VMEDIA_BUFFER_FLAGS | VMEDIA_STAMP_FLAGS);
}

static u64 vmedia_buffer_stamp(struct vmedia_queue *queue,
			       const struct v4l2_buffer *b)
{
	u64 stamp = v4l2_buffer_get_timestamp(b);

	if (queue->vb2.copy_timestamp)
		return stamp;
	/* Of a clock that nobody knows; the application takes it for ours. */
	if ((b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) !=
	    V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
		return min(stamp, ktime_get_ns());
	return vmedia_clock_translate(queue->session->vm, stamp);
}

void vmedia_buffer_event(struct vmedia_queue *queue,
			 const struct virtio_media_event_dqbuf *event, u32 len)
{
	const struct v4l2_buffer *b = &event->buffer;
	u64 stamp = vmedia_buffer_stamp(queue, b);
	struct vmedia_buffer *buf = NULL;
	unsigned long flags;
	bool valid = false;

	spin_lock_irqsave(&queue->buf_lock, flags);
	if (b->index < VMEDIA_MAX_BUFFERS)
		buf = queue->lent[b->index];
	if (buf && !buf->returned)
		valid = vmedia_event_is_whole(queue, event, len,
					      buf->vb.vb2_buf.num_planes) &&
			vmedia_buffer_take_planes(queue, &buf->vb.vb2_buf,
						  event);
	if (valid) {
		vmedia_buffer_take_event(queue, buf, b, stamp);
		vmedia_buffer_returned(queue, buf,
				       b->flags & V4L2_BUF_FLAG_ERROR ?
				       VB2_BUF_STATE_ERROR :
				       VB2_BUF_STATE_DONE);
	}
	spin_unlock_irqrestore(&queue->buf_lock, flags);

	if (valid)
		vmedia_buffer_settle(queue);
	else
		dev_warn_ratelimited(&queue->session->vm->vdev->dev,
				     "session %u: event for buffer %u ignored\n",
				     queue->session->id, b->index);
}
