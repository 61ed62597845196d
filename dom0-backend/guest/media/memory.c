// SPDX-License-Identifier: GPL-2.0-only
#include "media/memory.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "media/area.h"
#include "media/objects.h"
#include "virtio/virtio.h"

/* A vCPU waits for the copy of this many bytes at most: microseconds. */
#define BYTES_PER_YIELD ((size_t)64 * 1024)

static struct area *area_of(const struct memory *memory)
{
	return memory->object ? memory->object->area : memory->area;
}

void memory_trim(struct memory *memory, uint32_t len)
{
	sg_list_trim(&memory->list, len);
}

void memory_rest(struct memory *memory)
{
	sg_list_finish(&memory->list);
}

void memory_finish(struct memory *memory)
{
	memory_rest(memory);
	area_put(memory->area);
	object_put(memory->object);
	memory->area = NULL;
	memory->object = NULL;
}

static int map(struct area *area, size_t len, void **bytes)
{
	return len > area_len(area) ? -EFAULT : area_map(area, bytes);
}

static int copy(struct virtio_dev *dev, uint8_t *to, const uint8_t *from,
		size_t len)
{
	for (size_t done = 0; done < len;) {
		const size_t part = MIN(len - done, BYTES_PER_YIELD);

		if (!virtio_dev_yield(dev))
			return -ESTALE;
		memcpy(to + done, from + done, part);
		done += part;
	}
	return 0;
}

int memory_load(const struct memory *memory, struct virtio_dev *dev, void *buf,
		size_t len)
{
	struct area *area = area_of(memory);
	void *bytes;
	int ret;

	if (!area)
		return sg_list_load(&memory->list, dev, buf, len);
	ret = map(area, len, &bytes);
	return ret < 0 ? ret : copy(dev, buf, bytes, len);
}

int memory_store(const struct memory *memory, struct virtio_dev *dev,
		 const void *buf, size_t len)
{
	struct area *area = area_of(memory);
	void *bytes;
	int ret;

	if (!area)
		return sg_list_store(&memory->list, dev, buf, len);
	ret = map(area, len, &bytes);
	return ret < 0 ? ret : copy(dev, bytes, buf, len);
}
