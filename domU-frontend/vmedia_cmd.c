// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_cmd.c - one command to the device.
 *
 * A command is counted and has memory of its own. The device holds one
 * reference from the moment the command is sent until it comes back, or until
 * the device was reset. So who waits may leave at any time, and a late answer
 * finds its memory.
 */
#include <linux/slab.h>
#include <linux/virtio_config.h>

#include "vmedia.h"

/* Above it are the kernel's private error numbers (ERESTARTSYS...) */
#define VMEDIA_MAX_STATUS 511

struct vmedia_cmd *vmedia_cmd_alloc(struct vmedia *vm, u32 epoch, u32 code,
				    size_t out_len, size_t in_len)
{
	struct virtio_media_cmd_header *hdr;
	struct vmedia_cmd *cmd;

	cmd = kzalloc(sizeof(*cmd), GFP_KERNEL);
	if (!cmd)
		return NULL;

	refcount_set(&cmd->ref, 1);
	init_completion(&cmd->answered);
	cmd->vm = vm;
	cmd->epoch = epoch;

	/* Separate memory: what is DMA'd shares no cache line with the rest. */
	cmd->out_len = out_len;
	cmd->out = kzalloc(out_len, GFP_KERNEL);
	if (!cmd->out)
		goto err_put;
	sg_init_one(&cmd->out_sg, cmd->out, out_len);

	if (in_len) {
		cmd->in_len = in_len;
		cmd->in_least = in_len;
		cmd->in = kzalloc(in_len, GFP_KERNEL);
		if (!cmd->in)
			goto err_put;
		sg_init_one(&cmd->in_sg, cmd->in, in_len);
	}

	hdr = cmd->out;
	hdr->cmd = cpu_to_le32(code);
	return cmd;

err_put:
	vmedia_cmd_put(cmd);
	return NULL;
}

void vmedia_cmd_put(struct vmedia_cmd *cmd)
{
	if (!cmd || !refcount_dec_and_test(&cmd->ref))
		return;
	if (cmd->release)
		cmd->release(cmd);
	kfree(cmd->in);
	kfree(cmd->out);
	kfree(cmd);
}

/* What the device says, if it may be believed. */
static int vmedia_cmd_status(struct vmedia_cmd *cmd)
{
	const struct virtio_media_resp_header *hdr = cmd->in;
	u32 status;

	if (!cmd->in)
		return 0;
	if (cmd->written < sizeof(*hdr))
		return -EIO;

	status = le32_to_cpu(hdr->status);
	/* That there was no answer is for us to say. */
	if (status > VMEDIA_MAX_STATUS || status == ETIMEDOUT)
		return -EIO;
	if (status)
		return -(int)status;
	return cmd->written < cmd->in_least ? -EIO : 0;
}

/* The device no longer has @cmd. No lock is held; its reference ends here. */
static void vmedia_cmd_finish(struct vmedia_cmd *cmd, int result)
{
	cmd->result = result;
	complete_all(&cmd->answered);
	/* done() may send the command again, so it comes after all else. */
	if (cmd->done)
		cmd->done(cmd);
	vmedia_cmd_put(cmd);
}

/* vm->cmdq.lock is held. */
static int vmedia_cmd_add(struct vmedia *vm, struct vmedia_cmd *cmd)
{
	struct scatterlist *sgs[3];
	unsigned int outs = 0, ins = 0, pieces;
	int rc;

	pieces = 1 + (cmd->in ? 1 : 0) + (cmd->tail ? sg_nents(cmd->tail) : 0);
	/* No chain is longer than the queue, not even an indirect one. */
	if (pieces > virtqueue_get_vring_size(vm->cmdq.vq))
		return -E2BIG;

	sgs[outs++] = &cmd->out_sg;
	if (cmd->tail)
		sgs[outs++] = cmd->tail;
	if (cmd->in)
		sgs[outs + ins++] = &cmd->in_sg;

	rc = virtqueue_add_sgs(vm->cmdq.vq, sgs, outs, ins, cmd, GFP_ATOMIC);
	if (rc)
		return rc;
	cmd->state = VMEDIA_CMD_SENT;
	vm->in_flight++;
	return 0;
}

int vmedia_cmd_send(struct vmedia_cmd *cmd)
{
	struct vmedia *vm = cmd->vm;
	unsigned long flags;
	int rc;

	reinit_completion(&cmd->answered);
	refcount_inc(&cmd->ref);

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	if (!vm->cmdq.vq || cmd->epoch != vm->epoch ||
	    (cmd->session && cmd->session->closed))
		rc = -ENODEV;
	else if (!list_empty(&vm->backlog))
		rc = -ENOSPC;
	else
		rc = vmedia_cmd_add(vm, cmd);

	if (!rc) {
		/* Under the lock: none may be in progress during a reset. */
		virtqueue_kick(vm->cmdq.vq);
	} else if (rc == -ENOSPC && vm->in_flight) {
		cmd->state = VMEDIA_CMD_BACKLOG;
		list_add_tail(&cmd->link, &vm->backlog);
		rc = 0;
	}
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);

	if (rc)
		vmedia_cmd_put(cmd);
	return rc;
}

