// SPDX-License-Identifier: GPL-2.0-only
/*
 * source_v4l2.c - a V4L2 node of the host, there or not.
 *
 * The device is opened once for its capture queue, and once more for each
 * handle: what V4L2 keeps per open file (events, priority, whose control
 * change is whose; in a node that is not shared buffers, too) the kernel then
 * keeps right for each session. The first also tells when the device goes away.
 *
 * The queue goes through libv4l2, for the sake of its plugins, but without
 * conversion: the slots that sessions get are the memory that the driver
 * wrote. Handles do not: libv4l2 remembers the format of each descriptor and
 * answers VIDIOC_G_FMT and VIDIOC_S_FMT from memory, which is wrong when
 * another descriptor has changed it.
 */
#include <errno.h>
#include <event2/event.h>
#include <libv4l2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/loop.h"
#include "camera/source.h"
#include "camera/v4l2_node.h"
#include "camera/v4l2_stream.h"

/* Taken at a time, so that one device cannot keep us from the others' work */
#define MAX_EVENTS 64
#define MAX_HANDLES_PER_ROUND 16

static const struct timeval look_interval = { .tv_sec = 1 };

/**
 * struct source_v4l2 - a node
 * @path: of its file
 * @fd: of its capture queue, if it is shared; -1 while it is away
 * @epoll: waits for V4L2 events, which libevent cannot: they are exceptional
 *         conditions (EPOLLPRI). Readable when there are some. @fd is in it
 *         too, for its end, and so are the buffers of handles.
 * @watch: of @epoll
 * @filled: of @fd, while it streams
 * @look: for the device, while it is away
 * @missed: that it is away has been logged
 * @stream: on @fd
 */
struct source_v4l2 {
	struct source source;
	char *path;
	int fd;
	int epoll;
	struct event *watch;
	struct event *filled;
	struct event *look;
	bool missed;
	struct v4l2_stream stream;
};

/**
 * struct v4l2_handle - a handle
 * @fd: the node, opened for it
 * @watched: EPOLLIN, EPOLLOUT: buffers that it waits for
 * @deaf: not in the epoll set: it reports nothing but errors
 */
struct v4l2_handle {
	struct source_handle handle;
	int fd;
	uint32_t watched;
	bool deaf;
};

static struct source_v4l2 *to_v4l2(struct source *source)
{
	return container_of(source, struct source_v4l2, source);
}

static struct v4l2_handle *to_handle(struct source_handle *handle)
{
	return container_of(handle, struct v4l2_handle, handle);
}

static void tell_changed(struct source_v4l2 *self)
{
	if (self->source.listener)
		self->source.listener->changed(self->source.owner);
}

static int watch_fd(struct source_v4l2 *self, int fd,
		    struct v4l2_handle *handle)
{
	struct epoll_event event = { .events = EPOLLPRI, .data.ptr = handle };

	return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno :
								       0;
}

static void v4l2_source_watch(struct source_handle *handle, uint32_t events)
{
	struct v4l2_handle *self = to_handle(handle);
	struct epoll_event event = {
		.events = EPOLLPRI | events,
		.data.ptr = self,
	};
	int op = self->deaf ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	self->watched = events;
	if (epoll_ctl(to_v4l2(handle->source)->epoll, op, self->fd, &event) < 0)
		log_error("a session's buffers cannot be waited for: %s",
			  strerror(errno));
	else
		self->deaf = false;
}

