/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pool.h - the slots of a running capture: the memory that pictures are in.
 *
 * A pool is filled in by a source when it starts, may grow, and lives until it
 * stops. Its descriptors go to each session, which maps them for reading.
 */
#ifndef CAMERA_POOL_H
#define CAMERA_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/session_proto.h"

/* Descriptors of the largest pool; all go beside one message */
#define POOL_MAX_FDS (SESSION_MAX_SLOTS * VIRTIO_MEDIA_MAX_PLANES)

/**
 * struct pool - slots of equal layout
 * @num_slots: at most SESSION_MAX_SLOTS
 * @num_planes: of each slot, at most VIRTIO_MEDIA_MAX_PLANES
 * @dma_buf: the descriptors are dma-bufs, else memfds
 * @plane_size: bytes of each plane
 * @fds: slot by slot, plane by plane; -1 where there is none yet
 */
struct pool {
	unsigned int num_slots;
	unsigned int num_planes;
	bool dma_buf;
	uint32_t plane_size[VIRTIO_MEDIA_MAX_PLANES];
	int fds[POOL_MAX_FDS];
};

/** pool_init() - a pool without slots; does not fail */
void pool_init(struct pool *pool);

/** pool_finish() - close all descriptors; the pool is then without slots */
void pool_finish(struct pool *pool);

/**
 * pool_layout() - say what the slots look like, before the first pool_set_fd()
 * @plane_size: bytes, @num_planes of them
 * Return: 0; -ENOBUFS if a session could not be told of so many slots or
 * planes; -EINVAL if there is none, or one without a size.
 */
int pool_layout(struct pool *pool, unsigned int num_slots,
		unsigned int num_planes, const uint32_t *plane_size);

/** pool_set_fd() - @fd, consumed, is the memory of a plane of a slot */
void pool_set_fd(struct pool *pool, unsigned int slot, unsigned int plane,
		 int fd);

/**
 * pool_add_slot() - one more, without descriptors yet: number @num_slots - 1
 * Return: 0; -ENOBUFS if a session could not be told of so many.
 */
int pool_add_slot(struct pool *pool);

/** pool_drop_slot() - the last one is no more; its descriptors are closed */
void pool_drop_slot(struct pool *pool);

/** pool_num_fds() - descriptors of all slots */
static inline unsigned int pool_num_fds(const struct pool *pool)
{
	return pool->num_slots * pool->num_planes;
}

#endif /* CAMERA_POOL_H */
