// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_queue.c - a videobuf2 queue of a session.
 *
 * An application that wants MMAP buffers to capture gets those of the device, if
 * it grants them: nothing is copied then. Else, whatever memory the application
 * chose, the device sees SHARED_PAGES: pieces of guest memory by their DMA
 * addresses. Only from a device that does not take them come buffers of its own
 * in its shared memory region (the window).
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <media/videobuf2-dma-sg.h>

#include "compat.h"
#include "vmedia.h"

static bool userptr;
module_param(userptr, bool, 0444);
MODULE_PARM_DESC(userptr, "offer V4L2_MEMORY_USERPTR to applications (default: no)");

/* Device side; queue->lock is held */

static int vmedia_device_reqbufs(struct vmedia_queue *queue, u32 *count)
{
	struct v4l2_requestbuffers req = {
		.count = *count,
		.type = queue->vb2.type,
		.memory = queue->memory,
	};
	int rc;

	rc = vmedia_ioctl_forward(queue->session, VIDIOC_REQBUFS, &req);
	if (rc)
		return rc;
	queue->reserved = req.count > 0;
	if (*count && (!req.count || req.count > VMEDIA_MAX_BUFFERS))
		return -ENOMEM;
	*count = req.count;
	return 0;
}

/* What the buffers are to be for; of pictures, also in which order of fields. */
static int vmedia_device_format(struct vmedia_queue *queue,
				struct v4l2_format *format)
{
	int rc;

	memset(format, 0, sizeof(*format));
	format->type = queue->vb2.type;
	rc = vmedia_ioctl_forward(queue->session, VIDIOC_G_FMT, format);
	if (!rc)
		queue->field = vmedia_format_field(format);
	return rc;
}

static int vmedia_device_create_bufs(struct vmedia_queue *queue, u32 *count)
{
	struct v4l2_create_buffers create;
	int rc;

	memset(&create, 0, sizeof(create));
	create.count = *count;
	create.memory = queue->memory;
	create.format = queue->creating->format;
	rc = vmedia_ioctl_forward(queue->session, VIDIOC_CREATE_BUFS, &create);
	if (rc)
		return rc;
	queue->reserved = true;
	/* Both sides number the buffers by themselves, from 0. */
	if (!create.count || create.count > *count ||
	    create.index != vmedia_num_buffers(&queue->vb2))
		return -ENOMEM;
	*count = create.count;
	return 0;
}

int vmedia_queue_query(struct vmedia_queue *queue, unsigned int index,
		       unsigned int nplanes, struct v4l2_buffer *buffer,
		       struct v4l2_plane planes[])
{
	size_t len = vmedia_queue_is_mplane(queue) ? nplanes * sizeof(*planes) :
						     0;
	struct vmedia_cmd *command;
	struct v4l2_buffer *out;
	void *in;
	int rc;

	command = vmedia_ioctl_alloc(queue->session, VIDIOC_QUERYBUF, len,
				     (void **)&out, &in);
	if (!command)
		return -ENOMEM;
	out->index = index;
	out->type = queue->vb2.type;
	out->memory = queue->memory;
	if (len) {
		out->length = nplanes;
		out->m.userptr = VMEDIA_COOKIE;
	}

	rc = vmedia_cmd_run(command);
	if (!rc) {
		memcpy(buffer, in, sizeof(*buffer));
		memcpy(planes, in + sizeof(*buffer), len);
	}
	vmedia_cmd_put(command);
	return rc;
}

/*
 * The device's buffers may be larger than the format needs, and it wants ours
 * to be as large as them.
 */
static int vmedia_device_sizes(struct vmedia_queue *queue, unsigned int index,
			       unsigned int nplanes, unsigned int sizes[])
{
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct v4l2_buffer buffer;
	u64 total = 0;
	int rc;

	rc = vmedia_queue_query(queue, index, nplanes, &buffer, planes);
	if (rc)
		return rc;
	for (unsigned int i = 0; i < nplanes; i++) {
		sizes[i] = max(sizes[i], vmedia_queue_is_mplane(queue) ?
			       planes[i].length : buffer.length);
		total += sizes[i];
	}
	return total > VMEDIA_MAX_BUFFER_BYTES ? -ENOMEM : 0;
}

static int vmedia_device_stream(struct vmedia_queue *queue, unsigned int cmd)
{
	int type = queue->vb2.type;

	return vmedia_ioctl_forward(queue->session, cmd, &type);
}

