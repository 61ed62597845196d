/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slots.h - the camera's memory, as one session sees it: the pool of pictures
 * of a shared session, the node's buffers of one queue of a direct one.
 *
 * The descriptors come from another process of ours, which may be wrong about
 * their sizes: they are checked before they are mapped, for an access beyond
 * the end of one would kill us.
 */
#ifndef MEDIA_SLOTS_H
#define MEDIA_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/link.h"
#include "media/layout.h"

struct slots;

/**
 * slots_create() - map a pool
 * @msg: a SESSION_SLOTS from slot 0 on; descriptors that are kept are taken out of it
 * @direct: of a direct session: there may be more slots, those that are added
 *          may be of another size, and those of an OUTPUT queue are writable
 * @out: owned by the caller on success, untouched on failure
 * Return: 0; -EPROTO if it is not what ipc/session_proto.h says; -ENOMEM; as
 * mmap(2).
 */
int slots_create(struct link_message *msg, bool direct, struct slots **out);

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

/** slots_count() - slots in the pool; 0 if @slots is NULL */
unsigned int slots_count(const struct slots *slots);

/** slots_layout() - of @slot < slots_count(), borrowed */
const struct queue_layout *slots_layout(const struct slots *slots,
					unsigned int slot);

/** slots_are_dma_bufs() - not memfds */
bool slots_are_dma_bufs(const struct slots *slots);

/** slots_fd() - of a plane of @slot < slots_count(), borrowed */
int slots_fd(const struct slots *slots, unsigned int slot, unsigned int plane);

/**
 * slots_begin_read() - a plane's bytes, coherent with what the camera wrote
 * @slot: < slots_count()
 * @plane: < num_planes of its layout
 * @out: borrowed until slots_end_read()
 * Return: 0, or as DMA_BUF_IOCTL_SYNC.
 */
int slots_begin_read(struct slots *slots, unsigned int slot, unsigned int plane,
		     const void **out);

/** slots_end_read() - done with what slots_begin_read() lent */
void slots_end_read(struct slots *slots, unsigned int slot, unsigned int plane);

/** slots_begin_write() - as slots_begin_read(), for bytes that the camera will
 * read; of an OUTPUT queue
 */
int slots_begin_write(struct slots *slots, unsigned int slot,
		      unsigned int plane, void **out);

/** slots_end_write() - done with what slots_begin_write() lent */
void slots_end_write(struct slots *slots, unsigned int slot,
		     unsigned int plane);

#endif /* MEDIA_SLOTS_H */
