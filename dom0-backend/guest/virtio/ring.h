/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - a split virtqueue as it lies in guest memory, and what virtio.c and
 * vq*.c keep from everybody else.
 */
#ifndef VIRTIO_RING_H
#define VIRTIO_RING_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hyp/guest_mem.h"
#include "virtio/transport.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

/* "The Virtqueue Descriptor Table" */
#define RING_DESC_NEXT 1
#define RING_DESC_WRITE 2
#define RING_DESC_INDIRECT 4

struct ring_desc {
	__le64 addr;
	__le32 len;
	__le16 flags;
	__le16 next;
};

/* "The Virtqueue Available Ring"; used_event lies behind the last entry */
#define RING_AVAIL_NO_INTERRUPT 1

struct ring_avail {
	__le16 flags;
	__le16 idx;
	__le16 ring[];
};

/* "The Virtqueue Used Ring"; avail_event lies behind the last entry */
#define RING_USED_NO_NOTIFY 1

struct ring_used_elem {
	__le32 id;
	__le32 len;
};

struct ring_used {
	__le16 flags;
	__le16 idx;
	struct ring_used_elem ring[];
};

/* The other side may change the field at any time: exactly one access. */
#define ring_load(field) (*(const volatile __typeof__(field) *)&(field))
#define ring_store(field, value) \
	(*(volatile __typeof__(field) *)&(field) = (value))

/*
 * Descriptors of one chain. The specification says at most the queue's size,
 * but Linux does not hold indirect tables to it.
 */
#define VQ_MAX_SEGMENTS 1024

/* Bytes of one chain, both parts: far above any sensible command */
#define VQ_MAX_CHAIN_BYTES (16 * 1024 * 1024)

struct vq_segment {
	gpa_t gpa;
	uint32_t len;
};

/**
 * struct vq - a queue
 * @dev: borrowed
 * @size: as the driver wrote it, hence checked only once it is @live
 * @ready: as the driver wrote it
 * @gpa: as the driver wrote them
 * @regions: lent, or NULL
 * @memory: what is lent
 * @live: the rings are lent, and are those that the driver set up
 * @life: counts the set-ups; a chain of an earlier one is stale
 * @indirect: VIRTIO_F_INDIRECT_DESC was negotiated
 * @event_idx: VIRTIO_F_EVENT_IDX was negotiated
 * @quiet: the driver is told not to notify (without @event_idx)
 * @next_avail: next entry to take
 * @next_used: next entry to fill
 * @signalled: @next_used when an interrupt was last considered
 * @held: descriptor heads that we have not given back
 * @num_chains: chains that exist, stale ones included
 * @segments: of the chain in the making
 * @table: copy of its indirect descriptors
 */
struct vq {
	struct virtio_dev *dev;
	unsigned int index;
	uint32_t size;
	bool ready;
	gpa_t gpa[VQ_NUM_PARTS];
	struct guest_mem_region *regions[VQ_NUM_PARTS];
	void *memory[VQ_NUM_PARTS];
	bool live;
	uint64_t life;
	bool indirect;
	bool event_idx;
	bool quiet;
	uint16_t next_avail;
	uint16_t next_used;
	uint16_t signalled;
	bool held[VIRTIO_QUEUE_SIZE];
	unsigned int num_chains;
	struct vq_segment segments[VQ_MAX_SEGMENTS];
	struct ring_desc table[VQ_MAX_SEGMENTS];
};

/**
 * struct vq_cursor - how far one part of a chain has been gone through
 * @segment: index into the chain's segments
 * @offset: bytes done of that segment
 * @left: bytes to go in this part
 */
struct vq_cursor {
	unsigned int segment;
	uint32_t offset;
	size_t left;
};

/**
 * struct vq_chain - see vq.h
 * @vq: borrowed
 * @life: of @vq when it was taken
 * @head: descriptor that names it in the rings
 * @written: bytes of the writable part that are filled
 */
struct vq_chain {
	struct vq *vq;
	uint64_t life;
	uint16_t head;
	uint32_t written;
	struct vq_cursor read;
	struct vq_cursor write;
	struct vq_segment segments[];
};

/** vq_init() - a queue in its reset state; @vq: zeroed memory */
void vq_init(struct vq *vq, struct virtio_dev *dev, unsigned int index);

/** vq_finish() - end a queue; no chain may exist */
void vq_finish(struct vq *vq);

/**
 * vq_stop() - never touch the rings again; what is held becomes stale
 *
 * Rings that the driver granted are unmapped at once.
 */
void vq_stop(struct vq *vq);

/** vq_reset() - forget what the driver set up; of a stopped queue */
void vq_reset(struct vq *vq);

/** vq_release() - unmap what vq_stop() left mapped; from the loop */
void vq_release(struct vq *vq);

/**
 * vq_start() - check the driver's set-up and map the rings; from the loop
 *
 * Of a queue that is stopped, and released.
 * Return: 0; -EINVAL if size or addresses are wrong; -EFAULT, -ENOMEM.
 */
int vq_start(struct vq *vq);

/** vq_remap() - map the rings of a live queue anew. Errors: as vq_start() */
int vq_remap(struct vq *vq);

/** vq_wants_interrupt() - true once if the driver is to hear of used entries */
bool vq_wants_interrupt(struct vq *vq);

/** vq_break() - this queue's ring is broken; always returns -EIO */
int vq_break(struct vq *vq, const char *reason);

/**
 * vq_chain_take() - make a chain of the descriptors behind @head
 * Return: 0; -EIO if they break the rules: the device has been stopped;
 * -ENOMEM.
 */
int vq_chain_take(struct vq *vq, uint16_t head, struct vq_chain **out);

/** virtio_dev_schedule() - run the device's deferred work, soon */
void virtio_dev_schedule(struct virtio_dev *dev);

/** virtio_dev_has_used() - a queue has used entries: interrupt for them, soon */
void virtio_dev_has_used(struct virtio_dev *dev);

/** virtio_dev_log_limit() - of what this device's driver can cause */
struct log_limit *virtio_dev_log_limit(struct virtio_dev *dev);

#endif /* VIRTIO_RING_H */