static void unwatch_fd(struct source_v4l2 *self, int fd)
{
	epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/*
 * Its functions, called for a descriptor that it does not have, are the
 * kernel's: so it may fail, and multi-planar devices are kept from it, whose
 * plugin would make them look single-planar. A queue of a session's is the
 * session's alone.
 */
static void use_libv4l2(int fd, const struct camera_identity *identity)
{
	if (identity->shared &&
	    identity->device_caps & V4L2_CAP_VIDEO_CAPTURE)
		v4l2_fd_open(fd, V4L2_DISABLE_CONVERSION);
}

static int device_open(struct source_v4l2 *self)
{
	struct camera_identity identity;
	int fd = -1;
	int ret;

	ret = v4l2_node_open(self->path, &fd);
	if (ret)
		return ret;
	ret = v4l2_node_identify(fd, self->path, &identity);
	if (ret == 0)
		ret = watch_fd(self, fd, NULL);
	if (ret) {
		close(fd);
		return ret;
	}

	use_libv4l2(fd, &identity);
	self->source.identity = identity;
	self->fd = fd;
	self->stream.fd = fd;
	self->stream.type = source_buf_type(&self->source);
	self->missed = false;
	log_info("%s is there: %s", self->path, self->source.identity.card);
	return 0;
}

static void device_close(struct source_v4l2 *self)
{
	if (self->fd < 0)
		return;
	unwatch_fd(self, self->fd);
	v4l2_close(self->fd);
	self->fd = -1;
}

static void device_look(struct source_v4l2 *self)
{
	int ret;

	ret = device_open(self);
	if (ret == 0)
		return;
	if (!self->missed)
		log_warning("%s: %s; looking again every second", self->path,
			    ret == -ENOTSUP ? "can neither capture nor put out" :
					      strerror(-ret));
	self->missed = true;
	event_add(self->look, &look_interval);
}

static void look_again(evutil_socket_t fd, short what, void *arg)
{
	struct source_v4l2 *self = arg;

	device_look(self);
	if (self->source.identity.present)
		tell_changed(self);
}

/* The identity stays, so that the guests' devices do not change. */
static void device_gone(struct source_v4l2 *self)
{
	log_warning("%s is gone", self->path);
	self->source.identity.present = 0;
	tell_changed(self);
	device_close(self);
	event_add(self->look, &look_interval);
}

static bool device_is_gone(struct source_v4l2 *self)
{
	struct v4l2_capability cap;

	return v4l2_node_ioctl(self->fd, VIDIOC_QUERYCAP, &cap) == -ENODEV;
}

static void handle_events(struct v4l2_handle *self)
{
	struct v4l2_event event;

	for (int i = 0; i < MAX_EVENTS; i++) {
		memset(&event, 0, sizeof(event));
		if (v4l2_node_ioctl(self->fd, VIDIOC_DQEVENT, &event))
			return;
		self->handle.event(self->handle.owner, &event);
	}
}

/* Errors without end would be told for ever. */
static void stop_watching(struct source_v4l2 *self, struct v4l2_handle *handle)
{
	log_warning("%s reports errors, but works", self->path);
	unwatch_fd(self, handle ? handle->fd : self->fd);
	if (handle)
		handle->deaf = true;
}

/* The handle may be closed afterwards; no other. */
static void handle_ready(struct source_v4l2 *self, struct v4l2_handle *handle,
			 uint32_t events)
{
	const uint32_t watched = handle->watched;

	if (events & EPOLLPRI)
		handle_events(handle);
	if (watched && events & (watched | EPOLLERR))
		handle->handle.ready(handle->handle.owner, events);
	else if (events & EPOLLERR)
		stop_watching(self, handle);
}

static void watch_ready(evutil_socket_t fd, short what, void *arg)
{
	struct source_v4l2 *self = arg;
	struct epoll_event events[MAX_HANDLES_PER_ROUND];
	int count;

	count = epoll_wait(self->epoll, events, MAX_HANDLES_PER_ROUND, 0);
	for (int i = 0; i < count; i++) {
		struct v4l2_handle *handle = events[i].data.ptr;

		if (events[i].events & (EPOLLERR | EPOLLHUP) &&
		    device_is_gone(self)) {
			/* The handles are closed then. */
			device_gone(self);
			return;
		}
		if (handle)
			handle_ready(self, handle, events[i].events);
		else if (events[i].events & (EPOLLERR | EPOLLHUP))
			stop_watching(self, NULL);
	}
}

static void slot_filled(evutil_socket_t fd, short what, void *arg)
{
	struct source_v4l2 *self = arg;
	const struct source_listener *listener = self->source.listener;
	struct session_frame frame;
	int ret;

	/* One at a time: libevent calls again while there are more. */
	ret = v4l2_stream_dequeue(&self->stream, &frame);
	if (ret == -EAGAIN)
		return;
	if (ret == 0)
		listener->filled(self->source.owner, &frame);
	else if (ret == -ENODEV || device_is_gone(self))
		device_gone(self);
	else
		listener->broken(self->source.owner, EIO);
}

static int v4l2_source_open(struct source *source,
			    void (*event)(void *owner,
					  const struct v4l2_event *event),
			    void *owner, struct source_handle **out)
{
	struct source_v4l2 *self = to_v4l2(source);
	struct v4l2_handle *handle;
	int ret;

	if (!source->identity.present)
		return -ENODEV;

	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return -ENOMEM;
	handle->handle.source = source;
	handle->handle.event = event;
	handle->handle.owner = owner;

	ret = v4l2_node_open(self->path, &handle->fd);
	if (ret)
		goto err_free;
	ret = watch_fd(self, handle->fd, handle);
	if (ret)
		goto err_close;
	*out = &handle->handle;
	return 0;

err_close:
	close(handle->fd);
err_free:
	free(handle);
	return ret;
}

static void v4l2_source_close(struct source_handle *handle)
{
	struct v4l2_handle *self = to_handle(handle);

	unwatch_fd(to_v4l2(handle->source), self->fd);
	close(self->fd);
	free(self);
}

/*
 * A handle that has set the mode of a USB camera keeps, for uvcvideo before
 * Linux 6.17, all others from the queue, ours too, until it is closed or frees
 * its buffers: it has none, but may. Where a queue is just a queue, that is
 * refused while somebody streams, or changes nothing.
 */
static void let_queue_go(struct v4l2_handle *self)
{
	struct v4l2_requestbuffers none = {
		.type = source_buf_type(self->handle.source),
		.memory = V4L2_MEMORY_MMAP,
	};

	v4l2_node_ioctl(self->fd, VIDIOC_REQBUFS, &none);
}

static int v4l2_source_ioctl(struct source_handle *handle,
			     unsigned long request, void *payload)
{
	struct v4l2_handle *self = to_handle(handle);
	int ret;

	ret = v4l2_node_ioctl(self->fd, request, payload);
	switch (request) {
	case VIDIOC_S_FMT:
	case VIDIOC_S_INPUT:
	case VIDIOC_S_PARM:
		/* The queues of a direct session are its own to keep. */
		if (handle->source->identity.shared)
			let_queue_go(self);
		break;
	case VIDIOC_SUBSCRIBE_EVENT:
		/* Initial events precede the answer. */
		if (ret == 0)
			handle_events(self);
		break;
	}
	return ret;
}

static int v4l2_source_prepare(struct source *source, unsigned int num_slots,
			       struct pool *pool)
{
	struct source_v4l2 *self = to_v4l2(source);

	if (self->fd < 0)
		return -ENODEV;
	return v4l2_stream_prepare(&self->stream, num_slots, pool);
}

static int v4l2_source_grow(struct source *source, unsigned int num_slots,
			    struct pool *pool)
{
	return v4l2_stream_grow(&to_v4l2(source)->stream, num_slots, pool);
}

static int v4l2_source_start(struct source *source)
{
	struct source_v4l2 *self = to_v4l2(source);
	int ret;

	ret = v4l2_stream_start(&self->stream);
	if (ret)
		return ret;

	/* Not sooner: polling an idle queue starts the driver's read(2). */
	event_assign(self->filled, event_get_base(self->watch), self->fd,
		     EV_READ | EV_PERSIST, slot_filled, self);
	event_priority_set(self->filled, LOOP_FRAMES);
	event_add(self->filled, NULL);
	return 0;
}

static int v4l2_source_queue(struct source *source, unsigned int slot)
{
	return v4l2_stream_queue(&to_v4l2(source)->stream, slot);
}

static void v4l2_source_stop(struct source *source)
{
	struct source_v4l2 *self = to_v4l2(source);

	event_del(self->filled);
	v4l2_stream_stop(&self->stream);
}

static void v4l2_source_unprepare(struct source *source)
{
	v4l2_stream_unprepare(&to_v4l2(source)->stream);
}

static void v4l2_source_destroy(struct source *source)
{
	struct source_v4l2 *self = to_v4l2(source);

	device_close(self);
	if (self->watch)
		event_free(self->watch);
	if (self->filled)
		event_free(self->filled);
	if (self->look)
		event_free(self->look);
	if (self->epoll >= 0)
		close(self->epoll);
	free(self->path);
	free(self);
}

static const struct source_ops v4l2_source_ops = {
	.destroy = v4l2_source_destroy,
	.open = v4l2_source_open,
	.close = v4l2_source_close,
	.ioctl = v4l2_source_ioctl,
	.watch = v4l2_source_watch,
	.prepare = v4l2_source_prepare,
	.grow = v4l2_source_grow,
	.start = v4l2_source_start,
	.queue = v4l2_source_queue,
	.stop = v4l2_source_stop,
	.unprepare = v4l2_source_unprepare,
};

int source_v4l2_create(struct event_base *base, const char *spec,
		       struct source **out)
{
	struct source_v4l2 *self = calloc(1, sizeof(*self));

	if (!self)
		return -ENOMEM;
	self->source.ops = &v4l2_source_ops;
	self->fd = -1;
	self->path = strdup(spec);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	self->watch = event_new(base, self->epoll, EV_READ | EV_PERSIST,
				watch_ready, self);
	/* Which descriptor, it learns when it starts. */
	self->filled = event_new(base, -1, 0, slot_filled, self);
	self->look = evtimer_new(base, look_again, self);
	if (!self->path || self->epoll < 0 || !self->watch || !self->filled ||
	    !self->look || event_add(self->watch, NULL) < 0) {
		v4l2_source_destroy(&self->source);
		return -ENOMEM;
	}

	device_look(self);
	*out = &self->source;
	return 0;
}
