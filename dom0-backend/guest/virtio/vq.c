// SPDX-License-Identifier: GPL-2.0-only
#include "virtio/vq.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/byteorder.h"
#include "base/log.h"
#include "virtio/ring.h"

void vq_init(struct vq *vq, struct virtio_dev *dev, unsigned int index)
{
	vq->dev = dev;
	vq->index = index;
	vq_reset(vq);
}

void vq_finish(struct vq *vq)
{
	vq_stop(vq);
	vq_release(vq);
	assert(vq->num_chains == 0);
}

/*
 * The driver takes its grants back as soon as its access is answered, and gives
 * the device up if it finds them in use: they cannot wait for vq_release().
 */
static void return_grants(struct vq *vq)
{
	for (size_t i = 0; i < VQ_NUM_PARTS; i++) {
		if (!guest_mem_is_granted(vq->regions[i]))
			continue;
		guest_mem_return(virtio_dev_mem(vq->dev), vq->regions[i]);
		vq->regions[i] = NULL;
	}
}

void vq_stop(struct vq *vq)
{
	vq->live = false;
	vq->life++;
	memset(vq->held, 0, sizeof(vq->held));
	return_grants(vq);
}

void vq_reset(struct vq *vq)
{
	vq->ready = false;
	vq->size = VIRTIO_QUEUE_SIZE;
	memset(vq->gpa, 0, sizeof(vq->gpa));
}

static void return_regions(struct vq *vq,
			   struct guest_mem_region *regions[VQ_NUM_PARTS])
{
	for (size_t i = 0; i < VQ_NUM_PARTS; i++) {
		guest_mem_return(virtio_dev_mem(vq->dev), regions[i]);
		regions[i] = NULL;
	}
}

void vq_release(struct vq *vq)
{
	if (!vq->live)
		return_regions(vq, vq->regions);
}

/* "Split Virtqueues": sizes and alignments. Event fields count in any case. */
static size_t part_len(const struct vq *vq, enum vq_part part)
{
	switch (part) {
	case VQ_DESC:
		return sizeof(struct ring_desc) * vq->size;
	case VQ_AVAIL:
		return 6 + sizeof(__le16) * vq->size;
	default:
		return 6 + sizeof(struct ring_used_elem) * vq->size;
	}
}

static bool setup_is_valid(const struct vq *vq)
{
	static const unsigned int alignment[VQ_NUM_PARTS] = {
		[VQ_DESC] = 16,
		[VQ_AVAIL] = 2,
		[VQ_USED] = 4,
	};

	if (vq->size == 0 || vq->size > VIRTIO_QUEUE_SIZE ||
	    (vq->size & (vq->size - 1)) != 0)
		return false;
	for (size_t i = 0; i < VQ_NUM_PARTS; i++) {
		if (vq->gpa[i] % alignment[i] != 0)
			return false;
	}
	return true;
}

static int lend_parts(struct vq *vq,
		      struct guest_mem_region *regions[VQ_NUM_PARTS],
		      void *memory[VQ_NUM_PARTS])
{
	int ret;

	for (size_t i = 0; i < VQ_NUM_PARTS; i++) {
		ret = guest_mem_lend(virtio_dev_mem(vq->dev), vq->gpa[i],
				     part_len(vq, i), i == VQ_USED,
				     &regions[i], &memory[i]);
		if (ret < 0) {
			return_regions(vq, regions);
			return ret;
		}
	}
	return 0;
}

int vq_start(struct vq *vq)
{
	int ret;

	assert(!vq->live);
	if (!setup_is_valid(vq))
		return -EINVAL;
	ret = lend_parts(vq, vq->regions, vq->memory);
	if (ret < 0)
		return ret;
	vq->indirect = virtio_dev_negotiated(vq->dev,
					     VIRTIO_RING_F_INDIRECT_DESC);
	vq->event_idx = virtio_dev_negotiated(vq->dev, VIRTIO_RING_F_EVENT_IDX);
	vq->quiet = false;
	vq->next_avail = 0;
	vq->next_used = 0;
	vq->signalled = 0;
	vq->live = true;
	return 0;
}

int vq_remap(struct vq *vq)
{
	struct guest_mem_region *regions[VQ_NUM_PARTS] = { NULL };
	void *memory[VQ_NUM_PARTS];
	int ret;

	assert(vq->live);
	ret = lend_parts(vq, regions, memory);
	if (ret < 0)
		return ret;
	return_regions(vq, vq->regions);
	memcpy(vq->regions, regions, sizeof(regions));
	memcpy(vq->memory, memory, sizeof(memory));
	return 0;
}

int vq_break(struct vq *vq, const char *reason)
{
	char line[128];

	snprintf(line, sizeof(line), "queue %u: %s", vq->index, reason);
	virtio_dev_break(vq->dev, line);
	return -EIO;
}

static struct ring_avail *avail_ring(const struct vq *vq)
{
	return vq->memory[VQ_AVAIL];
}

static struct ring_used *used_ring(const struct vq *vq)
{
	return vq->memory[VQ_USED];
}

