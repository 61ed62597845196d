/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia.h - the parts of the virtio-media driver, and how they fit.
 *
 *   vmedia_drv.c      a virtio device: probe, start, stop
 *   vmedia_node.c     its video node
 *   vmedia_probe.c    what the device is asked before it has a node
 *   vmedia_clock.c    its clock, for timestamps
 *   vmedia_cmd.c      one command: sent, waited for, abandoned, cancelled
 *   vmedia_event.c    the event queue
 *   vmedia_session.c  one open() of the node: open, release, poll, mmap
 *   vmedia_ioctl.c    the ioctls that the V4L2 core prepares
 *   vmedia_forward.c  the ioctls that the device alone answers
 *   vmedia_ctrls.c    the ioctls of controls, which may have pointers
 *   vmedia_queue.c    a videobuf2 queue of the session
 *   vmedia_buffer.c   a buffer of it, to the device and back
 *   vmedia_mapping.c  planes that are the device's, and mapped for us
 *   vmedia_window.c   buffers in the device's shared memory region
 *   vmedia_grant.c    buffers of the device's that Xen lets us map
 *   vmedia_export.c   dma-bufs of these
 *   vmedia_bounce.c   copies for a device that cannot reach the original
 *   vmedia_format.c   types of buffers, and how much memory a format needs
 *   vmedia_sglist.c   guest memory, as the wire describes it
 *   vmedia_layout.c   proof that our structures are the wire's
 *
 * `virtio_media_` is what travels on the wire, `vmedia_` is ours.
 *
 * Locks, in the order in which they are taken:
 *
 *   queue->lock          mutex  one videobuf2 queue of a session. May be held
 *                               while the device is waited for.
 *   session->close_lock  mutex  the CLOSE of a session. Held while the device is
 *                               waited for.
 *   vm->state_lock       mutex  start and stop of the device
 *   vm->sessions_lock    mutex  vm->sessions; what is on it is not freed.
 *                               Nothing is waited for under it but what
 *                               follows.
 *   vm->clock.lock       mutex  what is known of the device's clock
 *   queue->buf_lock      irq    which buffers the device has
 *   vm->cmdq.lock        irq    the command virtqueue and vm->backlog
 *   vm->eventq.lock      irq    the event virtqueue
 *
 * No spinlock is held while another is taken. Nobody holds the locks of two
 * queues: DQBUF sleeps without its queue's lock, and what goes on in the other
 * queue of a codec does not wait for it. mm->mmap_lock may be taken under
 * queue->lock (USERPTR), so mmap() must not take queue->lock: videobuf2 has a
 * lock of its own for it.
 */
#ifndef VMEDIA_H
#define VMEDIA_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/workqueue.h>
#include <media/v4l2-device.h>
#include <media/v4l2-fh.h>
#include <media/v4l2-ioctl.h>
#include <vmedia/limits.h>
#include <vmedia/virtio_media.h>

#include "vmedia_clock.h"
#include "vmedia_cmd.h"
#include "vmedia_grant.h"
#include "vmedia_queue.h"

union vmedia_event;

/**
 * struct vmedia_vq - a virtqueue and its lock
 * @lock: for all operations on @vq
 * @vq: NULL while the device is stopped
 */
struct vmedia_vq {
	spinlock_t lock;
	struct virtqueue *vq;
};

/**
 * struct vmedia - one virtio device
 * @v4l2_dev: holds the references: probe's, one of each granted plane, and one
 *            of each video node, which lives until its last file is closed. The
 *            last one frees this.
 * @vdev: kept by a reference of ours
 * @dma_dev: does the DMA of @vdev; kept by a reference of ours
 * @draft: it speaks the dialect of the draft, by its device ID
 * @grants: it may answer CMD_MMAP with grants
 * @window: its shared memory region; no length if it has none
 * @wq: for the works below
 * @config: what the device said when @node was made. Only for @config_work.
 * @memory: of the buffers on @node, enum v4l2_memory as in struct vmedia_queue
 * @node: video node, or NULL while the device has no camera. Only for
 *        @config_work, and remove when that has ended.
 * @state_lock: start and stop of the device; @running, @may_restart, @started
 * @running: the device is started
 * @may_restart: false before probe is done, when suspended and after remove
 * @started: when it was started last, in jiffies
 * @epoch: number of stops. What was made in another epoch (a session, a
 *         command) is dead. Written under @state_lock and @cmdq.lock, each of
 *         which is enough to read it.
 * @clock: of its timestamps
 * @cmdq: commands
 * @in_flight: number of commands that the device has; under @cmdq.lock
 * @backlog: commands that did not fit in the ring yet; under @cmdq.lock
 * @eventq: events
 * @events: event buffers, each allocated by itself: they are the device's
 * @event_work: takes events off the queue and gives finished buffers to
 *              videobuf2, for all sessions
 * @config_work: the device said that its configuration or status changed
 * @restart_work: starts a device that was stopped because it was broken
 * @sessions_lock: @sessions
 * @sessions: open sessions (vmedia_session.link)
 */
