// SPDX-License-Identifier: GPL-2.0-only
#include "hyp/guest_mem.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/util.h"
#include "hyp/grant.h"
#include "hyp/guest_mem_priv.h"
#include "hyp/guest_pages.h"
#include "hyp/hyp.h"

/*
 * Mapping costs a hypercall per page and a system call per mapping, so
 * neighbours come along: what a guest uses, it uses in runs.
 */
#define CHUNK_PAGES HYP_MAP_PAGES
#define CHUNK_SIZE ((uint64_t)CHUNK_PAGES * HYP_PAGE_SIZE)

/* The architectures' physical addresses end here or below. */
#define ADDRESS_BITS 48

/*
 * A piece of guest memory of CHUNK_SIZE, aligned to it. In one mapping, or,
 * where some of it is not memory, page by page as they are needed.
 */
struct chunk {
	struct list bucket; /* guest_mem.buckets[] */
	struct list lru; /* guest_mem.lru */
	uint64_t first; /* guest frame number */
	uint64_t epoch; /* guest_mem.epoch when it was mapped */
	unsigned char *whole;
	unsigned char *pages[CHUNK_PAGES];
};

/**
 * struct guest_mem_region - a loan
 * @granted: @pages are mapped by grants
 */
struct guest_mem_region {
	void *pages;
	size_t count;
	bool granted;
};

int guest_mem_create(struct hyp *hyp, uint64_t limit, struct guest_mem **out)
{
	struct guest_mem *mem;

	mem = calloc(1, sizeof(*mem));
	if (!mem)
		return -ENOMEM;
	mem->hyp = hyp;
	guest_mem_set_limit(mem, limit);
	list_init(&mem->lru);
	list_init(&mem->pages);
	for (size_t i = 0; i < GUEST_MEM_BUCKETS; i++)
		list_init(&mem->buckets[i]);
	*out = mem;
	return 0;
}

static void unmap_chunk(struct guest_mem *mem, struct chunk *chunk)
{
	if (chunk->whole) {
		hyp_unmap_pages(mem->hyp, chunk->whole, CHUNK_PAGES);
		mem->cached -= CHUNK_SIZE;
	}
	for (size_t i = 0; i < CHUNK_PAGES; i++) {
		if (!chunk->pages[i])
			continue;
		hyp_unmap_pages(mem->hyp, chunk->pages[i], 1);
		mem->cached -= HYP_PAGE_SIZE;
	}
}

static void drop_chunk(struct guest_mem *mem, struct chunk *chunk)
{
	unmap_chunk(mem, chunk);
	list_remove(&chunk->bucket);
	list_remove(&chunk->lru);
	free(chunk);
}

void guest_mem_destroy(struct guest_mem *mem)
{
	struct chunk *chunk, *tmp;

	if (!mem)
		return;
	assert(mem->lent == 0 && list_empty(&mem->pages));
	list_for_each(chunk, tmp, &mem->lru, lru)
		drop_chunk(mem, chunk);
	free(mem);
}

void guest_mem_set_limit(struct guest_mem *mem, uint64_t limit)
{
	mem->limit = limit == 0 ? 0 : MAX(limit, CHUNK_SIZE);
}

int guest_mem_check(gpa_t gpa, size_t len)
{
	const uint64_t end = UINT64_C(1) << ADDRESS_BITS;

	if (gpa > end || len > end - gpa)
		return -EFAULT;
	return 0;
}

static struct list *bucket_of(struct guest_mem *mem, uint64_t first)
{
	return &mem->buckets[first / CHUNK_PAGES % GUEST_MEM_BUCKETS];
}

static bool is_stale(const struct guest_mem *mem, const struct chunk *chunk)
{
	return chunk->epoch != mem->epoch;
}

/* A stale one is dropped, and only that one: unmapping is slow. */
static struct chunk *find_chunk(struct guest_mem *mem, uint64_t first)
{
	struct list *head = bucket_of(mem, first);
	struct chunk *chunk, *tmp;

