// SPDX-License-Identifier: GPL-2.0-only
#include "camera/pool.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

void pool_init(struct pool *pool)
{
	memset(pool, 0, sizeof(*pool));
	for (int i = 0; i < POOL_MAX_FDS; i++)
		pool->fds[i] = -1;
}

void pool_finish(struct pool *pool)
{
	for (unsigned int i = 0; i < pool_num_fds(pool); i++) {
		if (pool->fds[i] >= 0)
			close(pool->fds[i]);
	}
	pool_init(pool);
}

int pool_layout(struct pool *pool, unsigned int num_slots,
		unsigned int num_planes, const uint32_t *plane_size)
{
	if (num_slots > SESSION_MAX_SLOTS ||
	    num_planes > VIRTIO_MEDIA_MAX_PLANES)
		return -ENOBUFS;
	if (num_slots == 0 || num_planes == 0)
		return -EINVAL;
	for (unsigned int i = 0; i < num_planes; i++) {
		if (plane_size[i] == 0)
			return -EINVAL;
	}

	pool->num_slots = num_slots;
	pool->num_planes = num_planes;
	memcpy(pool->plane_size, plane_size, num_planes * sizeof(*plane_size));
	return 0;
}

int pool_add_slot(struct pool *pool)
{
	if (pool->num_slots >= SESSION_MAX_SLOTS)
		return -ENOBUFS;
	pool->num_slots++;
	return 0;
}

void pool_drop_slot(struct pool *pool)
{
	unsigned int end = pool_num_fds(pool);

	assert(pool->num_slots > 0);
	pool->num_slots--;
	for (unsigned int i = pool_num_fds(pool); i < end; i++) {
		if (pool->fds[i] >= 0)
			close(pool->fds[i]);
		pool->fds[i] = -1;
	}
}

void pool_set_fd(struct pool *pool, unsigned int slot, unsigned int plane,
		 int fd)
{
	int *place = &pool->fds[slot * pool->num_planes + plane];

	assert(slot < pool->num_slots && plane < pool->num_planes);
	assert(*place < 0);
	*place = fd;
}
