// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_ioctl.c - the ioctls that the V4L2 core prepares.
 *
 * They have pointers, or other layouts for 32-bit callers, or names that the
 * core knows; or they are about buffers, which are videobuf2's: it asks the
 * device through vmedia_queue.c. DQEVENT is the core's. All others are in
 * vmedia_forward.c; those among them that our core can make from these come
 * here if the device does not know them.
 */
#include <linux/pci.h>
#include <media/v4l2-event.h>

#include "compat.h"
#include "vmedia.h"

static int vmedia_file_forward(struct file *file, unsigned int cmd, void *arg)
{
	return vmedia_ioctl_forward(vmedia_session_of(file), cmd, arg);
}

static int vmedia_querycap(struct file *file, void *priv,
			   struct v4l2_capability *cap)
{
	struct vmedia *vm = vmedia_session_of(file)->vm;

	strscpy(cap->driver, "vmedia", sizeof(cap->driver));
	strscpy(cap->card, video_devdata(file)->name, sizeof(cap->card));
	snprintf(cap->bus_info, sizeof(cap->bus_info), "%s:%s",
		 dev_is_pci(vm->dma_dev) ? "PCI" : "platform",
		 dev_name(vm->dma_dev));
	return 0;
}

/* Bytes of a block of an EDID, by the standard */
#define VMEDIA_EDID_BLOCK 128

/* Formats. Types of buffers that this node does not have are not asked for. */

static int vmedia_enum_fmt(struct file *file, void *priv,
			   struct v4l2_fmtdesc *f)
{
	if (!vmedia_session_queue(vmedia_session_of(file), f->type))
		return -EINVAL;
	return vmedia_file_forward(file, VIDIOC_ENUM_FMT, f);
}

static int vmedia_g_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	if (!vmedia_session_queue(vmedia_session_of(file), f->type))
		return -EINVAL;
	return vmedia_file_forward(file, VIDIOC_G_FMT, f);
}

static int vmedia_try_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	if (!vmedia_session_queue(vmedia_session_of(file), f->type))
		return -EINVAL;
	return vmedia_file_forward(file, VIDIOC_TRY_FMT, f);
}

/* The queue of a type, locked; or an ERR_PTR() */
static struct vmedia_queue *vmedia_lock_queue(struct file *file, u32 type)
{
	struct vmedia_queue *queue;
	int error;

	queue = vmedia_session_queue(vmedia_session_of(file), type);
	if (!queue)
		return ERR_PTR(-EINVAL);
	if (mutex_lock_interruptible(&queue->lock))
		return ERR_PTR(-ERESTARTSYS);
	/*
	 * It may have died while we waited. With STREAMOFF videobuf2 forgets
	 * that: after another STREAMON, DQBUF would wait for nothing.
	 */
	error = READ_ONCE(queue->session->error);
	if (error) {
		mutex_unlock(&queue->lock);
		return ERR_PTR(error);
	}
	return queue;
}

static void vmedia_unlock_queue(struct vmedia_queue *queue)
{
	mutex_unlock(&queue->lock);
}

static int vmedia_s_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, f->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	/* Our buffers have the sizes of the format they were made for. */
	if (vb2_is_busy(&queue->vb2))
		rc = -EBUSY;
	else
		rc = vmedia_file_forward(file, VIDIOC_S_FMT, f);
	vmedia_unlock_queue(queue);
	return rc;
}

/* Others that the core translates, or makes something else of */

static int vmedia_enum_input(struct file *file, void *priv,
			     struct v4l2_input *input)
{
	return vmedia_file_forward(file, VIDIOC_ENUMINPUT, input);
}

static int vmedia_g_selection(struct file *file, void *priv,
			      struct v4l2_selection *selection)
{
	return vmedia_file_forward(file, VIDIOC_G_SELECTION, selection);
}

static int vmedia_s_selection(struct file *file, void *priv,
			      struct v4l2_selection *selection)
{
	return vmedia_file_forward(file, VIDIOC_S_SELECTION, selection);
}

/* The core has @edid's blocks in the kernel's memory. */
static int vmedia_edid_forward(struct file *file, unsigned int cmd,
			       struct v4l2_edid *edid)
{
	size_t len = edid->blocks * VMEDIA_EDID_BLOCK;
	struct vmedia_cmd *command;
	struct v4l2_edid *out, *in;
	void *blocks = edid->edid;
	int rc;

