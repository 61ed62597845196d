// SPDX-License-Identifier: GPL-2.0-only
#include "xenctrl_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include <cmocka.h>

struct xenctrl_fake xenctrl_fake;

static struct xenctrl_fake *const f = &xenctrl_fake;

void xenctrl_fake_reset(unsigned int domid)
{
	memset(f, 0, sizeof(*f));
	f->domid = domid;
	f->max_pages = 1000;
	f->tot_pages = 1000;
	f->free_pages = 1000000;
	f->page_error = -EINVAL;
}

static bool *page(uint64_t gfn)
{
	assert_in_range(gfn, XENCTRL_FAKE_GFN,
			XENCTRL_FAKE_GFN + XENCTRL_FAKE_PAGES - 1);
	return &f->has[gfn - XENCTRL_FAKE_GFN];
}

unsigned int xenctrl_fake_count(uint64_t first, unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		found += *page(first + i);
	return found;
}

/* A handle is the address of nothing in particular. */
xc_interface *xc_interface_open(xentoollog_logger *logger,
				xentoollog_logger *dombuild_logger,
				unsigned int open_flags)
{
	f->handles++;
	return (xc_interface *)f;
}

int xc_interface_close(xc_interface *xc)
{
	assert_ptr_equal(xc, f);
	f->handles--;
	return 0;
}

xenforeignmemory_handle *xenforeignmemory_open(xentoollog_logger *logger,
					       unsigned int open_flags)
{
	f->handles++;
	return (xenforeignmemory_handle *)f;
}

int xenforeignmemory_close(xenforeignmemory_handle *fm)
{
	assert_ptr_equal(fm, f);
	f->handles--;
	return 0;
}

void *xenforeignmemory_map(xenforeignmemory_handle *fm, uint32_t domid,
			   int prot, size_t pages, const xen_pfn_t *gfns,
			   int *errors)
{
	assert_ptr_equal(fm, f);
	f->looks++;
	if (f->map_error) {
		errno = f->map_error;
		return NULL;
	}
	assert_int_equal(domid, f->domid);
	for (size_t i = 0; i < pages; i++)
		errors[i] = *page(gfns[i]) ? 0 : f->page_error;
	f->mapped += pages;
	return f;
}

int xenforeignmemory_unmap(xenforeignmemory_handle *fm, void *addr,
			   size_t pages)
{
	assert_ptr_equal(addr, f);
	f->mapped -= pages;
	return 0;
}

/* The first domain from that number on */
int xc_domain_getinfolist(xc_interface *xc, uint32_t first_domain,
			  unsigned int max_domains, xc_domaininfo_t *info)
{
	assert_ptr_equal(xc, f);
	assert_int_equal(max_domains, 1);
	memset(info, 0, sizeof(*info));
	info->domain = f->is_gone ? first_domain + 1 : f->domid;
	info->max_pages = f->max_pages;
	info->tot_pages = f->tot_pages;
	return 1;
}

int xc_domain_setmaxmem(xc_interface *xc, uint32_t domid, uint64_t max_memkb)
{
	assert_ptr_equal(xc, f);
	assert_int_equal(domid, f->domid);
	assert_int_equal(max_memkb % 4, 0);
	f->max_pages = max_memkb / 4;
	return 0;
}

static bool can_have(uint64_t pages)
{
	return f->tot_pages + pages <= f->max_pages && pages <= f->free_pages &&
	       (pages == 1 || !f->no_large);
}

static void give(uint64_t gfn, uint64_t pages)
{
	assert_int_equal(gfn % pages, 0);
	f->large += pages > 1;
	f->tot_pages += pages;
	f->free_pages -= pages;
	for (uint64_t i = 0; i < pages; i++) {
		if (*page(gfn + i))
			fail_msg("a page is put where one is");
		*page(gfn + i) = true;
	}
}

int xc_domain_populate_physmap(xc_interface *xc, uint32_t domid,
			       unsigned long nr_extents,
			       unsigned int extent_order,
			       unsigned int mem_flags, xen_pfn_t *extent_start)
{
	assert_ptr_equal(xc, f);
	assert_int_equal(domid, f->domid);
	assert_int_equal(mem_flags, 0);
	for (unsigned long i = 0; i < nr_extents; i++) {
		if (!can_have(1ull << extent_order))
			return i;
		give(extent_start[i], 1ull << extent_order);
		/* The caller's list is Xen's while it works. */
		extent_start[i] = ~0ull;
	}
	return nr_extents;
}

int xc_domain_decrease_reservation(xc_interface *xc, uint32_t domid,
				   unsigned long nr_extents,
				   unsigned int extent_order,
				   xen_pfn_t *extent_start)
{
	assert_ptr_equal(xc, f);
	assert_int_equal(domid, f->domid);
	assert_int_equal(extent_order, 0);
	for (unsigned long i = 0; i < nr_extents; i++) {
		if (f->most_taken && i == f->most_taken)
			return i;
		assert_true(*page(extent_start[i]));
		*page(extent_start[i]) = false;
		f->tot_pages--;
		f->free_pages++;
	}
	return nr_extents;
}
