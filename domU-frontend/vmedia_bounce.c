// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_bounce.c - copies for a device that cannot reach the original.
 *
 * A camera's granted buffer may be the input of a codec, both of this driver.
 * Its pages are of the domain that granted them: the codec's device, where it
 * only knows this domain's pages, has no way to them.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vmedia.h"

void vmedia_bounce_free(struct vmedia_bounce *bounce)
{
	if (!bounce->memory)
		return;
	dma_unmap_sgtable(bounce->dev, &bounce->table, DMA_TO_DEVICE, 0);
	sg_free_table(&bounce->table);
	vfree(bounce->memory);
	*bounce = (struct vmedia_bounce){};
}

/* Where the pages of @memory are */
static int vmedia_bounce_fill_table(struct sg_table *table, void *memory,
				    size_t size)
{
	unsigned int count = PHYS_PFN(PAGE_ALIGN(size));
	struct page **pages;
	int rc;

	pages = kvcalloc(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++)
		pages[i] = vmalloc_to_page(memory + i * PAGE_SIZE);
	rc = sg_alloc_table_from_pages(table, pages, count, 0, size,
				       GFP_KERNEL);
	kvfree(pages);
	return rc;
}

static int vmedia_bounce_alloc(struct vmedia_bounce *bounce, struct device *dev,
			       size_t size)
{
	void *memory;
	int rc;

	/* The device may see whole pages, not only what is copied. */
	memory = vzalloc(size);
	if (!memory)
		return -ENOMEM;
	rc = vmedia_bounce_fill_table(&bounce->table, memory, size);
	if (rc)
		goto err_free;
	rc = dma_map_sgtable(dev, &bounce->table, DMA_TO_DEVICE, 0);
	if (rc)
		goto err_free_table;
	bounce->memory = memory;
	bounce->size = size;
	bounce->dev = dev;
	return 0;

err_free_table:
	sg_free_table(&bounce->table);
err_free:
	vfree(memory);
	return rc;
}

struct sg_table *vmedia_bounce_copy(struct vmedia_bounce *bounce,
				    struct device *dev,
				    const struct dma_buf *dbuf, size_t size)
{
	int rc;

	if (size > bounce->size) {
		vmedia_bounce_free(bounce);
		rc = vmedia_bounce_alloc(bounce, dev, size);
		if (rc)
			return ERR_PTR(rc);
	}
	vmedia_export_read(dbuf, bounce->memory, size);
	dma_sync_sgtable_for_device(dev, &bounce->table, DMA_TO_DEVICE);
	return &bounce->table;
}
