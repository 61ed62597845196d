// SPDX-License-Identifier: GPL-2.0-only
#include "xenlibs_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xentoolcore.h>

#include <cmocka.h>

struct xenlibs_fake xenlibs_fake;

/* Ports that wait to be taken: a byte each */
static int events[2] = { -1, -1 };

static struct xenlibs_fake *const f = &xenlibs_fake;

void xenlibs_fake_reset(void)
{
	memset(f, 0, sizeof(*f));
	f->bad_page = -1;
	f->num_vcpus = XENLIBS_VCPUS;
	if (events[0] >= 0) {
		close(events[0]);
		close(events[1]);
	}
	assert_int_equal(pipe2(events, O_NONBLOCK | O_CLOEXEC), 0);
}

static bool fails(void)
{
	if (++f->calls != f->fail_call)
		return false;
	errno = f->fail_errno;
	return true;
}

void xenlibs_fake_send_event(unsigned int vcpu)
{
	const unsigned char port = XENLIBS_FIRST_PORT + vcpu;

	assert_int_equal(write(events[1], &port, 1), 1);
}

void xenlibs_fake_request(unsigned int vcpu, const struct ioreq *request)
{
	const uint32_t port = f->slots[vcpu].vp_eport;

	f->slots[vcpu] = *request;
	f->slots[vcpu].vp_eport = port;
	f->slots[vcpu].state = STATE_IOREQ_READY;
	xenlibs_fake_send_event(vcpu);
}

/* A handle is the address of nothing in particular. */
static void *open_handle(void)
{
	if (fails())
		return NULL;
	f->handles++;
	return f;
}

static int close_handle(const void *handle)
{
	assert_ptr_equal(handle, f);
	f->handles--;
	return 0;
}

xendevicemodel_handle *xendevicemodel_open(struct xentoollog_logger *logger,
					   unsigned int open_flags)
{
	return open_handle();
}

int xendevicemodel_close(xendevicemodel_handle *dm)
{
	return close_handle(dm);
}

int xendevicemodel_create_ioreq_server(xendevicemodel_handle *dm, domid_t domid,
				       int bufioreq, ioservid_t *id)
{
	assert_ptr_equal(dm, f);
	assert_int_equal(domid, XENLIBS_DOMID);
	assert_int_equal(bufioreq, HVM_IOREQSRV_BUFIOREQ_OFF);
	if (fails())
		return -1;
	assert_false(f->server_exists);
	f->server_exists = true;
	*id = XENLIBS_SERVER;
	return 0;
}

int xendevicemodel_destroy_ioreq_server(xendevicemodel_handle *dm,
					domid_t domid, ioservid_t id)
{
	assert_ptr_equal(dm, f);
	assert_int_equal(id, XENLIBS_SERVER);
	assert_true(f->server_exists);
	for (unsigned int i = 0; i < XENLIBS_VCPUS; i++) {
		if (f->slots[i].state == STATE_IOREQ_READY)
			fail_msg("the server goes under a waiting vCPU");
	}
	f->server_exists = false;
	return 0;
}

int xendevicemodel_nr_vcpus(xendevicemodel_handle *dm, domid_t domid,
			    unsigned int *vcpus)
{
	assert_ptr_equal(dm, f);
	if (fails())
		return -1;
	*vcpus = f->num_vcpus;
	return 0;
}

int xendevicemodel_map_io_range_to_ioreq_server(xendevicemodel_handle *dm,
						domid_t domid, ioservid_t id,
						int is_mmio, uint64_t start,
						uint64_t end)
{
	assert_ptr_equal(dm, f);
	assert_int_equal(id, XENLIBS_SERVER);
	assert_int_equal(is_mmio, 1);
	if (fails())
		return -1;
	f->io_first = start;
	f->io_last = end;
	return 0;
}

