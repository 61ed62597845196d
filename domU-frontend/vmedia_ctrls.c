// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_ctrls.c - the ioctls of controls.
 *
 * Strings, arrays and compound controls are pointers. What they point to is
 * copied into memory that belongs to the command, and crosses as SHARED_PAGES;
 * the user's memory is never the device's.
 */
#include <linux/dma-mapping.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vmedia.h"

/* Each payload begins where any type may. */
#define VMEDIA_PAYLOAD_ALIGN 8

/**
 * struct vmedia_payloads - what the pointers of one ioctl point to
 * @dev: does the DMA; outlives all commands
 * @sgs: a piece of @mem for each payload
 * @mem: all payloads, NULL if there is none
 * @addr: of @mem, for the device
 * @len: bytes in @mem
 * @sizes: of the payload of each control, 0 if it is not a pointer
 */
struct vmedia_payloads {
	struct device *dev;
	struct vmedia_sglist sgs;
	void *mem;
	dma_addr_t addr;
	size_t len;
	u32 sizes[];
};

static void vmedia_payloads_free(struct vmedia_payloads *payloads)
{
	if (payloads->mem)
		dma_unmap_single(payloads->dev, payloads->addr, payloads->len,
				 DMA_BIDIRECTIONAL);
	kfree(payloads->mem);
	vmedia_sglist_free(&payloads->sgs);
	kfree(payloads);
}

/* Context: any: the last reference may be the device's. */
static void vmedia_payloads_release(struct vmedia_cmd *cmd)
{
	vmedia_payloads_free(cmd->owner);
}

/*
 * Bytes that @ctrl points to. The size means nothing for a plain control, where
 * callers may leave anything in it.
 */
static int vmedia_ctrl_payload(struct vmedia_session *session,
			       const struct v4l2_ext_control *ctrl, u32 *size)
{
	struct v4l2_query_ext_ctrl query = { .id = ctrl->id };
	int rc;

	*size = 0;
	if (!ctrl->size)
		return 0;
	rc = vmedia_ioctl_forward(session, VIDIOC_QUERY_EXT_CTRL, &query);
	if (!rc && query.flags & V4L2_CTRL_FLAG_HAS_PAYLOAD)
		*size = ctrl->size;
	/* There may be a thousand: not with a device that takes its time. */
	if (fatal_signal_pending(current))
		return -EINTR;
	/* Of a control that is not there, the ioctl itself will say so. */
	return rc == -ETIMEDOUT ? rc : 0;
}

/* Finds out the sizes. */
static int vmedia_payloads_alloc(struct vmedia_session *session,
				 const struct v4l2_ext_controls *ctrls,
				 struct vmedia_payloads **out)
{
	struct vmedia_payloads *payloads;
	int rc;

	payloads = kzalloc(struct_size(payloads, sizes, ctrls->count),
			   GFP_KERNEL);
	if (!payloads)
		return -ENOMEM;
	payloads->dev = session->vm->dma_dev;

	for (u32 i = 0; i < ctrls->count; i++) {
		rc = vmedia_ctrl_payload(session, &ctrls->controls[i],
					 &payloads->sizes[i]);
		if (!rc && payloads->sizes[i] >
			   VMEDIA_MAX_CTRL_BYTES - payloads->len)
			rc = -EINVAL;
		if (rc) {
			kfree(payloads);
			return rc;
		}
		payloads->len += ALIGN(payloads->sizes[i],
				       VMEDIA_PAYLOAD_ALIGN);
	}
	*out = payloads;
	return 0;
}

/* Copies from the user and maps for the device, if there is anything. */
static int vmedia_payloads_fill(struct vmedia_payloads *payloads,
				const struct v4l2_ext_controls *ctrls)
{
	size_t offset = 0;
	void *mem;
	int rc;

	if (!payloads->len)
		return 0;
	mem = kzalloc(payloads->len, GFP_KERNEL);
	if (!mem)
		return -ENOMEM;

	rc = -EFAULT;
	for (u32 i = 0; i < ctrls->count; i++) {
		if (copy_from_user(mem + offset, ctrls->controls[i].ptr,
				   payloads->sizes[i]))
			goto err_free;
		offset += ALIGN(payloads->sizes[i], VMEDIA_PAYLOAD_ALIGN);
	}

	rc = -ENOMEM;
	payloads->addr = dma_map_single(payloads->dev, mem, payloads->len,
					DMA_BIDIRECTIONAL);
	if (dma_mapping_error(payloads->dev, payloads->addr))
		goto err_free;
	payloads->mem = mem;
	return 0;

err_free:
	kfree(mem);
	return rc;
}

