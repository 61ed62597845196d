// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_grant.c - buffers of the device's that Xen lets us map.
 *
 * The pages are another domain's, granted for reading only and mapped where
 * this domain has no memory of its own. So they are as coherent as ours, they
 * have struct pages, and a write to them is a fault. They can be mapped for
 * applications, read-only, and exported to devices that only read; but what
 * another domain granted us cannot be granted on, so no virtio device can have
 * them.
 *
 * They are unmapped when neither the queue, nor an application's address space,
 * nor a dma-buf has them, and nobody in the kernel has one of the pages: who
 * does direct I/O from a buffer keeps it over munmap(). The device only learns
 * of that; whether it is still there makes no difference.
 *
 * CREATE_BUFS makes other buffers than those which the device has. To them the
 * same applies, except that their pages are our own.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <media/videobuf2-v4l2.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "compat.h"
#include "vmedia.h"

#define VMEDIA_GNTMAP_FLAGS (GNTMAP_host_map | GNTMAP_readonly)

/* Of all devices: one may be gone before its last buffer is. */
static struct workqueue_struct *vmedia_grant_wq;

static phys_addr_t vmedia_grant_address(struct page *page)
{
	return (phys_addr_t)page_address(page);
}

/* Memory */

static void vmedia_grant_free(struct vmedia_grant *grant)
{
	v4l2_device_put(&grant->vm->v4l2_dev);
	kvfree(grant->ops);
	kvfree(grant->pages);
	kfree(grant);
}

static void vmedia_grant_work(struct work_struct *work);

static struct vmedia_grant *vmedia_grant_create(struct vmedia *vm,
						unsigned int count)
{
	struct vmedia_grant *grant;

	grant = kzalloc(sizeof(*grant), GFP_KERNEL);
	if (!grant)
		return NULL;
	grant->pages = kvcalloc(count, sizeof(*grant->pages), GFP_KERNEL);
	if (!grant->pages) {
		kfree(grant);
		return NULL;
	}
	grant->count = count;
	v4l2_device_get(&vm->v4l2_dev);
	grant->vm = vm;
	refcount_set(&grant->ref, 1);
	grant->handler.refcount = &grant->ref;
	grant->handler.put = vmedia_grant_put;
	grant->handler.arg = grant;
	INIT_WORK(&grant->work, vmedia_grant_work);
	return grant;
}

static void vmedia_grant_free_own(struct vmedia_grant *grant)
{
	for (unsigned int i = 0; i < grant->count && grant->pages[i]; i++)
		__free_page(grant->pages[i]);
}

static int vmedia_grant_alloc_own(struct vmedia_grant *grant)
{
	for (unsigned int i = 0; i < grant->count; i++) {
		grant->pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!grant->pages[i]) {
			vmedia_grant_free_own(grant);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Xen's mappings */

/*
 * End the first @count of them. A page of which that is not sure is never used
 * for anything else.
 */
static int vmedia_grant_unmap(struct vmedia_grant *grant, unsigned int count)
{
	int rc;

	grant->unmap.unmap_ops = grant->ops;
	grant->unmap.pages = grant->pages;
	grant->unmap.count = count;
	rc = gnttab_unmap_refs_sync(&grant->unmap);
	for (unsigned int i = 0; i < count && !rc; i++) {
		if (grant->ops[i].status != GNTST_okay)
			rc = -EIO;
	}
	if (rc)
		dev_err(&grant->vm->vdev->dev,
			"%u pages are lost: granted, and not to be unmapped: %d\n",
			grant->count, rc);
	return rc;
}

/* Keep those that were made together, at the front. Return: their number. */
static unsigned int vmedia_grant_keep(struct vmedia_grant *grant,
				      const struct gnttab_map_grant_ref *maps)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < grant->count; i++) {
		if (maps[i].status != GNTST_okay)
			continue;
		gnttab_set_unmap_op(&grant->ops[kept],
				    vmedia_grant_address(grant->pages[i]),
				    VMEDIA_GNTMAP_FLAGS, maps[i].handle);
		swap(grant->pages[kept], grant->pages[i]);
		kept++;
	}
	return kept;
}

/* Map all pages, for which there is a place, or none. */
static int vmedia_grant_map(struct vmedia_grant *grant,
			    const struct virtio_media_resp_mmap_grants *resp)
{
	const __le32 *refs = (const __le32 *)(resp + 1);
	domid_t domid = le32_to_cpu(resp->gref_domid);
	struct gnttab_map_grant_ref *maps;
	unsigned int kept;
	int rc;

	maps = kvcalloc(grant->count, sizeof(*maps), GFP_KERNEL);
	if (!maps)
		return -ENOMEM;
	for (unsigned int i = 0; i < grant->count; i++)
		gnttab_set_map_op(&maps[i],
				  vmedia_grant_address(grant->pages[i]),
				  VMEDIA_GNTMAP_FLAGS,
				  le32_to_cpu(refs[i]), domid);
	rc = gnttab_map_refs(maps, NULL, grant->pages, grant->count);
	kept = vmedia_grant_keep(grant, maps);
	kvfree(maps);
	if (kept == grant->count && !rc)
		return 0;

	dev_warn_ratelimited(&grant->vm->vdev->dev,
			     "Xen mapped %u of %u granted pages\n", kept,
			     grant->count);
	/* Those that are lost must not be given back. */
	if (kept && vmedia_grant_unmap(grant, kept))
		return -EIO;
	gnttab_free_pages(grant->count, grant->pages);
	return -ENOMEM;
}

