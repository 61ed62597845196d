// SPDX-License-Identifier: GPL-2.0-only
#include "media/memory.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "hyp/guest_pages.h"
#include "media/area.h"
#include "media/objects.h"
#include "virtio/virtio.h"

/*
 * A vCPU waits for the copy of this many bytes at most, and the mapping of 64
 * KiB: microseconds, even where a camera's memory is not cached.
 */
#define BYTES_PER_YIELD ((size_t)16 * 1024)

static struct area *area_of(const struct memory *memory)
{
	return memory->object ? memory->object->area : memory->area;
}

static void finish_list(struct memory *memory)
{
	guest_pages_destroy(memory->pages);
	memory->pages = NULL;
	sg_list_finish(&memory->list);
}

void memory_replace(struct memory *old, struct memory *memory, uint32_t len)
{
	sg_list_trim(&memory->list, len);
	if (old->pages && sg_list_is_same(&old->list, &memory->list)) {
		memory->pages = old->pages;
		old->pages = NULL;
	}
	memory_finish(old);
	*old = *memory;
	memset(memory, 0, sizeof(*memory));
}

void memory_rest(struct memory *memory)
{
	if (!memory->pages)
		sg_list_finish(&memory->list);
}

void memory_finish(struct memory *memory)
{
	finish_list(memory);
	area_put(memory->area);
	object_put(memory->object);
	memory->area = NULL;
	memory->object = NULL;
}

/*
 * What can be mapped, and stay so: NULL in @out if it cannot. Of pages that the
 * driver lent it is known when they are needed.
 */
static int pages_of(struct memory *memory, struct virtio_dev *dev,
		    struct guest_pages **out)
{
	const struct area *area = area_of(memory);
	int ret = 0;

	if (!area && !memory->pages && memory->list.count > 0)
		ret = guest_pages_create(virtio_dev_mem(dev),
					 memory->list.pieces,
					 memory->list.count, false,
					 &memory->pages);
	*out = area ? area_pages(area) : memory->pages;
	return ret == -EOPNOTSUPP ? 0 : ret;
}

bool memory_needs_mapping(const struct memory *memory)
{
	const struct area *area = area_of(memory);
	const struct guest_pages *pages =
		area ? area_pages(area) : memory->pages;

	if (pages)
		return !guest_pages_are_mapped(pages);
	return guest_pages_are_possible(memory->list.pieces,
					memory->list.count);
}

int memory_map_next(struct memory *memory, struct virtio_dev *dev)
{
	struct guest_pages *pages;
	const int ret = pages_of(memory, dev, &pages);

	return ret < 0 || !pages ? ret : guest_pages_map_next(pages);
}

/* Copy to @pages from @from, or else from them to @to. */
static int copy(struct guest_pages *pages, struct virtio_dev *dev,
		const uint8_t *from, uint8_t *to, size_t len)
{
	size_t part, done = 0;
	void *bytes;
	int ret;

	if (len > guest_pages_len(pages))
		return -EFAULT;
	for (; done < len; done += part) {
		if (!virtio_dev_yield(dev))
			return -ESTALE;
		ret = guest_pages_bytes(pages, done, &bytes, &part);
		if (ret < 0)
			return ret;
		part = MIN(part, BYTES_PER_YIELD);
		part = MIN(part, len - done);
		if (from)
			memcpy(bytes, from + done, part);
		else
			memcpy(to + done, bytes, part);
	}
	return 0;
}

int memory_load(struct memory *memory, struct virtio_dev *dev, void *buf,
		size_t len)
{
	struct guest_pages *pages;
	int ret;

	ret = pages_of(memory, dev, &pages);
	if (ret < 0)
		return ret;
	return pages ? copy(pages, dev, NULL, buf, len) :
		       sg_list_load(&memory->list, dev, buf, len);
}

int memory_store(struct memory *memory, struct virtio_dev *dev, const void *buf,
		 size_t len)
{
	struct guest_pages *pages;
	int ret;

	ret = pages_of(memory, dev, &pages);
	if (ret < 0)
		return ret;
	return pages ? copy(pages, dev, buf, NULL, len) :
		       sg_list_store(&memory->list, dev, buf, len);
}
