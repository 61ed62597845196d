// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_queue.c - the videobuf2 queue of a session.
 *
 * Whatever memory the application chose, the device sees SHARED_PAGES: pieces
 * of guest memory by their DMA addresses.
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
#include <linux/module.h>
#include <linux/sched.h>
#include <media/videobuf2-dma-sg.h>

#include "compat.h"
#include "vmedia.h"

static bool userptr;
module_param(userptr, bool, 0444);
MODULE_PARM_DESC(userptr, "offer V4L2_MEMORY_USERPTR to applications (default: no)");

/* Pointers mean nothing on the wire, but NULL would mean "no memory". */
#define VMEDIA_COOKIE 1

/**
 * struct vmedia_buffer - a buffer of a session's queue
 * @vb: videobuf2's part; must be first
 * @link: in session->returned
 * @sgs: all planes, one after the other
 * @qbuf: its QBUF command
 * @answered: @qbuf is ours
 * @returned: the device has no more use for the memory; @link is used
 * @result: for videobuf2, when both are true
 *
 * @link and the last three are under session->buf_lock while the buffer is in
 * session->lent.
 */
struct vmedia_buffer {
	struct vb2_v4l2_buffer vb;
	struct list_head link;
	struct vmedia_sglist sgs;
	struct vmedia_cmd *qbuf;
	bool answered;
	bool returned;
	enum vb2_buffer_state result;
};

static struct vmedia_buffer *to_vmedia_buffer(struct vb2_buffer *vb)
{
	return container_of(to_vb2_v4l2_buffer(vb), struct vmedia_buffer, vb);
}

static bool vmedia_queue_is_mplane(struct vb2_queue *q)
{
	return V4L2_TYPE_IS_MULTIPLANAR(q->type);
}

/* session->buf_lock is held. */
static void vmedia_buffer_returned(struct vmedia_session *session,
				   struct vmedia_buffer *buf,
				   enum vb2_buffer_state result)
{
	if (!buf->returned)
		list_add_tail(&buf->link, &session->returned);
	buf->returned = true;
	buf->result = result;
}

/* session->buf_lock is held. */
static void vmedia_buffer_forget(struct vmedia_session *session,
				 struct vmedia_buffer *buf)
{
	if (buf->returned)
		list_del(&buf->link);
	session->lent[buf->vb.vb2_buf.index] = NULL;
}

/* The next buffer for videobuf2, NULL if there is none. */
static struct vmedia_buffer *vmedia_queue_next(struct vmedia_session *session)
{
	struct vmedia_buffer *buf;
	unsigned long flags;

	spin_lock_irqsave(&session->buf_lock, flags);
	buf = list_first_entry_or_null(&session->returned,
				       struct vmedia_buffer, link);
	if (buf && session->streaming && buf->answered)
		vmedia_buffer_forget(session, buf);
	else
		buf = NULL;
	spin_unlock_irqrestore(&session->buf_lock, flags);
	return buf;
}

void vmedia_queue_settle(struct vmedia_session *session)
{
	struct vmedia_buffer *buf;

	while ((buf = vmedia_queue_next(session)))
		vb2_buffer_done(&buf->vb.vb2_buf, buf->result);
}

/* Device side */

static int vmedia_device_reqbufs(struct vmedia_session *session, u32 *count)
{
	struct v4l2_requestbuffers req = {
		.count = *count,
		.type = session->queue.type,
		.memory = V4L2_MEMORY_USERPTR,
	};
	int rc;

	rc = vmedia_ioctl_forward(session, VIDIOC_REQBUFS, &req);
	if (rc)
		return rc;
	session->reserved = req.count > 0;
	if (*count && (!req.count || req.count > VMEDIA_MAX_BUFFERS))
		return -ENOMEM;
	*count = req.count;
	return 0;
}

static int vmedia_device_create_bufs(struct vmedia_session *session,
				     struct v4l2_format *format, u32 *count)
{
	struct v4l2_create_buffers create = {
		.count = *count,
		.memory = V4L2_MEMORY_USERPTR,
		.format = *format,
	};
	int rc;

	rc = vmedia_ioctl_forward(session, VIDIOC_CREATE_BUFS, &create);
	if (rc)
		return rc;
	session->reserved = true;
	/* Both sides number the buffers by themselves, from 0. */
	if (!create.count || create.count > *count ||
	    create.index != vmedia_num_buffers(&session->queue))
		return -ENOMEM;
	*count = create.count;
	return 0;
}

static int vmedia_device_stream(struct vmedia_session *session,
				unsigned int cmd)
{
	int type = session->queue.type;

	return vmedia_ioctl_forward(session, cmd, &type);
}

