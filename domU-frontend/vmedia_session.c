// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_session.c - one open() of the video node.
 *
 * A session lives as long as its file. The device and the driver may go away
 * before: then the session is dead, each call on it returns why, and only
 * close() is left to do.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <media/v4l2-event.h>

#include "compat.h"
#include "vmedia.h"

struct vmedia_session *vmedia_session_of(struct file *file)
{
	struct v4l2_fh *fh = file->private_data;

	return container_of(fh, struct vmedia_session, fh);
}

struct vmedia_session *vmedia_session_find(struct vmedia *vm, u32 id)
{
	struct vmedia_session *session;

	list_for_each_entry(session, &vm->sessions, link) {
		/* The id of a dead session may be that of a living one. */
		if (session->id == id && !READ_ONCE(session->error))
			return session;
	}
	return NULL;
}

void vmedia_session_kill(struct vmedia_session *session, int error)
{
	cmpxchg(&session->error, 0, error);
	vb2_queue_error(&session->queue);
	wake_up_all(&session->fh.wait);
}

void vmedia_session_kill_all(struct vmedia *vm, struct video_device *node,
			     int error)
{
	struct vmedia_session *session;

	mutex_lock(&vm->sessions_lock);
	list_for_each_entry(session, &vm->sessions, link) {
		if (!node || session->fh.vdev == node)
			vmedia_session_kill(session, error);
	}
	mutex_unlock(&vm->sessions_lock);
}

void vmedia_session_close(struct vmedia_session *session)
{
	struct vmedia *vm = session->vm;
	unsigned long flags;
	bool closed;

	/* The id may soon be another session's: nothing goes to it after this. */
	spin_lock_irqsave(&vm->cmdq.lock, flags);
	closed = session->closed;
	session->closed = true;
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);

	if (!closed && vmedia_cmd_run(session->close))
		vmedia_break(vm, session->epoch,
			     "a session could not be closed");
}

static struct vmedia_cmd *vmedia_close_alloc(struct vmedia *vm, u32 epoch)
{
	return vmedia_cmd_alloc(vm, epoch, VIRTIO_MEDIA_CMD_CLOSE,
				sizeof(struct virtio_media_cmd_close), 0);
}

static void vmedia_close_set_session(struct vmedia_cmd *close, u32 id)
{
	struct virtio_media_cmd_close *cmd = close->out;

	cmd->session_id = cpu_to_le32(id);
}

/* Context: interrupt or process. */
static void vmedia_open_done(struct vmedia_cmd *cmd)
{
	const struct virtio_media_resp_open *resp = cmd->in;
	struct vmedia_cmd *close = cmd->owner;

	/* Nobody would ever close a session that came too late. */
	if (cmd->abandoned && !cmd->result) {
		vmedia_close_set_session(close, le32_to_cpu(resp->session_id));
		vmedia_cmd_send(close);
	}
}

static void vmedia_open_release(struct vmedia_cmd *cmd)
{
	vmedia_cmd_put(cmd->owner);
}

/* Sets session->id and session->close. */
static int vmedia_session_open(struct vmedia_session *session)
{
	const struct virtio_media_resp_open *resp;
	struct vmedia_cmd *cmd, *close;
	int rc;

	close = vmedia_close_alloc(session->vm, session->epoch);
	if (!close)
		return -ENOMEM;
	cmd = vmedia_cmd_alloc(session->vm, session->epoch,
			       VIRTIO_MEDIA_CMD_OPEN,
			       sizeof(struct virtio_media_cmd_open),
			       sizeof(struct virtio_media_resp_open));
	if (!cmd) {
		vmedia_cmd_put(close);
		return -ENOMEM;
	}
	cmd->owner = close;
	cmd->done = vmedia_open_done;
	cmd->release = vmedia_open_release;

	rc = vmedia_cmd_run(cmd);
	if (!rc) {
		resp = cmd->in;
		session->id = le32_to_cpu(resp->session_id);
		vmedia_close_set_session(close, session->id);
		refcount_inc(&close->ref);
		session->close = close;
	}
	vmedia_cmd_put(cmd);
	return rc;
}

static u32 vmedia_session_epoch(struct vmedia *vm)
{
	unsigned long flags;
	u32 epoch;

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	epoch = vm->epoch;
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);
	return epoch;
}

/*
 * From now on the session gets events. Who stops the device kills the sessions
 * on the list after it began a new epoch: either it finds this one, or this one
 * finds the epoch.
 */
