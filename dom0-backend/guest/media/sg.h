/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sg.h - memory that the driver lent by a list of its pieces.
 *
 * What a V4L2 pointer to user memory becomes on the wire: an array of
 * struct virtio_media_sg_entry, without a count, that ends where the length in
 * the pointer's structure is covered ("Shared Pages").
 *
 * The list is the guest's word: nothing is known of its addresses until bytes
 * are copied.
 *
 * A list is kept for as long as its buffer, and each of its pieces may have to be
 * mapped. So that neither costs a guest more of us than it has a
 * right to, a list is no longer than memory in pages of 4 KiB, the smallest
 * there are, has to be: n bytes, wherever they begin, lie in at most
 * n / 4096 + 2 of them. Drivers with larger pages need fewer. What is kept is
 * then 16 bytes for each 4 KiB that the buffer counts for, and 32 more, and what
 * hyp/guest_pages.h keeps of its pages, 9 bytes for each.
 */
#ifndef MEDIA_SG_H
#define MEDIA_SG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmedia/virtio_media.h>

#include "hyp/guest_pages.h"

struct virtio_dev;
struct vq_chain;

/**
 * struct sg_list - zeroed memory is an empty one
 * @pieces: owned; each has bytes
 * @count: of @pieces
 */
struct sg_list {
	struct guest_range *pieces;
	size_t count;
};

/**
 * struct sg_reader - goes through the lists of one command
 *
 * Reads ahead, so the lists must be the last that is read of the chain. Waiting
 * vCPUs are answered in between.
 */
struct sg_reader {
	struct vq_chain *chain;
	struct virtio_dev *dev;
	size_t left; /* entries that this command may still use */
	unsigned int next;
	unsigned int count;
	struct virtio_media_sg_entry entries[256];
};

/**
 * sg_reader_init() - nothing is read yet
 * @chain: borrowed, its cursor at the first list
 * @dev: whose it is; borrowed
 */
void sg_reader_init(struct sg_reader *reader, struct vq_chain *chain,
		    struct virtio_dev *dev);

/**
 * sg_list_read() - the list that covers the next pointer
 * @len: bytes that the pointer's structure claims; the last entry is cut
 * @list: empty; owned by the caller on success, untouched on failure
 *
 * Return: 0; -EINVAL if the entries end before @len is covered, if one has no
 * bytes, if they are more than @len / 4096 + 2, or those of the command more than
 * VMEDIA_MAX_SG_ENTRIES; -ENOMEM; -ESTALE if the device was reset; as
 * vq_chain_read().
 */
int sg_list_read(struct sg_reader *reader, uint32_t len, struct sg_list *list);

/**
 * sg_list_trim() - keep only the first @len bytes
 *
 * A driver may bring more than a buffer holds; what is beyond is never used.
 */
void sg_list_trim(struct sg_list *list, uint32_t len);

/** sg_list_is_same() - both are the same memory, piece by piece */
bool sg_list_is_same(const struct sg_list *a, const struct sg_list *b);

/** sg_list_finish() - an empty list again */
void sg_list_finish(struct sg_list *list);

/** sg_list_load() - copy the first @len bytes of the memory to @buf
 * Return: 0; -EFAULT, also if the list is shorter; -ENOMEM; -ESTALE if the
 * device was reset.
 */
int sg_list_load(const struct sg_list *list, struct virtio_dev *dev, void *buf,
		 size_t len);

/**
 * sg_list_store() - copy @len bytes of @buf to the memory
 *
 * Waiting vCPUs are answered in between, however much there is to copy.
 * Return: as sg_list_load(); after an error some bytes may be there.
 */
int sg_list_store(const struct sg_list *list, struct virtio_dev *dev,
		  const void *buf, size_t len);

#endif /* MEDIA_SG_H */