/* Does the answer say what we need for a plane of @size bytes? */
static int vmedia_grant_check(struct vmedia *vm, const struct vmedia_cmd *cmd,
			      unsigned long size)
{
	const struct virtio_media_resp_mmap_grants *resp = cmd->in;
	u32 count;

	/* Not granted, which the device may prefer at any time. */
	if (cmd->written < sizeof(*resp) || !resp->gref_count)
		return -EOPNOTSUPP;

	count = le32_to_cpu(resp->gref_count);
	if (count == size >> PAGE_SHIFT &&
	    count <= (cmd->written - sizeof(*resp)) / sizeof(__le32) &&
	    PAGE_ALIGN(le64_to_cpu(resp->mmap.len)) == size &&
	    le32_to_cpu(resp->gref_page_size) == PAGE_SIZE &&
	    le32_to_cpu(resp->gref_domid) < DOMID_FIRST_RESERVED)
		return 0;
	dev_err_ratelimited(&vm->vdev->dev,
			    "%u granted pages for %lu bytes make no sense\n",
			    count, size);
	return -EIO;
}

/* Fill @grant with the pages that the device grants for a plane of @vb. */
static int vmedia_grant_take(struct vmedia_grant *grant, struct vb2_buffer *vb)
{
	const size_t head = sizeof(struct virtio_media_resp_mmap_grants);
	struct vmedia_cmd *answer;
	int rc = 0;

	grant->ops = kvcalloc(grant->count, sizeof(*grant->ops), GFP_KERNEL);
	if (!grant->ops)
		return -ENOMEM;
	answer = vmedia_mapping_begin(&grant->mapping, vb, 0,
				      head + grant->count * sizeof(__le32));
	if (IS_ERR(answer))
		return PTR_ERR(answer);

	rc = vmedia_grant_check(grant->vm, answer,
				(unsigned long)grant->count << PAGE_SHIFT);
	if (!rc)
		rc = gnttab_alloc_pages(grant->count, grant->pages);
	if (!rc)
		rc = vmedia_grant_map(grant, answer->in);
	if (rc)
		vmedia_mapping_end(&grant->mapping);
	vmedia_cmd_put(answer);
	return rc;
}

/* The end */

/* Does anybody have a page who is not counted in grant->ref? */
static bool vmedia_grant_is_pinned(const struct vmedia_grant *grant)
{
	for (unsigned int i = 0; i < grant->count; i++) {
		if (page_count(grant->pages[i]) > 1)
			return true;
	}
	return false;
}

/* Waits for as long as a page is pinned. */
static void vmedia_grant_end(struct vmedia_grant *grant)
{
	if (!grant->ops) {
		vmedia_grant_free_own(grant);
	} else {
		if (!vmedia_grant_unmap(grant, grant->count))
			gnttab_free_pages(grant->count, grant->pages);
		vmedia_mapping_end(&grant->mapping);
	}
	vmedia_grant_free(grant);
}

static void vmedia_grant_work(struct work_struct *work)
{
	vmedia_grant_end(container_of(work, struct vmedia_grant, work));
}

void vmedia_grant_put(void *priv)
{
	struct vmedia_grant *grant = priv;

	if (!refcount_dec_and_test(&grant->ref))
		return;
	/* Who pinned them may be the one who now waits, in munmap(). */
	if (grant->ops && vmedia_grant_is_pinned(grant))
		queue_work(vmedia_grant_wq, &grant->work);
	else
		vmedia_grant_end(grant);
}

/* videobuf2's memory operations */

static void *vmedia_grant_alloc(struct vb2_buffer *vb, struct device *dev,
				unsigned long size)
{
	struct vmedia_queue *queue = vb2_get_drv_priv(vb->vb2_queue);
	struct vmedia_grant *grant;
	int rc;

	grant = vmedia_grant_create(queue->session->vm, size >> PAGE_SHIFT);
	if (!grant)
		return ERR_PTR(-ENOMEM);
	rc = vmedia_queue_is_spare(queue, vb->index) ?
	     vmedia_grant_alloc_own(grant) : vmedia_grant_take(grant, vb);
	if (rc) {
		vmedia_grant_free(grant);
		return ERR_PTR(rc);
	}
	return grant;
}

static unsigned int vmedia_grant_num_users(void *priv)
{
	struct vmedia_grant *grant = priv;

	return refcount_read(&grant->ref);
}

/*
 * Applications ask for what they can write by habit, and seldom write. That is
 * a fault in their own address space, not in Xen's.
 */
int vmedia_grant_mmap(void *priv, struct vm_area_struct *vma)
{
	struct vmedia_grant *grant = priv;
	int rc;

	vmedia_vma_forbid_writes(vma);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	rc = vm_map_pages(vma, grant->pages, grant->count);
	if (rc)
		return rc;
	vma->vm_private_data = &grant->handler;
	vma->vm_ops = &vb2_common_vm_ops;
	vma->vm_ops->open(vma);
	return 0;
}

static const struct vb2_mem_ops vmedia_grant_memops = {
	.alloc = vmedia_grant_alloc,
	.put = vmedia_grant_put,
	.get_dmabuf = vmedia_export_plane,
	.num_users = vmedia_grant_num_users,
	.mmap = vmedia_grant_mmap,
};

const struct vb2_mem_ops *vmedia_grant_ops(const struct vmedia *vm)
{
	return vm->grants ? &vmedia_grant_memops : NULL;
}

bool vmedia_grant_usable(void)
{
	/*
	 * A page of ours must not be several of Xen's. And without a second
	 * stage of translation each page table entry would be a mapping.
	 */
	return xen_domain() && !xen_pv_domain() && PAGE_SIZE == XEN_PAGE_SIZE;
}

int vmedia_grant_init(void)
{
	vmedia_grant_wq = alloc_workqueue("vmedia-grants", WQ_UNBOUND, 0);
	return vmedia_grant_wq ? 0 : -ENOMEM;
}

void vmedia_grant_exit(void)
{
	destroy_workqueue(vmedia_grant_wq);
}
