// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_export.c - dma-bufs of granted buffers.
 *
 * The pages can be read only, whatever the flags of the file are. There is no
 * vmap(): who asks for it does not say whether he will write, and in the kernel
 * a write would be an oops.
 */
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "vmedia.h"

static struct sg_table *vmedia_export_map(struct dma_buf_attachment *attachment,
					  enum dma_data_direction direction)
{
	const struct vmedia_grant *grant = attachment->dmabuf->priv;
	struct sg_table *table;
	int rc;

	if (direction == DMA_FROM_DEVICE)
		return ERR_PTR(-EACCES);
	table = kzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);
	rc = sg_alloc_table_from_pages(table, grant->pages, grant->count, 0,
				       attachment->dmabuf->size, GFP_KERNEL);
	if (rc)
		goto err_free;
	/* Displays say "both" by habit; what we have is for reading. */
	rc = dma_map_sgtable(attachment->dev, table, DMA_TO_DEVICE, 0);
	if (rc)
		goto err_free_table;
	return table;

err_free_table:
	sg_free_table(table);
err_free:
	kfree(table);
	return ERR_PTR(rc);
}

static void vmedia_export_unmap(struct dma_buf_attachment *attachment,
				struct sg_table *table,
				enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, DMA_TO_DEVICE, 0);
	sg_free_table(table);
	kfree(table);
}

static int vmedia_export_mmap(struct dma_buf *dbuf, struct vm_area_struct *vma)
{
	return vmedia_grant_mmap(dbuf->priv, vma);
}

static void vmedia_export_release(struct dma_buf *dbuf)
{
	vmedia_grant_put(dbuf->priv);
}

static const struct dma_buf_ops vmedia_export_ops = {
	.map_dma_buf = vmedia_export_map,
	.unmap_dma_buf = vmedia_export_unmap,
	.mmap = vmedia_export_mmap,
	.release = vmedia_export_release,
};

struct dma_buf *vmedia_export_plane(struct vb2_buffer *vb, void *priv,
				    unsigned long flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct vmedia_grant *grant = priv;
	struct dma_buf *dbuf;

	info.ops = &vmedia_export_ops;
	info.size = (size_t)grant->count << PAGE_SHIFT;
	info.flags = flags;
	info.priv = grant;
	dbuf = dma_buf_export(&info);
	if (IS_ERR(dbuf))
		return NULL;
	refcount_inc(&grant->ref);
	return dbuf;
}

bool vmedia_export_is(const struct dma_buf *dbuf)
{
	return dbuf && dbuf->ops == &vmedia_export_ops;
}

void vmedia_export_read(const struct dma_buf *dbuf, void *to, size_t len)
{
	const struct vmedia_grant *grant = dbuf->priv;
	size_t piece;

	len = min_t(size_t, len, dbuf->size);
	for (unsigned int i = 0; len; i++) {
		piece = min_t(size_t, len, PAGE_SIZE);
		memcpy(to, page_address(grant->pages[i]), piece);
		to += piece;
		len -= piece;
	}
}
