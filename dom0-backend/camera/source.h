/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - where the pictures of a camera come from, or go to: a V4L2 node,
 * or the built-in pattern.
 *
 * A source is one capture queue and any number of handles. The queue is used
 * by the camera alone:
 *
 *              prepare()                start()
 *   no slots ------------> prepared -------------> running
 *            <------------          <-------------
 *             unprepare()                stop()
 *
 * Slots that are queued are filled while it runs. They stay over any number of
 * starts.
 *
 * A handle is a session's view of everything else, as an open file of a V4L2
 * node is: formats and inputs are common to all handles, events and
 * priorities are each handle's own.
 *
 * A source that is not shared (see @identity) is handles only: each has its
 * own queues, which are its session's business, through ioctls.
 *
 * The listener is called from the event loop only, never from inside an op;
 * it may call any op. Errors: 0 or a negative errno. Thread: the event loop's.
 * A V4L2 driver that takes its time blocks this process, that is the sessions
 * of this one camera, and nobody else.
 */
#ifndef CAMERA_SOURCE_H
#define CAMERA_SOURCE_H

#include <stdio.h>

#include "camera/pool.h"
#include "ipc/daemon_proto.h"
#include "ipc/session_proto.h"

struct event_base;
struct source;
struct source_handle;

/**
 * struct source_listener - what a source tells the camera
 * @changed: the source came or went: see @identity of struct source. If it
 *           went, all handles must be closed and the queue unprepared before
 *           the call returns.
 * @filled: a slot is filled and with the camera until queued again. @frame is
 *          borrowed; its header and generation are not set.
 * @broken: the running queue will fill no more slots and must be stopped
 *          before the call returns. @error is a positive errno.
 */
struct source_listener {
	void (*changed)(void *owner);
	void (*filled)(void *owner, const struct session_frame *frame);
	void (*broken)(void *owner, int error);
};

/**
 * struct source_ops - one kind of source
 * @destroy: all handles are closed and the queue has no slots
 * @open: a new handle. @event is called for each of its V4L2 events, also
 *        from inside its ioctl (initial events of a subscription come before
 *        the ioctl returns), and must not close it. -ENODEV if the source is
 *        away.
 * @close: end a handle, and what it waits for
 * @ioctl: run a V4L2 ioctl; in a shared source none that has to do with
 *         buffers. @payload is of the size coded in @request; its pointers are
 *         ours and valid.
 * @watch: the handle's @ready is called from now on when there is something of
 *         @events (EPOLLIN, EPOLLOUT) that can be dequeued, or EPOLLERR, also
 *         if there is nothing to wait for. None: not any more. NULL in a source
 *         that is always shared.
 * @prepare: make about @num_slots slots; none is queued. @pool is initialised
 *           and empty; it is the caller's to finish, also after a failure. More
 *           or fewer slots are possible. What they are made for, the mode,
 *           stays until they are gone.
 * @grow: of a queue that is prepared or runs: make up to @num_slots more slots;
 *        none of them is queued. @pool is that of @prepare; those that were
 *        made are in it, also if it returns why there are not more.
 * @start: of a prepared queue: begin to capture
 * @queue: @slot may be filled, now or as soon as it runs
 * @stop: end capturing, if it began; no slot is queued any more
 * @unprepare: of a stopped queue: it has no slots any more. Their memory is
 *             free when nobody has their descriptors, and in no pool before.
 */
struct source_ops {
	void (*destroy)(struct source *source);
	int (*open)(struct source *source,
		    void (*event)(void *owner, const struct v4l2_event *event),
		    void *owner, struct source_handle **out);
	void (*close)(struct source_handle *handle);
	int (*ioctl)(struct source_handle *handle, unsigned long request,
		     void *payload);
	void (*watch)(struct source_handle *handle, uint32_t events);
	int (*prepare)(struct source *source, unsigned int num_slots,
		       struct pool *pool);
	int (*grow)(struct source *source, unsigned int num_slots,
		    struct pool *pool);
	int (*start)(struct source *source);
	int (*queue)(struct source *source, unsigned int slot);
	void (*stop)(struct source *source);
	void (*unprepare)(struct source *source);
};

/**
 * struct source - first member of each kind
 * @ops: of this kind
 * @identity: what the source is; its @present tells if it is there
 * @listener: set by source_listen(); a source without one is silent
 * @owner: first parameter of the listener's functions
 */
struct source {
	const struct source_ops *ops;
	struct camera_identity identity;
	const struct source_listener *listener;
	void *owner;
};

/**
 * struct source_handle - first member of each kind's handle
 * @event: as open was told
 * @ready: see watch of struct source_ops; set by who opened it. It is called
 *         from the event loop, and may close the handle.
 * @owner: first parameter of both
 */
struct source_handle {
	struct source *source;
	void (*event)(void *owner, const struct v4l2_event *event);
	void (*ready)(void *owner, uint32_t events);
	void *owner;
};

/**
 * source_create() - the source that a word on the command line names
 * @base: borrowed; must outlive the source
 * @spec: "/dev/videoN", or the path of another node; or "pattern:WxH[@FPS]"
 * @out: owned by the caller on success
 * Return: 0; -EINVAL if @spec is malformed, -ENOTSUP if this kind of source
 * was not built; a device that is not there is no error, but away.
 */
int source_create(struct event_base *base, const char *spec,
		  struct source **out);

/**
 * source_list() - write the host's cameras, those that are shared, to @out, in
 * order, one
 * "/dev/videoN<TAB>card" a line; none if that kind of source was not built
 */
void source_list(FILE *out);

/** source_destroy() - NULL is fine */
static inline void source_destroy(struct source *source)
{
	if (source)
		source->ops->destroy(source);
}

/** source_listen() - who is told; NULL for nobody */
static inline void source_listen(struct source *source,
				 const struct source_listener *listener,
				 void *owner)
{
	source->listener = listener;
	source->owner = owner;
}

/** source_buf_type() - the one buffer type of a shared source's queue */
static inline enum v4l2_buf_type source_buf_type(const struct source *source)
{
	if (source->identity.device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
		return V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	return V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

/* The kinds, for source.c; as source_create() and source_list() */
int source_v4l2_create(struct event_base *base, const char *spec,
		       struct source **out);
void source_v4l2_list(FILE *out);
int source_pattern_create(struct event_base *base, const char *spec,
			  struct source **out);

#endif /* CAMERA_SOURCE_H */
