/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xenctrl_fake.h - the memory of one domain as Xen's toolstack sees it, in place
 * of libxenctrl and libxenforeignmemory, for tests of daemon/xen_window.c.
 *
 * The running test fails if a page is put where one is, which would leak, or if
 * one is taken away that is not there. There is one state for the whole process.
 */
#ifndef XENCTRL_FAKE_H
#define XENCTRL_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The frames that are looked after: from 4 GiB on, 64 MiB */
#define XENCTRL_FAKE_GFN 0x100000
#define XENCTRL_FAKE_PAGES 0x4000

/**
 * struct xenctrl_fake - what there is, and what goes wrong
 * @domid: of the domain
 * @is_gone: it is not there
 * @max_pages: that it may have
 * @tot_pages: that it has
 * @free_pages: that Xen has left
 * @no_large: but none of 2 MiB in one piece
 * @has: per frame, whether the domain has a page there
 * @handles: open ones
 * @mapped: foreign pages
 * @large: pages of 2 MiB that were made
 * @looks: mappings that were made
 * @map_error: errno of the mapping of a whole; 0: it succeeds
 * @page_error: of a page that is not there
 * @most_taken: pages that can be taken away in one call; 0: all
 */
struct xenctrl_fake {
	unsigned int domid;
	bool is_gone;
	uint64_t max_pages;
	uint64_t tot_pages;
	uint64_t free_pages;
	bool no_large;
	bool has[XENCTRL_FAKE_PAGES];
	int handles;
	size_t mapped;
	unsigned int large;
	unsigned int looks;
	int map_error;
	int page_error;
	unsigned int most_taken;
};

extern struct xenctrl_fake xenctrl_fake;

/** xenctrl_fake_reset() - domain @domid, with 1000 pages, as many as it may have */
void xenctrl_fake_reset(unsigned int domid);

/** xenctrl_fake_count() - frames of [@first, @first + @count) with a page */
unsigned int xenctrl_fake_count(uint64_t first, unsigned int count);

#endif /* XENCTRL_FAKE_H */