int xendevicemodel_set_ioreq_server_state(xendevicemodel_handle *dm,
					  domid_t domid, ioservid_t id,
					  int enabled)
{
	assert_ptr_equal(dm, f);
	assert_int_equal(id, XENLIBS_SERVER);
	assert_int_equal(enabled, 1);
	if (fails())
		return -1;
	f->server_enabled = true;
	for (unsigned int i = 0; i < XENLIBS_VCPUS; i++)
		f->slots[i].vp_eport = 100 + i;
	return 0;
}

int xendevicemodel_set_irq_level(xendevicemodel_handle *dm, domid_t domid,
				 uint32_t irq, unsigned int level)
{
	assert_ptr_equal(dm, f);
	assert_int_equal(level, 1);
	if (fails())
		return -1;
	f->irq = irq;
	return 0;
}

xenforeignmemory_handle *xenforeignmemory_open(struct xentoollog_logger *logger,
					       unsigned int open_flags)
{
	return open_handle();
}

int xenforeignmemory_close(xenforeignmemory_handle *fm)
{
	return close_handle(fm);
}

xenforeignmemory_resource_handle *
xenforeignmemory_map_resource(xenforeignmemory_handle *fm, domid_t domid,
			      unsigned int type, unsigned int id,
			      unsigned long frame, unsigned long nr_frames,
			      void **addr, int prot, int flags)
{
	assert_ptr_equal(fm, f);
	assert_int_equal(id, XENLIBS_SERVER);
	assert_int_equal(frame, 1);
	assert_int_equal(nr_frames, 1);
	if (fails())
		return NULL;
	f->slots_mapped = true;
	*addr = f->slots;
	return (void *)f;
}

int xenforeignmemory_unmap_resource(xenforeignmemory_handle *fm,
				    xenforeignmemory_resource_handle *resource)
{
	assert_ptr_equal(fm, f);
	f->slots_mapped = false;
	return 0;
}

void *xenforeignmemory_map(xenforeignmemory_handle *fm, uint32_t domid,
			   int prot, size_t pages, const xen_pfn_t *gfns,
			   int *errors)
{
	assert_ptr_equal(fm, f);
	assert_int_equal(domid, XENLIBS_DOMID);
	if (fails())
		return NULL;
	for (size_t i = 0; i < pages; i++)
		errors[i] = (long)i == f->bad_page ? -EINVAL : 0;
	f->pages_mapped += pages;
	return calloc(pages, 4096);
}

int xenforeignmemory_unmap(xenforeignmemory_handle *fm, void *addr,
			   size_t pages)
{
	assert_ptr_equal(fm, f);
	f->pages_mapped -= pages;
	free(addr);
	return 0;
}

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger,
				 unsigned int flags)
{
	return open_handle();
}

int xenevtchn_close(xenevtchn_handle *evtchn)
{
	return close_handle(evtchn);
}

int xenevtchn_fd(xenevtchn_handle *evtchn)
{
	assert_ptr_equal(evtchn, f);
	return events[0];
}

static void assert_is_port(evtchn_port_t port)
{
	assert_in_range(port, XENLIBS_FIRST_PORT,
			XENLIBS_FIRST_PORT + XENLIBS_VCPUS - 1);
}

int xenevtchn_notify(xenevtchn_handle *evtchn, evtchn_port_t port)
{
	assert_ptr_equal(evtchn, f);
	assert_is_port(port);
	f->notified[port - XENLIBS_FIRST_PORT]++;
	return 0;
}

/* A port is pending as soon as it is bound. */
xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *evtchn,
						     uint32_t domid,
						     evtchn_port_t remote)
{
	assert_ptr_equal(evtchn, f);
	assert_int_equal(domid, XENLIBS_DOMID);
	assert_in_range(remote, 100, 100 + XENLIBS_VCPUS - 1);
	assert_true(f->server_enabled);
	if (fails())
		return -1;
	f->bound++;
	xenlibs_fake_send_event(remote - 100);
	return XENLIBS_FIRST_PORT + remote - 100;
}

