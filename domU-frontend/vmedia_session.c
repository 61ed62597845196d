// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_session.c - one open() of the video node.
 *
 * A session lives as long as its file. The device and the driver may go away
 * before: then the session is dead, each call on it returns why, and only
 * close() is left to do.
 */
#include <linux/slab.h>
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

struct vmedia_queue *vmedia_session_queue(struct vmedia_session *session,
					  u32 type)
{
	for (unsigned int i = 0; i < session->num_queues; i++) {
		if (session->queues[i].vb2.type == type)
			return &session->queues[i];
	}
	return NULL;
}

void vmedia_session_kill(struct vmedia_session *session, int error)
{
	cmpxchg(&session->error, 0, error);
	for (unsigned int i = 0; i < session->num_queues; i++)
		vb2_queue_error(&session->queues[i].vb2);
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

/* Nothing is sent for the session after this. Return: so it was before. */
static bool vmedia_session_set_closed(struct vmedia_session *session)
{
	struct vmedia *vm = session->vm;
	unsigned long flags;
	bool closed;

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	closed = session->closed;
	session->closed = true;
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);
	return closed;
}

void vmedia_session_lost(struct vmedia_session *session, int error)
{
	if (session->vm->draft)
		vmedia_session_set_closed(session);
	vmedia_session_kill(session, error);
}

