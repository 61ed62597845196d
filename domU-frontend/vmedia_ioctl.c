// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_ioctl.c - the ioctls.
 *
 * What is about the camera is the device's to answer. What is about buffers is
 * videobuf2's, which asks the device through vmedia_queue.c. DQEVENT and
 * 32-bit callers are the V4L2 core's, priorities if the device keeps none.
 */
#include <linux/pci.h>
#include <media/v4l2-event.h>

#include "compat.h"
#include "vmedia.h"

struct vmedia_cmd *vmedia_ioctl_alloc(struct vmedia_session *session,
				      unsigned int cmd, size_t extra,
				      void **out, void **in)
{
	size_t payload = _IOC_SIZE(cmd) + extra;
	size_t out_len = sizeof(struct virtio_media_cmd_ioctl);
	size_t in_len = sizeof(struct virtio_media_resp_ioctl);
	struct virtio_media_cmd_ioctl *hdr;
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(session->vm, session->epoch,
				   VIRTIO_MEDIA_CMD_IOCTL,
				   out_len + (_IOC_DIR(cmd) & _IOC_WRITE ? payload : 0),
				   in_len + (_IOC_DIR(cmd) & _IOC_READ ? payload : 0));
	if (!command)
		return NULL;

	command->session = session;
	hdr = command->out;
	hdr->session_id = cpu_to_le32(session->id);
	hdr->code = cpu_to_le32(_IOC_NR(cmd));
	*out = _IOC_DIR(cmd) & _IOC_WRITE ? command->out + out_len : NULL;
	*in = _IOC_DIR(cmd) & _IOC_READ ? command->in + in_len : NULL;
	return command;
}

int vmedia_ioctl_forward(struct vmedia_session *session, unsigned int cmd,
			 void *arg)
{
	struct vmedia_cmd *command;
	void *out, *in;
	int rc;

	command = vmedia_ioctl_alloc(session, cmd, 0, &out, &in);
	if (!command)
		return -ENOMEM;
	if (out)
		memcpy(out, arg, _IOC_SIZE(cmd));

	rc = vmedia_cmd_run(command);
	if (!rc && in)
		memcpy(arg, in, _IOC_SIZE(cmd));
	vmedia_cmd_put(command);
	return rc;
}

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

/* Formats. Types of buffers that this node does not have are not asked for. */

static int vmedia_fmt_forward(struct file *file, unsigned int cmd,
			      struct v4l2_format *f)
{
	struct vmedia_session *session = vmedia_session_of(file);

	if (f->type != session->queue.type)
		return -EINVAL;
	return vmedia_ioctl_forward(session, cmd, f);
}

static int vmedia_enum_fmt(struct file *file, void *priv,
			   struct v4l2_fmtdesc *f)
{
	return vmedia_file_forward(file, VIDIOC_ENUM_FMT, f);
}

static int vmedia_g_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	return vmedia_fmt_forward(file, VIDIOC_G_FMT, f);
}

static int vmedia_try_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	return vmedia_fmt_forward(file, VIDIOC_TRY_FMT, f);
}

static int vmedia_s_fmt(struct file *file, void *priv, struct v4l2_format *f)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	/* Our buffers have the sizes of the format they were made for. */
	if (vb2_is_busy(&session->queue))
		rc = -EBUSY;
	else
		rc = vmedia_fmt_forward(file, VIDIOC_S_FMT, f);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_enum_framesizes(struct file *file, void *priv,
				  struct v4l2_frmsizeenum *e)
{
	return vmedia_file_forward(file, VIDIOC_ENUM_FRAMESIZES, e);
}

static int vmedia_enum_frameintervals(struct file *file, void *priv,
				      struct v4l2_frmivalenum *e)
{
	return vmedia_file_forward(file, VIDIOC_ENUM_FRAMEINTERVALS, e);
}

static int vmedia_parm_forward(struct file *file, unsigned int cmd,
			       struct v4l2_streamparm *parm)
{
	int rc;

	if (parm->type != vmedia_session_of(file)->queue.type)
		return -EINVAL;
	rc = vmedia_file_forward(file, cmd, parm);
	/* read() is not for us, whatever it is for the host. */
	if (!rc)
		parm->parm.capture.readbuffers = 0;
	return rc;
}

static int vmedia_g_parm(struct file *file, void *priv,
			 struct v4l2_streamparm *parm)
{
	return vmedia_parm_forward(file, VIDIOC_G_PARM, parm);
}

