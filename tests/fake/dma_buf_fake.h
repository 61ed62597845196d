/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_buf_fake.h - descriptors that fstatfs(2) says are of dma-bufs.
 */
#ifndef DMA_BUF_FAKE_H
#define DMA_BUF_FAKE_H

#include <stdint.h>

/** fake_dma_buf() - a new one of @size bytes. Return: a descriptor, owned by the
 * caller. */
int fake_dma_buf(uint64_t size);

/** fake_dma_buf_count() - descriptors of such that are open in this process */
unsigned int fake_dma_buf_count(void);

#endif /* DMA_BUF_FAKE_H */
