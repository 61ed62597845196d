/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia.h - the parts of the virtio-media driver, and how they fit.
 *
 *   vmedia_drv.c      a virtio device: probe, start, stop, its video node
 *   vmedia_cmd.c      one command: sent, waited for, abandoned, cancelled
 *   vmedia_event.c    the event queue
 *   vmedia_session.c  one open() of the node: open, release, poll, mmap
 *   vmedia_ioctl.c    the ioctls
 *   vmedia_ctrls.c    the ioctls of controls, which may have pointers
 *   vmedia_queue.c    the session's videobuf2 queue
 *   vmedia_format.c   how much memory a buffer of a format needs
 *   vmedia_sglist.c   guest memory, as the wire describes it
 *   vmedia_layout.c   proof that our structures are the wire's
 *
 * `virtio_media_` is what travels on the wire, `vmedia_` is ours.
 *
 * Locks, in the order in which they are taken:
 *
 *   session->lock        mutex  the videobuf2 queue of one session. May be
 *                               held while the device is waited for.
 *   vm->state_lock       mutex  start and stop of the device
 *   vm->sessions_lock    mutex  vm->sessions; what is on it is not freed.
 *                               Nothing else is waited for under it.
 *   session->buf_lock    irq    which buffers the device has
 *   vm->cmdq.lock        irq    the command virtqueue and vm->backlog
 *   vm->eventq.lock      irq    the event virtqueue
 *
 * No spinlock is held while another is taken. Nobody holds the locks of two
 * sessions. mm->mmap_lock may be taken under session->lock (USERPTR), so mmap()
 * must not take session->lock: videobuf2 has a lock of its own for it.
 */
#ifndef VMEDIA_H
#define VMEDIA_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/workqueue.h>
#include <media/v4l2-device.h>
#include <media/v4l2-fh.h>
#include <media/v4l2-ioctl.h>
#include <media/videobuf2-v4l2.h>
#include <vmedia/limits.h>
#include <vmedia/virtio_media.h>

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
 * @v4l2_dev: holds the references: probe's and one of each video node, which
 *            lives until its last file is closed. The last one frees this.
 * @vdev: kept by a reference of ours
 * @dma_dev: does the DMA of @vdev; kept by a reference of ours
 * @wq: for the works below
 * @config: what the device said when @node was made. Only for @config_work.
 * @node: video node, or NULL while the device has no camera. Only for
 *        @config_work, and remove when that has ended.
 * @state_lock: start and stop of the device; @running, @may_restart, @started
 * @running: the device is started
 * @may_restart: false before probe is done, when suspended and after remove
 * @started: when it was started last, in jiffies
 * @epoch: number of stops. What was made in another epoch (a session, a
 *         command) is dead. Written under @state_lock and @cmdq.lock, each of
 *         which is enough to read it.
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
	struct workqueue_struct *wq;
	struct virtio_media_config config;
	struct video_device *node;

	struct mutex state_lock;
	bool running;
	bool may_restart;
	unsigned long started;
	u32 epoch;

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
 * @closed: CLOSE was or will be sent at once, and nothing after it; under
 *          vm->cmdq.lock
 * @lock: serialises @queue; is @queue.lock
 * @queue: its buffers
 * @reserved: the device was told of buffers; under @lock
 * @creating: CREATE_BUFS was sent for the ioctl that runs; under @lock
 * @buf_lock: the fields below
 * @streaming: buffers in @returned may be given to videobuf2
 * @unanswered: number of QBUF commands on their way
 * @lent: buffers that videobuf2 gave us, by their index
 * @returned: those of @lent that the device is done with, in its order
 * @answered: wakes who waits for @unanswered to become 0
 */
struct vmedia_session {
	struct v4l2_fh fh;
	struct vmedia *vm;
	struct list_head link;
	u32 id;
	u32 epoch;
	int error;
	struct vmedia_cmd *close;
	bool closed;

	struct mutex lock;
	struct vb2_queue queue;
	bool reserved;
	bool creating;

