/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - the memory behind a plane of a buffer, whatever it is.
 *
 * Pages that the driver lent (SHARED_PAGES), a piece of the window (MMAP), or
 * one that another buffer exported (VIRTIO_OBJECT): who copies a picture does
 * not know which.
 */
#ifndef MEDIA_MEMORY_H
#define MEDIA_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "media/sg.h"

struct area;
struct guest_pages;
struct object;
struct virtio_dev;

/**
 * struct memory - at most one of the three; zeroed memory is none
 * @list: owned
 * @pages: of @list, to be kept mapped; owned; NULL if it was not used yet, or
 *         cannot be
 * @area: a reference
 * @object: a reference
 */
struct memory {
	struct sg_list list;
	struct guest_pages *pages;
	struct area *area;
	struct object *object;
};

/**
 * memory_replace() - the driver brings @memory, of which it was @old before
 * @memory: taken over; then it is none
 * @len: only the first @len bytes will be used. What describes the others is not
 *       kept.
 *
 * If both are the same, what is mapped stays mapped.
 */
void memory_replace(struct memory *old, struct memory *memory, uint32_t len);

/**
 * memory_rest() - it is not used until the driver brings it again
 *
 * Pages are the driver's once more; it likely brings the same the next time, so
 * those that are its memory's stay mapped. What it granted was none at any time.
 * A piece of the window stays with its buffer, and an object with the last that
 * was given it, as a dma-buf does.
 */
void memory_rest(struct memory *memory);

/** memory_needs_mapping() - memory_map_next() has something to do */
bool memory_needs_mapping(const struct memory *memory);

/**
 * memory_map_next() - map more of it, ahead of its use
 *
 * At most 64 KiB, which takes some ten microseconds.
 * Return: 1 if more was mapped; 0 if all is that can be; -EFAULT, -ENOMEM.
 */
int memory_map_next(struct memory *memory, struct virtio_dev *dev);

/** memory_finish() - it is none any more */
void memory_finish(struct memory *memory);

/**
 * memory_load() - copy its first @len bytes to @buf
 *
 * Waiting vCPUs are answered in between, however much there is to copy.
 * Return: 0; -EFAULT, also if there are fewer; -ENOMEM; -ESTALE if the device
 * was reset.
 */
int memory_load(struct memory *memory, struct virtio_dev *dev, void *buf,
		size_t len);

/** memory_store() - copy @len bytes of @buf to it
 * Return: as memory_load(); after an error some bytes may be there.
 */
int memory_store(struct memory *memory, struct virtio_dev *dev, const void *buf,
		 size_t len);

#endif /* MEDIA_MEMORY_H */