	list_for_each(chunk, tmp, head, bucket) {
		if (chunk->first != first)
			continue;
		if (!is_stale(mem, chunk))
			return chunk;
		drop_chunk(mem, chunk);
		break;
	}
	return NULL;
}

/* Make room for @bytes more. Not @keep: it is about to be used. */
static void shrink(struct guest_mem *mem, uint64_t bytes, struct chunk *keep)
{
	struct chunk *chunk, *tmp;

	if (mem->limit == 0)
		return;
	list_for_each(chunk, tmp, &mem->lru, lru) {
		if (mem->cached + bytes <= mem->limit)
			return;
		if (chunk != keep)
			drop_chunk(mem, chunk);
	}
}

static int map_frames(struct guest_mem *mem, uint64_t first, size_t count,
		      void **out)
{
	uint64_t gfns[CHUNK_PAGES];

	assert(count <= CHUNK_PAGES);
	for (size_t i = 0; i < count; i++)
		gfns[i] = first + i;
	return hyp_map_pages(mem->hyp, gfns, count, out);
}

/* -EFAULT leaves a chunk without a mapping, to be filled page by page. */
static int map_whole(struct guest_mem *mem, struct chunk *chunk)
{
	void *pages;
	int ret;

	shrink(mem, CHUNK_SIZE, chunk);
	ret = map_frames(mem, chunk->first, CHUNK_PAGES, &pages);
	if (ret < 0)
		return ret;
	chunk->whole = pages;
	mem->cached += CHUNK_SIZE;
	return 0;
}

static int map_page(struct guest_mem *mem, struct chunk *chunk, size_t index)
{
	void *page;
	int ret;

	shrink(mem, HYP_PAGE_SIZE, chunk);
	ret = map_frames(mem, chunk->first + index, 1, &page);
	if (ret < 0)
		return ret;
	chunk->pages[index] = page;
	mem->cached += HYP_PAGE_SIZE;
	return 0;
}

static int add_chunk(struct guest_mem *mem, uint64_t first, size_t index,
		     struct chunk **out)
{
	struct chunk *chunk;
	int ret;

	chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	chunk->first = first;
	chunk->epoch = mem->epoch;
	ret = map_whole(mem, chunk);
	if (ret == -EFAULT)
		ret = map_page(mem, chunk, index);
	if (ret < 0) {
		free(chunk);
		return ret;
	}
	list_append(bucket_of(mem, first), &chunk->bucket);
	list_append(&mem->lru, &chunk->lru);
	*out = chunk;
	return 0;
}

/*
 * The bytes at @gpa, and up to *@len of them. @out is good until the next call:
 * anything may be evicted for another.
 */
static int find_bytes(struct guest_mem *mem, gpa_t gpa, unsigned char **out,
		      size_t *len)
{
	const uint64_t gfn = gpa >> HYP_PAGE_SHIFT;
	const uint64_t first = gfn - gfn % CHUNK_PAGES;
	const size_t index = gfn % CHUNK_PAGES;
	const size_t offset = gpa % HYP_PAGE_SIZE;
	const size_t in_chunk = index * HYP_PAGE_SIZE + offset;
	struct chunk *chunk;
	int ret;

	chunk = find_chunk(mem, first);
	if (!chunk) {
		ret = add_chunk(mem, first, index, &chunk);
		if (ret < 0)
			return ret;
	} else if (!chunk->whole && !chunk->pages[index]) {
		ret = map_page(mem, chunk, index);
		if (ret < 0)
			return ret;
	}
	list_remove(&chunk->lru);
	list_append(&mem->lru, &chunk->lru);
	if (chunk->whole) {
		*out = chunk->whole + in_chunk;
		*len = MIN(*len, (size_t)CHUNK_SIZE - in_chunk);
	} else {
		*out = chunk->pages[index] + offset;
		*len = MIN(*len, HYP_PAGE_SIZE - offset);
	}
	return 0;
}

