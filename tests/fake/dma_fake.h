/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_fake.h - guest memory that a driver shares with its device, as Linux does:
 * by its address, or, in a guest that uses grants, by one that names a grant.
 *
 * The driver grants whole pages, for reading only what the device only reads.
 */
#ifndef DMA_FAKE_H
#define DMA_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hyp_fake;

/**
 * struct dma_fake - zeroed memory is none
 * @gpa: where it is
 * @addr: what the device is told
 */
struct dma_fake {
	uint64_t gpa;
	uint64_t addr;
	size_t len;
};

/**
 * dma_fake_alloc() - zeroed pages of the bank (0 or 1), shared
 * @grants: this guest uses them
 * @writable: the device writes to it
 */
void dma_fake_alloc(struct hyp_fake *fake, unsigned int bank, size_t len,
		    bool grants, bool writable, struct dma_fake *out);

/**
 * dma_fake_free() - take it back; none is fine
 *
 * The running test fails if it was granted and is still mapped.
 */
void dma_fake_free(struct hyp_fake *fake, struct dma_fake *dma);

#endif /* DMA_FAKE_H */
