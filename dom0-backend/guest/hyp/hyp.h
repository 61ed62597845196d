/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hyp.h - what one guest's device end needs of a hypervisor.
 *
 * Two implementations: hyp/xen* and the fake of the tests. A struct hyp stands
 * for one guest. Xen's errno becomes -errno behind this line.
 *
 * Thread: the event loop's.
 */
#ifndef HYP_HYP_H
#define HYP_HYP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hyp;

#define HYP_PAGE_SIZE 4096
#define HYP_PAGE_SHIFT 12

/**
 * struct hyp_access - a guest's vCPU stands in a register access and waits
 * @addr: guest-physical address
 * @size: 1, 2, 4 or 8
 * @write: direction
 * @data: written value, or where the read value goes
 */
struct hyp_access {
	uint64_t addr;
	uint32_t size;
	bool write;
	uint64_t data;
};

/**
 * struct hyp_listener - what the hypervisor tells, once hyp_listen() said whom
 * @access: answer the access: fill @data of a read. Must be quick and must
 *          not touch guest memory: a vCPU waits. Only hyp_unmap_grants() may
 *          be called: what the guest takes back when it is answered must not
 *          be mapped by then. Every access is answered when this returns,
 *          whatever it did.
 * @invalidated: the guest changed its physical memory map. Same rules.
 */
struct hyp_listener {
	void (*access)(void *owner, struct hyp_access *access);
	void (*invalidated)(void *owner);
};

/**
 * enum hyp_access_of_guest - what a guest may do with pages of ours
 * @HYP_MAY_READ: and nothing else; and it is known when it has let go
 * @HYP_MAY_WRITE: what it likes, for as long as it likes
 */
enum hyp_access_of_guest {
	HYP_MAY_READ,
	HYP_MAY_WRITE,
};

/**
 * struct hyp_ops - one per implementation
 * @listen: see hyp_listen()
 * @poll: see hyp_poll()
 * @map_io: accesses to [@base, @base + @len) come to us from now on
 * @map_pages: map guest frames @gfns in order, readable and writable, in one
 *             piece. All or nothing: -EFAULT if one of them is not guest
 *             memory, -ENOMEM.
 * @unmap_pages: end a mapping made by @map_pages, whole
 * @map_grants: see hyp_map_grants()
 * @unmap_grants: see hyp_unmap_grants()
 * @read_grants: see hyp_read_grants()
 * @write_grants: see hyp_write_grants()
 * @export: see hyp_export()
 * @end_export: see hyp_end_export()
 * @interrupt: pulse an SPI
 */
struct hyp_ops {
	void (*listen)(struct hyp *hyp, const struct hyp_listener *listener,
		       void *owner);
	void (*poll)(struct hyp *hyp);
	int (*map_io)(struct hyp *hyp, uint64_t base, uint64_t len);
	int (*map_pages)(struct hyp *hyp, const uint64_t *gfns, size_t count,
			 void **out);
	void (*unmap_pages)(struct hyp *hyp, void *pages, size_t count);
	int (*map_grants)(struct hyp *hyp, uint32_t first, size_t count,
			  bool writable, void **out);
	void (*unmap_grants)(struct hyp *hyp, void *pages, size_t count);
	int (*read_grants)(struct hyp *hyp, uint32_t first, size_t offset,
			   void *buf, size_t len);
	int (*write_grants)(struct hyp *hyp, uint32_t first, size_t offset,
			    const void *buf, size_t len);
	int (*export)(struct hyp *hyp, int fd, enum hyp_access_of_guest may,
		      uint32_t *refs, size_t count);
	int (*end_export)(struct hyp *hyp, int fd,
			  enum hyp_access_of_guest may);
	int (*interrupt)(struct hyp *hyp, uint32_t irq);
};

/**
 * struct hyp_counts - what was asked of the hypervisor so far
 * @foreign_pages: of the guest, mapped by their frame number
 * @granted_pages: mapped by a grant
 * @copied_pages: copied from or to by a grant, whole or in part
 * @calls: to map, unmap, copy, interrupt, or tell a vCPU of its answer, each a
 *         system call; what the kernel makes of one for many pages is its own
 * @interrupts: raised in the guest
 */
struct hyp_counts {
	uint64_t foreign_pages;
	uint64_t granted_pages;
	uint64_t copied_pages;
	uint64_t calls;
	uint64_t interrupts;
};

/**
 * struct hyp - embedded first in each implementation's own type
 * @domid: of the domain that we are in
 * @ends: hyp_poll() does nothing any more
 * @counts: for who wants to know; kept by the functions below, but for the
 *          calls that only the implementation knows of: copies, and answers
 */
struct hyp {
	const struct hyp_ops *ops;
	uint32_t domid;
	bool ends;
	struct hyp_counts counts;
};

/** hyp_num_pages() - that hold @len bytes from @offset in the first of them */
static inline size_t hyp_num_pages(size_t offset, size_t len)
{
	return (offset + len + HYP_PAGE_SIZE - 1) / HYP_PAGE_SIZE;
}

/**
 * hyp_listen() - say who answers accesses. @listener, @owner: borrowed
 *
 * Without a listener (NULL) reads give all ones and writes are lost.
 */