/* The device may forget our buffers. */
static void vmedia_queue_unreserve(struct vmedia_queue *queue)
{
	u32 count = 0;

	if (!queue->reserved)
		return;
	queue->reserved = false;
	if (vmedia_device_reqbufs(queue, &count) == -ETIMEDOUT)
		vmedia_break(queue->session->vm, queue->session->epoch,
			     "REQBUFS(0) was not answered");
}

/* Make the device give back all buffers, whatever it takes. */
static void vmedia_device_streamoff(struct vmedia_queue *queue)
{
	struct vmedia_session *session = queue->session;
	int rc;

	rc = vmedia_device_stream(queue, VIDIOC_STREAMOFF);
	if (rc == -ETIMEDOUT) {
		vmedia_break(session->vm, session->epoch,
			     "STREAMOFF was not answered");
	} else if (rc) {
		vmedia_session_kill(session, -EIO);
		vmedia_session_close(session);
	}
}

static bool vmedia_queue_all_answered(struct vmedia_queue *queue)
{
	unsigned long flags;
	bool answered;

	/* The lock: who counted down last must have left the session. */
	spin_lock_irqsave(&queue->buf_lock, flags);
	answered = !queue->unanswered;
	spin_unlock_irqrestore(&queue->buf_lock, flags);
	return answered;
}

static void vmedia_queue_set_streaming(struct vmedia_queue *queue, bool on)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->buf_lock, flags);
	queue->streaming = on;
	if (!on)
		queue->last_stamp = 0;
	spin_unlock_irqrestore(&queue->buf_lock, flags);
}

/* Take all buffers back from the device, and give them to videobuf2 as @state. */
static void vmedia_queue_reclaim(struct vmedia_queue *queue,
				 enum vb2_buffer_state state)
{
	unsigned long timeout = msecs_to_jiffies(VMEDIA_COMMAND_TIMEOUT_MS);
	struct vmedia_session *session = queue->session;
	struct vmedia_buffer *buf;
	unsigned long flags;

	vmedia_device_streamoff(queue);
	if (!wait_event_timeout(queue->answered,
				vmedia_queue_all_answered(queue), timeout)) {
		vmedia_break(session->vm, session->epoch,
			     "QBUF was not answered");
		/* That cancelled them. */
		wait_event(queue->answered, vmedia_queue_all_answered(queue));
	}

	/* Events from before STREAMOFF must not be taken for later ones. */
	vmedia_queue_set_streaming(queue, false);
	vmedia_event_drain(session->vm);

	for (unsigned int i = 0; i < VMEDIA_MAX_BUFFERS; i++) {
		spin_lock_irqsave(&queue->buf_lock, flags);
		buf = queue->lent[i];
		if (buf)
			vmedia_buffer_forget(queue, buf);
		spin_unlock_irqrestore(&queue->buf_lock, flags);
		if (buf)
			vb2_buffer_done(&buf->vb.vb2_buf, state);
	}
}

/* videobuf2's operations; queue->lock is held */

/* What an application wants with CREATE_BUFS; the device has its say too. */
static int vmedia_queue_setup_more(struct vmedia_queue *queue, u32 *count,
				   unsigned int nplanes, unsigned int sizes[])
{
	unsigned int index = vmedia_num_buffers(&queue->vb2);
	struct v4l2_format format;
	int rc;

	/* Asked again with less, for there was too little memory. */
	if (queue->asked)
		return 0;
	for (unsigned int i = 0; i < nplanes; i++) {
		if (!sizes[i])
			return -EINVAL;
	}
	rc = vmedia_device_format(queue, &format);
	if (!rc)
		rc = vmedia_device_create_bufs(queue, count);
	if (rc)
		return rc;
	queue->asked = true;
	return vmedia_device_sizes(queue, index, nplanes, sizes);
}

/* The buffers that the device grants are all that it has: one more is spare. */
static int vmedia_queue_setup_spare(struct vmedia_queue *queue,
				    unsigned int nplanes, unsigned int sizes[])
{
	unsigned int needed[VIRTIO_MEDIA_MAX_PLANES], needed_planes;
	struct v4l2_format format;
	u64 total = 0;
	int rc;

	rc = vmedia_device_format(queue, &format);
	if (!rc)
		rc = vmedia_format_sizes(&format, &needed_planes, needed);
	if (rc)
		return rc;
	if (nplanes != needed_planes)
		return -EINVAL;
	for (unsigned int i = 0; i < nplanes; i++) {
		if (sizes[i] < needed[i])
			return -EINVAL;
		total += sizes[i];
	}
	return total > VMEDIA_MAX_BUFFER_BYTES ? -ENOMEM : 0;
}

