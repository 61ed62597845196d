// SPDX-License-Identifier: GPL-2.0-only
#include "virtio/mmio_regs.h"

#include <endian.h>
#include <linux/virtio_mmio.h>
#include <string.h>

#include "base/log.h"
#include "hyp/hyp.h"
#include "virtio/ring.h"
#include "virtio/transport.h"
#include "virtio/virtio.h"

#define MAGIC 0x74726976 /* "virt" */
#define VERSION 2
#define VENDOR 0x44454d56 /* "VMED" */

/* Since 1.2, and newer than the headers of some systems we build on */
#define QUEUE_RESET 0x0c0

static void complain(struct mmio_regs *regs, uint64_t offset,
		     const struct hyp_access *access)
{
	log_guest(virtio_dev_log_limit(regs->dev),
		  "device %u: %s of %u bytes at register 0x%x ignored",
		  virtio_dev_id(regs->dev), access->write ? "write" : "read",
		  access->size, (unsigned int)offset);
}

static uint32_t read_queue(const struct mmio_regs *regs, uint64_t offset)
{
	const struct vq *vq = virtio_dev_find_queue(regs->dev, regs->queue);

	if (!vq)
		return 0;
	return offset == VIRTIO_MMIO_QUEUE_NUM_MAX ? VIRTIO_QUEUE_SIZE :
						     vq_ready(vq);
}

static uint32_t read_shm(const struct mmio_regs *regs, uint64_t offset)
{
	const struct virtio_shm *shm = virtio_dev_shm(regs->dev, regs->shm);

	/* The length of a region that is not there is -1, not 0. */
	if (!shm)
		return UINT32_MAX;
	switch (offset) {
	case VIRTIO_MMIO_SHM_LEN_LOW:
		return (uint32_t)shm->len;
	case VIRTIO_MMIO_SHM_LEN_HIGH:
		return shm->len >> 32;
	case VIRTIO_MMIO_SHM_BASE_LOW:
		return (uint32_t)shm->base;
	default:
		return shm->base >> 32;
	}
}

static uint64_t read_register(struct mmio_regs *regs, uint64_t offset,
			      const struct hyp_access *access)
{
	struct virtio_dev *dev = regs->dev;

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return MAGIC;
	case VIRTIO_MMIO_VERSION:
		return VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return virtio_dev_id(dev);
	case VIRTIO_MMIO_VENDOR_ID:
		return VENDOR;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return virtio_dev_offered(dev, regs->device_word);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
	case VIRTIO_MMIO_QUEUE_READY:
		return read_queue(regs, offset);
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return virtio_dev_isr(dev);
	case VIRTIO_MMIO_STATUS:
		return virtio_dev_status(dev);
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return read_shm(regs, offset);
	case QUEUE_RESET:
		return 0;
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return virtio_dev_config_generation(dev);
	default:
		complain(regs, offset, access);
		return 0;
	}
}

static void write_queue(struct mmio_regs *regs, uint64_t offset,
			const struct hyp_access *access)
{
	struct vq *vq = virtio_dev_find_queue(regs->dev, regs->queue);
	const uint32_t value = access->data;

	if (!vq) {
		complain(regs, offset, access);
		return;
	}
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		vq_set_size(vq, value);
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		vq_set_ready(vq, value & 1);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		vq_set_address(vq, VQ_DESC,
			       offset == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		vq_set_address(vq, VQ_AVAIL,
			       offset == VIRTIO_MMIO_QUEUE_AVAIL_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		vq_set_address(vq, VQ_USED,
			       offset == VIRTIO_MMIO_QUEUE_USED_HIGH, value);
		break;
	}
}

static void write_register(struct mmio_regs *regs, uint64_t offset,
			   const struct hyp_access *access)
{
	struct virtio_dev *dev = regs->dev;
	const uint32_t value = access->data;

	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		regs->device_word = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		virtio_dev_accept(dev, regs->driver_word, value);
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		regs->driver_word = value;
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		regs->queue = value;
		break;
	case VIRTIO_MMIO_QUEUE_NUM:
	case VIRTIO_MMIO_QUEUE_READY:
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		write_queue(regs, offset, access);
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		virtio_dev_notify(dev, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		virtio_dev_ack(dev, value);
		break;
	case VIRTIO_MMIO_STATUS:
		virtio_dev_set_status(dev, value);
		break;
	case VIRTIO_MMIO_SHM_SEL:
		regs->shm = value;
		break;
	default:
		complain(regs, offset, access);
	}
}

static bool is_aligned(uint64_t offset, const struct hyp_access *access)
{
	return offset % access->size == 0;
}

static void access_register(struct mmio_regs *regs, uint64_t offset,
			    struct hyp_access *access)
{
	/* "The driver MUST only use 32 bit wide and aligned" accesses. */
	if (access->size != 4 || !is_aligned(offset, access))
		complain(regs, offset, access);
	else if (access->write)
		write_register(regs, offset, access);
	else
		access->data = read_register(regs, offset, access);
}

static void access_config(struct mmio_regs *regs, uint64_t offset,
			  struct hyp_access *access)
{
	uint64_t value = 0;

	/* Nothing in it is the driver's to write. */
	if (access->write || !is_aligned(offset, access)) {
		complain(regs, offset, access);
		return;
	}
	virtio_dev_config_read(regs->dev, offset - VIRTIO_MMIO_CONFIG, &value,
			       access->size);
	access->data = le64toh(value);
}

void mmio_regs_access(struct mmio_regs *regs, uint64_t offset,
		      struct hyp_access *access)
{
	if (!access->write)
		access->data = 0;
	if (offset < VIRTIO_MMIO_CONFIG)
		access_register(regs, offset, access);
	else
		access_config(regs, offset, access);
}