	if (edid->blocks > VMEDIA_MAX_EDID_BLOCKS)
		return -EINVAL;
	command = vmedia_ioctl_alloc(vmedia_session_of(file), cmd, len,
				     (void **)&out, (void **)&in);
	if (!command)
		return -ENOMEM;
	/* There may be fewer blocks than were asked for. */
	command->in_least -= len;
	*out = *edid;
	out->edid = len ? (void *)VMEDIA_COOKIE : NULL;
	memcpy(out + 1, blocks, len);

	rc = vmedia_cmd_run(command);
	/* On an error, too, the device may say how many there are. */
	if (rc != -ETIMEDOUT && command->written >= command->in_least) {
		*edid = *in;
		edid->edid = blocks;
		len = min_t(size_t, len, command->written - command->in_least);
		memcpy(blocks, in + 1, len);
	}
	vmedia_cmd_put(command);
	return rc;
}

static int vmedia_g_edid(struct file *file, void *priv, struct v4l2_edid *edid)
{
	return vmedia_edid_forward(file, VIDIOC_G_EDID, edid);
}

static int vmedia_s_edid(struct file *file, void *priv, struct v4l2_edid *edid)
{
	return vmedia_edid_forward(file, VIDIOC_S_EDID, edid);
}

/* Controls */

static int vmedia_query_ext_ctrl(struct file *file, void *priv,
				 struct v4l2_query_ext_ctrl *query)
{
	return vmedia_file_forward(file, VIDIOC_QUERY_EXT_CTRL, query);
}

static int vmedia_g_ext_ctrls(struct file *file, void *priv,
			      struct v4l2_ext_controls *ctrls)
{
	return vmedia_ctrls_forward(vmedia_session_of(file),
				    VIDIOC_G_EXT_CTRLS, ctrls);
}

static int vmedia_s_ext_ctrls(struct file *file, void *priv,
			      struct v4l2_ext_controls *ctrls)
{
	return vmedia_ctrls_forward(vmedia_session_of(file),
				    VIDIOC_S_EXT_CTRLS, ctrls);
}

static int vmedia_try_ext_ctrls(struct file *file, void *priv,
				struct v4l2_ext_controls *ctrls)
{
	return vmedia_ctrls_forward(vmedia_session_of(file),
				    VIDIOC_TRY_EXT_CTRLS, ctrls);
}

/* Buffers */

/* Each queue of several has its share of the mmap() offsets. */
static void vmedia_shift_offsets(const struct vmedia_queue *queue,
				 struct v4l2_buffer *b)
{
	u32 shift = (queue - queue->session->queues) * VMEDIA_QUEUE_OFFSETS;

	if (b->memory != V4L2_MEMORY_MMAP)
		return;
	if (!vmedia_queue_is_mplane(queue)) {
		b->m.offset += shift;
		return;
	}
	for (unsigned int i = 0; i < b->length; i++)
		b->m.planes[i].m.mem_offset += shift;
}

static int vmedia_reqbufs(struct file *file, void *priv,
			  struct v4l2_requestbuffers *req)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, req->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vmedia_queue_reqbufs(queue, req);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_create_bufs(struct file *file, void *priv,
			      struct v4l2_create_buffers *create)
{
	struct vmedia_queue *queue;
	int rc;

	queue = vmedia_lock_queue(file, create->format.type);
	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vmedia_queue_create_bufs(queue, create);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_querybuf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, b->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_querybuf(&queue->vb2, b);
	if (!rc)
		vmedia_shift_offsets(queue, b);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_prepare_buf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, b->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_prepare_buf(&queue->vb2, NULL, b);
	if (!rc)
		vmedia_shift_offsets(queue, b);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_qbuf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, b->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_qbuf(&queue->vb2, NULL, b);
	if (!rc)
		vmedia_shift_offsets(queue, b);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_dqbuf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, b->type);
	int error, rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_dqbuf(&queue->vb2, b, file->f_flags & O_NONBLOCK);
	if (!rc)
		vmedia_shift_offsets(queue, b);
	vmedia_unlock_queue(queue);

	/* Who was woken because the session died is told of what. */
	error = READ_ONCE(queue->session->error);
	return rc && error ? error : rc;
}

static int vmedia_expbuf(struct file *file, void *priv,
			 struct v4l2_exportbuffer *e)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, e->type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_expbuf(&queue->vb2, e);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_streamon(struct file *file, void *priv,
			   enum v4l2_buf_type type)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_streamon(&queue->vb2, type);
	vmedia_unlock_queue(queue);
	return rc;
}

static int vmedia_streamoff(struct file *file, void *priv,
			    enum v4l2_buf_type type)
{
	struct vmedia_queue *queue = vmedia_lock_queue(file, type);
	int rc;

