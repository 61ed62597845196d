// SPDX-License-Identifier: GPL-2.0-only
#include "direct_fake.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"

static struct direct_fake *to_fake(struct source *source)
{
	return container_of(source, struct direct_fake, source);
}

static struct direct_fake_handle *to_handle(struct source_handle *handle)
{
	return container_of(handle, struct direct_fake_handle, handle);
}

static int fake_open(struct source *source,
		     void (*event)(void *owner, const struct v4l2_event *event),
		     void *owner, struct source_handle **out)
{
	struct direct_fake *fake = to_fake(source);
	struct direct_fake_handle *self;
	int i = 0;

	if (!source->identity.present)
		return -ENODEV;
	while (i < DIRECT_FAKE_HANDLES && fake->handles[i])
		i++;
	assert(i < DIRECT_FAKE_HANDLES);
	self = calloc(1, sizeof(*self));
	self->handle.source = source;
	self->handle.event = event;
	self->handle.owner = owner;
	fake->handles[i] = self;
	*out = &self->handle;
	return 0;
}

static void fake_close(struct source_handle *handle)
{
	struct direct_fake *fake = to_fake(handle->source);

	for (int i = 0; i < DIRECT_FAKE_HANDLES; i++) {
		if (fake->handles[i] == to_handle(handle))
			fake->handles[i] = NULL;
	}
	if (fake->ctrls)
		ctrls_fake_close(fake->ctrls, handle);
	free(to_handle(handle));
}

static bool has_type(const struct direct_fake *fake, uint32_t type)
{
	const uint32_t caps = fake->source.identity.device_caps;

	switch (type) {
	case V4L2_BUF_TYPE_VIDEO_CAPTURE:
		return caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_CAPTURE);
	case V4L2_BUF_TYPE_VIDEO_OUTPUT:
		return caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_OUTPUT);
	case V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE:
		return caps & V4L2_CAP_VIDEO_M2M_MPLANE;
	case V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE:
		return caps & V4L2_CAP_VIDEO_M2M_MPLANE;
	case V4L2_BUF_TYPE_VBI_CAPTURE:
		return caps & V4L2_CAP_VBI_CAPTURE;
	default:
		return false;
	}
}

static void make_buffers(struct direct_fake *fake,
			 struct direct_fake_queue *queue, uint32_t type,
			 unsigned int count, uint32_t size)
{
	queue->num_planes = V4L2_TYPE_IS_MULTIPLANAR(type) ? fake->planes : 1;
	for (unsigned int i = 0; i < count; i++)
		queue->plane_size[queue->num_buffers++] = size;
	fake->most_buffers = MAX(fake->most_buffers, queue->num_buffers);
}

static int fake_reqbufs(struct direct_fake *fake,
			struct direct_fake_queue *queue,
			struct v4l2_requestbuffers *req)
{
	assert(req->memory == V4L2_MEMORY_MMAP && req->flags == 0);
	req->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP |
			    V4L2_BUF_CAP_SUPPORTS_REQUESTS;
	if (queue->streaming)
		return -EBUSY;
	memset(queue, 0, sizeof(*queue));
	if (req->count > 0)
		req->count = MAX(req->count, fake->give_buffers);
	make_buffers(fake, queue, req->type, req->count, fake->sizeimage);
	return 0;
}

static int fake_create(struct direct_fake *fake,
		       struct direct_fake_queue *queue,
		       struct v4l2_create_buffers *create)
{
	assert(create->memory == V4L2_MEMORY_MMAP && create->flags == 0);
	create->index = queue->num_buffers;
	make_buffers(fake, queue, create->format.type, create->count,
		     create->format.fmt.pix.sizeimage);
	return 0;
}

static int fake_querybuf(const struct direct_fake_queue *queue,
			 struct v4l2_buffer *buffer)
{
	if (buffer->index >= queue->num_buffers)
		return -EINVAL;
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		buffer->length = queue->plane_size[buffer->index];
		return 0;
	}
	assert(buffer->length >= queue->num_planes);
	buffer->length = queue->num_planes;
	for (unsigned int i = 0; i < queue->num_planes; i++)
		buffer->m.planes[i].length = queue->plane_size[buffer->index];
	return 0;
}

static int fake_expbuf(struct direct_fake *fake,
		       const struct direct_fake_queue *queue,
		       struct v4l2_exportbuffer *export)
{
	assert(export->index < queue->num_buffers &&
	       export->plane < queue->num_planes);
	export->fd = memfd_create("fake", MFD_CLOEXEC);
	assert(export->fd >= 0 &&
	       ftruncate(export->fd, queue->plane_size[export->index]) == 0);
	fake->last_export = *export;
	fake->num_exports++;
	return 0;
}

