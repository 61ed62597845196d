// SPDX-License-Identifier: GPL-2.0-only
#include "media/slots.h"

#include <assert.h>
#include <errno.h>
#include <linux/dma-buf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vmedia/limits.h>

#include "ipc/session_proto.h"

/* One plane of one slot; @map is NULL if it is not mapped. */
struct memory {
	int fd;
	void *map;
};

struct slots {
	uint32_t generation;
	unsigned int count;
	unsigned int num_planes;
	bool dma_buf;
	uint32_t size[VIRTIO_MEDIA_MAX_PLANES];
	struct memory memory[SESSION_MAX_SLOTS][VIRTIO_MEDIA_MAX_PLANES];
};

static bool is_valid(const struct session_slots *pool,
		     const struct link_message *msg)
{
	uint32_t left = VMEDIA_MAX_BUFFER_BYTES;

	if (msg->len != sizeof(*pool) || pool->num_slots == 0 ||
	    pool->num_slots > SESSION_MAX_SLOTS ||
	    pool->first > SESSION_MAX_SLOTS - pool->num_slots ||
	    pool->num_planes == 0 ||
	    pool->num_planes > VIRTIO_MEDIA_MAX_PLANES ||
	    msg->nfds != pool->num_slots * pool->num_planes)
		return false;
	for (unsigned int i = 0; i < pool->num_planes; i++) {
		if (pool->plane_size[i] == 0 || pool->plane_size[i] > left)
			return false;
		left -= pool->plane_size[i];
	}
	return true;
}

/* A pool that grew is what it was before, and longer. */
static bool continues(const struct slots *slots,
		      const struct session_slots *more)
{
	if (more->generation != slots->generation ||
	    more->first != slots->count ||
	    more->num_planes != slots->num_planes ||
	    !!more->dma_buf != slots->dma_buf)
		return false;
	for (unsigned int i = 0; i < slots->num_planes; i++) {
		if (more->plane_size[i] != slots->size[i])
			return false;
	}
	return true;
}

/* Both a memfd and a dma-buf tell their size by where their end is. */
static int map_plane(struct memory *memory, int fd, uint32_t size)
{
	void *map;

	if (lseek(fd, 0, SEEK_END) < (off_t)size)
		return -EPROTO;
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	memory->map = map;
	memory->fd = fd;
	return 0;
}

static int map_slot(struct slots *slots, unsigned int slot, int *fds)
{
	int ret = 0;

	for (unsigned int i = 0; i < slots->num_planes && ret == 0; i++) {
		ret = map_plane(&slots->memory[slot][i], fds[i],
				slots->size[i]);
		if (ret == 0)
			fds[i] = -1;
	}
	return ret;
}

/* Slots of [@from, @to); those that were never mapped are not there. */
static void unmap_slots(struct slots *slots, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		for (unsigned int j = 0; j < slots->num_planes; j++) {
			struct memory *memory = &slots->memory[i][j];

			if (!memory->map)
				continue;
			munmap(memory->map, slots->size[j]);
			close(memory->fd);
			memory->map = NULL;
		}
	}
}

static int map_slots(struct slots *slots, struct link_message *msg)
{
	const struct session_slots *pool = msg->data;
	const unsigned int count = slots->count + pool->num_slots;
	int *fds = msg->fds;
	int ret = 0;

	for (unsigned int i = slots->count; i < count && ret == 0; i++) {
		ret = map_slot(slots, i, fds);
		fds += slots->num_planes;
	}
	if (ret < 0)
		unmap_slots(slots, slots->count, count);
	else
		slots->count = count;
	return ret;
}

int slots_create(struct link_message *msg, struct slots **out)
{
	const struct session_slots *pool = msg->data;
	struct slots *slots;
	int ret;

	if (!is_valid(pool, msg) || pool->first != 0)
		return -EPROTO;
	slots = calloc(1, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	slots->generation = pool->generation;
	slots->num_planes = pool->num_planes;
	slots->dma_buf = pool->dma_buf;
	for (unsigned int i = 0; i < slots->num_planes; i++)
		slots->size[i] = pool->plane_size[i];
	ret = map_slots(slots, msg);
	if (ret < 0) {
		slots_destroy(slots);
		return ret;
	}
	*out = slots;
	return 0;
}

int slots_grow(struct slots *slots, struct link_message *msg)
{
	const struct session_slots *more = msg->data;

	if (!is_valid(more, msg) || !continues(slots, more))
		return -EPROTO;
	return map_slots(slots, msg);
}

void slots_destroy(struct slots *slots)
{
	if (!slots)
		return;
	unmap_slots(slots, 0, slots->count);
	free(slots);
}

uint32_t slots_generation(const struct slots *slots)
{
	return slots->generation;
}

unsigned int slots_count(const struct slots *slots)
{
	return slots->count;
}

unsigned int slots_num_planes(const struct slots *slots)
{
	return slots->num_planes;
}

uint32_t slots_plane_size(const struct slots *slots, unsigned int plane)
{
	assert(plane < slots->num_planes);
	return slots->size[plane];
}

static int sync_plane(struct slots *slots, unsigned int slot,
		      unsigned int plane, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_READ };

	if (!slots->dma_buf)
		return 0;
	while (ioctl(slots->memory[slot][plane].fd, DMA_BUF_IOCTL_SYNC,
		     &sync) < 0) {
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	return 0;
}

int slots_begin_read(struct slots *slots, unsigned int slot, unsigned int plane,
		     const void **out)
{
	int ret;

	assert(slot < slots->count && plane < slots->num_planes);
	ret = sync_plane(slots, slot, plane, DMA_BUF_SYNC_START);
	if (ret == 0)
		*out = slots->memory[slot][plane].map;
	return ret;
}

void slots_end_read(struct slots *slots, unsigned int slot, unsigned int plane)
{
	sync_plane(slots, slot, plane, DMA_BUF_SYNC_END);
}
