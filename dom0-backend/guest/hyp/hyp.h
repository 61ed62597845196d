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
 *          not touch guest memory: a vCPU waits. Every access is answered
 *          when this returns, whatever it did.
 * @invalidated: the guest changed its physical memory map. Same rules.
 */
struct hyp_listener {
	void (*access)(void *owner, struct hyp_access *access);
	void (*invalidated)(void *owner);
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
	int (*interrupt)(struct hyp *hyp, uint32_t irq);
};

/** struct hyp - embedded first in each implementation's own type */
struct hyp {
	const struct hyp_ops *ops;
};

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
	hyp->ops->poll(hyp);
}

static inline int hyp_map_io(struct hyp *hyp, uint64_t base, uint64_t len)
{
	return hyp->ops->map_io(hyp, base, len);
}

static inline int hyp_map_pages(struct hyp *hyp, const uint64_t *gfns,
				size_t count, void **out)
{
	return hyp->ops->map_pages(hyp, gfns, count, out);
}

static inline void hyp_unmap_pages(struct hyp *hyp, void *pages, size_t count)
{
	hyp->ops->unmap_pages(hyp, pages, count);
}

static inline int hyp_interrupt(struct hyp *hyp, uint32_t irq)
{
	return hyp->ops->interrupt(hyp, irq);
}

#endif /* HYP_HYP_H */