static int fake_qbuf(struct direct_fake *fake, struct direct_fake_queue *queue,
		     struct v4l2_buffer *buffer)
{
	assert(buffer->memory == V4L2_MEMORY_MMAP);
	fake->last_qbuf = *buffer;
	memset(fake->last_planes, 0, sizeof(fake->last_planes));
	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type)) {
		if (buffer->length < queue->num_planes)
			return -EINVAL;
		memcpy(fake->last_planes, buffer->m.planes,
		       queue->num_planes * sizeof(fake->last_planes[0]));
	}
	for (unsigned int i = 0; i < queue->num_queued; i++) {
		if (queue->queued[i].index == buffer->index)
			return -EINVAL;
	}
	queue->queued[queue->num_queued++] = *buffer;
	buffer->flags |= V4L2_BUF_FLAG_QUEUED;
	return 0;
}

static int fake_dqbuf(struct direct_fake_queue *queue,
		      struct v4l2_buffer *buffer)
{
	struct v4l2_plane *planes = buffer->m.planes;

	if (!queue->streaming)
		return -EINVAL;
	if (queue->last_dequeued)
		return -EPIPE;
	if (queue->num_done == 0)
		return -EAGAIN;
	*buffer = queue->done[0];
	memmove(queue->done, queue->done + 1,
		--queue->num_done * sizeof(queue->done[0]));
	if (buffer->flags & V4L2_BUF_FLAG_LAST)
		queue->last_dequeued = true;
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		return 0;
	buffer->m.planes = planes;
	buffer->length = queue->num_planes;
	for (unsigned int i = 0; i < queue->num_planes; i++) {
		planes[i].bytesused = 100 + i;
		planes[i].data_offset = 10 + i;
	}
	return 0;
}

static int fake_streamon(struct direct_fake_queue *queue)
{
	if (queue->num_buffers == 0)
		return -EINVAL;
	queue->streaming = true;
	return 0;
}

static int fake_streamoff(struct direct_fake_queue *queue)
{
	queue->streaming = false;
	queue->last_dequeued = false;
	queue->num_queued = 0;
	queue->num_done = 0;
	return 0;
}

static struct direct_fake_queue *queue_of(struct direct_fake_handle *self,
					  uint32_t type)
{
	if (!has_type(to_fake(self->handle.source), type))
		return NULL;
	return &self->queues[type];
}

static uint32_t type_of(unsigned long request, const void *payload)
{
	switch (request) {
	case VIDIOC_REQBUFS:
		return ((const struct v4l2_requestbuffers *)payload)->type;
	case VIDIOC_CREATE_BUFS:
		return ((const struct v4l2_create_buffers *)payload)
			->format.type;
	case VIDIOC_QUERYBUF:
	case VIDIOC_QBUF:
	case VIDIOC_DQBUF:
		return ((const struct v4l2_buffer *)payload)->type;
	case VIDIOC_EXPBUF:
		return ((const struct v4l2_exportbuffer *)payload)->type;
	default:
		return *(const int *)payload;
	}
}

static int fake_buffers(struct direct_fake_handle *self, unsigned long request,
			void *payload)
{
	struct direct_fake *fake = to_fake(self->handle.source);
	struct direct_fake_queue *queue =
		queue_of(self, type_of(request, payload));

	if (!queue)
		return -EINVAL;
	switch (request) {
	case VIDIOC_REQBUFS:
		return fake_reqbufs(fake, queue, payload);
	case VIDIOC_CREATE_BUFS:
		return fake_create(fake, queue, payload);
	case VIDIOC_QUERYBUF:
		return fake_querybuf(queue, payload);
	case VIDIOC_EXPBUF:
		return fake_expbuf(fake, queue, payload);
	case VIDIOC_QBUF:
		return fake_qbuf(fake, queue, payload);
	case VIDIOC_DQBUF:
		return fake_dqbuf(queue, payload);
	case VIDIOC_STREAMON:
		return fake_streamon(queue);
	default:
		return fake_streamoff(queue);
	}
}

static bool is_about_buffers(unsigned long request)
{
	switch (request) {
	case VIDIOC_REQBUFS:
	case VIDIOC_CREATE_BUFS:
	case VIDIOC_QUERYBUF:
	case VIDIOC_EXPBUF:
	case VIDIOC_QBUF:
	case VIDIOC_DQBUF:
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
		return true;
	default:
		return false;
	}
}

static void fake_format(const struct direct_fake *fake,
			struct v4l2_format *format)
{
	struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;

	if (!V4L2_TYPE_IS_MULTIPLANAR(format->type)) {
		format->fmt.pix.sizeimage = fake->sizeimage;
		return;
	}
	mp->num_planes = fake->planes;
	for (unsigned int i = 0; i < fake->planes; i++)
		mp->plane_fmt[i].sizeimage = fake->sizeimage;
}

