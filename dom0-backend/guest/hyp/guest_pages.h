/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_pages.h - the guest's memory behind a buffer, which is copied to or from
 * again and again.
 *
 * Its pages, wherever they are, become one sequence of bytes that is mapped in
 * pieces of 64 KiB: each when it is first used, or ahead of that, for mapping
 * is slow. It then stays mapped, so that a copy is a copy and nothing else. What
 * is mapped counts against no limit of guest_mem.h: it is as much as the buffer,
 * which its owner accounts for, and what is in its first and last page besides.
 *
 *	guest_pages_create(mem, ranges, count, false, &pages);
 *	while (guest_pages_map_next(pages) > 0)
 *		...look for waiting vCPUs...
 *	guest_pages_bytes(pages, offset, &bytes, &len);
 *	...
 *	guest_pages_destroy(pages);
 *
 * Units: bytes. Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef HYP_GUEST_PAGES_H
#define HYP_GUEST_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "hyp/guest_mem.h"

struct guest_pages;

/** struct guest_range - @len bytes at @gpa */
struct guest_range {
	gpa_t gpa;
	size_t len;
};

/**
 * guest_pages_are_possible() - guest_pages_create() would not say -EOPNOTSUPP
 *
 * Nor -EFAULT, nor -EINVAL.
 */
bool guest_pages_are_possible(const struct guest_range *ranges, size_t count);

/**
 * guest_pages_create() - describe memory; nothing is mapped as yet
 * @mem: borrowed; must outlive the pages
 * @ranges: that follow each other; @count of them, each with bytes
 * @stays: what is mapped stays so when the guest's memory map changes. Else it is
 *         mapped anew.
 * @out: owned by the caller on success, untouched on failure
 *
 * Return: 0; -EOPNOTSUPP if it cannot be kept mapped: it is granted, or a range
 * ends within a page and another one follows; -EFAULT if no guest has such
 * memory; -EINVAL if there is no range; -ENOMEM.
 */
int guest_pages_create(struct guest_mem *mem, const struct guest_range *ranges,
		       size_t count, bool stays, struct guest_pages **out);

/** guest_pages_len() - of all ranges together */
size_t guest_pages_len(const struct guest_pages *pages);

/** guest_pages_are_mapped() - guest_pages_map_next() has nothing to do */
bool guest_pages_are_mapped(const struct guest_pages *pages);

/**
 * guest_pages_destroy() - unmap them. NULL is fine.
 *
 * Takes its time, and calls hyp_poll() while at it: for the event loop.
 */
void guest_pages_destroy(struct guest_pages *pages);

/**
 * guest_pages_bytes() - the bytes from @offset on, mapped now if they are not
 * @offset: less than guest_pages_len()
 * @out: borrowed until the next call for these pages. The guest may change them
 *       at any moment.
 * @len: how many there are in one piece, at least one; some may be behind the
 *       end
 *
 * Maps at most 64 KiB.
 * Return: 0; -EFAULT if they are no memory of the guest's; -ENOMEM.
 */
int guest_pages_bytes(struct guest_pages *pages, size_t offset, void **out,
		      size_t *len);

/**
 * guest_pages_map_next() - map the next piece that is not
 *
 * At most 64 KiB.
 * Return: 1 if there was one; 0 if all are mapped; as guest_pages_bytes().
 */
int guest_pages_map_next(struct guest_pages *pages);

#endif /* HYP_GUEST_PAGES_H */