struct vmedia {
	struct v4l2_device v4l2_dev;
	struct virtio_device *vdev;
	struct device *dma_dev;
	bool draft;
	bool grants;
	struct virtio_shm_region window;
	struct workqueue_struct *wq;
	struct virtio_media_config config;
	u32 memory;
	struct video_device *node;

	struct mutex state_lock;
	bool running;
	bool may_restart;
	unsigned long started;
	u32 epoch;
	struct vmedia_clock clock;

	struct vmedia_vq cmdq;
	unsigned int in_flight;
	struct list_head backlog;

	struct vmedia_vq eventq;
	union vmedia_event *events[VMEDIA_NUM_EVENT_BUFFERS];
	struct work_struct event_work;

	struct work_struct config_work;
	struct delayed_work restart_work;

	struct mutex sessions_lock;
	struct list_head sessions;
};

/**
 * struct vmedia_session - one open() of a video node
 * @fh: V4L2's part; its events are those of the device
 * @vm: the device
 * @link: in vm->sessions
 * @id: the device's name for it
 * @epoch: vm->epoch of its OPEN
 * @error: 0, or why it is dead (-errno), for good
 * @close: its CLOSE command, allocated when there was still a way to fail
 * @close_lock: who finds @closed set has waited for it
 * @closed: CLOSE was or will be sent at once, and nothing after it; under
 *          vm->cmdq.lock
 * @num_queues: 0 if the node has no buffers, as a radio
 * @queues: one for each type of buffers, in the order of their mmap() offsets
 */
struct vmedia_session {
	struct v4l2_fh fh;
	struct vmedia *vm;
	struct list_head link;
	u32 id;
	u32 epoch;
	int error;
	struct vmedia_cmd *close;
	struct mutex close_lock;
	bool closed;
	unsigned int num_queues;
	struct vmedia_queue queues[];
};

/* vmedia_drv.c */

/**
 * vmedia_break() - the device can no longer be trusted with our memory: reset it
 * @epoch: in which it lost our trust; if it was stopped since, only the end of
 *         that is waited for
 * @why: for the log
 *
 * When this returns, the device has no memory of that epoch any more, and all
 * commands and sessions of that epoch are dead. It is started again later.
 *
 * Context: may sleep. Takes vm->state_lock; queue->lock may be held.
 */
void vmedia_break(struct vmedia *vm, u32 epoch, const char *why);

/* vmedia_node.c */

/**
 * vmedia_config_work() - vm->config_work: the node becomes what the device says
 */
void vmedia_config_work(struct work_struct *work);

/**
 * vmedia_node_remove() - there is no node any more, and its sessions are dead
 * Context: may sleep. In vm->config_work, or when that has ended.
 */
void vmedia_node_remove(struct vmedia *vm);

/* vmedia_probe.c */

/**
 * vmedia_probe_node() - ask the device what a node of it can do
 * @node: not registered yet. Ioctls that it must not have are switched off.
 *
 * Sets vm->memory. If the device does not answer all is taken to be there.
 *
 * Context: may sleep, for several commands.
 */
void vmedia_probe_node(struct vmedia *vm, struct video_device *node);

/** vmedia_probe_may_grant() - may buffers be what the device grants? */
bool vmedia_probe_may_grant(void);

/* vmedia_event.c */

/** vmedia_event_work() - vm->event_work */
void vmedia_event_work(struct work_struct *work);

/**
 * vmedia_event_alloc() - allocate the event buffers
 * Return: 0 or -ENOMEM; then some may have been allocated.
 */
int vmedia_event_alloc(struct vmedia *vm);

/** vmedia_event_free() - free the event buffers. The device has none. */
void vmedia_event_free(struct vmedia *vm);

/**
 * vmedia_event_fill() - hand all event buffers to a new queue, without a kick
 * @vq: the event virtqueue, not in use yet
 * Return: 0, or -errno if not one fits.
 */
int vmedia_event_fill(struct vmedia *vm, struct virtqueue *vq);

/** vmedia_event_notified() - callback of the event virtqueue */
void vmedia_event_notified(struct virtqueue *vq);

/**
 * vmedia_event_drain() - handle all events that are in the queue by now
 *
 * What the device did before it answered a command is thereby over.
 *
 * Context: may sleep. queue->lock may be held.
 */