static int vmedia_queue_setup_first(struct vmedia_queue *queue, u32 *count,
				    unsigned int *nplanes, unsigned int sizes[])
{
	struct v4l2_format format;
	u64 total = 0;
	int rc;

	/* With less it would make other buffers than those that are mapped. */
	if (queue->asked && queue->memory != V4L2_MEMORY_USERPTR)
		return -ENOMEM;
	rc = vmedia_device_format(queue, &format);
	if (!rc)
		rc = vmedia_format_sizes(&format, nplanes, sizes);
	if (!rc)
		rc = vmedia_device_reqbufs(queue, count);
	if (!rc)
		rc = vmedia_device_sizes(queue, 0, *nplanes, sizes);
	if (rc)
		return rc;
	queue->asked = true;
	if (queue->vb2.mem_ops == vmedia_grant_ops(queue->session->vm))
		queue->granted = *count;

	for (unsigned int i = 0; i < *nplanes; i++)
		total += PAGE_ALIGN(sizes[i]);
	if (queue->session->num_queues > 1 &&
	    *count * total > VMEDIA_QUEUE_OFFSETS)
		return -ENOMEM;
	return 0;
}

static int vmedia_queue_setup(struct vb2_queue *q, unsigned int *nbuffers,
			      unsigned int *nplanes, unsigned int sizes[],
			      struct device *alloc_devs[])
{
	struct vmedia_queue *queue = vb2_get_drv_priv(q);
	u32 count = min_t(u32, *nbuffers, VMEDIA_MAX_BUFFERS);
	int rc;

	if (*nplanes && queue->granted)
		rc = vmedia_queue_setup_spare(queue, *nplanes, sizes);
	else if (*nplanes)
		rc = vmedia_queue_setup_more(queue, &count, *nplanes, sizes);
	else
		rc = vmedia_queue_setup_first(queue, &count, nplanes, sizes);
	if (!rc)
		*nbuffers = count;
	return rc;
}

static int vmedia_start_streaming(struct vb2_queue *q, unsigned int count)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(q);
	struct vmedia *vm = queue->session->vm;
	int rc;

	rc = vmedia_device_stream(queue, VIDIOC_STREAMON);
	if (rc) {
		vmedia_queue_reclaim(queue, VB2_BUF_STATE_QUEUED);
		return rc;
	}
	vmedia_queue_set_streaming(queue, true);
	queue_work(vm->wq, &vm->event_work);
	return 0;
}

static void vmedia_stop_streaming(struct vb2_queue *q)
{
	vmedia_queue_reclaim(vb2_get_drv_priv(q), VB2_BUF_STATE_ERROR);
}

static const struct vb2_ops vmedia_vb2_ops = {
	.queue_setup = vmedia_queue_setup,
	.buf_init = vmedia_buffer_init,
	.buf_out_validate = vmedia_buffer_validate,
	.buf_prepare = vmedia_buffer_prepare,
	.buf_cleanup = vmedia_buffer_cleanup,
	.buf_queue = vmedia_buffer_queue,
	.start_streaming = vmedia_start_streaming,
	.stop_streaming = vmedia_stop_streaming,
	VMEDIA_VB2_WAIT_OPS
};