/* The device may forget our buffers. session->lock is held. */
static void vmedia_queue_unreserve(struct vmedia_session *session)
{
	u32 count = 0;

	if (!session->reserved)
		return;
	session->reserved = false;
	if (vmedia_device_reqbufs(session, &count) == -ETIMEDOUT)
		vmedia_break(session->vm, session->epoch,
			     "REQBUFS(0) was not answered");
}

/* Make the device give back all buffers, whatever it takes. */
static void vmedia_device_streamoff(struct vmedia_session *session)
{
	int rc;

	rc = vmedia_device_stream(session, VIDIOC_STREAMOFF);
	if (rc == -ETIMEDOUT) {
		vmedia_break(session->vm, session->epoch,
			     "STREAMOFF was not answered");
	} else if (rc) {
		vmedia_session_kill(session, -EIO);
		vmedia_session_close(session);
	}
}

static bool vmedia_queue_all_answered(struct vmedia_session *session)
{
	unsigned long flags;
	bool answered;

	/* The lock: who counted down last must have left the session. */
	spin_lock_irqsave(&session->buf_lock, flags);
	answered = !session->unanswered;
	spin_unlock_irqrestore(&session->buf_lock, flags);
	return answered;
}

static void vmedia_queue_set_streaming(struct vmedia_session *session, bool on)
{
	unsigned long flags;

	spin_lock_irqsave(&session->buf_lock, flags);
	session->streaming = on;
	spin_unlock_irqrestore(&session->buf_lock, flags);
}

/*
 * Take all buffers back from the device, and give them to videobuf2 as @state.
 * session->lock is held.
 */
static void vmedia_queue_reclaim(struct vmedia_session *session,
				 enum vb2_buffer_state state)
{
	unsigned long timeout = msecs_to_jiffies(VMEDIA_COMMAND_TIMEOUT_MS);
	struct vmedia_buffer *buf;
	unsigned long flags;

	vmedia_device_streamoff(session);
	if (!wait_event_timeout(session->answered,
				vmedia_queue_all_answered(session), timeout)) {
		vmedia_break(session->vm, session->epoch,
			     "QBUF was not answered");
		/* That cancelled them. */
		wait_event(session->answered,
			   vmedia_queue_all_answered(session));
	}

	/* Events from before STREAMOFF must not be taken for later ones. */
	vmedia_queue_set_streaming(session, false);
	vmedia_event_drain(session->vm);

	for (unsigned int i = 0; i < VMEDIA_MAX_BUFFERS; i++) {
		spin_lock_irqsave(&session->buf_lock, flags);
		buf = session->lent[i];
		if (buf)
			vmedia_buffer_forget(session, buf);
		spin_unlock_irqrestore(&session->buf_lock, flags);
		if (buf)
			vb2_buffer_done(&buf->vb.vb2_buf, state);
	}
}

/* videobuf2's operations; session->lock is held */

static int vmedia_queue_setup(struct vb2_queue *q, unsigned int *nbuffers,
			      unsigned int *nplanes, unsigned int sizes[],
			      struct device *alloc_devs[])
{
	struct vmedia_session *session = vb2_get_drv_priv(q);
	struct v4l2_format format = { .type = q->type };
	u32 count = min_t(u32, *nbuffers, VMEDIA_MAX_BUFFERS);
	int rc;

	rc = vmedia_ioctl_forward(session, VIDIOC_G_FMT, &format);
	if (rc)
		return rc;

	if (*nplanes) {
		/* Asked again with less, for there was too little memory. */
		if (session->creating)
			return 0;
		rc = vmedia_format_enlarge(&format, *nplanes, sizes);
		if (!rc)
			rc = vmedia_device_create_bufs(session, &format, &count);
		session->creating = !rc;
	} else {
		rc = vmedia_format_sizes(&format, nplanes, sizes);
		if (!rc)
			rc = vmedia_device_reqbufs(session, &count);
	}
	if (rc)
		return rc;

	*nbuffers = count;
	return 0;
}

/* Context: interrupt or process, no lock held. */
static void vmedia_queue_qbuf_done(struct vmedia_cmd *cmd)
{
	struct vmedia_buffer *buf = cmd->owner;
	struct vmedia_session *session;
	struct vmedia *vm = cmd->vm;
	unsigned long flags;
	bool returned;

	session = vb2_get_drv_priv(buf->vb.vb2_buf.vb2_queue);
	spin_lock_irqsave(&session->buf_lock, flags);
	buf->answered = true;
	if (cmd->result)
		vmedia_buffer_returned(session, buf, VB2_BUF_STATE_ERROR);
	returned = buf->returned;
	session->unanswered--;
	wake_up(&session->answered);
	spin_unlock_irqrestore(&session->buf_lock, flags);

	/* The session may be gone by now. */
	if (returned)
		queue_work(vm->wq, &vm->event_work);
}