static int fake_other(struct direct_fake_handle *self, unsigned long request,
		      void *payload)
{
	struct direct_fake *fake = to_fake(self->handle.source);
	const struct v4l2_decoder_cmd *command = payload;
	struct v4l2_streamparm *parm = payload;

	fake->last_request = request;
	memcpy(&fake->last_payload, payload, _IOC_SIZE(request));
	switch (request) {
	case VIDIOC_G_FMT:
		fake_format(fake, payload);
		break;
	case VIDIOC_SUBSCRIBE_EVENT:
		self->subscribed = *(struct v4l2_event_subscription *)payload;
		break;
	case VIDIOC_DECODER_CMD:
		for (int i = 0; i < DIRECT_FAKE_TYPES &&
				command->cmd == V4L2_DEC_CMD_START; i++)
			self->queues[i].last_dequeued = false;
		break;
	case VIDIOC_G_PARM:
		if (V4L2_TYPE_IS_OUTPUT(parm->type))
			parm->parm.output.writebuffers = 2;
		else
			parm->parm.capture.readbuffers = 2;
		break;
	}
	return 0;
}

static int fake_ioctl(struct source_handle *handle, unsigned long request,
		      void *payload)
{
	struct direct_fake *fake = to_fake(handle->source);
	int ret = -ENOTTY;

	if (request == fake->fail_request && fake->fail_after-- == 0) {
		fake->fail_after = 0;
		return -fake->fail_errno;
	}
	if (is_about_buffers(request))
		return fake_buffers(to_handle(handle), request, payload);
	if (fake->ctrls)
		ret = ctrls_fake_ioctl(fake->ctrls, handle, request, payload);
	if (ret != -ENOTTY)
		return ret;
	return fake_other(to_handle(handle), request, payload);
}

static void fake_watch(struct source_handle *handle, uint32_t events)
{
	to_handle(handle)->watched = events;
}

static void fake_destroy(struct source *source)
{
}

static const struct source_ops direct_fake_ops = {
	.destroy = fake_destroy,
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.watch = fake_watch,
};

void direct_fake_init(struct direct_fake *fake, uint32_t device_caps)
{
	memset(fake, 0, sizeof(*fake));
	fake->source.ops = &direct_fake_ops;
	fake->source.identity = (struct camera_identity){
		.present = 1,
		.device_caps = device_caps | V4L2_CAP_STREAMING,
		.card = "fake",
	};
	fake->planes = 2;
	fake->sizeimage = 4096;
}

unsigned int direct_fake_handles(const struct direct_fake *fake)
{
	unsigned int count = 0;

	for (int i = 0; i < DIRECT_FAKE_HANDLES; i++)
		count += fake->handles[i] != NULL;
	return count;
}

unsigned int direct_fake_finish_buffer(struct direct_fake *fake, int i,
				       uint32_t type, uint32_t flags)
{
	struct direct_fake_queue *queue = &fake->handles[i]->queues[type];
	struct v4l2_buffer *buffer = &queue->done[queue->num_done];

	assert(queue->streaming && queue->num_queued > 0);
	*buffer = queue->queued[0];
	memmove(queue->queued, queue->queued + 1,
		--queue->num_queued * sizeof(*buffer));
	queue->num_done++;
	buffer->flags |= flags | V4L2_BUF_FLAG_DONE;
	if (!V4L2_TYPE_IS_OUTPUT(type))
		buffer->bytesused = 300 + buffer->index;
	return buffer->index;
}

static uint32_t poll_events(const struct direct_fake_handle *self)
{
	uint32_t events = EPOLLERR;

	for (uint32_t type = 0; type < DIRECT_FAKE_TYPES; type++) {
		const struct direct_fake_queue *queue = &self->queues[type];
		const uint32_t event = V4L2_TYPE_IS_OUTPUT(type) ? EPOLLOUT :
								   EPOLLIN;

		if (queue->streaming && (queue->num_queued || queue->num_done ||
					 queue->last_dequeued))
			events &= ~EPOLLERR;
		if (queue->num_done || queue->last_dequeued)
			events |= event;
	}
	return self->watched ? events & (self->watched | EPOLLERR) : 0;
}

unsigned int direct_fake_poll(struct direct_fake *fake)
{
	unsigned int told = 0;

	for (int i = 0; i < DIRECT_FAKE_HANDLES; i++) {
		struct direct_fake_handle *self = fake->handles[i];
		uint32_t events = self ? poll_events(self) : 0;

		if (!events)
			continue;
		self->handle.ready(self->handle.owner, events);
		told++;
	}
	return told;
}

void direct_fake_send_event(struct direct_fake *fake, int i,
			    const struct v4l2_event *event)
{
	struct source_handle *handle = &fake->handles[i]->handle;

	handle->event(handle->owner, event);
}

void direct_fake_vanish(struct direct_fake *fake)
{
	fake->source.identity.present = 0;
	fake->source.listener->changed(fake->source.owner);
}