int xenevtchn_unbind(xenevtchn_handle *evtchn, evtchn_port_t port)
{
	assert_ptr_equal(evtchn, f);
	assert_is_port(port);
	f->bound--;
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *evtchn)
{
	unsigned char port;

	assert_ptr_equal(evtchn, f);
	if (fails())
		return -1;
	if (read(events[0], &port, 1) != 1)
		fail_msg("a wait for an event that may never come");
	return port;
}

int xenevtchn_unmask(xenevtchn_handle *evtchn, evtchn_port_t port)
{
	assert_ptr_equal(evtchn, f);
	assert_is_port(port);
	f->unmasked++;
	return 0;
}

/* What is open already when the process is restricted is good for nothing. */
xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger,
				 unsigned int flags)
{
	void *handle = open_handle();

	f->grants_open = handle && f->restricted != 0;
	return handle;
}

int xengnttab_close(xengnttab_handle *gnttab)
{
	f->grants_open = false;
	return close_handle(gnttab);
}

int xengnttab_fd(xengnttab_handle *gnttab)
{
	assert_ptr_equal(gnttab, f);
	return XENLIBS_GNTDEV_FD;
}

/* The page of that reference; NULL: nothing is granted by it */
static unsigned char *granted_page(uint32_t ref)
{
	if (ref < XENLIBS_FIRST_REF || ref >= XENLIBS_FIRST_REF + XENLIBS_REFS)
		return NULL;
	return f->granted[ref - XENLIBS_FIRST_REF];
}

/* As gntdev: it has no more to say than that it failed. */
void *xengnttab_map_domain_grant_refs(xengnttab_handle *gnttab, uint32_t count,
				      uint32_t domid, uint32_t *refs, int prot)
{
	assert_ptr_equal(gnttab, f);
	assert_true(f->grants_open);
	assert_int_equal(domid, XENLIBS_DOMID);
	if (fails())
		return NULL;
	errno = EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		if (!granted_page(refs[i]) ||
		    ((prot & PROT_WRITE) && f->readonly))
			return NULL;
		assert_int_equal(refs[i], refs[0] + i);
	}
	f->grants_mapped += count;
	f->grants_prot = prot;
	return granted_page(refs[0]);
}

int xengnttab_unmap(xengnttab_handle *gnttab, void *start, uint32_t count)
{
	assert_ptr_equal(gnttab, f);
	f->grants_mapped -= count;
	return 0;
}

static int16_t copy_segment(const xengnttab_grant_copy_segment_t *segment)
{
	const bool to_guest = segment->flags == GNTCOPY_dest_gref;
	const union xengnttab_copy_ptr *theirs =
		to_guest ? &segment->dest : &segment->source;
	unsigned char *page = granted_page(theirs->foreign.ref);

	assert_true(to_guest || segment->flags == GNTCOPY_source_gref);
	assert_int_equal(theirs->foreign.domid, XENLIBS_DOMID);
	assert_true(theirs->foreign.offset + segment->len <= 4096);
	if (!page)
		return GNTST_bad_gntref;
	if (to_guest && f->readonly)
		return GNTST_permission_denied;
	if (to_guest)
		memcpy(page + theirs->foreign.offset, segment->source.virt,
		       segment->len);
	else
		memcpy(segment->dest.virt, page + theirs->foreign.offset,
		       segment->len);
	return f->grant_status;
}

int xengnttab_grant_copy(xengnttab_handle *gnttab, uint32_t count,
			 xengnttab_grant_copy_segment_t *segments)
{
	assert_ptr_equal(gnttab, f);
	assert_true(f->grants_open);
	f->grant_copies++;
	if (fails())
		return -1;
	for (uint32_t i = 0; i < count; i++)
		segments[i].status = copy_segment(&segments[i]);
	return 0;
}

int xentoolcore_restrict_all(domid_t domid)
{
	if (fails())
		return -1;
	f->restricted = domid;
	return 0;
}