static int vmedia_payloads_list(struct vmedia_payloads *payloads,
				const struct v4l2_ext_controls *ctrls)
{
	dma_addr_t addr = payloads->addr;
	int rc;

	rc = vmedia_sglist_begin(&payloads->sgs, ctrls->count);
	if (rc)
		return rc;
	for (u32 i = 0; i < ctrls->count; i++) {
		if (!payloads->sizes[i])
			continue;
		vmedia_sglist_add(&payloads->sgs, addr, payloads->sizes[i]);
		addr += ALIGN(payloads->sizes[i], VMEDIA_PAYLOAD_ALIGN);
	}
	return 0;
}

/* The payloads, ready for the device. */
static int vmedia_payloads_create(struct vmedia_session *session,
				  const struct v4l2_ext_controls *ctrls,
				  struct vmedia_payloads **out)
{
	struct vmedia_payloads *payloads;
	int rc;

	rc = vmedia_payloads_alloc(session, ctrls, &payloads);
	if (rc)
		return rc;
	rc = vmedia_payloads_fill(payloads, ctrls);
	if (!rc)
		rc = vmedia_payloads_list(payloads, ctrls);
	if (rc) {
		vmedia_payloads_free(payloads);
		return rc;
	}
	*out = payloads;
	return 0;
}

static int vmedia_payloads_copy_out(struct vmedia_payloads *payloads,
				    const struct v4l2_ext_controls *ctrls)
{
	size_t offset = 0;

	if (!payloads->len)
		return 0;
	dma_sync_single_for_cpu(payloads->dev, payloads->addr, payloads->len,
				DMA_BIDIRECTIONAL);
	for (u32 i = 0; i < ctrls->count; i++) {
		u32 size = min(payloads->sizes[i], ctrls->controls[i].size);

		if (copy_to_user(ctrls->controls[i].ptr, payloads->mem + offset,
				 size))
			return -EFAULT;
		offset += ALIGN(payloads->sizes[i], VMEDIA_PAYLOAD_ALIGN);
	}
	return 0;
}

/* @wire: zeroed */
static void vmedia_ctrls_encode(const struct v4l2_ext_controls *ctrls,
				const struct vmedia_payloads *payloads,
				struct v4l2_ext_controls *wire)
{
	struct v4l2_ext_control *array = (void *)(wire + 1);

	wire->which = ctrls->which;
	wire->count = ctrls->count;
	wire->error_idx = ctrls->error_idx;
	wire->controls = ctrls->count ? (void *)VMEDIA_COOKIE : NULL;
	for (u32 i = 0; i < ctrls->count; i++) {
		array[i].id = ctrls->controls[i].id;
		array[i].size = payloads->sizes[i];
		if (payloads->sizes[i])
			array[i].value64 = VMEDIA_COOKIE;
		else
			array[i].value64 = ctrls->controls[i].value64;
	}
}

/* The array may be there although the ioctl failed, with @rc. */
static void vmedia_ctrls_decode(struct v4l2_ext_controls *ctrls,
				const struct vmedia_payloads *payloads,
				const struct vmedia_cmd *cmd,
				const struct v4l2_ext_controls *wire, int rc)
{
	const struct v4l2_ext_control *array = (const void *)(wire + 1);
	size_t written = cmd->written;

	if (written >= sizeof(struct virtio_media_resp_ioctl) + sizeof(*wire))
		ctrls->error_idx = min(wire->error_idx, ctrls->count);
	if (written < cmd->in_len)
		return;

	for (u32 i = 0; i < ctrls->count; i++) {
		struct v4l2_ext_control *ctrl = &ctrls->controls[i];

		/* A size that was no payload's is the caller's own. */
		if (payloads->sizes[i] || !ctrl->size)
			ctrl->size = array[i].size;
		if (!payloads->sizes[i] && !rc)
			ctrl->value64 = array[i].value64;
	}
}

int vmedia_ctrls_forward(struct vmedia_session *session, unsigned int cmd,
			 struct v4l2_ext_controls *ctrls)
{
	struct vmedia_payloads *payloads;
	struct vmedia_cmd *command;
	void *out, *in;
	int rc;

	if (ctrls->count > VMEDIA_MAX_EXT_CTRLS)
		return -EINVAL;
	rc = vmedia_payloads_create(session, ctrls, &payloads);
	if (rc)
		return rc;
	command = vmedia_ioctl_alloc(session, cmd, ctrls->count *
				     sizeof(struct v4l2_ext_control),
				     &out, &in);
	if (!command) {
		vmedia_payloads_free(payloads);
		return -ENOMEM;
	}
	command->owner = payloads;
	command->release = vmedia_payloads_release;
	command->tail = vmedia_sglist_end(&payloads->sgs);
	vmedia_ctrls_encode(ctrls, payloads, out);

	rc = vmedia_cmd_run(command);
	/* After a time-out, what the device may write is not ours to read. */
	if (rc != -ETIMEDOUT)
		vmedia_ctrls_decode(ctrls, payloads, command, in, rc);
	if (!rc)
		rc = vmedia_payloads_copy_out(payloads, ctrls);
	vmedia_cmd_put(command);
	return rc;
}