static void vmedia_queue_fill_qbuf(struct vb2_buffer *vb, void *payload)
{
	struct v4l2_buffer *b = payload;
	struct v4l2_plane *planes = payload + sizeof(*b);

	*b = (struct v4l2_buffer){
		.index = vb->index,
		.type = vb->type,
		.memory = V4L2_MEMORY_USERPTR,
		.m.userptr = VMEDIA_COOKIE,
	};
	if (!vmedia_queue_is_mplane(vb->vb2_queue)) {
		b->length = vb2_plane_size(vb, 0);
		return;
	}
	b->length = vb->num_planes;
	for (unsigned int i = 0; i < vb->num_planes; i++) {
		planes[i] = (struct v4l2_plane){
			.length = vb2_plane_size(vb, i),
			.m.userptr = VMEDIA_COOKIE,
		};
	}
}

static int vmedia_buf_init(struct vb2_buffer *vb)
{
	struct vmedia_session *session = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = to_vmedia_buffer(vb);
	size_t planes = 0;
	void *out, *in;

	if (vmedia_queue_is_mplane(vb->vb2_queue))
		planes = vb->num_planes * sizeof(struct v4l2_plane);
	buf->qbuf = vmedia_ioctl_alloc(session, VIDIOC_QBUF, planes, &out, &in);
	if (!buf->qbuf)
		return -ENOMEM;
	buf->qbuf->done = vmedia_queue_qbuf_done;
	buf->qbuf->owner = buf;
	vmedia_queue_fill_qbuf(vb, out);
	return 0;
}

static void vmedia_buf_cleanup(struct vb2_buffer *vb)
{
	struct vmedia_buffer *buf = to_vmedia_buffer(vb);

	vmedia_cmd_put(buf->qbuf);
	buf->qbuf = NULL;
	vmedia_sglist_free(&buf->sgs);
}

/* DMA addresses may differ from time to time (DMABUF), so each time anew. */
static int vmedia_buf_prepare(struct vb2_buffer *vb)
{
	struct vmedia_buffer *buf = to_vmedia_buffer(vb);
	unsigned int entries = 0;
	int rc;

	for (unsigned int i = 0; i < vb->num_planes; i++)
		entries += vb2_dma_sg_plane_desc(vb, i)->nents;

	rc = vmedia_sglist_begin(&buf->sgs, entries);
	for (unsigned int i = 0; i < vb->num_planes && !rc; i++)
		rc = vmedia_sglist_add_table(&buf->sgs,
					     vb2_dma_sg_plane_desc(vb, i),
					     vb2_plane_size(vb, i));
	if (rc)
		return rc;
	buf->qbuf->tail = vmedia_sglist_end(&buf->sgs);
	return 0;
}

static void vmedia_buf_queue(struct vb2_buffer *vb)
{
	struct vmedia_session *session = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_buffer *buf = to_vmedia_buffer(vb);
	unsigned long flags;
	int rc;

	spin_lock_irqsave(&session->buf_lock, flags);
	buf->answered = false;
	buf->returned = false;
	session->lent[vb->index] = buf;
	session->unanswered++;
	spin_unlock_irqrestore(&session->buf_lock, flags);

	rc = vmedia_cmd_send(buf->qbuf);
	if (rc) {
		buf->qbuf->result = rc;
		vmedia_queue_qbuf_done(buf->qbuf);
	}
}

static int vmedia_start_streaming(struct vb2_queue *q, unsigned int count)
{
	struct vmedia_session *session = vb2_get_drv_priv(q);
	int rc;

	rc = vmedia_device_stream(session, VIDIOC_STREAMON);
	if (rc) {
		vmedia_queue_reclaim(session, VB2_BUF_STATE_QUEUED);
		return rc;
	}
	vmedia_queue_set_streaming(session, true);
	queue_work(session->vm->wq, &session->vm->event_work);
	return 0;
}