int guest_mem_read(struct guest_mem *mem, gpa_t gpa, void *buf, size_t len)
{
	unsigned char *to = buf, *bytes;
	int ret;

	if (grant_is(gpa))
		return grant_read(mem->hyp, gpa, buf, len);
	ret = guest_mem_check(gpa, len);
	while (ret == 0 && len > 0) {
		size_t part = len;

		ret = find_bytes(mem, gpa, &bytes, &part);
		if (ret < 0)
			break;
		memcpy(to, bytes, part);
		to += part;
		gpa += part;
		len -= part;
	}
	return ret;
}

int guest_mem_write(struct guest_mem *mem, gpa_t gpa, const void *buf,
		    size_t len)
{
	const unsigned char *from = buf;
	unsigned char *bytes;
	int ret;

	if (grant_is(gpa))
		return grant_write(mem->hyp, gpa, buf, len);
	ret = guest_mem_check(gpa, len);
	while (ret == 0 && len > 0) {
		size_t part = len;

		ret = find_bytes(mem, gpa, &bytes, &part);
		if (ret < 0)
			break;
		memcpy(bytes, from, part);
		from += part;
		gpa += part;
		len -= part;
	}
	return ret;
}

static int map_foreign(struct guest_mem *mem, gpa_t gpa, size_t len,
		       struct guest_mem_region *region)
{
	uint64_t *gfns;
	int ret;

	ret = guest_mem_check(gpa, len);
	if (ret < 0)
		return ret;
	gfns = calloc(region->count, sizeof(*gfns));
	if (!gfns)
		return -ENOMEM;
	for (size_t i = 0; i < region->count; i++)
		gfns[i] = (gpa >> HYP_PAGE_SHIFT) + i;
	ret = hyp_map_pages(mem->hyp, gfns, region->count, &region->pages);
	free(gfns);
	return ret;
}

static int map_region(struct guest_mem *mem, gpa_t gpa, size_t len,
		      bool writable, struct guest_mem_region *region)
{
	region->count = hyp_num_pages(gpa % HYP_PAGE_SIZE, len);
	region->granted = grant_is(gpa);
	if (region->granted)
		return grant_map(mem->hyp, gpa, len, writable, &region->pages);
	return map_foreign(mem, gpa, len, region);
}

int guest_mem_lend(struct guest_mem *mem, gpa_t gpa, size_t len, bool writable,
		   struct guest_mem_region **region, void **out)
{
	struct guest_mem_region *made;
	int ret;

	if (len == 0)
		return -EINVAL;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	ret = map_region(mem, gpa, len, writable, made);
	if (ret < 0) {
		free(made);
		return ret;
	}
	mem->lent += (uint64_t)made->count * HYP_PAGE_SIZE;
	*out = (unsigned char *)made->pages + gpa % HYP_PAGE_SIZE;
	*region = made;
	return 0;
}

bool guest_mem_is_granted(const struct guest_mem_region *region)
{
	return region && region->granted;
}

void guest_mem_return(struct guest_mem *mem, struct guest_mem_region *region)
{
	if (!region)
		return;
	if (region->granted)
		hyp_unmap_grants(mem->hyp, region->pages, region->count);
	else
		hyp_unmap_pages(mem->hyp, region->pages, region->count);
	mem->lent -= (uint64_t)region->count * HYP_PAGE_SIZE;
	free(region);
}

void guest_mem_invalidate(struct guest_mem *mem)
{
	mem->epoch++;
}

void guest_mem_trim(struct guest_mem *mem)
{
	struct guest_pages *pages, *tmp;
	struct chunk *chunk;

	list_for_each(pages, tmp, &mem->pages, link)
		guest_pages_trim(pages);
	while (!list_empty(&mem->lru)) {
		chunk = list_first(&mem->lru, struct chunk, lru);
		if (!is_stale(mem, chunk))
			return;
		drop_chunk(mem, chunk);
		/* Unmapping is slow, and a vCPU may have begun to wait. */
		hyp_poll(mem->hyp);
	}
}

uint64_t guest_mem_mapped(const struct guest_mem *mem)
{
	return mem->cached + mem->lent;
}
