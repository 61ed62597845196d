// SPDX-License-Identifier: GPL-2.0-only
#include "chain_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "hyp/guest_pages.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

int vq_pop(struct vq *vq, struct vq_chain **out)
{
	return -EAGAIN;
}

void vq_again(struct vq *vq)
{
}

size_t vq_chain_readable(const struct vq_chain *chain)
{
	return chain->len;
}

int vq_chain_read(struct vq_chain *chain, void *buf, size_t len)
{
	if (len > chain->len)
		return -ENODATA;
	memcpy(buf, chain->data, len);
	chain->data = (const uint8_t *)chain->data + len;
	chain->len -= len;
	return 0;
}

int vq_chain_write(struct vq_chain *chain, const void *buf, size_t len)
{
	return -ENOSPC;
}

void vq_chain_complete(struct vq_chain *chain)
{
}

bool virtio_dev_yield(struct virtio_dev *dev)
{
	dev->written = 0;
	return ++dev->yields != dev->reset_at;
}

/* Here a device is its memory. */
struct guest_mem *virtio_dev_mem(struct virtio_dev *dev)
{
	return (struct guest_mem *)dev;
}

int guest_mem_read(struct guest_mem *mem, gpa_t gpa, void *buf, size_t len)
{
	const struct virtio_dev *dev = (struct virtio_dev *)mem;

	if (gpa > sizeof(dev->mem) || len > sizeof(dev->mem) - gpa)
		return -EFAULT;
	memcpy(buf, dev->mem + gpa, len);
	return 0;
}

int guest_mem_write(struct guest_mem *mem, gpa_t gpa, const void *buf,
		    size_t len)
{
	struct virtio_dev *dev = (struct virtio_dev *)mem;

	if (gpa > sizeof(dev->mem) || len > sizeof(dev->mem) - gpa)
		return -EFAULT;
	memcpy(dev->mem + gpa, buf, len);
	dev->written += len;
	dev->largest = MAX(dev->largest, dev->written);
	return 0;
}

struct guest_pages {
	struct virtio_dev *dev;
	struct guest_range range;
};

int guest_pages_create(struct guest_mem *mem, const struct guest_range *ranges,
		       size_t count, bool stays, struct guest_pages **out)
{
	struct guest_pages *pages;

	assert_int_equal(count, 1);
	pages = calloc(1, sizeof(*pages));
	assert_non_null(pages);
	pages->dev = (struct virtio_dev *)mem;
	pages->range = ranges[0];
	*out = pages;
	return 0;
}

void guest_pages_destroy(struct guest_pages *pages)
{
	free(pages);
}

size_t guest_pages_len(const struct guest_pages *pages)
{
	return pages->range.len;
}

int guest_pages_bytes(struct guest_pages *pages, size_t offset, void **out,
		      size_t *len)
{
	const gpa_t gpa = pages->range.gpa + offset;

	if (gpa >= sizeof(pages->dev->mem))
		return -EFAULT;
	*out = pages->dev->mem + gpa;
	*len = sizeof(pages->dev->mem) - gpa;
	return 0;
}

bool guest_pages_are_possible(const struct guest_range *ranges, size_t count)
{
	return count == 1;
}

/* Of a device that is its memory all is mapped. */
bool guest_pages_are_mapped(const struct guest_pages *pages)
{
	return true;
}

int guest_pages_map_next(struct guest_pages *pages)
{
	return 0;
}
