// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmedia_sglist.c - guest memory, as the wire describes it.
 *
 * The entries lie in single pages: a large buffer in small pieces has a list
 * that would be hard to get in one.
 */
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/slab.h>

#include "vmedia.h"

#define VMEDIA_SG_PER_PAGE (PAGE_SIZE / sizeof(struct virtio_media_sg_entry))

void vmedia_sglist_free(struct vmedia_sglist *list)
{
	for (unsigned int i = 0; i < list->capacity; i++)
		__free_page(sg_page(&list->pages[i]));
	kfree(list->pages);
	*list = (struct vmedia_sglist){};
}

static int vmedia_sglist_reserve(struct vmedia_sglist *list,
				 unsigned int capacity)
{
	struct page *page;

	if (capacity <= list->capacity)
		return 0;

	vmedia_sglist_free(list);
	list->pages = kcalloc(capacity, sizeof(*list->pages), GFP_KERNEL);
	if (!list->pages)
		return -ENOMEM;
	sg_init_table(list->pages, capacity);

	for (unsigned int i = 0; i < capacity; i++) {
		/* The device may see the whole page, not only what is used. */
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page) {
			vmedia_sglist_free(list);
			return -ENOMEM;
		}
		sg_set_page(&list->pages[i], page, PAGE_SIZE, 0);
		list->capacity++;
	}
	return 0;
}

int vmedia_sglist_begin(struct vmedia_sglist *list, unsigned int entries)
{
	if (entries > VMEDIA_MAX_SG_ENTRIES)
		return -E2BIG;

	list->count = 0;
	return vmedia_sglist_reserve(list,
				     DIV_ROUND_UP(entries, VMEDIA_SG_PER_PAGE));
}

void vmedia_sglist_add(struct vmedia_sglist *list, dma_addr_t addr, u32 len)
{
	unsigned int page = list->count / VMEDIA_SG_PER_PAGE;
	struct virtio_media_sg_entry *entry;

	entry = sg_virt(&list->pages[page]);
	entry += list->count % VMEDIA_SG_PER_PAGE;
	*entry = (struct virtio_media_sg_entry){
		.start = cpu_to_le64(addr),
		.len = cpu_to_le32(len),
	};
	list->count++;
}

int vmedia_sglist_add_table(struct vmedia_sglist *list, struct sg_table *table,
			    size_t len)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(table, sg, i) {
		u32 piece = min_t(size_t, len, sg_dma_len(sg));

		if (!piece)
			break;
		vmedia_sglist_add(list, sg_dma_address(sg), piece);
		len -= piece;
	}
	return len ? -EFAULT : 0;
}

struct scatterlist *vmedia_sglist_end(struct vmedia_sglist *list)
{
	unsigned int last, used;

	if (!list->count)
		return NULL;

	/* Capacity stays when the list shrinks: move the end mark. */
	for (unsigned int i = 0; i < list->capacity; i++) {
		sg_unmark_end(&list->pages[i]);
		list->pages[i].length = PAGE_SIZE;
	}
	last = (list->count - 1) / VMEDIA_SG_PER_PAGE;
	used = list->count - last * VMEDIA_SG_PER_PAGE;
	list->pages[last].length = used * sizeof(struct virtio_media_sg_entry);
	sg_mark_end(&list->pages[last]);
	return list->pages;
}