/* A codec's pictures have the timestamps of what they were made from. */
static u32 vmedia_queue_timestamp_flags(const struct vmedia_session *session)
{
	const u32 m2m = V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;

	return session->fh.vdev->device_caps & m2m ?
	       V4L2_BUF_FLAG_TIMESTAMP_COPY :
	       V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

/* Memory as it is where the device grants nothing */
static const struct vb2_mem_ops *vmedia_queue_usual_ops(const struct vmedia *vm)
{
	return vm->memory == V4L2_MEMORY_USERPTR ? &vb2_dma_sg_memops :
						   &vmedia_window_memops;
}

int vmedia_queue_init(struct vmedia_queue *queue,
		      struct vmedia_session *session, u32 type)
{
	struct vb2_queue *q = &queue->vb2;
	int rc;

	queue->session = session;
	queue->memory = session->vm->memory;
	mutex_init(&queue->lock);
	spin_lock_init(&queue->buf_lock);
	INIT_LIST_HEAD(&queue->returned);
	init_waitqueue_head(&queue->answered);

	q->type = type;
	q->dev = session->vm->dma_dev;
	q->lock = &queue->lock;
	q->ops = &vmedia_vb2_ops;
	q->drv_priv = queue;
	q->buf_struct_size = sizeof(struct vmedia_buffer);
	q->timestamp_flags = vmedia_queue_timestamp_flags(session);
	q->mem_ops = vmedia_queue_usual_ops(session->vm);
	q->io_modes = VB2_MMAP;
	if (queue->memory == V4L2_MEMORY_USERPTR) {
		q->io_modes |= VB2_DMABUF;
		if (userptr)
			q->io_modes |= VB2_USERPTR;
	}

	rc = vb2_queue_init(q);
	if (rc)
		vmedia_queue_destroy(queue);
	return rc;
}

void vmedia_queue_destroy(struct vmedia_queue *queue)
{
	mutex_destroy(&queue->lock);
}

void vmedia_queue_finish(struct vmedia_queue *queue)
{
	mutex_lock(&queue->lock);
	vb2_queue_release(&queue->vb2);
	vmedia_queue_unreserve(queue);
	mutex_unlock(&queue->lock);
}

/* The next buffers have another memory. There are none now. */
static void vmedia_queue_set_memory(struct vmedia_queue *queue, u32 memory,
				    const struct vb2_mem_ops *ops)
{
	if (queue->vb2.mem_ops == ops)
		return;
	/* It may have had buffers of the other. */
	vmedia_queue_unreserve(queue);
	queue->memory = memory;
	queue->granted = 0;
	queue->vb2.mem_ops = ops;
}

static int vmedia_queue_make_buffers(struct vmedia_queue *queue,
				     struct v4l2_requestbuffers *req)
{
	int rc;

	queue->asked = false;
	rc = vb2_reqbufs(&queue->vb2, req);
	if (!vmedia_num_buffers(&queue->vb2))
		vmedia_queue_unreserve(queue);
	return rc;
}

/* May an application's buffers be that? @memory: enum v4l2_memory */
static bool vmedia_queue_takes(const struct vmedia_queue *queue, u32 memory)
{
	switch (memory) {
	case V4L2_MEMORY_MMAP:
		return true;
	case V4L2_MEMORY_USERPTR:
		return queue->vb2.io_modes & VB2_USERPTR;
	case V4L2_MEMORY_DMABUF:
		return queue->vb2.io_modes & VB2_DMABUF;
	default:
		return false;
	}
}

/* Return: true, and @req is done; or false, and there are no buffers. */
static bool vmedia_queue_try_grants(struct vmedia_queue *queue,
				    const struct vb2_mem_ops *ops,
				    struct v4l2_requestbuffers *req)
{
	struct v4l2_requestbuffers attempt = *req;

	vmedia_queue_set_memory(queue, V4L2_MEMORY_MMAP, ops);
	if (vmedia_queue_make_buffers(queue, &attempt))
		return false;
	*req = attempt;
	return true;
}

/*
 * Choose the memory anew, where the device may grant it. First the old buffers
 * go, of whichever kind, as videobuf2 would have it a moment later.
 * Return: 0, then *@done says whether @req is; or -errno.
 */
static int vmedia_queue_choose_memory(struct vmedia_queue *queue,
				      struct v4l2_requestbuffers *req,
				      bool *done)
{
	struct v4l2_requestbuffers none = {
		.type = queue->vb2.type,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct vmedia *vm = queue->session->vm;
	const struct vb2_mem_ops *grants = vmedia_grant_ops(vm);
	int rc;

	*done = false;
	if (!grants || vmedia_queue_is_output(queue) ||
	    !vmedia_queue_takes(queue, req->memory))
		return 0;
	rc = vb2_reqbufs(&queue->vb2, &none);
	if (rc)
		return rc;
	if (req->count && req->memory == V4L2_MEMORY_MMAP)
		*done = vmedia_queue_try_grants(queue, grants, req);
	if (!*done)
		vmedia_queue_set_memory(queue, vm->memory,
					vmedia_queue_usual_ops(vm));
	return 0;
}

int vmedia_queue_reqbufs(struct vmedia_queue *queue,
			 struct v4l2_requestbuffers *req)
{
	bool reserved = queue->reserved;
	u32 none = 0;
	bool done;
	int rc;

	rc = vmedia_queue_choose_memory(queue, req, &done);
	if (rc || done)
		return rc;
	rc = vmedia_queue_make_buffers(queue, req);
	/* EBUSY if the buffers are another session's: the device knows. */
	if (!rc && !req->count && !reserved)
		rc = vmedia_device_reqbufs(queue, &none);
	return rc;
}

int vmedia_queue_create_bufs(struct vmedia_queue *queue,
			     struct v4l2_create_buffers *create)
{
	int rc;

	queue->creating = create;
	queue->asked = false;
	rc = vb2_create_bufs(&queue->vb2, create);
	queue->creating = NULL;
	if (!vmedia_num_buffers(&queue->vb2))
		vmedia_queue_unreserve(queue);
	return rc;
}