static int vmedia_s_parm(struct file *file, void *priv,
			 struct v4l2_streamparm *parm)
{
	return vmedia_parm_forward(file, VIDIOC_S_PARM, parm);
}

/* Inputs */

static int vmedia_enum_input(struct file *file, void *priv,
			     struct v4l2_input *input)
{
	return vmedia_file_forward(file, VIDIOC_ENUMINPUT, input);
}

static int vmedia_g_input(struct file *file, void *priv, unsigned int *index)
{
	return vmedia_file_forward(file, VIDIOC_G_INPUT, index);
}

static int vmedia_s_input(struct file *file, void *priv, unsigned int index)
{
	return vmedia_file_forward(file, VIDIOC_S_INPUT, &index);
}

/* Controls */

static int __maybe_unused vmedia_queryctrl(struct file *file, void *priv,
					   struct v4l2_queryctrl *query)
{
	return vmedia_file_forward(file, VIDIOC_QUERYCTRL, query);
}

static int vmedia_query_ext_ctrl(struct file *file, void *priv,
				 struct v4l2_query_ext_ctrl *query)
{
	return vmedia_file_forward(file, VIDIOC_QUERY_EXT_CTRL, query);
}

static int vmedia_querymenu(struct file *file, void *priv,
			    struct v4l2_querymenu *menu)
{
	return vmedia_file_forward(file, VIDIOC_QUERYMENU, menu);
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

static int vmedia_reqbufs(struct file *file, void *priv,
			  struct v4l2_requestbuffers *req)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vmedia_queue_reqbufs(session, req);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_create_bufs(struct file *file, void *priv,
			      struct v4l2_create_buffers *create)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vmedia_queue_create_bufs(session, create);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_querybuf(struct file *file, void *priv,
			   struct v4l2_buffer *b)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_querybuf(&session->queue, b);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_prepare_buf(struct file *file, void *priv,
			      struct v4l2_buffer *b)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_prepare_buf(&session->queue, NULL, b);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_qbuf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_qbuf(&session->queue, NULL, b);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_dqbuf(struct file *file, void *priv, struct v4l2_buffer *b)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int error, rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_dqbuf(&session->queue, b, file->f_flags & O_NONBLOCK);
	mutex_unlock(&session->lock);

	/* Who was woken because the session died is told of what. */
	error = READ_ONCE(session->error);
	return rc && error ? error : rc;
}

static int vmedia_expbuf(struct file *file, void *priv,
			 struct v4l2_exportbuffer *e)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_expbuf(&session->queue, e);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_streamon(struct file *file, void *priv,
			   enum v4l2_buf_type type)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_streamon(&session->queue, type);
	mutex_unlock(&session->lock);
	return rc;
}

static int vmedia_streamoff(struct file *file, void *priv,
			    enum v4l2_buf_type type)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (mutex_lock_interruptible(&session->lock))
		return -ERESTARTSYS;
	rc = vb2_streamoff(&session->queue, type);
	mutex_unlock(&session->lock);
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

const struct v4l2_ioctl_ops vmedia_ioctl_ops = {
	.vidioc_querycap = vmedia_querycap,

	.vidioc_enum_fmt_vid_cap = vmedia_enum_fmt,
	.vidioc_g_fmt_vid_cap = vmedia_g_fmt,
	.vidioc_s_fmt_vid_cap = vmedia_s_fmt,
	.vidioc_try_fmt_vid_cap = vmedia_try_fmt,
	.vidioc_g_fmt_vid_cap_mplane = vmedia_g_fmt,
	.vidioc_s_fmt_vid_cap_mplane = vmedia_s_fmt,
	.vidioc_try_fmt_vid_cap_mplane = vmedia_try_fmt,
	.vidioc_enum_framesizes = vmedia_enum_framesizes,
	.vidioc_enum_frameintervals = vmedia_enum_frameintervals,
	.vidioc_g_parm = vmedia_g_parm,
	.vidioc_s_parm = vmedia_s_parm,

	.vidioc_enum_input = vmedia_enum_input,
	.vidioc_g_input = vmedia_g_input,
	.vidioc_s_input = vmedia_s_input,

	VMEDIA_QUERYCTRL_OP(vmedia_queryctrl)
	.vidioc_query_ext_ctrl = vmedia_query_ext_ctrl,
	.vidioc_querymenu = vmedia_querymenu,
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