	if (IS_ERR(queue))
		return PTR_ERR(queue);
	rc = vb2_streamoff(&queue->vb2, type);
	vmedia_unlock_queue(queue);
	return rc;
}

/* Events */

/* Events of one kind that wait for a slow reader, before the oldest goes */
#define VMEDIA_PENDING_EVENTS 4

static int vmedia_subscribe_event(struct v4l2_fh *fh,
				  const struct v4l2_event_subscription *sub)
{
	struct vmedia_session *session;
	struct v4l2_event_subscription copy = *sub;
	int rc;

	session = container_of(fh, struct vmedia_session, fh);
	/* First here: the device may send one before it answers. */
	rc = v4l2_event_subscribe(fh, sub, VMEDIA_PENDING_EVENTS, NULL);
	if (rc)
		return rc;

	rc = vmedia_ioctl_forward(session, VIDIOC_SUBSCRIBE_EVENT, &copy);
	if (rc) {
		v4l2_event_unsubscribe(fh, sub);
		return rc;
	}
	/* V4L2_EVENT_SUB_FL_SEND_INITIAL: it can be dequeued when we return. */
	vmedia_event_drain(session->vm);
	return 0;
}

static int vmedia_unsubscribe_event(struct v4l2_fh *fh,
				    const struct v4l2_event_subscription *sub)
{
	struct vmedia_session *session;
	struct v4l2_event_subscription copy = *sub;
	int rc;

	session = container_of(fh, struct vmedia_session, fh);
	rc = v4l2_event_unsubscribe(fh, sub);
	if (rc)
		return rc;
	return vmedia_ioctl_forward(session, VIDIOC_UNSUBSCRIBE_EVENT, &copy);
}

#define VMEDIA_FMT_OPS(kind)			\
	.vidioc_g_fmt_##kind = vmedia_g_fmt,	\
	.vidioc_s_fmt_##kind = vmedia_s_fmt,	\
	.vidioc_try_fmt_##kind = vmedia_try_fmt

const struct v4l2_ioctl_ops vmedia_ioctl_ops = {
	.vidioc_querycap = vmedia_querycap,

	.vidioc_enum_fmt_vid_cap = vmedia_enum_fmt,
	.vidioc_enum_fmt_vid_out = vmedia_enum_fmt,
	.vidioc_enum_fmt_sdr_cap = vmedia_enum_fmt,
	.vidioc_enum_fmt_sdr_out = vmedia_enum_fmt,
	.vidioc_enum_fmt_meta_cap = vmedia_enum_fmt,
	.vidioc_enum_fmt_meta_out = vmedia_enum_fmt,
	VMEDIA_FMT_OPS(vid_cap),
	VMEDIA_FMT_OPS(vid_cap_mplane),
	VMEDIA_FMT_OPS(vid_out),
	VMEDIA_FMT_OPS(vid_out_mplane),
	VMEDIA_FMT_OPS(vbi_cap),
	VMEDIA_FMT_OPS(vbi_out),
	VMEDIA_FMT_OPS(sliced_vbi_cap),
	VMEDIA_FMT_OPS(sliced_vbi_out),
	VMEDIA_FMT_OPS(sdr_cap),
	VMEDIA_FMT_OPS(sdr_out),
	VMEDIA_FMT_OPS(meta_cap),
	VMEDIA_FMT_OPS(meta_out),

	.vidioc_enum_input = vmedia_enum_input,
	.vidioc_g_selection = vmedia_g_selection,
	.vidioc_s_selection = vmedia_s_selection,
	.vidioc_g_edid = vmedia_g_edid,
	.vidioc_s_edid = vmedia_s_edid,

	.vidioc_query_ext_ctrl = vmedia_query_ext_ctrl,
	.vidioc_g_ext_ctrls = vmedia_g_ext_ctrls,
	.vidioc_s_ext_ctrls = vmedia_s_ext_ctrls,
	.vidioc_try_ext_ctrls = vmedia_try_ext_ctrls,

	.vidioc_reqbufs = vmedia_reqbufs,
	.vidioc_create_bufs = vmedia_create_bufs,
	.vidioc_querybuf = vmedia_querybuf,
	.vidioc_prepare_buf = vmedia_prepare_buf,
	.vidioc_qbuf = vmedia_qbuf,
	.vidioc_dqbuf = vmedia_dqbuf,
	.vidioc_expbuf = vmedia_expbuf,
	.vidioc_streamon = vmedia_streamon,
	.vidioc_streamoff = vmedia_streamoff,

	.vidioc_subscribe_event = vmedia_subscribe_event,
	.vidioc_unsubscribe_event = vmedia_unsubscribe_event,
};
