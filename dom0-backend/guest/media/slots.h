/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slots.h - the camera's pool of pictures, as one session sees it.
 *
 * The descriptors come from another process of ours, which may be wrong about
 * their sizes: they are checked before they are mapped, for a read beyond the
 * end of one would kill us.
 */
#ifndef MEDIA_SLOTS_H
#define MEDIA_SLOTS_H

#include <stdint.h>

#include "ipc/link.h"

struct slots;

/**
 * slots_create() - map a pool
 * @msg: a SESSION_SLOTS from slot 0 on; descriptors that are kept are taken out of it
 * @out: owned by the caller on success, untouched on failure
 * Return: 0; -EPROTO if it is not what ipc/session_proto.h says; -ENOMEM; as
 * mmap(2).
 */
int slots_create(struct link_message *msg, struct slots **out);

/**
 * slots_grow() - map what was added to the pool
 * @msg: a SESSION_SLOTS with a first slot other than 0; descriptors that are
 *       kept are taken out of it
 * Return: 0; -EPROTO if it does not continue this very pool; as mmap(2). Then
 * the pool is as it was.
 */
int slots_grow(struct slots *slots, struct link_message *msg);

/** slots_destroy() - unmap it; NULL is fine */
void slots_destroy(struct slots *slots);

/** slots_generation() - of this pool */
uint32_t slots_generation(const struct slots *slots);

/** slots_count() - slots in the pool */
unsigned int slots_count(const struct slots *slots);

/** slots_num_planes() - of each slot */
unsigned int slots_num_planes(const struct slots *slots);

/** slots_plane_size() - bytes of plane @plane < slots_num_planes() */
uint32_t slots_plane_size(const struct slots *slots, unsigned int plane);

/**
 * slots_begin_read() - a plane's bytes, coherent with what the camera wrote
 * @slot: < slots_count()
 * @plane: < slots_num_planes()
 * @out: borrowed until slots_end_read()
 * Return: 0, or as DMA_BUF_IOCTL_SYNC.
 */
int slots_begin_read(struct slots *slots, unsigned int slot, unsigned int plane,
		     const void **out);

/** slots_end_read() - done with what slots_begin_read() lent */
void slots_end_read(struct slots *slots, unsigned int slot, unsigned int plane);

#endif /* MEDIA_SLOTS_H */