void vmedia_session_close(struct vmedia_session *session)
{
	struct vmedia *vm = session->vm;

	/* Another queue of the session may be at it: until that is done. */
	mutex_lock(&session->close_lock);
	/* The id may soon be another session's: nothing goes to it after this. */
	if (!vmedia_session_set_closed(session) &&
	    vmedia_cmd_run(session->close))
		vmedia_break(vm, session->epoch,
			     "a session could not be closed");
	mutex_unlock(&session->close_lock);
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

static void vmedia_session_free(struct vmedia_session *session)
{
	for (unsigned int i = 0; i < session->num_queues; i++)
		vmedia_queue_destroy(&session->queues[i]);
	vmedia_cmd_put(session->close);
	mutex_destroy(&session->close_lock);
	v4l2_fh_exit(&session->fh);
	kfree(session);
}

/* A session with its queues, of which the device does not know yet. */
static int vmedia_session_alloc(struct video_device *node,
				struct vmedia_session **out)
{
	struct vmedia *vm = video_get_drvdata(node);
	struct vmedia_session *session;
	u32 types[VMEDIA_MAX_QUEUES];
	unsigned int count;
	int rc;

	count = vmedia_format_types(node->device_caps, types);
	session = kzalloc(struct_size(session, queues, count), GFP_KERNEL);
	if (!session)
		return -ENOMEM;

	session->vm = vm;
	session->epoch = vmedia_session_epoch(vm);
	mutex_init(&session->close_lock);
	v4l2_fh_init(&session->fh, node);
	for (unsigned int i = 0; i < count; i++) {
		rc = vmedia_queue_init(&session->queues[i], session, types[i]);
		if (rc) {
			vmedia_session_free(session);
			return rc;
		}
		session->num_queues++;
	}
	*out = session;
	return 0;
}

int vmedia_session_create(struct video_device *node,
			  struct vmedia_session **out)
{
	int rc;

	rc = vmedia_session_alloc(node, out);
	if (rc)
		return rc;
	rc = vmedia_session_open(*out);
	if (rc)
		vmedia_session_free(*out);
	return rc;
}

void vmedia_session_destroy(struct vmedia_session *session)
{
	for (unsigned int i = 0; i < session->num_queues; i++)
		vmedia_queue_finish(&session->queues[i]);
	vmedia_session_close(session);
	vmedia_session_free(session);
}

static int vmedia_open(struct file *file)
{
	struct vmedia_session *session;
	int rc;

	rc = vmedia_session_create(video_devdata(file), &session);
	if (rc)
		return rc;

	/* The id may have been another session's, with events on their way. */
	vmedia_event_drain(session->vm);
	rc = vmedia_session_link(session);
	if (rc) {
		vmedia_session_destroy(session);
		return rc;
	}
	vmedia_fh_add(&session->fh, file);
	return 0;
}

static int vmedia_release(struct file *file)
{
	struct vmedia_session *session = vmedia_session_of(file);

	vmedia_session_unlink(session);
	vmedia_fh_del(&session->fh, file);
	vmedia_session_destroy(session);
	return 0;
}

/* What one of several queues has to say; *@waits: it has buffers to wait for. */
static __poll_t vmedia_poll_queue(struct vmedia_queue *queue, bool *waits)
{
	struct vb2_queue *q = &queue->vb2;
	unsigned long flags;
	__poll_t events = 0;

	if (!vb2_is_streaming(q) || q->error ||
	    (list_empty(&q->queued_list) && !q->last_buffer_dequeued))
		return 0;

	*waits = true;
	spin_lock_irqsave(&q->done_lock, flags);
	if (!list_empty(&q->done_list) || q->last_buffer_dequeued)
		events = vmedia_queue_is_output(queue) ?
			 EPOLLOUT | EPOLLWRNORM : EPOLLIN | EPOLLRDNORM;
	spin_unlock_irqrestore(&q->done_lock, flags);
	return events;
}

/* As that of memory-to-memory devices: an error only if there is no queue. */
static __poll_t vmedia_poll_queues(struct vmedia_session *session,
				   struct file *file,
				   struct poll_table_struct *wait)
{
	const __poll_t data = EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
	__poll_t wanted = poll_requested_events(wait);
	__poll_t events = 0;
	bool waits = false;

	for (unsigned int i = 0; i < session->num_queues; i++)
		poll_wait(file, &session->queues[i].vb2.done_wq, wait);
	poll_wait(file, &session->fh.wait, wait);

	for (unsigned int i = 0; i < session->num_queues; i++)
		events |= vmedia_poll_queue(&session->queues[i], &waits);
	if (!waits && session->num_queues && (wanted & data))
		events |= EPOLLERR;
	if (v4l2_event_pending(&session->fh))
		events |= EPOLLPRI;
	return events;
}

static __poll_t vmedia_poll(struct file *file, struct poll_table_struct *wait)
{
	struct vmedia_session *session = vmedia_session_of(file);
	__poll_t events;

	if (session->num_queues == 1)
		events = vb2_poll(&session->queues[0].vb2, file, wait);
	else
		events = vmedia_poll_queues(session, file, wait);
	if (READ_ONCE(session->error))
		events |= EPOLLERR | EPOLLHUP;
	return events;
}

static int vmedia_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vmedia_session *session = vmedia_session_of(file);
	unsigned long pages = VMEDIA_QUEUE_OFFSETS >> PAGE_SHIFT;
	unsigned long index = 0;
	int error = READ_ONCE(session->error);

	/* After a reset the window's memory is that of others. */
	if (error)
		return error;
	/* A queue that is alone may use all offsets. */
	if (session->num_queues != 1) {
		index = vma->vm_pgoff / pages;
		if (index >= session->num_queues)
			return -EINVAL;
		vma->vm_pgoff %= pages;
	}
	return vb2_mmap(&session->queues[index].vb2, vma);
}

/* The core's own wait does not end with the session. */
static int vmedia_wait_event(struct file *file)
{
	struct vmedia_session *session = vmedia_session_of(file);
	int rc;

	if (file->f_flags & O_NONBLOCK ||
	    !test_bit(_IOC_NR(VIDIOC_DQEVENT), session->fh.vdev->valid_ioctls))
		return 0;
	rc = wait_event_interruptible(session->fh.wait,
				      v4l2_event_pending(&session->fh) ||
				      READ_ONCE(session->error));
	return rc ?: READ_ONCE(session->error);
}

static long vmedia_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long rc = READ_ONCE(vmedia_session_of(file)->error);

	if (rc)
		return rc;
	rc = vmedia_forward_ioctl(file, cmd, (void __user *)arg);
	if (rc != -ENOTTY)
		return rc;
	if (_IOC_TYPE(cmd) == 'V' && _IOC_NR(cmd) == _IOC_NR(VIDIOC_DQEVENT)) {
		rc = vmedia_wait_event(file);
		if (rc)
			return rc;
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
