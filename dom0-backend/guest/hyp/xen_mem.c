// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/xen_priv.h"

_Static_assert(sizeof(xen_pfn_t) == sizeof(uint64_t),
	       "guest frame numbers are handed to Xen as they are");

int xen_memory_error(int error)
{
	return abs(error) == ENOMEM ? -ENOMEM : -EFAULT;
}

static int first_error(const int *errors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (errors[i] != 0)
			return xen_memory_error(errors[i]);
	}
	return 0;
}

int xen_mem_map(struct hyp *hyp, const uint64_t *gfns, size_t count,
		void **out)
{
	struct hyp_xen *xen = container_of(hyp, struct hyp_xen, hyp);
	int *errors, ret;
	void *pages;

	errors = calloc(count, sizeof(*errors));
	if (!errors)
		return -ENOMEM;
	pages = xenforeignmemory_map(xen->fm, xen->domid,
				     PROT_READ | PROT_WRITE, count,
				     (const xen_pfn_t *)gfns, errors);
	if (!pages) {
		ret = xen_memory_error(errno);
	} else {
		ret = first_error(errors, count);
		if (ret < 0)
			xenforeignmemory_unmap(xen->fm, pages, count);
	}
	free(errors);
	if (ret == 0)
		*out = pages;
	return ret;
}

void xen_mem_unmap(struct hyp *hyp, void *pages, size_t count)
{
	struct hyp_xen *xen = container_of(hyp, struct hyp_xen, hyp);

	/* What stays mapped keeps the domain from vanishing: worth a line. */
	if (xenforeignmemory_unmap(xen->fm, pages, count) < 0)
		log_error("%zu guest pages cannot be unmapped: %s", count,
			  strerror(errno));
}
