// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_event.c - the event queue.
 *
 * The interrupt only starts the work, which handles the events and gives their
 * buffers back to the device: giving a picture to videobuf2 may mean to
 * invalidate caches for megabytes. The work never takes queue->lock, so
 * whoever holds it may wait for the work.
 */
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <media/v4l2-event.h>

#include "vmedia.h"

/** union vmedia_event - an event buffer, as large as the largest event */
union vmedia_event {
	struct virtio_media_event_header hdr;
	struct virtio_media_event_error error;
	struct virtio_media_event_dqbuf dqbuf;
	struct virtio_media_event_event event;
};

static void vmedia_event_error(struct vmedia_session *session,
			       const struct virtio_media_event_error *event)
{
	u32 error = le32_to_cpu(event->error);

	vmedia_session_lost(session, error && error < 512 ? -(int)error : -EIO);
}

static void vmedia_event_dqbuf(struct vmedia_session *session,
			       const struct virtio_media_event_dqbuf *event,
			       u32 len)
{
	struct vmedia_queue *queue;

	queue = vmedia_session_queue(session, event->buffer.type);
	if (queue)
		vmedia_buffer_event(queue, event, len);
	else
		dev_warn_ratelimited(&session->vm->vdev->dev,
				     "session %u: event for type %u ignored\n",
				     session->id, event->buffer.type);
}

/*
 * The core stamps an event with the time at which it is told of it. Only this
 * function queues events, so what was added last is the event, unless nobody
 * subscribed to it or it was dequeued already.
 */
static void vmedia_event_event(struct vmedia_session *session,
			       const struct v4l2_event *event)
{
	struct v4l2_fh *fh = &session->fh;
	u32 sequence = fh->sequence;
	struct v4l2_kevent *last;
	unsigned long flags;
	u64 stamp;

	stamp = event->timestamp.tv_sec * NSEC_PER_SEC +
		event->timestamp.tv_nsec;
	stamp = vmedia_clock_translate(session->vm, stamp);
	v4l2_event_queue_fh(fh, event);
	if (!stamp)
		return;

	spin_lock_irqsave(&fh->vdev->fh_lock, flags);
	if (fh->sequence != sequence && !list_empty(&fh->available)) {
		last = list_last_entry(&fh->available, struct v4l2_kevent, list);
		last->ts = stamp;
	}
	spin_unlock_irqrestore(&fh->vdev->fh_lock, flags);
}

/* Smallest event of its kind, 0 if we do not know the kind */
static size_t vmedia_event_size(u32 kind)
{
	switch (kind) {
	case VIRTIO_MEDIA_EVT_ERROR:
		return sizeof(struct virtio_media_event_error);
	case VIRTIO_MEDIA_EVT_DQBUF:
		return offsetof(struct virtio_media_event_dqbuf, planes);
	case VIRTIO_MEDIA_EVT_EVENT:
		return sizeof(struct virtio_media_event_event);
	default:
		return 0;
	}
}

static void vmedia_event_dispatch(struct vmedia *vm,
				  const union vmedia_event *event, u32 len)
{
	struct vmedia_session *session;
	size_t size;
	u32 kind;

	kind = len < sizeof(event->hdr) ? U32_MAX : le32_to_cpu(event->hdr.event);
	size = vmedia_event_size(kind);
	if (!size || len < size) {
		dev_warn_ratelimited(&vm->vdev->dev,
				     "event %u of %u bytes ignored\n",
				     kind, len);
		return;
	}

	mutex_lock(&vm->sessions_lock);
	session = vmedia_session_find(vm, le32_to_cpu(event->hdr.session_id));
	/* No session: it was closed while the event was on its way. */
	if (!session)
		goto unlock;
	if (kind == VIRTIO_MEDIA_EVT_ERROR)
		vmedia_event_error(session, &event->error);
	else if (kind == VIRTIO_MEDIA_EVT_DQBUF)
		vmedia_event_dqbuf(session, &event->dqbuf, len);
	else
		vmedia_event_event(session, &event->event.event);
unlock:
	mutex_unlock(&vm->sessions_lock);
}