/* Nobody waits for @cmd any more. */
static int vmedia_cmd_abandon(struct vmedia_cmd *cmd)
{
	const struct virtio_media_cmd_header *hdr = cmd->out;
	struct vmedia *vm = cmd->vm;
	enum vmedia_cmd_state state;
	unsigned long flags;

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	state = cmd->state;
	if (state == VMEDIA_CMD_BACKLOG) {
		list_del(&cmd->link);
		cmd->state = VMEDIA_CMD_OURS;
	} else if (state == VMEDIA_CMD_SENT) {
		cmd->abandoned = true;
	}
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);

	if (state == VMEDIA_CMD_OURS) {
		/* The answer came at the last moment. */
		wait_for_completion(&cmd->answered);
		return cmd->result;
	}
	if (state == VMEDIA_CMD_BACKLOG)
		vmedia_cmd_put(cmd);
	dev_err_ratelimited(&vm->vdev->dev,
			    "command %u was not answered in %u ms\n",
			    le32_to_cpu(hdr->cmd), VMEDIA_COMMAND_TIMEOUT_MS);
	return -ETIMEDOUT;
}

int vmedia_cmd_run(struct vmedia_cmd *cmd)
{
	unsigned long timeout = msecs_to_jiffies(VMEDIA_COMMAND_TIMEOUT_MS);
	int rc;

	rc = vmedia_cmd_send(cmd);
	if (rc)
		return rc;
	if (!wait_for_completion_timeout(&cmd->answered, timeout))
		return vmedia_cmd_abandon(cmd);
	return cmd->result;
}

/*
 * There is room in the ring. What cannot be sent at all goes to @failed.
 * vm->cmdq.lock is held.
 */
static void vmedia_cmd_send_backlog(struct vmedia *vm, struct list_head *failed)
{
	struct vmedia_cmd *cmd, *next;
	int rc;

	list_for_each_entry_safe(cmd, next, &vm->backlog, link) {
		rc = vmedia_cmd_add(vm, cmd);
		if (rc == -ENOSPC && vm->in_flight)
			break;
		if (rc) {
			cmd->state = VMEDIA_CMD_OURS;
			list_move_tail(&cmd->link, failed);
		} else {
			list_del(&cmd->link);
		}
	}
	virtqueue_kick(vm->cmdq.vq);
}

static void vmedia_cmd_finish_list(struct list_head *list, int error)
{
	struct vmedia_cmd *cmd;

	while (!list_empty(list)) {
		cmd = list_first_entry(list, struct vmedia_cmd, link);
		list_del(&cmd->link);
		vmedia_cmd_finish(cmd, error ?: vmedia_cmd_status(cmd));
	}
}

/* Context: interrupt. */
void vmedia_cmd_notified(struct virtqueue *vq)
{
	struct vmedia *vm = vq->vdev->priv;
	struct vmedia_cmd *cmd;
	LIST_HEAD(answered);
	LIST_HEAD(failed);
	unsigned long flags;
	unsigned int len;

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	if (!vm->cmdq.vq)
		goto unlock;
	do {
		virtqueue_disable_cb(vq);
		while ((cmd = virtqueue_get_buf(vq, &len))) {
			cmd->state = VMEDIA_CMD_OURS;
			cmd->written = min_t(size_t, len, cmd->in_len);
			list_add_tail(&cmd->link, &answered);
			vm->in_flight--;
		}
	} while (!virtqueue_enable_cb(vq) && !virtqueue_is_broken(vq));
	if (!list_empty(&answered))
		vmedia_cmd_send_backlog(vm, &failed);
unlock:
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);

	vmedia_cmd_finish_list(&answered, 0);
	vmedia_cmd_finish_list(&failed, -EIO);
}

void vmedia_cmd_cancel_all(struct vmedia *vm, struct virtqueue *vq, int error)
{
	struct vmedia_cmd *cmd;
	LIST_HEAD(cancelled);
	unsigned long flags;

	spin_lock_irqsave(&vm->cmdq.lock, flags);
	while ((cmd = virtqueue_detach_unused_buf(vq)))
		list_add_tail(&cmd->link, &cancelled);
	list_splice_tail_init(&vm->backlog, &cancelled);
	list_for_each_entry(cmd, &cancelled, link)
		cmd->state = VMEDIA_CMD_OURS;
	vm->in_flight = 0;
	spin_unlock_irqrestore(&vm->cmdq.lock, flags);

	vmedia_cmd_finish_list(&cancelled, error);
}
