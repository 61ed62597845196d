/* SPDX-License-Identifier: GPL-2.0-only */
/* guest_mem_priv.h - what guest_mem.c and guest_pages.c share. */
#ifndef HYP_GUEST_MEM_PRIV_H
#define HYP_GUEST_MEM_PRIV_H

#include "base/list.h"
#include "hyp/guest_mem.h"
#include "hyp/hyp.h"

#define GUEST_MEM_BUCKETS 256

/*
 * Pages that are mapped, or unmapped, at one stroke. Each is a hypercall of its
 * own, and until all are done a vCPU may wait: some ten microseconds.
 */
#define HYP_MAP_PAGES 16

/**
 * struct guest_mem - see guest_mem.h
 * @hyp: borrowed
 * @limit: of @cached
 * @cached: bytes of all chunks
 * @lent: bytes of all regions, and of what is mapped of @pages
 * @epoch: counts invalidations: what was mapped in an earlier one is stale
 * @lru: of struct chunk; stale, then least recently used first
 * @pages: of struct guest_pages
 * @buckets: of struct chunk
 */
struct guest_mem {
	struct hyp *hyp;
	uint64_t limit;
	uint64_t cached;
	uint64_t lent;
	uint64_t epoch;
	struct list lru;
	struct list pages;
	struct list buckets[GUEST_MEM_BUCKETS];
};

/**
 * struct guest_piece - HYP_MAP_PAGES of what follows each other, or the rest
 * @bytes: NULL: not mapped
 * @epoch: guest_mem.epoch when it was
 */
struct guest_piece {
	unsigned char *bytes;
	uint64_t epoch;
};

/**
 * struct guest_pages - see guest_pages.h
 * @mem: borrowed
 * @stays: as given
 * @epoch: guest_mem.epoch when a piece was mapped last
 * @num_mapped: pieces that were mapped in it; if they stay, in any
 * @len: as guest_pages_len() says
 * @offset: into the first page
 * @num_pages: of all pieces
 * @gfns: guest frame number of each page; behind @pieces
 */
struct guest_pages {
	struct list link; /* guest_mem.pages */
	struct guest_mem *mem;
	bool stays;
	uint64_t epoch;
	size_t num_mapped;
	size_t len;
	size_t offset;
	size_t num_pages;
	uint64_t *gfns;
	struct guest_piece pieces[];
};

/** guest_mem_check() - -EFAULT if no guest has such memory, else 0 */
int guest_mem_check(gpa_t gpa, size_t len);

/** guest_pages_trim() - unmap what is stale; as guest_mem_trim() */
void guest_pages_trim(struct guest_pages *pages);

#endif /* HYP_GUEST_MEM_PRIV_H */