	spinlock_t buf_lock;
	bool streaming;
	unsigned int unanswered;
	struct vmedia_buffer *lent[VMEDIA_MAX_BUFFERS];
	struct list_head returned;
	wait_queue_head_t answered;
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
 * Context: may sleep. Takes vm->state_lock; session->lock may be held.
 */
void vmedia_break(struct vmedia *vm, u32 epoch, const char *why);

/* vmedia_sglist.c */

/**
 * struct vmedia_sglist - pieces of guest memory, in the words of the wire
 * @pages: what holds the virtio_media_sg_entry, in @capacity pages; may be sent
 *         as it is once vmedia_sglist_end() was called
 * @capacity: number of pages in @pages
 * @count: number of entries in use
 */
struct vmedia_sglist {
	struct scatterlist *pages;
	unsigned int capacity;
	unsigned int count;
};

/**
 * vmedia_sglist_begin() - an empty list with room for @entries
 *
 * Memory is kept from use to use; zeroed memory is a list.
 *
 * Context: may sleep. The device must not have the list.
 * Return: 0, -ENOMEM, or -E2BIG for more than VMEDIA_MAX_SG_ENTRIES.
 */
int vmedia_sglist_begin(struct vmedia_sglist *list, unsigned int entries);

/**
 * vmedia_sglist_add() - append memory
 * @addr: as the device reaches it: from the DMA API
 * @len: bytes
 *
 * Context: any. There must be room.
 */
void vmedia_sglist_add(struct vmedia_sglist *list, dma_addr_t addr, u32 len);

/**
 * vmedia_sglist_add_table() - append the first @len bytes of mapped memory
 * Context: any. There must be room for all its entries.
 * Return: 0, or -EFAULT if the table has less.
 */
int vmedia_sglist_add_table(struct vmedia_sglist *list, struct sg_table *table,
			    size_t len);

/**
 * vmedia_sglist_end() - the list is complete
 * Return: what to send, or NULL if it is empty.
 */
struct scatterlist *vmedia_sglist_end(struct vmedia_sglist *list);

/** vmedia_sglist_free() - free the list's memory; it is empty then */
void vmedia_sglist_free(struct vmedia_sglist *list);

/* vmedia_cmd.c */

/** enum vmedia_cmd_state - who has a command; under vm->cmdq.lock */
enum vmedia_cmd_state {
	VMEDIA_CMD_OURS,
	VMEDIA_CMD_BACKLOG,
	VMEDIA_CMD_SENT,
};

/**
 * struct vmedia_cmd - one command
 * @vm: the device
 * @epoch: it is sent only if this is vm->epoch
 * @session: it is sent only if this session is not closed. Optional; read while
 *           it is being sent.
 * @ref: its maker's reference, and one while it is sent
 * @link: in vm->backlog, or on the way to vmedia_cmd_finish()
 * @state: who has it
 * @abandoned: who waited for it has left; under vm->cmdq.lock
 * @answered: its answer, or its end, is there
 * @done: optional; called after each send that succeeded, when the device no
 *        longer has the memory. Context: interrupt or process, no lock held.
 * @release: optional; called before the memory is freed. Context: any.
 * @owner: for @done and @release
 * @result: 0 or -errno; the device's status, if it could be sent
 * @written: bytes that the device wrote into @in
 * @out: what the device reads, in memory of its own: it is DMA'd
 * @out_len: bytes
 * @in: what the device writes, NULL if nothing
 * @in_len: bytes; a successful answer has as many
 * @tail: read by the device after @out, or NULL; must live as long as the
 *        command
 * @out_sg: @out
 * @in_sg: @in
 *
 * The memory of a command is its own: whoever waits may leave while the device
 * still has it.
 */
struct vmedia_cmd {
	struct vmedia *vm;
	u32 epoch;
	struct vmedia_session *session;
	refcount_t ref;
	struct list_head link;
	enum vmedia_cmd_state state;
	bool abandoned;
	struct completion answered;
	void (*done)(struct vmedia_cmd *cmd);
	void (*release)(struct vmedia_cmd *cmd);
	void *owner;
	int result;
	u32 written;
	void *out;
	size_t out_len;
	void *in;
	size_t in_len;
	struct scatterlist *tail;
	struct scatterlist out_sg;
	struct scatterlist in_sg;
};

/**
 * vmedia_cmd_alloc() - a new command, zeroed but for its code
 * @epoch: in which it may be sent
 * @code: VIRTIO_MEDIA_CMD_*
 * @out_len: bytes, at least a struct virtio_media_cmd_header
 * @in_len: bytes, 0 or at least a struct virtio_media_resp_header
 *
 * Context: may sleep.
 * Return: the command, ended by vmedia_cmd_put(), or NULL.
 */
struct vmedia_cmd *vmedia_cmd_alloc(struct vmedia *vm, u32 epoch, u32 code,
				    size_t out_len, size_t in_len);

/** vmedia_cmd_put() - give up a reference. NULL is fine. Context: any. */
void vmedia_cmd_put(struct vmedia_cmd *cmd);

/**
 * vmedia_cmd_send() - hand a command to the device, or to the backlog
 *
 * A command may be sent again when it was answered.
 *
 * Context: any. Takes vm->cmdq.lock.
 * Return: 0; -ENODEV if the device is stopped, or the command of another epoch
 * or a closed session; or -errno. After an error done() is not called.
 */
int vmedia_cmd_send(struct vmedia_cmd *cmd);

/**
 * vmedia_cmd_run() - send a command and wait for its answer
 *
 * Context: may sleep, for VMEDIA_COMMAND_TIMEOUT_MS. Takes vm->cmdq.lock.
 * Return: 0; -ETIMEDOUT, when the device may still have the command; -errno of
 * vmedia_cmd_send(); or what the device answered.
 */
int vmedia_cmd_run(struct vmedia_cmd *cmd);

/**
 * vmedia_cmd_cancel_all() - end all commands of a device that was reset
 * @vq: the command virtqueue
 * @error: their result
 *
 * Context: may sleep. vm->cmdq.vq is NULL already.
 */
void vmedia_cmd_cancel_all(struct vmedia *vm, struct virtqueue *vq, int error);

/** vmedia_cmd_notified() - callback of the command virtqueue */
void vmedia_cmd_notified(struct virtqueue *vq);

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
 * Context: may sleep. session->lock may be held.
 */
void vmedia_event_drain(struct vmedia *vm);

/* vmedia_session.c */

extern const struct v4l2_file_operations vmedia_fops;

/** vmedia_session_of() - the session of a file */
struct vmedia_session *vmedia_session_of(struct file *file);

/**
 * vmedia_session_find() - the session that the device calls @id, or NULL
 * Context: vm->sessions_lock is held, and the session lives as long as it is.
 */
struct vmedia_session *vmedia_session_find(struct vmedia *vm, u32 id);

/**
 * vmedia_session_kill() - from now on there is only @error (-errno)
 *
 * Wakes all who wait in poll() or DQBUF. The first error stays.
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
 * vmedia_session_close() - make the device forget the session, once
 *
 * Afterwards it has none of the session's memory, whatever it takes.
 *
 * Context: may sleep. session->lock may be held.
 */
void vmedia_session_close(struct vmedia_session *session);

/* vmedia_ioctl.c */

extern const struct v4l2_ioctl_ops vmedia_ioctl_ops;

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
 * @arg: the payload; changed only on success
 *
 * Context: may sleep, for VMEDIA_COMMAND_TIMEOUT_MS.
 * Return: 0, or -errno, ENOTTY if the device does not know the ioctl.
 */
int vmedia_ioctl_forward(struct vmedia_session *session, unsigned int cmd,
			 void *arg);

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

/**
 * vmedia_ctrl_ioctl() - VIDIOC_G_CTRL and VIDIOC_S_CTRL, from the user
 *
 * The core would make them from the extended ones, and so allow controls that
 * do not fit in a struct v4l2_control; and kernels since 6.15 leave no
 * operation to a driver that knows better.
 *
 * Context: may sleep; copies from and to the user.
 * Return: 0 or -errno.
 */
long vmedia_ctrl_ioctl(struct file *file, unsigned int cmd, void __user *arg);

/* vmedia_format.c */

/**
 * vmedia_format_sizes() - what the device needs for a buffer
 * @nplanes: their number
 * @sizes: bytes of each; room for VIRTIO_MEDIA_MAX_PLANES
 *
 * Return: 0; -EIO if the format makes no sense; -ENOMEM if it is too large.
 */
int vmedia_format_sizes(const struct v4l2_format *format, unsigned int *nplanes,
			unsigned int sizes[]);

/**
 * vmedia_format_enlarge() - put the sizes that an application wants into the
 * device's format
 *
 * Return: 0; -EINVAL if the device needs more; else as vmedia_format_sizes().
 */
int vmedia_format_enlarge(struct v4l2_format *format, unsigned int nplanes,
			  const unsigned int sizes[]);

/* vmedia_queue.c */

/**
 * vmedia_queue_init() - the session's queue, without buffers
 * Return: 0 or -errno.
 */
int vmedia_queue_init(struct vmedia_session *session);

/**
 * vmedia_queue_finish() - stop and free all
 * Context: may sleep. Takes session->lock.
 */
void vmedia_queue_finish(struct vmedia_session *session);

/**
 * vmedia_queue_dqbuf() - the device is done with a buffer
 * @event: as it came, not yet checked
 * @len: bytes that the device wrote
 *
 * Context: process, in vm->event_work. Takes session->buf_lock.
 */
void vmedia_queue_dqbuf(struct vmedia_session *session,
			const struct virtio_media_event_dqbuf *event, u32 len);

/**
 * vmedia_queue_settle() - give buffers to videobuf2 with which we are done
 *
 * Context: process, in vm->event_work only. Takes session->buf_lock.
 */
void vmedia_queue_settle(struct vmedia_session *session);

/* What the ioctls REQBUFS and CREATE_BUFS do; session->lock is held. */
int vmedia_queue_reqbufs(struct vmedia_session *session,
			 struct v4l2_requestbuffers *req);
int vmedia_queue_create_bufs(struct vmedia_session *session,
			     struct v4l2_create_buffers *create);

#endif /* VMEDIA_H */