static inline void hyp_listen(struct hyp *hyp,
			      const struct hyp_listener *listener, void *owner)
{
	hyp->ops->listen(hyp, listener, owner);
}

/**
 * hyp_poll() - answer every access that waits now
 *
 * The event loop does it by itself; who works for long calls this in between.
 * Costs a look at shared memory, no system call, when nothing waits.
 */
static inline void hyp_poll(struct hyp *hyp)
{
	if (!hyp->ends)
		hyp->ops->poll(hyp);
}

/**
 * hyp_end() - answer nobody from now on: the devices go
 *
 * Who waits then is left to a successor, who has them, and would else be told
 * that there is none.
 */
static inline void hyp_end(struct hyp *hyp)
{
	hyp->ends = true;
}

static inline int hyp_map_io(struct hyp *hyp, uint64_t base, uint64_t len)
{
	return hyp->ops->map_io(hyp, base, len);
}

static inline int hyp_map_pages(struct hyp *hyp, const uint64_t *gfns,
				size_t count, void **out)
{
	const int ret = hyp->ops->map_pages(hyp, gfns, count, out);

	hyp->counts.calls++;
	if (ret == 0)
		hyp->counts.foreign_pages += count;
	return ret;
}

static inline void hyp_unmap_pages(struct hyp *hyp, void *pages, size_t count)
{
	hyp->counts.calls++;
	hyp->ops->unmap_pages(hyp, pages, count);
}

/**
 * hyp_map_grants() - map the pages of grant references @first and on, in one
 * piece
 * @writable: false: only for reading, which is all that some grants allow
 *
 * As long as it is mapped the guest cannot take the page back, and Linux gives
 * a device up for good that makes it find that out.
 *
 * Return: 0; -EFAULT if one of them is no grant to us, or only for reading;
 * -ENOMEM.
 */
static inline int hyp_map_grants(struct hyp *hyp, uint32_t first, size_t count,
				 bool writable, void **out)
{
	const int ret = hyp->ops->map_grants(hyp, first, count, writable, out);

	hyp->counts.calls++;
	if (ret == 0)
		hyp->counts.granted_pages += count;
	return ret;
}

/** hyp_unmap_grants() - end a mapping made by hyp_map_grants(), whole */
static inline void hyp_unmap_grants(struct hyp *hyp, void *pages, size_t count)
{
	hyp->counts.calls++;
	hyp->ops->unmap_grants(hyp, pages, count);
}

/**
 * hyp_read_grants() - copy from the pages of grant references @first and on
 * @offset: into the first page, where the bytes begin
 *
 * Leaves nothing mapped.
 *
 * Return: 0; as hyp_map_grants(); -EOPNOTSUPP if @buf is memory which the
 * hypervisor cannot copy to: a mapping of some device's. Some bytes may have
 * been copied.
 */
static inline int hyp_read_grants(struct hyp *hyp, uint32_t first,
				  size_t offset, void *buf, size_t len)
{
	const int ret = hyp->ops->read_grants(hyp, first, offset, buf, len);

	if (ret == 0)
		hyp->counts.copied_pages += hyp_num_pages(offset, len);
	return ret;
}

/** hyp_write_grants() - the other way. Return: as hyp_read_grants() */
static inline int hyp_write_grants(struct hyp *hyp, uint32_t first,
				   size_t offset, const void *buf, size_t len)
{
	const int ret = hyp->ops->write_grants(hyp, first, offset, buf, len);

	if (ret == 0)
		hyp->counts.copied_pages += hyp_num_pages(offset, len);
	return ret;
}

/**
 * hyp_export() - grant the guest the pages of a dma-buf
 * @fd: of the dma-buf; by its number the export is known until it ends, so it
 *      must stay open
 * @refs: the grant references, in the order of the pages
 * @count: of the pages, which must be all that the dma-buf has
 *
 * The pages stay where they are until the guest has let go of them, whoever
 * else does.
 *
 * Return: 0; -EOPNOTSUPP if dma-bufs cannot be granted here; -EPERM if they can,
 * but not with just this access; -ENOSPC if too few references, or too
 * little memory, are left; -EINVAL if this dma-buf cannot be granted, or is none.
 */
static inline int hyp_export(struct hyp *hyp, int fd,
			     enum hyp_access_of_guest may, uint32_t *refs,
			     size_t count)
{
	hyp->counts.calls++;
	return hyp->ops->export(hyp, fd, may, refs, count);
}

/**
 * hyp_end_export() - take back what hyp_export() granted
 * @may: as it was exported
 *
 * What the guest may write is taken back as far as it goes: the guest cannot map
 * it any more, but keeps what it has mapped.
 *
 * Return: 0; -EBUSY if the guest may only read, and has some of it mapped: then
 * it can go on mapping that, and one has to try again.
 */
static inline int hyp_end_export(struct hyp *hyp, int fd,
				 enum hyp_access_of_guest may)
{
	hyp->counts.calls++;
	return hyp->ops->end_export(hyp, fd, may);
}

static inline int hyp_interrupt(struct hyp *hyp, uint32_t irq)
{
	const int ret = hyp->ops->interrupt(hyp, irq);

	hyp->counts.calls++;
	if (ret == 0)
		hyp->counts.interrupts++;
	return ret;
}

#endif /* HYP_HYP_H */
