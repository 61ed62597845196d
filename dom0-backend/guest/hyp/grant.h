/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * grant.h - guest addresses that name a grant.
 *
 * With grant_usage=1 a guest shares with us only what it grants. Its DMA
 * addresses are then bit 63, a grant reference and an offset into its page; the
 * references of what the guest mapped in one piece follow each other, so that
 * such addresses add up as others do (Linux, drivers/xen/grant-dma-ops.c).
 *
 * Each address says by itself which kind it is. What a guest was configured for
 * is not asked: a kernel that knows nothing of grants goes on with addresses of
 * memory.
 *
 * Nothing stays mapped for the next time: the guest takes back what it granted
 * when its request is completed. For guest_mem.c, which is the door.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef HYP_GRANT_H
#define HYP_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hyp/guest_mem.h"

struct hyp;

/** grant_is() - @gpa names a grant */
static inline bool grant_is(gpa_t gpa)
{
	return gpa >> 63;
}

/**
 * grant_read() - copy @len bytes at @gpa, a grant's, to @buf
 * Return: as guest_mem_read().
 */
int grant_read(struct hyp *hyp, gpa_t gpa, void *buf, size_t len);

/**
 * grant_write() - copy @len bytes of @buf to @gpa, a grant's
 * Return: as guest_mem_write().
 */
int grant_write(struct hyp *hyp, gpa_t gpa, const void *buf, size_t len);

/**
 * grant_map() - map the pages that hold @len bytes at @gpa, a grant's
 * @writable: false: for reading only
 * @out: the first page; ended with hyp_unmap_grants(), by the number of pages
 * Return: as guest_mem_read().
 */
int grant_map(struct hyp *hyp, gpa_t gpa, size_t len, bool writable,
	      void **out);

#endif /* HYP_GRANT_H */
