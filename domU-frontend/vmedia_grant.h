/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia_grant.h - buffers of the device's that Xen lets us map.
 *
 * For vmedia.h; the locks are explained there.
 */
#ifndef VMEDIA_GRANT_H
#define VMEDIA_GRANT_H

#include <linux/kconfig.h>
#include <linux/types.h>

struct dma_buf;
struct vb2_buffer;
struct vb2_mem_ops;
struct vm_area_struct;
struct vmedia;

#if IS_ENABLED(CONFIG_XEN)

#include <linux/mm_types.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <media/videobuf2-memops.h>
#include <xen/grant_table.h>

#include "vmedia_mapping.h"

/**
 * struct vmedia_grant - the memory of a plane in a queue of granted buffers
 * @mapping: must be first; nothing in it if the pages are our own
 * @vm: the device; kept by a reference of ours: a dma-buf may outlive all files
 * @ref: the queue's, one for each part of an application's address space, and
 *       one for each dma-buf
 * @handler: for videobuf2, to count in @ref
 * @pages: what the plane's bytes are in
 * @count: number of @pages
 * @ops: end what Xen mapped into @pages; NULL if these are our own
 * @unmap: of @ops, while it runs
 * @work: for an end that must wait
 */
struct vmedia_grant {
	struct vmedia_mapping mapping;
	struct vmedia *vm;
	refcount_t ref;
	struct vb2_vmarea_handler handler;
	struct page **pages;
	unsigned int count;
	struct gnttab_unmap_grant_ref *ops;
	struct gntab_unmap_queue_data unmap;
	struct work_struct work;
};

/* vmedia_grant.c */

/**
 * vmedia_grant_init() - before the first device
 * Return: 0 or -ENOMEM.
 */
int vmedia_grant_init(void);

/** vmedia_grant_exit() - after the last; waits until nothing is mapped */
void vmedia_grant_exit(void);

/** vmedia_grant_usable() - can this domain map what another one grants? */
bool vmedia_grant_usable(void);

/**
 * vmedia_grant_ops() - videobuf2's memory operations for granted buffers
 * Return: NULL if the device does not grant.
 */
const struct vb2_mem_ops *vmedia_grant_ops(const struct vmedia *vm);

/**
 * vmedia_grant_mmap() - show a plane's pages to an application
 * @grant: struct vmedia_grant
 * @vma: becomes read-only, and counts in @grant->ref
 *
 * Return: 0 or -errno.
 */
int vmedia_grant_mmap(void *grant, struct vm_area_struct *vma);

/** vmedia_grant_put() - give up a reference of @grant->ref. May sleep. */
void vmedia_grant_put(void *grant);

/* vmedia_export.c */

/**
 * vmedia_export_plane() - a dma-buf of a plane
 * @grant: struct vmedia_grant; the dma-buf counts in @grant->ref
 * @flags: of the file
 *
 * Return: the dma-buf, or NULL.
 */
struct dma_buf *vmedia_export_plane(struct vb2_buffer *vb, void *grant,
				    unsigned long flags);

/** vmedia_export_is() - is it of vmedia_export_plane()? NULL is not. */
bool vmedia_export_is(const struct dma_buf *dbuf);

/** vmedia_export_read() - copy the first @len bytes of a dma-buf that is */
void vmedia_export_read(const struct dma_buf *dbuf, void *to, size_t len);

#else

static inline int vmedia_grant_init(void)
{
	return 0;
}

static inline void vmedia_grant_exit(void)
{
}

static inline bool vmedia_grant_usable(void)
{
	return false;
}

static inline const struct vb2_mem_ops *vmedia_grant_ops(const struct vmedia *vm)
{
	return NULL;
}

static inline bool vmedia_export_is(const struct dma_buf *dbuf)
{
	return false;
}

static inline void vmedia_export_read(const struct dma_buf *dbuf, void *to,
				      size_t len)
{
}

#endif

#endif /* VMEDIA_GRANT_H */
