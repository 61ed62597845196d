// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "virtio/ring.h"

/* A descriptor's fields, read once */
struct desc {
	gpa_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* The chain in the making; its segments are in vq->segments. */
struct walk {
	struct vq *vq;
	unsigned int count;
	unsigned int first_writable;
	bool writable; /* the writable part has begun */
	size_t readable_bytes;
	size_t writable_bytes;
};

static struct desc load_desc(const struct ring_desc *entry)
{
	struct desc desc;

	desc.addr = le64_to_cpu(ring_load(entry->addr));
	desc.len = le32_to_cpu(ring_load(entry->len));
	desc.flags = le16_to_cpu(ring_load(entry->flags));
	desc.next = le16_to_cpu(ring_load(entry->next));
	return desc;
}

static int add_segment(struct walk *walk, const struct desc *desc)
{
	struct vq *vq = walk->vq;
	const bool writable = desc->flags & RING_DESC_WRITE;

	if (walk->writable && !writable)
		return vq_break(vq, "readable descriptor behind a writable one");
	if (writable && !walk->writable) {
		walk->writable = true;
		walk->first_writable = walk->count;
	}
	if (desc->len == 0)
		return 0;
	if (desc->addr + desc->len < desc->addr)
		return vq_break(vq, "descriptor that wraps");
	if (desc->len > VQ_MAX_CHAIN_BYTES - walk->readable_bytes -
				walk->writable_bytes)
		return vq_break(vq, "chain of too many bytes");
	if (walk->count >= VQ_MAX_SEGMENTS)
		return vq_break(vq, "chain of too many descriptors");
	vq->segments[walk->count].gpa = desc->addr;
	vq->segments[walk->count].len = desc->len;
	walk->count++;
	if (writable)
		walk->writable_bytes += desc->len;
	else
		walk->readable_bytes += desc->len;
	return 0;
}

/* "Indirect Descriptors": a table elsewhere, of which we take a copy. */
static int walk_indirect(struct walk *walk, const struct desc *indirect)
{
	struct vq *vq = walk->vq;
	const uint32_t count = indirect->len / sizeof(struct ring_desc);
	uint32_t index = 0;
	struct desc desc;

	if (indirect->len % sizeof(struct ring_desc) != 0 || count == 0 ||
	    count > VQ_MAX_SEGMENTS)
		return vq_break(vq, "indirect table of a wrong length");
	if (guest_mem_read(virtio_dev_mem(vq->dev), indirect->addr, vq->table,
			   indirect->len) < 0)
		return vq_break(vq, "indirect table that cannot be read");

	for (uint32_t steps = 0; steps < count; steps++) {
		desc = load_desc(&vq->table[index]);
		if (desc.flags & RING_DESC_INDIRECT)
			return vq_break(vq, "indirect table in another");
		if (add_segment(walk, &desc) < 0)
			return -EIO;
		if (!(desc.flags & RING_DESC_NEXT))
			return 0;
		index = desc.next;
		if (index >= count)
			return vq_break(vq, "next beyond the indirect table");
	}
	return vq_break(vq, "indirect chain that loops");
}

static int walk_ring(struct walk *walk, uint16_t head)
{
	struct vq *vq = walk->vq;
	const struct ring_desc *ring = vq->memory[VQ_DESC];
	uint32_t index = head;
	struct desc desc;

	for (uint32_t steps = 0; steps < vq->size; steps++) {
		desc = load_desc(&ring[index]);
		if (desc.flags & RING_DESC_INDIRECT) {
			if (!vq->indirect)
				return vq_break(vq, "indirect descriptor that "
						    "was not negotiated");
			if (desc.flags & RING_DESC_NEXT)
				return vq_break(vq, "indirect descriptor with "
						    "a next one");
			return walk_indirect(walk, &desc);
		}
		if (add_segment(walk, &desc) < 0)
			return -EIO;
		if (!(desc.flags & RING_DESC_NEXT))
			return 0;
		index = desc.next;
		if (index >= vq->size)
			return vq_break(vq, "next beyond the table");
	}
	return vq_break(vq, "chain that loops");
}

int vq_chain_take(struct vq *vq, uint16_t head, struct vq_chain **out)
{
	struct walk walk = { .vq = vq };
	struct vq_chain *chain;
	int ret;

	ret = walk_ring(&walk, head);
	if (ret < 0)
		return ret;
	chain = calloc(1, sizeof(*chain) + walk.count * sizeof(vq->segments[0]));
	if (!chain)
		return -ENOMEM;
	chain->vq = vq;
	chain->life = vq->life;
	chain->head = head;
	chain->read.left = walk.readable_bytes;
	chain->write.segment = walk.first_writable;
	chain->write.left = walk.writable_bytes;
	memcpy(chain->segments, vq->segments,
	       walk.count * sizeof(vq->segments[0]));
	vq->num_chains++;
	*out = chain;
	return 0;
}

size_t vq_chain_readable(const struct vq_chain *chain)
{
	return chain->read.left;
}

size_t vq_chain_writable(const struct vq_chain *chain)
{
	return chain->write.left;
}

/* The next contiguous piece of at most @len bytes, 0 < len <= cursor->left */
static size_t next_piece(const struct vq_chain *chain,
			 const struct vq_cursor *cursor, size_t len, gpa_t *gpa)
{
	const struct vq_segment *segment = &chain->segments[cursor->segment];

	*gpa = segment->gpa + cursor->offset;
	return MIN(len, (size_t)segment->len - cursor->offset);
}

static void advance(const struct vq_chain *chain, struct vq_cursor *cursor,
		    size_t len)
{
	cursor->left -= len;
	cursor->offset += len;
	if (cursor->offset == chain->segments[cursor->segment].len) {
		cursor->segment++;
		cursor->offset = 0;
	}
}

int vq_chain_read(struct vq_chain *chain, void *buf, size_t len)
{
	struct guest_mem *mem = virtio_dev_mem(chain->vq->dev);
	unsigned char *to = buf;
	size_t part;
	gpa_t gpa;
	int ret;

	if (chain->life != chain->vq->life)
		return -ESTALE;
	if (len > chain->read.left)
		return -ENODATA;
	while (len > 0) {
		part = next_piece(chain, &chain->read, len, &gpa);
		ret = guest_mem_read(mem, gpa, to, part);
		if (ret < 0)
			return ret;
		advance(chain, &chain->read, part);
		to += part;
		len -= part;
	}
	return 0;
}

int vq_chain_write(struct vq_chain *chain, const void *buf, size_t len)
{
	struct guest_mem *mem = virtio_dev_mem(chain->vq->dev);
	const unsigned char *from = buf;
	size_t part;
	gpa_t gpa;
	int ret;

	if (chain->life != chain->vq->life)
		return -ESTALE;
	if (len > chain->write.left)
		return -ENOSPC;
	while (len > 0) {
		part = next_piece(chain, &chain->write, len, &gpa);
		ret = guest_mem_write(mem, gpa, from, part);
		if (ret < 0)
			return ret;
		advance(chain, &chain->write, part);
		chain->written += part;
		from += part;
		len -= part;
	}
	return 0;
}
