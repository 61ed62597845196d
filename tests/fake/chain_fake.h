/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain_fake.h - a chain without a ring, and flat guest memory, in place of
 * virtio/vq.h, virtio/virtio.h, hyp/guest_mem.h and hyp/guest_pages.h.
 */
#ifndef CHAIN_FAKE_H
#define CHAIN_FAKE_H

#include <stddef.h>
#include <stdint.h>

/* Guest memory is [0, CHAIN_FAKE_MEM_LEN). */
#define CHAIN_FAKE_MEM_LEN (512 * 1024)

/**
 * struct vq_chain - only a readable part; the test fills it in
 * @data: @len bytes; borrowed
 */
struct vq_chain {
	const void *data;
	size_t len;
};

/**
 * struct virtio_dev - a device that is reset by the test
 * @yields: how often it was asked for
 * @reset_at: at this one it says that the driver reset it; 0: never
 * @largest: most bytes written between two
 * @written: since the last
 * @mem: guest memory
 */
struct virtio_dev {
	unsigned int yields;
	unsigned int reset_at;
	size_t largest;
	size_t written;
	uint8_t mem[CHAIN_FAKE_MEM_LEN];
};

#endif /* CHAIN_FAKE_H */
