// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_window.c - buffers in the device's shared memory region.
 *
 * For videobuf2 the memory of a plane is a mapping: CMD_MMAP when it is
 * "allocated", CMD_MUNMAP when neither the queue nor an application has it any
 * more. That may be long after the buffer is gone for the device.
 *
 * The region is ordinary memory, as coherent as our own, so there are no caches
 * to care for. It has no struct pages: what is in it cannot be exported.
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <media/videobuf2-memops.h>

#include "vmedia.h"

/**
 * struct vmedia_mapping - a plane's memory
 * @vm: the device; it outlives all files, and a file its memory's users
 * @munmap: ends the mapping; allocated when there was still a way to fail
 * @offset: what the device calls the plane
 * @addr: guest-physical
 * @ref: the queue's, and one for each part of an application's address space
 * @handler: for videobuf2, to count in @ref
 */
struct vmedia_mapping {
	struct vmedia *vm;
	struct vmedia_cmd *munmap;
	u32 offset;
	phys_addr_t addr;
	refcount_t ref;
	struct vb2_vmarea_handler handler;
};

/* The wire's words */

/* What the device calls a plane */
static int vmedia_window_query(struct vmedia_queue *queue,
			       const struct vb2_buffer *vb, unsigned int plane,
			       u32 *offset)
{
	struct v4l2_plane planes[VIRTIO_MEDIA_MAX_PLANES];
	struct v4l2_buffer buffer;
	int rc;

	rc = vmedia_queue_query(queue, vb->index, vb->num_planes, &buffer,
				planes);
	if (rc)
		return rc;
	*offset = vmedia_queue_is_mplane(queue) ? planes[plane].m.mem_offset :
						  buffer.m.offset;
	return 0;
}

static struct vmedia_cmd *
vmedia_window_mmap_alloc(struct vmedia_session *session, u32 offset)
{
	const size_t answer = sizeof(struct virtio_media_resp_mmap);
	const u32 code = VIRTIO_MEDIA_CMD_MMAP;
	struct vmedia *vm = session->vm;
	struct virtio_media_draft_cmd_mmap *draft;
	struct virtio_media_cmd_mmap *mmap;
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(vm, session->epoch, code,
				   vm->draft ? sizeof(*draft) : sizeof(*mmap),
				   answer);
	if (!command)
		return NULL;
	command->session = session;
	/* They differ in the width of the last field only. */
	mmap = command->out;
	mmap->session_id = cpu_to_le32(session->id);
	mmap->flags = cpu_to_le32(VIRTIO_MEDIA_MMAP_FLAG_RW);
	if (vm->draft) {
		draft = command->out;
		draft->offset = cpu_to_le64(offset);
	} else {
		mmap->offset = cpu_to_le32(offset);
	}
	return command;
}

/* Who was reset, and answered nothing, has forgotten all mappings. */
static void vmedia_window_munmap_done(struct vmedia_cmd *cmd)
{
	if (cmd->result && cmd->written)
		dev_warn_ratelimited(&cmd->vm->vdev->dev,
				     "a mapping could not be ended: %d\n",
				     cmd->result);
}

/* As long as the mapping was not made, sending this would end another's. */
static struct vmedia_cmd *vmedia_window_munmap_alloc(struct vmedia_session *session)
{
	const size_t answer = sizeof(struct virtio_media_resp_munmap);
	struct vmedia_cmd *command;

	command = vmedia_cmd_alloc(session->vm, session->epoch,
				   VIRTIO_MEDIA_CMD_MUNMAP,
				   sizeof(struct virtio_media_cmd_munmap),
				   answer);
	if (command)
		command->done = vmedia_window_munmap_done;
	return command;
}

static void vmedia_window_munmap_set(struct vmedia_cmd *munmap, u64 driver_addr)
{
	struct virtio_media_cmd_munmap *cmd = munmap->out;

	cmd->driver_addr = cpu_to_le64(driver_addr);
}

/* A mapping that came after nobody waited for it any more is ended. */
static void vmedia_window_mmap_done(struct vmedia_cmd *cmd)
{
	const struct virtio_media_resp_mmap *resp = cmd->in;
	struct vmedia_cmd *munmap = cmd->owner;

	if (cmd->abandoned && !cmd->result) {
		vmedia_window_munmap_set(munmap,
					 le64_to_cpu(resp->driver_addr));
		vmedia_cmd_send(munmap);
	}
}

static void vmedia_window_mmap_release(struct vmedia_cmd *cmd)
{
	vmedia_cmd_put(cmd->owner);
}

/* Is a mapping, of which @size bytes are wanted, one of whole pages of ours? */
static bool vmedia_window_holds(const struct vmedia *vm, u64 driver_addr,
				u64 len, unsigned long size)
{
	return PAGE_ALIGNED(vm->window.addr) && PAGE_ALIGNED(driver_addr) &&
	       driver_addr <= vm->window.len &&
	       size <= vm->window.len - driver_addr &&
	       len <= vm->window.len && size <= PAGE_ALIGN(len);
}