static void vmedia_stop_streaming(struct vb2_queue *q)
{
	vmedia_queue_reclaim(vb2_get_drv_priv(q), VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops vmedia_vb2_ops = {
	.queue_setup = vmedia_queue_setup,
	.buf_init = vmedia_buf_init,
	.buf_prepare = vmedia_buf_prepare,
	.buf_cleanup = vmedia_buf_cleanup,
	.buf_queue = vmedia_buf_queue,
	.start_streaming = vmedia_start_streaming,
	.stop_streaming = vmedia_stop_streaming,
	VMEDIA_VB2_WAIT_OPS
};

int vmedia_queue_init(struct vmedia_session *session)
{
	u32 caps = session->fh.vdev->device_caps;
	struct vb2_queue *q = &session->queue;

	q->type = caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE ?
		  V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE :
		  V4L2_BUF_TYPE_VIDEO_CAPTURE;
	q->io_modes = VB2_MMAP | VB2_DMABUF | (userptr ? VB2_USERPTR : 0);
	q->dev = session->vm->dma_dev;
	q->lock = &session->lock;
	q->ops = &vmedia_vb2_ops;
	q->mem_ops = &vb2_dma_sg_memops;
	q->drv_priv = session;
	q->buf_struct_size = sizeof(struct vmedia_buffer);
	q->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	return vb2_queue_init(q);
}

void vmedia_queue_finish(struct vmedia_session *session)
{
	mutex_lock(&session->lock);
	vb2_queue_release(&session->queue);
	vmedia_queue_unreserve(session);
	mutex_unlock(&session->lock);
}

int vmedia_queue_reqbufs(struct vmedia_session *session,
			 struct v4l2_requestbuffers *req)
{
	bool reserved = session->reserved;
	u32 none = 0;
	int rc;

	rc = vb2_reqbufs(&session->queue, req);
	if (!vmedia_num_buffers(&session->queue))
		vmedia_queue_unreserve(session);
	/* EBUSY if the buffers are another session's: the device knows. */
	if (!rc && !req->count && !reserved)
		rc = vmedia_device_reqbufs(session, &none);
	return rc;
}

int vmedia_queue_create_bufs(struct vmedia_session *session,
			     struct v4l2_create_buffers *create)
{
	int rc;

	session->creating = false;
	rc = vb2_create_bufs(&session->queue, create);
	if (!vmedia_num_buffers(&session->queue))
		vmedia_queue_unreserve(session);
	return rc;
}

/* Events */

/* True if all that @event says of @buf can be true; it is used then. */
static bool vmedia_buffer_take_event(struct vmedia_buffer *buf,
				     const struct virtio_media_event_dqbuf *event)
{
	struct vb2_buffer *vb = &buf->vb.vb2_buf;
	const struct v4l2_buffer *b = &event->buffer;
	const struct v4l2_plane *planes = event->planes;
	bool mplane = vmedia_queue_is_mplane(vb->vb2_queue);

	for (unsigned int i = 0; i < vb->num_planes; i++) {
		u32 used = mplane ? planes[i].bytesused : b->bytesused;
		u32 offset = mplane ? planes[i].data_offset : 0;

		if (used > vb2_plane_size(vb, i) || offset > used)
			return false;
		vb->planes[i].bytesused = used;
		vb->planes[i].data_offset = offset;
	}
	vb->timestamp = v4l2_buffer_get_timestamp(b);
	buf->vb.sequence = b->sequence;
	buf->vb.field = b->field;
	buf->vb.timecode = b->timecode;
	buf->vb.flags = b->flags;
	return true;
}

static bool vmedia_event_is_whole(struct vb2_queue *q,
				  const struct virtio_media_event_dqbuf *event,
				  u32 len, unsigned int num_planes)
{
	if (event->buffer.type != q->type)
		return false;
	if (!vmedia_queue_is_mplane(q))
		return true;
	return event->buffer.length >= num_planes &&
	       len >= offsetof(struct virtio_media_event_dqbuf, planes) +
		      num_planes * sizeof(struct v4l2_plane);
}

void vmedia_queue_dqbuf(struct vmedia_session *session,
			const struct virtio_media_event_dqbuf *event, u32 len)
{
	u32 index = event->buffer.index;
	struct vmedia_buffer *buf = NULL;
	unsigned long flags;
	bool valid = false;

	spin_lock_irqsave(&session->buf_lock, flags);
	if (index < VMEDIA_MAX_BUFFERS)
		buf = session->lent[index];
	if (buf && !buf->returned)
		valid = vmedia_event_is_whole(&session->queue, event, len,
					      buf->vb.vb2_buf.num_planes) &&
			vmedia_buffer_take_event(buf, event);
	if (valid)
		vmedia_buffer_returned(session, buf, event->buffer.flags &
				       V4L2_BUF_FLAG_ERROR ?
				       VB2_BUF_STATE_ERROR :
				       VB2_BUF_STATE_DONE);
	spin_unlock_irqrestore(&session->buf_lock, flags);

	if (valid)
		vmedia_queue_settle(session);
	else
		dev_warn_ratelimited(&session->vm->vdev->dev,
				     "session %u: event for buffer %u ignored\n",
				     session->id, index);
}
