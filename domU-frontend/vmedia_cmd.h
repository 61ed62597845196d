/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia_cmd.h - commands, and guest memory as they describe it.
 *
 * For vmedia.h; the locks are explained there.
 */
#ifndef VMEDIA_CMD_H
#define VMEDIA_CMD_H

#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/scatterlist.h>
#include <linux/virtio.h>

struct vmedia;
struct vmedia_session;

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
 * @in_len: bytes
 * @in_least: bytes of a successful answer: @in_len, unless its sender knows of
 *            a tail that may be shorter
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
	size_t in_least;
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

#endif /* VMEDIA_CMD_H */
