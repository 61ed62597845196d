// SPDX-License-Identifier: GPL-2.0-only
#include "media/sg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vmedia/limits.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

/* The smallest pages that a driver's memory can lie in */
#define SMALLEST_PAGE 4096

/*
 * A vCPU waits for the copy of this many bytes at most, and of one piece,
 * which may have to be mapped. Less would make more system calls of grants.
 */
#define BYTES_PER_YIELD ((size_t)64 * 1024)

void sg_reader_init(struct sg_reader *reader, struct vq_chain *chain,
		    struct virtio_dev *dev)
{
	reader->chain = chain;
	reader->dev = dev;
	reader->left = VMEDIA_MAX_SG_ENTRIES;
	reader->next = 0;
	reader->count = 0;
}

static int refill(struct sg_reader *reader)
{
	const size_t there = vq_chain_readable(reader->chain) /
			     sizeof(reader->entries[0]);
	const size_t count = MIN(there, ARRAY_SIZE(reader->entries));
	int ret;

	if (count == 0)
		return -EINVAL;
	if (!virtio_dev_yield(reader->dev))
		return -ESTALE;
	ret = vq_chain_read(reader->chain, reader->entries,
			    count * sizeof(reader->entries[0]));
	if (ret < 0)
		return ret;
	reader->next = 0;
	reader->count = count;
	return 0;
}

static int next_piece(struct sg_reader *reader, struct guest_range *piece)
{
	const struct virtio_media_sg_entry *entry;
	int ret;

	if (reader->left == 0)
		return -EINVAL;
	if (reader->next == reader->count) {
		ret = refill(reader);
		if (ret < 0)
			return ret;
	}
	entry = &reader->entries[reader->next++];
	reader->left--;
	piece->gpa = le64_to_cpu(entry->start);
	piece->len = le32_to_cpu(entry->len);
	return piece->len > 0 ? 0 : -EINVAL;
}

static int grow(struct sg_list *list, size_t *room)
{
	const size_t wanted = *room ? *room * 2 : 4;
	struct guest_range *pieces;

	pieces = reallocarray(list->pieces, wanted, sizeof(*pieces));
	if (!pieces)
		return -ENOMEM;
	list->pieces = pieces;
	*room = wanted;
	return 0;
}

/* Drivers hand out page by page what is often one piece of memory. */
static int append(struct sg_list *list, size_t *room,
		  const struct guest_range *piece)
{
	struct guest_range *last;
	int ret;

	last = list->count ? &list->pieces[list->count - 1] : NULL;
	if (last && last->gpa + last->len == piece->gpa) {
		last->len += piece->len;
		return 0;
	}
	if (list->count == *room) {
		ret = grow(list, room);
		if (ret < 0)
			return ret;
	}
	list->pieces[list->count++] = *piece;
	return 0;
}

int sg_list_read(struct sg_reader *reader, uint32_t len, struct sg_list *list)
{
	size_t room = 0, allowed = len / SMALLEST_PAGE + 2;
	struct sg_list made = { 0 };
	struct guest_range piece;
	int ret = 0;

	while (len > 0 && ret == 0) {
		ret = allowed-- > 0 ? next_piece(reader, &piece) : -EINVAL;
		if (ret < 0)
			break;
		piece.len = MIN(piece.len, (size_t)len);
		len -= piece.len;
		ret = append(&made, &room, &piece);
	}
	if (ret < 0) {
		sg_list_finish(&made);
		return ret;
	}
	*list = made;
	return 0;
}

void sg_list_trim(struct sg_list *list, uint32_t len)
{
	struct guest_range *fewer;
	size_t count = 0;

	while (len > 0 && count < list->count) {
		struct guest_range *piece = &list->pieces[count++];

		piece->len = MIN(piece->len, (size_t)len);
		len -= piece->len;
	}
	if (count == 0) {
		sg_list_finish(list);
		return;
	}
	list->count = count;
	fewer = reallocarray(list->pieces, count, sizeof(*fewer));
	/* One that cannot be made smaller does as well. */
	if (fewer)
		list->pieces = fewer;
}

bool sg_list_is_same(const struct sg_list *a, const struct sg_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->pieces[i].gpa != b->pieces[i].gpa ||
		    a->pieces[i].len != b->pieces[i].len)
			return false;
	}
	return true;
}

void sg_list_finish(struct sg_list *list)
{
	free(list->pieces);
	list->pieces = NULL;
	list->count = 0;
}

/* Copy to the guest from @from, or else from the guest to @to. */
static int copy(const struct sg_list *list, struct virtio_dev *dev,
		const uint8_t *from, uint8_t *to, size_t len)
{
	struct guest_mem *mem = virtio_dev_mem(dev);
	size_t i = 0, offset = 0, done = 0;
	int ret;

	while (done < len) {
		const struct guest_range *piece = &list->pieces[i];
		size_t part;

		if (i == list->count)
			return -EFAULT;
		if (!virtio_dev_yield(dev))
			return -ESTALE;
		part = MIN(len - done, piece->len - offset);
		part = MIN(part, BYTES_PER_YIELD);
		ret = from ? guest_mem_write(mem, piece->gpa + offset,
					     from + done, part) :
			     guest_mem_read(mem, piece->gpa + offset,
					    to + done, part);
		if (ret < 0)
			return ret;
		done += part;
		offset += part;
		if (offset == piece->len) {
			i++;
			offset = 0;
		}
	}
	return 0;
}

int sg_list_load(const struct sg_list *list, struct virtio_dev *dev, void *buf,
		 size_t len)
{
	return copy(list, dev, NULL, buf, len);
}

int sg_list_store(const struct sg_list *list, struct virtio_dev *dev,
		  const void *buf, size_t len)
{
	return copy(list, dev, buf, NULL, len);
}
