// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/xen_window.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "base/log.h"
#include "base/util.h"
#include "ipc/daemon_proto.h"

#define MOST_PAGES (GUEST_POPULATE_MAX / XC_PAGE_SIZE)

/* Pages that Xen maps at one stroke if they are aligned: 2 MiB */
#define LARGE_ORDER 9
#define LARGE_PAGES (1u << LARGE_ORDER)

struct xen_windows {
	xc_interface *xc;
	xenforeignmemory_handle *fm;
};

/**
 * struct job - what is to be added to a domain
 * @gfns: frames without a page, in rising order
 * @count: of these
 * @done: the first so many have one by now
 */
struct job {
	struct xen_windows *windows;
	uint32_t domid;
	xen_pfn_t gfns[MOST_PAGES];
	unsigned int count;
	unsigned int done;
};

int xen_windows_open(struct xen_windows **out)
{
	struct xen_windows *windows = calloc(1, sizeof(*windows));
	int ret;

	if (!windows)
		return -ENOMEM;
	windows->xc = xc_interface_open(NULL, NULL, 0);
	if (windows->xc)
		windows->fm = xenforeignmemory_open(NULL, 0);
	if (!windows->fm) {
		ret = -errno;
		xen_windows_close(windows);
		return ret;
	}
	*out = windows;
	return 0;
}

void xen_windows_close(struct xen_windows *windows)
{
	if (!windows)
		return;
	if (windows->fm)
		xenforeignmemory_close(windows->fm);
	if (windows->xc)
		xc_interface_close(windows->xc);
	free(windows);
}

/*
 * A page that can be mapped is there. The other way round it is not so certain:
 * a lack of memory here must not pass for a page that is missing there.
 */
static int look(struct job *job, uint64_t first, unsigned int count)
{
	int errors[LARGE_PAGES] = { 0 };
	xen_pfn_t gfns[LARGE_PAGES];
	void *pages;

	for (unsigned int i = 0; i < count; i++)
		gfns[i] = first + i;
	pages = xenforeignmemory_map(job->windows->fm, job->domid, PROT_READ,
				     count, gfns, errors);
	if (!pages)
		return -errno;
	xenforeignmemory_unmap(job->windows->fm, pages, count);
	for (unsigned int i = 0; i < count; i++) {
		if (abs(errors[i]) == ENOMEM)
			return -ENOMEM;
		if (errors[i] != 0)
			job->gfns[job->count++] = gfns[i];
	}
	return 0;
}

/* In pieces: a mapping takes as many addresses of dom0's own. */
static int find_missing(struct job *job, uint64_t first, unsigned int count)
{
	unsigned int piece;
	int ret = 0;

	while (ret == 0 && count > 0) {
		piece = MIN(count, LARGE_PAGES);
		ret = look(job, first, piece);
		first += piece;
		count -= piece;
	}
	return ret;
}

/* Let the domain have @pages more, or less. */
static int change_max(const struct job *job, int64_t pages)
{
	xc_interface *xc = job->windows->xc;
	xc_domaininfo_t info;
	uint64_t max;

	/* It gives the next domain if there is none of that number. */
	if (xc_domain_getinfolist(xc, job->domid, 1, &info) != 1 ||
	    info.domain != job->domid)
		return -ESRCH;
	max = info.max_pages + pages;
	if (xc_domain_setmaxmem(xc, job->domid,
				max * (XC_PAGE_SIZE / 1024)) < 0)
		return -errno;
	return 0;
}

/* From @job->done on, frames that a large page can be put behind */
static bool may_be_large(const struct job *job)
{
	const xen_pfn_t *gfns = &job->gfns[job->done];

	return job->count - job->done >= LARGE_PAGES &&
	       gfns[0] % LARGE_PAGES == 0 &&
	       gfns[LARGE_PAGES - 1] == gfns[0] + LARGE_PAGES - 1;
}

/*
 * One large page, or up to as many small ones. Xen has the list as its own
 * meanwhile, so it gets a copy.
 * Return: how many pages there are now, 0 to LARGE_PAGES.
 */
static unsigned int add_some(const struct job *job, unsigned int order)
{
	const unsigned int pages = MIN(job->count - job->done, LARGE_PAGES);
	xen_pfn_t gfns[LARGE_PAGES];
	int extents;

	memcpy(gfns, &job->gfns[job->done], pages * sizeof(gfns[0]));
	extents = xc_domain_populate_physmap(job->windows->xc, job->domid,
					     order ? 1 : pages, order, 0, gfns);
	return extents > 0 ? (unsigned int)extents << order : 0;
}

/* A host without large pieces of memory left may well have small ones. */
static int add_all(struct job *job)
{
	unsigned int added;

	while (job->done < job->count) {
		added = may_be_large(job) ? add_some(job, LARGE_ORDER) : 0;
		if (added == 0)
			added = add_some(job, 0);
		if (added == 0)
			return -ENOMEM;
		job->done += added;
	}
	return 0;
}

/*
 * What cannot be taken back is found to be there the next time, unless the
 * domain moved it.
 * Return: how many pages it keeps.
 */
static unsigned int take_back(const struct job *job)
{
	unsigned int kept = job->done;
	int ret = 0;

	if (job->done > 0)
		ret = xc_domain_decrease_reservation(job->windows->xc,
						     job->domid, job->done, 0,
						     (xen_pfn_t *)job->gfns);
	if (ret > 0)
		kept -= ret;
	if (kept > 0)
		log_error("domain %u: %u pages of a window cannot be taken "
			  "back: it keeps them", job->domid, kept);
	ret = change_max(job, (int64_t)kept - job->count);
	if (ret < 0)
		log_error("domain %u: its max_pages stay too high: %s",
			  job->domid, strerror(-ret));
	return kept;
}

int xen_windows_populate(struct xen_windows *windows, unsigned int domid,
			 uint64_t gpa, uint64_t len)
{
	struct job *job;
	int ret;

	assert(len <= GUEST_POPULATE_MAX);
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->windows = windows;
	job->domid = domid;
	ret = find_missing(job, gpa / XC_PAGE_SIZE, len / XC_PAGE_SIZE);
	if (ret == 0 && job->count > 0)
		ret = change_max(job, job->count);
	if (ret == 0) {
		ret = add_all(job);
		if (ret < 0 && take_back(job) > 0)
			ret = -EBUSY;
	}
	free(job);
	return ret;
}