static void vmedia_event_settle(struct vmedia *vm)
{
	struct vmedia_session *session;

	mutex_lock(&vm->sessions_lock);
	list_for_each_entry(session, &vm->sessions, link) {
		for (unsigned int i = 0; i < session->num_queues; i++)
			vmedia_buffer_settle(&session->queues[i]);
	}
	mutex_unlock(&vm->sessions_lock);
}

static int vmedia_event_give(struct virtqueue *vq, union vmedia_event *event,
			     gfp_t gfp)
{
	struct scatterlist sg;

	sg_init_one(&sg, event, sizeof(*event));
	return virtqueue_add_inbuf(vq, &sg, 1, event, gfp);
}

/*
 * Take the next event and give its buffer back. It is copied: the device may
 * still write to what it gave us. False if there is none: then the next one
 * interrupts.
 */
static bool vmedia_event_take(struct vmedia *vm, union vmedia_event *event,
			      u32 *len)
{
	union vmedia_event *buffer = NULL;
	unsigned long flags;

	spin_lock_irqsave(&vm->eventq.lock, flags);
	while (vm->eventq.vq) {
		virtqueue_disable_cb(vm->eventq.vq);
		buffer = virtqueue_get_buf(vm->eventq.vq, len);
		if (buffer || virtqueue_enable_cb(vm->eventq.vq) ||
		    virtqueue_is_broken(vm->eventq.vq))
			break;
	}
	if (buffer) {
		memcpy(event, buffer, sizeof(*event));
		/* There was room for it before. */
		if (!vmedia_event_give(vm->eventq.vq, buffer, GFP_ATOMIC))
			virtqueue_kick(vm->eventq.vq);
	}
	spin_unlock_irqrestore(&vm->eventq.lock, flags);
	return buffer;
}

void vmedia_event_work(struct work_struct *work)
{
	struct vmedia *vm = container_of(work, struct vmedia, event_work);
	unsigned int handled = 0;
	union vmedia_event event;
	u32 len;

	while (handled < VMEDIA_NUM_EVENT_BUFFERS &&
	       vmedia_event_take(vm, &event, &len)) {
		vmedia_clock_refresh(vm);
		vmedia_event_dispatch(vm, &event, len);
		cond_resched();
		handled++;
	}
	vmedia_event_settle(vm);
	/*
	 * All that was in the queue is handled. A device that never stops is
	 * not what those want to wait for who wait for this work.
	 */
	if (handled == VMEDIA_NUM_EVENT_BUFFERS)
		queue_work(vm->wq, work);
}

void vmedia_event_drain(struct vmedia *vm)
{
	queue_work(vm->wq, &vm->event_work);
	flush_work(&vm->event_work);
}

/* Context: interrupt. */
void vmedia_event_notified(struct virtqueue *vq)
{
	struct vmedia *vm = vq->vdev->priv;
	unsigned long flags;

	spin_lock_irqsave(&vm->eventq.lock, flags);
	if (vm->eventq.vq)
		virtqueue_disable_cb(vq);
	spin_unlock_irqrestore(&vm->eventq.lock, flags);
	queue_work(vm->wq, &vm->event_work);
}

int vmedia_event_alloc(struct vmedia *vm)
{
	for (unsigned int i = 0; i < VMEDIA_NUM_EVENT_BUFFERS; i++) {
		vm->events[i] = kzalloc(sizeof(*vm->events[i]), GFP_KERNEL);
		if (!vm->events[i])
			return -ENOMEM;
	}
	return 0;
}

void vmedia_event_free(struct vmedia *vm)
{
	for (unsigned int i = 0; i < VMEDIA_NUM_EVENT_BUFFERS; i++)
		kfree(vm->events[i]);
}

int vmedia_event_fill(struct vmedia *vm, struct virtqueue *vq)
{
	int rc = 0;

	for (unsigned int i = 0; i < VMEDIA_NUM_EVENT_BUFFERS && !rc; i++) {
		rc = vmedia_event_give(vq, vm->events[i], GFP_KERNEL);
		/* A short ring takes fewer. */
		if (rc == -ENOSPC && i > 0)
			return 0;
	}
	return rc;
}
