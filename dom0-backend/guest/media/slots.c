// SPDX-License-Identifier: GPL-2.0-only
#include "media/slots.h"

#include <assert.h>
#include <errno.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vmedia/limits.h>

#include "ipc/session_proto.h"

/* One plane of one slot; @map is NULL if it is not mapped. */
struct mapped {
	int fd;
	void *map;
};

struct slot {
	struct queue_layout layout;
	struct mapped planes[VIRTIO_MEDIA_MAX_PLANES];
};

struct slots {
	bool direct;
	uint32_t generation;
	uint32_t type;
	bool dma_buf;
	int prot;
	unsigned int count;
	struct slot slots[];
};

static unsigned int most_slots(bool direct)
{
	return direct ? SESSION_MAX_DIRECT_SLOTS : SESSION_MAX_SLOTS;
}

static bool is_valid(const struct session_slots *pool, bool direct,
		     const struct link_message *msg)
{
	const unsigned int most = most_slots(direct);
	uint32_t left = VMEDIA_MAX_BUFFER_BYTES;

	if (msg->len != sizeof(*pool) || pool->num_slots == 0 ||
	    pool->num_slots > most || pool->first > most - pool->num_slots ||
	    pool->num_planes == 0 ||
	    pool->num_planes > VIRTIO_MEDIA_MAX_PLANES ||
	    msg->nfds != pool->num_slots * pool->num_planes)
		return false;
	if (direct && pool->num_planes > 1 &&
	    !V4L2_TYPE_IS_MULTIPLANAR(pool->type))
		return false;
	for (unsigned int i = 0; i < pool->num_planes; i++) {
		if (pool->plane_size[i] == 0 || pool->plane_size[i] > left)
			return false;
		left -= pool->plane_size[i];
	}
	return true;
}

static struct queue_layout layout_of(const struct session_slots *pool)
{
	struct queue_layout layout = { .num_planes = pool->num_planes };

	for (unsigned int i = 0; i < pool->num_planes; i++)
		layout.size[i] = pool->plane_size[i];
	return layout;
}

/* A shared pool that grew is what it was before, and longer. */
static bool continues(const struct slots *slots,
		      const struct session_slots *more)
{
	const struct queue_layout *first = &slots->slots[0].layout;

	if (more->generation != slots->generation ||
	    more->first != slots->count || more->type != slots->type ||
	    more->num_planes != first->num_planes ||
	    !!more->dma_buf != slots->dma_buf)
		return false;
	for (unsigned int i = 0; i < first->num_planes; i++) {
		if (!slots->direct && more->plane_size[i] != first->size[i])
			return false;
	}
	return true;
}

/* Both a memfd and a dma-buf tell their size by where their end is. */
static int map_plane(struct mapped *plane, int fd, uint32_t size, int prot)
{
	void *map;

	if (lseek(fd, 0, SEEK_END) < (off_t)size)
		return -EPROTO;
	map = mmap(NULL, size, prot, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	plane->map = map;
	plane->fd = fd;
	return 0;
}

static int map_slot(struct slot *slot, int prot, int *fds)
{
	int ret = 0;

	for (unsigned int i = 0; i < slot->layout.num_planes && ret == 0; i++) {
		ret = map_plane(&slot->planes[i], fds[i], slot->layout.size[i],
				prot);
		if (ret == 0)
			fds[i] = -1;
	}
	return ret;
}

/* Slots of [@from, @to); those that were never mapped are not there. */
static void unmap_slots(struct slots *slots, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		struct slot *slot = &slots->slots[i];

		for (unsigned int j = 0; j < slot->layout.num_planes; j++) {
			struct mapped *plane = &slot->planes[j];

			if (!plane->map)
				continue;
			munmap(plane->map, slot->layout.size[j]);
			close(plane->fd);
			plane->map = NULL;
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
		slots->slots[i].layout = layout_of(pool);
		ret = map_slot(&slots->slots[i], slots->prot, fds);
		fds += pool->num_planes;
	}
	if (ret < 0)
		unmap_slots(slots, slots->count, count);
	else
		slots->count = count;
	return ret;
}

static int prot_of(const struct session_slots *pool, bool direct)
{
	if (direct && V4L2_TYPE_IS_OUTPUT(pool->type))
		return PROT_READ | PROT_WRITE;
	return PROT_READ;
}

int slots_create(struct link_message *msg, bool direct, struct slots **out)
{
	const struct session_slots *pool = msg->data;
	struct slots *slots;
	int ret;

	if (!is_valid(pool, direct, msg) || pool->first != 0)
		return -EPROTO;
	slots = calloc(1, sizeof(*slots) +
				  most_slots(direct) * sizeof(slots->slots[0]));
	if (!slots)
		return -ENOMEM;
	slots->direct = direct;
	slots->generation = pool->generation;
	slots->type = pool->type;
	slots->dma_buf = pool->dma_buf;
	slots->prot = prot_of(pool, direct);
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

	if (!is_valid(more, slots->direct, msg) || !continues(slots, more))
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
	return slots ? slots->count : 0;
}

const struct queue_layout *slots_layout(const struct slots *slots,
					unsigned int slot)
{
	assert(slot < slots->count);
	return &slots->slots[slot].layout;
}

static const struct mapped *plane_of(const struct slots *slots,
				     unsigned int slot, unsigned int plane)
{
	assert(plane < slots_layout(slots, slot)->num_planes);
	return &slots->slots[slot].planes[plane];
}

bool slots_are_dma_bufs(const struct slots *slots)
{
	return slots->dma_buf;
}

int slots_fd(const struct slots *slots, unsigned int slot, unsigned int plane)
{
	return plane_of(slots, slot, plane)->fd;
}

static int sync_plane(const struct slots *slots, const struct mapped *plane,
		      uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	if (!slots->dma_buf)
		return 0;
	while (ioctl(plane->fd, DMA_BUF_IOCTL_SYNC, &sync) < 0) {
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
	return 0;
}

int slots_begin_read(struct slots *slots, unsigned int slot, unsigned int plane,
		     const void **out)
{
	const struct mapped *mapped = plane_of(slots, slot, plane);
	const int ret = sync_plane(slots, mapped,
				   DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);

	if (ret == 0)
		*out = mapped->map;
	return ret;
}

void slots_end_read(struct slots *slots, unsigned int slot, unsigned int plane)
{
	sync_plane(slots, plane_of(slots, slot, plane),
		   DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

int slots_begin_write(struct slots *slots, unsigned int slot,
		      unsigned int plane, void **out)
{
	const struct mapped *mapped = plane_of(slots, slot, plane);
	int ret;

	assert(slots->prot & PROT_WRITE);
	ret = sync_plane(slots, mapped,
			 DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	if (ret == 0)
		*out = mapped->map;
	return ret;
}

void slots_end_write(struct slots *slots, unsigned int slot,
		     unsigned int plane)
{
	sync_plane(slots, plane_of(slots, slot, plane),
		   DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}
