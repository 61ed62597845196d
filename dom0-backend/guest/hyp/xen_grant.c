// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/xen_priv.h"

#include <xen/grant_table.h>

/* One system call: what is copied between two looks at waiting vCPUs */
#define BATCH 32

void xen_grant_open(struct hyp_xen *xen)
{
	xen->gnttab = xengnttab_open(NULL, 0);
	if (!xen->gnttab)
		log_error("no grant table interface: %s: devices with "
			  "grant_usage=1 will not work: they need "
			  "CONFIG_XEN_GNTDEV in dom0's kernel",
			  strerror(errno));
}

void xen_grant_close(struct hyp_xen *xen)
{
	if (xen->gnttab)
		xengnttab_close(xen->gnttab);
}

int xen_grant_map(struct hyp *hyp, uint32_t first, size_t count, bool writable,
		  void **out)
{
	const int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	struct hyp_xen *xen = to_xen(hyp);
	uint32_t *refs;
	void *pages;
	int error;

	if (!xen->gnttab)
		return -EFAULT;
	refs = calloc(count, sizeof(*refs));
	if (!refs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		refs[i] = first + i;
	pages = xengnttab_map_domain_grant_refs(xen->gnttab, count, xen->domid,
						refs, prot);
	error = errno;
	free(refs);
	if (!pages)
		return xen_memory_error(error);
	*out = pages;
	return 0;
}

void xen_grant_unmap(struct hyp *hyp, void *pages, size_t count)
{
	struct hyp_xen *xen = to_xen(hyp);

	/* The guest's device breaks when it finds that: worth a line. */
	if (xengnttab_unmap(xen->gnttab, pages, count) < 0)
		log_error("%zu granted pages cannot be unmapped: %s", count,
			  strerror(errno));
}

/* A reference that is not good is a fault of the guest. */
static int status_to_error(int16_t status)
{
	switch (status) {
	case GNTST_okay:
		return 0;
	case GNTST_no_device_space:
	case GNTST_no_space:
		return -ENOMEM;
	case GNTST_bad_page:
		/* Ours or the guest's: mapping will tell. */
		return -EOPNOTSUPP;
	default:
		return -EFAULT;
	}
}

static int submit(struct hyp_xen *xen,
		  xengnttab_grant_copy_segment_t *segments, size_t count)
{
	int ret = 0;

	xen->hyp.counts.calls++;
	/* It fails before Xen sees a reference: that is our side of the copy. */
	if (xengnttab_grant_copy(xen->gnttab, count, segments) < 0)
		return errno == ENOMEM ? -ENOMEM : -EOPNOTSUPP;
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = status_to_error(segments[i].status);
	return ret;
}

/* What is to be copied: to the pages of the references, or else from them */
struct transfer {
	uint32_t ref;
	size_t offset;
	unsigned char *local;
	size_t len;
	bool to_guest;
};

/* The next piece of @transfer, which lies in one page of the guest's */
static void take_piece(struct hyp_xen *xen, struct transfer *transfer,
		       xengnttab_grant_copy_segment_t *segment)
{
	union xengnttab_copy_ptr ours = { .virt = transfer->local };
	union xengnttab_copy_ptr theirs = {
		.foreign.ref = transfer->ref,
		.foreign.offset = transfer->offset,
		.foreign.domid = xen->domid,
	};
	const size_t len = MIN(transfer->len, HYP_PAGE_SIZE - transfer->offset);

	segment->source = transfer->to_guest ? ours : theirs;
	segment->dest = transfer->to_guest ? theirs : ours;
	segment->len = len;
	segment->flags = transfer->to_guest ? GNTCOPY_dest_gref :
					      GNTCOPY_source_gref;
	segment->status = GNTST_general_error;
	transfer->ref++;
	transfer->offset = 0;
	transfer->local += len;
	transfer->len -= len;
}

static int copy(struct hyp_xen *xen, struct transfer *transfer)
{
	xengnttab_grant_copy_segment_t segments[BATCH];
	size_t count;
	int ret = 0;

	if (!xen->gnttab)
		return -EFAULT;
	while (transfer->len > 0 && ret == 0) {
		for (count = 0; count < BATCH && transfer->len > 0; count++)
			take_piece(xen, transfer, &segments[count]);
		ret = submit(xen, segments, count);
	}
	return ret;
}

int xen_grant_read(struct hyp *hyp, uint32_t first, size_t offset, void *buf,
		   size_t len)
{
	struct transfer transfer = {
		.ref = first,
		.offset = offset,
		.local = buf,
		.len = len,
	};

	return copy(to_xen(hyp), &transfer);
}

int xen_grant_write(struct hyp *hyp, uint32_t first, size_t offset,
		    const void *buf, size_t len)
{
	struct transfer transfer = {
		.ref = first,
		.offset = offset,
		.local = (unsigned char *)buf, /* is only read */
		.len = len,
		.to_guest = true,
	};

	return copy(to_xen(hyp), &transfer);
}
