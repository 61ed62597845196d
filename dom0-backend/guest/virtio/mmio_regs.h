/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmio_regs.h - the registers of one device ("MMIO Device Register Layout").
 *
 * For mmio.c; the others use mmio.h.
 */
#ifndef VIRTIO_MMIO_REGS_H
#define VIRTIO_MMIO_REGS_H

#include <stdint.h>

struct hyp_access;
struct virtio_dev;

/**
 * struct mmio_regs - what the registers remember by themselves
 * @dev: borrowed
 * @queue: QueueSel, as written
 * @device_word: DeviceFeaturesSel, as written
 * @driver_word: DriverFeaturesSel, as written
 * @shm: SHMSel, as written
 */
struct mmio_regs {
	struct virtio_dev *dev;
	uint32_t queue;
	uint32_t device_word;
	uint32_t driver_word;
	uint32_t shm;
};

/**
 * mmio_regs_access() - answer an access at @offset, which is within the device
 *
 * What the specification does not define reads as 0 and is not written.
 */
void mmio_regs_access(struct mmio_regs *regs, uint64_t offset,
		      struct hyp_access *access);

#endif /* VIRTIO_MMIO_REGS_H */
