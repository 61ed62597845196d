/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transport.h - a virtio device as its transport sees it.
 *
 * What the registers of a transport stand for. All of these are called while a
 * vCPU waits: they note, and leave the work to the event loop. None touches
 * guest memory, but rings that the driver granted are unmapped when it ends
 * them. What a driver may not do at the time is ignored and logged.
 */
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct virtio_dev;
struct virtio_shm;
struct vq;

/* Where a virtqueue's three parts are */
enum vq_part { VQ_DESC, VQ_AVAIL, VQ_USED, VQ_NUM_PARTS };

uint32_t virtio_dev_id(const struct virtio_dev *dev);

/** virtio_dev_status() - the status field, DEVICE_NEEDS_RESET included */
uint32_t virtio_dev_status(const struct virtio_dev *dev);

/**
 * virtio_dev_set_status() - the driver writes the status field
 *
 * 0 resets: when this returns, neither ring is touched again. FEATURES_OK is
 * kept only if the accepted features can work ("Device Initialization").
 */
void virtio_dev_set_status(struct virtio_dev *dev, uint32_t status);

/** virtio_dev_offered() - device feature bits 32 * @word and up */
uint32_t virtio_dev_offered(const struct virtio_dev *dev, uint32_t word);

/** virtio_dev_accept() - the driver's choice of these bits */
void virtio_dev_accept(struct virtio_dev *dev, uint32_t word, uint32_t bits);

/** virtio_dev_isr() - why the driver was interrupted */
uint32_t virtio_dev_isr(const struct virtio_dev *dev);

/** virtio_dev_ack() - the driver has seen @bits of the ISR */
void virtio_dev_ack(struct virtio_dev *dev, uint32_t bits);

/** virtio_dev_notify() - the driver says: look at queue @index, once you run */
void virtio_dev_notify(struct virtio_dev *dev, uint32_t index);

/** virtio_dev_config_generation() - changes with the configuration space */
uint32_t virtio_dev_config_generation(const struct virtio_dev *dev);

/** virtio_dev_config_read() - copy; @buf stays as it is beyond its end */
void virtio_dev_config_read(const struct virtio_dev *dev, size_t offset,
			    void *buf, size_t len);

/** virtio_dev_shm() - shared memory region @id, borrowed; NULL if there is none
 */
const struct virtio_shm *virtio_dev_shm(const struct virtio_dev *dev,
					uint32_t id);

/** virtio_dev_memory_changed() - the guest's memory map did; see hyp.h */
void virtio_dev_memory_changed(struct virtio_dev *dev);

/** virtio_dev_find_queue() - queue @index, borrowed; NULL if there is none */
struct vq *virtio_dev_find_queue(struct virtio_dev *dev, uint32_t index);

/** vq_ready() - as the driver wrote it */
bool vq_ready(const struct vq *vq);

/** vq_set_ready() - the queue's set-up is complete, or over */
void vq_set_ready(struct vq *vq, bool ready);

/** vq_set_size() - the driver's choice; checked when the queue starts */
void vq_set_size(struct vq *vq, uint32_t size);

/** vq_set_address() - the low or high half of a part's guest address */
void vq_set_address(struct vq *vq, enum vq_part part, bool high,
		    uint32_t value);

#endif /* VIRTIO_TRANSPORT_H */