void vmedia_event_drain(struct vmedia *vm);

/* vmedia_session.c */

extern const struct v4l2_file_operations vmedia_fops;

/** vmedia_session_of() - the session of a file */
struct vmedia_session *vmedia_session_of(struct file *file);

/**
 * vmedia_session_create() - a session of @node that the device knows
 *
 * It gets no events: that takes a file.
 *
 * Context: may sleep.
 * Return: 0 and @out, ended by vmedia_session_destroy(); or -errno.
 */
int vmedia_session_create(struct video_device *node,
			  struct vmedia_session **out);

/** vmedia_session_destroy() - make the device forget the session, and free it */
void vmedia_session_destroy(struct vmedia_session *session);

/** vmedia_session_queue() - the queue for @type, or NULL if there is none */
struct vmedia_queue *vmedia_session_queue(struct vmedia_session *session,
					  u32 type);

/**
 * vmedia_session_find() - the session that the device calls @id, or NULL
 * Context: vm->sessions_lock is held, and the session lives as long as it is.
 */
struct vmedia_session *vmedia_session_find(struct vmedia *vm, u32 id);

/**
 * vmedia_session_kill() - from now on there is only @error (-errno)
 *
 * Wakes all who wait in poll(), DQBUF or DQEVENT. The first error stays.
 *
 * Context: any that may not free the session: the file's, or
 * vm->sessions_lock is held.
 */
void vmedia_session_kill(struct vmedia_session *session, int error);

/**
 * vmedia_session_kill_all() - kill the sessions of a device
 * @node: only those of this video node, NULL for all
 * @error: -errno
 *
 * Context: may sleep. Takes vm->sessions_lock.
 */
void vmedia_session_kill_all(struct vmedia *vm, struct video_device *node,
			     int error);

/**
 * vmedia_session_lost() - the device said that the session is broken
 *
 * As vmedia_session_kill(). In the draft's dialect the device has closed it, so
 * no CLOSE will be sent.
 */
void vmedia_session_lost(struct vmedia_session *session, int error);

/**
 * vmedia_session_close() - make the device forget the session, once
 *
 * Afterwards it has none of the session's memory, whatever it takes.
 *
 * Context: may sleep. queue->lock may be held.
 */
void vmedia_session_close(struct vmedia_session *session);

/* vmedia_ioctl.c */

extern const struct v4l2_ioctl_ops vmedia_ioctl_ops;

/* vmedia_forward.c */

/**
 * vmedia_ioctl_alloc() - the command for an ioctl
 * @cmd: VIDIOC_*
 * @extra: bytes that follow the payload, in the directions it has
 * @out: set to where the payload goes, NULL if it does not cross
 * @in: set to where the answer's payload will be, NULL if there is none
 *
 * Context: may sleep.
 * Return: the command, or NULL.
 */
struct vmedia_cmd *vmedia_ioctl_alloc(struct vmedia_session *session,
				      unsigned int cmd, size_t extra,
				      void **out, void **in);

/**
 * vmedia_ioctl_forward() - have the device run an ioctl without pointers
 * @cmd: VIDIOC_*
 * @arg: the payload; changed if the device answered with one, which it may do
 *       on an error too. It crosses as it is: where it has gaps, or a union, an
 *       initialiser may leave something of our stack in them, memset() does not
 *
 * Context: may sleep, for VMEDIA_COMMAND_TIMEOUT_MS.
 * Return: 0, or -errno, ENOTTY if the device does not know the ioctl.
 */
int vmedia_ioctl_forward(struct vmedia_session *session, unsigned int cmd,
			 void *arg);

/**
 * vmedia_forward_ioctl() - an ioctl of the user's that the device alone answers
 * @cmd: VIDIOC_*, also one of a 32-bit caller
 *
 * Context: may sleep; copies from and to the user.
 * Return: what the device answered; -ENOTTY also if the ioctl is not of this
 * kind, and the V4L2 core may know better.
 */
long vmedia_forward_ioctl(struct file *file, unsigned int cmd,
			  void __user *arg);

/* vmedia_ctrls.c */

/**
 * vmedia_ctrls_forward() - have the device run an ioctl of extended controls
 * @cmd: VIDIOC_{G,S,TRY}_EXT_CTRLS
 * @ctrls: as the V4L2 core gives it: the array is the kernel's, the pointers
 *         in it are the user's
 *
 * Context: may sleep; copies from and to the user.
 * Return: 0 or -errno; error_idx and the array are what the device says.
 */
int vmedia_ctrls_forward(struct vmedia_session *session, unsigned int cmd,
			 struct v4l2_ext_controls *ctrls);

#endif /* VMEDIA_H */