static int vmedia_session_link(struct vmedia_session *session)
{
	struct vmedia *vm = session->vm;
	int rc = 0;

	mutex_lock(&vm->sessions_lock);
	if (session->epoch == vmedia_session_epoch(vm))
		list_add_tail(&session->link, &vm->sessions);
	else
		rc = -ENODEV;
	mutex_unlock(&vm->sessions_lock);
	return rc;
}

static void vmedia_session_unlink(struct vmedia_session *session)
{
	mutex_lock(&session->vm->sessions_lock);
	list_del(&session->link);
	mutex_unlock(&session->vm->sessions_lock);
}

static struct vmedia_session *vmedia_session_alloc(struct video_device *node)
{
	struct vmedia *vm = video_get_drvdata(node);
	struct vmedia_session *session;

	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session)
		return NULL;

	session->vm = vm;
	session->epoch = vmedia_session_epoch(vm);
	mutex_init(&session->lock);
	spin_lock_init(&session->buf_lock);
	INIT_LIST_HEAD(&session->returned);
	init_waitqueue_head(&session->answered);
	v4l2_fh_init(&session->fh, node);
	return session;
}

static void vmedia_session_free(struct vmedia_session *session)
{
	vmedia_cmd_put(session->close);
	v4l2_fh_exit(&session->fh);
	mutex_destroy(&session->lock);
	kfree(session);
}

static int vmedia_open(struct file *file)
{
	struct vmedia_session *session;
	int rc;

	session = vmedia_session_alloc(video_devdata(file));
	if (!session)
		return -ENOMEM;

	rc = vmedia_queue_init(session);
	if (rc)
		goto err_free;
	rc = vmedia_session_open(session);
	if (rc)
		goto err_free;

	/* The id may have been another session's, with events on their way. */
	vmedia_event_drain(session->vm);
	rc = vmedia_session_link(session);
	if (rc)
		goto err_close;

	vmedia_fh_add(&session->fh, file);
	return 0;

err_close:
	vmedia_session_close(session);
err_free:
	vmedia_session_free(session);
	return rc;
}

static int vmedia_release(struct file *file)
{
	struct vmedia_session *session = vmedia_session_of(file);

	vmedia_session_unlink(session);
	vmedia_queue_finish(session);
	vmedia_session_close(session);
	vmedia_fh_del(&session->fh, file);
	vmedia_session_free(session);
	return 0;
}

static __poll_t vmedia_poll(struct file *file, struct poll_table_struct *wait)
{
	struct vmedia_session *session = vmedia_session_of(file);
	__poll_t events;

	events = vb2_poll(&session->queue, file, wait);
	if (READ_ONCE(session->error))
		events |= EPOLLERR | EPOLLHUP;
	return events;
}

static int vmedia_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vb2_mmap(&vmedia_session_of(file)->queue, vma);
}

/*
 * A device may keep priorities, between sessions of all its guests: then what
 * the V4L2 core has of them stays the default, and is in nobody's way.
 */
static long vmedia_priority_ioctl(struct file *file, unsigned int cmd,
				  void __user *arg)
{
	u32 priority = 0;
	int rc;

	if (cmd == VIDIOC_S_PRIORITY &&
	    copy_from_user(&priority, arg, sizeof(priority)))
		return -EFAULT;
	rc = vmedia_ioctl_forward(vmedia_session_of(file), cmd, &priority);
	if (!rc && cmd == VIDIOC_G_PRIORITY &&
	    copy_to_user(arg, &priority, sizeof(priority)))
		return -EFAULT;
	return rc;
}

static long vmedia_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int error = READ_ONCE(vmedia_session_of(file)->error);

	if (error)
		return error;
	if (cmd == VIDIOC_G_CTRL || cmd == VIDIOC_S_CTRL)
		return vmedia_ctrl_ioctl(file, cmd, (void __user *)arg);
	if (cmd == VIDIOC_G_PRIORITY || cmd == VIDIOC_S_PRIORITY) {
		error = vmedia_priority_ioctl(file, cmd, (void __user *)arg);
		if (error != -ENOTTY)
			return error;
	}
	return video_ioctl2(file, cmd, arg);
}

const struct v4l2_file_operations vmedia_fops = {
	.owner = THIS_MODULE,
	.open = vmedia_open,
	.release = vmedia_release,
	.poll = vmedia_poll,
	.mmap = vmedia_mmap,
	.unlocked_ioctl = vmedia_ioctl,
};