static uint16_t load_avail_idx(const struct vq *vq)
{
	const uint16_t idx = le16_to_cpu(ring_load(avail_ring(vq)->idx));

	/* Entries and descriptors are read after the index that covers them. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return idx;
}

/* While there is work, the driver need not tell us of more. */
static void be_quiet(struct vq *vq)
{
	if (vq->event_idx || vq->quiet)
		return;
	vq->quiet = true;
	ring_store(used_ring(vq)->flags, cpu_to_le16(RING_USED_NO_NOTIFY));
}

/*
 * "Available Buffer Notification Suppression": ask to be told, then look
 * again, for the driver may have added a chain before it saw the request.
 */
static uint16_t ask_for_notification(struct vq *vq)
{
	struct ring_used *used = used_ring(vq);

	if (vq->event_idx) {
		__le16 *avail_event = (__le16 *)&used->ring[vq->size];

		ring_store(*avail_event, cpu_to_le16(vq->next_avail));
	} else if (vq->quiet) {
		vq->quiet = false;
		ring_store(used->flags, cpu_to_le16(0));
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load_avail_idx(vq);
}

/* The driver's index, or -EAGAIN and the driver will notify again */
static int look(struct vq *vq, uint16_t *idx)
{
	if (!vq->live)
		return -EAGAIN;
	*idx = load_avail_idx(vq);
	if (*idx == vq->next_avail)
		*idx = ask_for_notification(vq);
	return *idx == vq->next_avail ? -EAGAIN : 0;
}

int vq_peek(struct vq *vq)
{
	uint16_t idx;

	return look(vq, &idx);
}

int vq_pop(struct vq *vq, struct vq_chain **out)
{
	uint16_t idx, slot, head;
	int ret;

	ret = look(vq, &idx);
	if (ret < 0)
		return ret;
	be_quiet(vq);

	if ((uint16_t)(idx - vq->next_avail) > vq->size)
		return vq_break(vq, "more available than the ring holds");
	slot = vq->next_avail & (vq->size - 1);
	head = le16_to_cpu(ring_load(avail_ring(vq)->ring[slot]));
	if (head >= vq->size)
		return vq_break(vq, "available entry beyond the table");
	if (vq->held[head])
		return vq_break(vq, "available entry that was not yet used");
	ret = vq_chain_take(vq, head, out);
	if (ret < 0)
		return ret;
	vq->held[head] = true;
	vq->next_avail++;
	return 0;
}

void vq_again(struct vq *vq)
{
	virtio_dev_notify(vq->dev, vq->index);
}

static void push_used(struct vq *vq, uint16_t head, uint32_t len)
{
	struct ring_used *used = used_ring(vq);
	struct ring_used_elem *elem;

	elem = &used->ring[vq->next_used & (vq->size - 1)];
	ring_store(elem->id, cpu_to_le32(head));
	ring_store(elem->len, cpu_to_le32(len));
	vq->next_used++;
	/* The buffer and its entry must be there when the index says so. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ring_store(used->idx, cpu_to_le16(vq->next_used));
}

void vq_chain_complete(struct vq_chain *chain)
{
	struct vq *vq = chain->vq;

	if (chain->life == vq->life && vq->live) {
		push_used(vq, chain->head, chain->written);
		vq->held[chain->head] = false;
		virtio_dev_has_used(vq->dev);
	}
	vq->num_chains--;
	free(chain);
}

/* "Used Buffer Notification Suppression" */
bool vq_wants_interrupt(struct vq *vq)
{
	const uint16_t from = vq->signalled, to = vq->next_used;
	struct ring_avail *avail = avail_ring(vq);
	uint16_t flags, event;

	if (!vq->live || from == to)
		return false;
	vq->signalled = to;
	/* The used index must be out before the driver's wish is read. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (vq->event_idx) {
		event = le16_to_cpu(ring_load(avail->ring[vq->size]));
		return (uint16_t)(to - event - 1) < (uint16_t)(to - from);
	}
	flags = le16_to_cpu(ring_load(avail->flags));
	return !(flags & RING_AVAIL_NO_INTERRUPT);
}

bool vq_ready(const struct vq *vq)
{
	return vq->ready;
}

/* Registers of a queue at work must not change ("MMIO Device Registers"). */
static bool may_set_up(struct vq *vq)
{
	if (!vq->ready)
		return true;
	log_guest(virtio_dev_log_limit(vq->dev),
		  "queue %u: set up while it is ready", vq->index);
	return false;
}

void vq_set_ready(struct vq *vq, bool ready)
{
	vq->ready = ready;
	if (!ready)
		vq_stop(vq);
	virtio_dev_schedule(vq->dev);
}

void vq_set_size(struct vq *vq, uint32_t size)
{
	if (may_set_up(vq))
		vq->size = size;
}

void vq_set_address(struct vq *vq, enum vq_part part, bool high,
		    uint32_t value)
{
	const unsigned int shift = high ? 32 : 0;

	if (!may_set_up(vq))
		return;
	vq->gpa[part] &= ~(UINT64_C(0xffffffff) << shift);
	vq->gpa[part] |= (uint64_t)value << shift;
}
