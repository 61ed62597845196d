// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_window.c - buffers in the device's shared memory region.
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
 * struct vmedia_view - a plane's memory, seen through the region
 * @mapping: must be first
 * @addr: guest-physical
 * @ref: the queue's, and one for each part of an application's address space
 * @handler: for videobuf2, to count in @ref
 */
struct vmedia_view {
	struct vmedia_mapping mapping;
	phys_addr_t addr;
	refcount_t ref;
	struct vb2_vmarea_handler handler;
};

/* Is a mapping, of which @size bytes are wanted, one of whole pages of ours? */
static bool vmedia_window_holds(const struct vmedia *vm, u64 driver_addr,
				u64 len, unsigned long size)
{
	return PAGE_ALIGNED(vm->window.addr) && PAGE_ALIGNED(driver_addr) &&
	       driver_addr <= vm->window.len &&
	       size <= vm->window.len - driver_addr &&
	       len <= vm->window.len && size <= PAGE_ALIGN(len);
}

/* Where a plane of @size bytes is, if it makes sense */
static int vmedia_window_place(const struct vmedia *vm,
			       const struct virtio_media_resp_mmap *resp,
			       unsigned long size, phys_addr_t *addr)
{
	u64 driver_addr = le64_to_cpu(resp->driver_addr);
	u64 len = le64_to_cpu(resp->len);

	if (!vmedia_window_holds(vm, driver_addr, len, size)) {
		dev_err_ratelimited(&vm->vdev->dev,
				    "mapping of %llu bytes at %#llx makes no sense\n",
				    len, driver_addr);
		return -EIO;
	}
	*addr = vm->window.addr + driver_addr;
	return 0;
}

/* videobuf2's memory operations */

static void vmedia_window_put(void *priv)
{
	struct vmedia_view *view = priv;

	if (!refcount_dec_and_test(&view->ref))
		return;
	vmedia_mapping_end(&view->mapping);
	kfree(view);
}

static void *vmedia_window_alloc(struct vb2_buffer *vb, struct device *dev,
				 unsigned long size)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_cmd *answer;
	struct vmedia_view *view;
	int rc;

	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return ERR_PTR(-ENOMEM);
	refcount_set(&view->ref, 1);
	view->handler.refcount = &view->ref;
	view->handler.put = vmedia_window_put;
	view->handler.arg = view;

	answer = vmedia_mapping_begin(&view->mapping, vb,
				      VIRTIO_MEDIA_MMAP_FLAG_RW,
				      sizeof(struct virtio_media_resp_mmap));
	if (IS_ERR(answer)) {
		kfree(view);
		return ERR_CAST(answer);
	}
	rc = vmedia_window_place(queue->session->vm, answer->in, size,
				 &view->addr);
	vmedia_cmd_put(answer);
	if (rc) {
		vmedia_window_put(view);
		return ERR_PTR(rc);
	}
	return view;
}

static unsigned int vmedia_window_num_users(void *priv)
{
	struct vmedia_view *view = priv;

	return refcount_read(&view->ref);
}

/* videobuf2 has checked the length, and begins at the plane's first byte. */
static int vmedia_window_mmap(void *priv, struct vm_area_struct *vma)
{
	struct vmedia_view *view = priv;
	int rc;

	rc = remap_pfn_range(vma, vma->vm_start, PHYS_PFN(view->addr),
			     vma->vm_end - vma->vm_start, vma->vm_page_prot);
	if (rc)
		return rc;
	vma->vm_private_data = &view->handler;
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