/* Ask for the mapping of which @mapping says the offset. */
static int vmedia_window_map(struct vmedia_session *session,
			     struct vmedia_mapping *mapping, unsigned long size)
{
	struct vmedia *vm = session->vm;
	const struct virtio_media_resp_mmap *resp;
	struct vmedia_cmd *command;
	u64 driver_addr;
	int rc;

	command = vmedia_window_mmap_alloc(session, mapping->offset);
	if (!command)
		return -ENOMEM;
	refcount_inc(&mapping->munmap->ref);
	command->owner = mapping->munmap;
	command->done = vmedia_window_mmap_done;
	command->release = vmedia_window_mmap_release;

	rc = vmedia_cmd_run(command);
	if (!rc) {
		resp = command->in;
		driver_addr = le64_to_cpu(resp->driver_addr);
		vmedia_window_munmap_set(mapping->munmap, driver_addr);
		mapping->addr = vm->window.addr + driver_addr;
		if (!vmedia_window_holds(vm, driver_addr,
					 le64_to_cpu(resp->len), size)) {
			dev_err_ratelimited(&vm->vdev->dev,
				"mapping of %llu bytes at %#llx makes no sense\n",
				le64_to_cpu(resp->len), driver_addr);
			vmedia_cmd_send(mapping->munmap);
			rc = -EIO;
		}
	}
	vmedia_cmd_put(command);
	return rc;
}

/* videobuf2's memory operations */

static void vmedia_window_put(void *priv)
{
	struct vmedia_mapping *mapping = priv;

	if (!refcount_dec_and_test(&mapping->ref))
		return;
	/* After a reset the device has forgotten it anyway. */
	vmedia_cmd_send(mapping->munmap);
	vmedia_cmd_put(mapping->munmap);
	kfree(mapping);
}

static void *vmedia_window_alloc(struct vb2_buffer *vb, struct device *dev,
				 unsigned long size)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_mapping *mapping;
	unsigned int plane = 0;
	int rc = -ENOMEM;

	/* Planes get their memory one after the other. */
	while (plane < vb->num_planes - 1 && vb->planes[plane].mem_priv)
		plane++;

	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);
	if (!mapping)
		return ERR_PTR(-ENOMEM);
	mapping->vm = queue->session->vm;
	refcount_set(&mapping->ref, 1);
	mapping->handler.refcount = &mapping->ref;
	mapping->handler.put = vmedia_window_put;
	mapping->handler.arg = mapping;

	mapping->munmap = vmedia_window_munmap_alloc(queue->session);
	if (!mapping->munmap)
		goto err_free;
	rc = vmedia_window_query(queue, vb, plane, &mapping->offset);
	if (rc)
		goto err_put;
	rc = vmedia_window_map(queue->session, mapping, size);
	if (rc)
		goto err_put;
	return mapping;

err_put:
	vmedia_cmd_put(mapping->munmap);
err_free:
	kfree(mapping);
	return ERR_PTR(rc);
}

static unsigned int vmedia_window_num_users(void *priv)
{
	struct vmedia_mapping *mapping = priv;

	return refcount_read(&mapping->ref);
}

/* videobuf2 has checked the length, and begins at the plane's first byte. */
static int vmedia_window_mmap(void *priv, struct vm_area_struct *vma)
{
	struct vmedia_mapping *mapping = priv;
	int rc;

	rc = remap_pfn_range(vma, vma->vm_start, PHYS_PFN(mapping->addr),
			     vma->vm_end - vma->vm_start, vma->vm_page_prot);
	if (rc)
		return rc;
	vma->vm_private_data = &mapping->handler;
	vma->vm_ops = &vb2_common_vm_ops;
	vma->vm_ops->open(vma);
	return 0;
}

const struct vb2_mem_ops vmedia_window_memops = {
	.alloc = vmedia_window_alloc,
	.put = vmedia_window_put,
	.num_users = vmedia_window_num_users,
	.mmap = vmedia_window_mmap,
};

u32 vmedia_window_offset(const struct vb2_buffer *vb, unsigned int plane)
{
	const struct vmedia_mapping *mapping = vb->planes[plane].mem_priv;

	return mapping->offset;
}

/* The region */

void vmedia_window_claim(struct vmedia *vm)
{
	struct device *dev = &vm->vdev->dev;
	struct virtio_shm_region *window = &vm->window;

	if (!virtio_get_shm_region(vm->vdev, window, VIRTIO_MEDIA_SHM_MMAP)) {
		window->len = 0;
		return;
	}
	/* So that nobody hot-plugs memory there. */
	if (!request_mem_region(window->addr, window->len, dev_name(dev))) {
		dev_warn(dev, "shared memory at %#llx is not used: busy\n",
			 window->addr);
		window->len = 0;
	}
}

void vmedia_window_release(struct vmedia *vm)
{
	if (vm->window.len)
		release_mem_region(vm->window.addr, vm->window.len);
}
