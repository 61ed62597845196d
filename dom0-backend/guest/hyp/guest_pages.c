// SPDX-License-Identifier: GPL-2.0-only
#include "hyp/guest_pages.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "hyp/grant.h"
#include "hyp/guest_mem_priv.h"
#include "hyp/hyp.h"

/* Ranges that become one sequence when their pages are put side by side */
static int check(const struct guest_range *ranges, size_t count)
{
	int ret;

	if (count == 0)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const gpa_t gpa = ranges[i].gpa;
		const size_t len = ranges[i].len;

		if (grant_is(gpa))
			return -EOPNOTSUPP;
		ret = guest_mem_check(gpa, len);
		if (ret < 0)
			return ret;
		if ((i > 0 && gpa % HYP_PAGE_SIZE != 0) ||
		    (i + 1 < count && (gpa + len) % HYP_PAGE_SIZE != 0))
			return -EOPNOTSUPP;
	}
	return 0;
}

bool guest_pages_are_possible(const struct guest_range *ranges, size_t count)
{
	return check(ranges, count) == 0;
}

static size_t pages_of(const struct guest_range *range)
{
	return hyp_num_pages(range->gpa % HYP_PAGE_SIZE, range->len);
}

static size_t num_pieces(size_t num_pages)
{
	return (num_pages + HYP_MAP_PAGES - 1) / HYP_MAP_PAGES;
}

static struct guest_pages *allocate(size_t num_pages)
{
	const size_t pieces = num_pieces(num_pages);
	struct guest_pages *pages;

	pages = calloc(1, sizeof(*pages) + pieces * sizeof(pages->pieces[0]) +
				  num_pages * sizeof(pages->gfns[0]));
	if (!pages)
		return NULL;
	pages->num_pages = num_pages;
	pages->gfns = (uint64_t *)&pages->pieces[pieces];
	return pages;
}

static void add_ranges(struct guest_pages *pages,
		       const struct guest_range *ranges, size_t count)
{
	uint64_t *gfn = pages->gfns;

	for (size_t i = 0; i < count; i++) {
		pages->len += ranges[i].len;
		for (size_t j = 0; j < pages_of(&ranges[i]); j++)
			*gfn++ = (ranges[i].gpa >> HYP_PAGE_SHIFT) + j;
	}
}

int guest_pages_create(struct guest_mem *mem, const struct guest_range *ranges,
		       size_t count, bool stays, struct guest_pages **out)
{
	struct guest_pages *pages;
	size_t num_pages = 0;
	int ret;

	ret = check(ranges, count);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		num_pages += pages_of(&ranges[i]);
	pages = allocate(num_pages);
	if (!pages)
		return -ENOMEM;
	pages->mem = mem;
	pages->stays = stays;
	pages->offset = ranges[0].gpa % HYP_PAGE_SIZE;
	add_ranges(pages, ranges, count);
	list_append(&mem->pages, &pages->link);
	*out = pages;
	return 0;
}

/* Of this piece; only the last one may be short. */
static size_t piece_pages(const struct guest_pages *pages, size_t piece)
{
	return MIN(pages->num_pages - piece * HYP_MAP_PAGES,
		   (size_t)HYP_MAP_PAGES);
}

static void unmap_piece(struct guest_pages *pages, size_t piece)
{
	const size_t count = piece_pages(pages, piece);

	hyp_unmap_pages(pages->mem->hyp, pages->pieces[piece].bytes, count);
	pages->mem->lent -= (uint64_t)count * HYP_PAGE_SIZE;
	pages->pieces[piece].bytes = NULL;
}

static bool is_stale(const struct guest_pages *pages, size_t piece)
{
	return !pages->stays && pages->pieces[piece].epoch != pages->mem->epoch;
}

static void unmap(struct guest_pages *pages, bool only_stale)
{
	for (size_t i = 0; i < num_pieces(pages->num_pages); i++) {
		if (!pages->pieces[i].bytes ||
		    (only_stale && !is_stale(pages, i)))
			continue;
		unmap_piece(pages, i);
		/* Unmapping is slow, and a vCPU may have begun to wait. */
		hyp_poll(pages->mem->hyp);
	}
}

void guest_pages_destroy(struct guest_pages *pages)
{
	if (!pages)
		return;
	unmap(pages, false);
	list_remove(&pages->link);
	free(pages);
}

void guest_pages_trim(struct guest_pages *pages)
{
	unmap(pages, true);
}

size_t guest_pages_len(const struct guest_pages *pages)
{
	return pages->len;
}

static bool is_mapped(const struct guest_pages *pages, size_t piece)
{
	return pages->pieces[piece].bytes && !is_stale(pages, piece);
}

/* A stale one is unmapped, and only that one: unmapping is slow. */
static int map_piece(struct guest_pages *pages, size_t piece)
{
	const size_t count = piece_pages(pages, piece);
	struct guest_mem *mem = pages->mem;
	void *bytes;
	int ret;

	if (pages->pieces[piece].bytes)
		unmap_piece(pages, piece);
	ret = hyp_map_pages(mem->hyp, &pages->gfns[piece * HYP_MAP_PAGES],
			    count, &bytes);
	if (ret < 0)
		return ret;
	if (!pages->stays && pages->epoch != mem->epoch)
		pages->num_mapped = 0;
	pages->num_mapped++;
	pages->epoch = mem->epoch;
	pages->pieces[piece].bytes = bytes;
	pages->pieces[piece].epoch = mem->epoch;
	mem->lent += (uint64_t)count * HYP_PAGE_SIZE;
	return 0;
}

bool guest_pages_are_mapped(const struct guest_pages *pages)
{
	return pages->num_mapped == num_pieces(pages->num_pages) &&
	       (pages->stays || pages->epoch == pages->mem->epoch);
}

int guest_pages_bytes(struct guest_pages *pages, size_t offset, void **out,
		      size_t *len)
{
	const size_t size = (size_t)HYP_MAP_PAGES * HYP_PAGE_SIZE;
	const size_t at = pages->offset + offset;
	const size_t piece = at / size;
	int ret = 0;

	assert(piece < num_pieces(pages->num_pages));
	if (!is_mapped(pages, piece))
		ret = map_piece(pages, piece);
	if (ret < 0)
		return ret;
	*out = pages->pieces[piece].bytes + at % size;
	*len = piece_pages(pages, piece) * HYP_PAGE_SIZE - at % size;
	return 0;
}

int guest_pages_map_next(struct guest_pages *pages)
{
	int ret;

	for (size_t i = 0; i < num_pieces(pages->num_pages); i++) {
		if (is_mapped(pages, i))
			continue;
		ret = map_piece(pages, i);
		return ret < 0 ? ret : 1;
	}
	return 0;
}
