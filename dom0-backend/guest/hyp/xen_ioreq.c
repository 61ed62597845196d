// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's vCPU that touches one of our registers stops in the hypervisor,
 * which puts its request into its slot of a shared page and sends an event. It
 * stays stopped, out of reach even of its own interrupts, until the slot says
 * STATE_IORESP_READY; hence every path through here ends there.
 */
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/xen_priv.h"

#include <xen/hvm/ioreq.h>
#include <xen/memory.h>

/* Requests in the one frame that we map */
#define MAX_VCPUS (HYP_PAGE_SIZE / sizeof(struct ioreq))

static uint64_t mask_of(uint32_t size)
{
	return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
}

static void answer_copy(struct hyp_xen *xen, struct ioreq *request)
{
	struct hyp_access access = {
		.addr = request->addr,
		.size = request->size,
		.write = request->dir == IOREQ_WRITE,
		.data = request->data & mask_of(request->size),
	};

	if (xen->listener)
		xen->listener->access(xen->owner, &access);
	else
		access.data = UINT64_MAX;
	request->data = access.data & mask_of(request->size);
}

/* Fill in what is read. @request is a copy: the slot is shared memory. */
static void answer(struct hyp_xen *xen, struct ioreq *request)
{
	switch (request->type) {
	case IOREQ_TYPE_COPY:
		if (request->data_is_ptr || request->count != 1)
			break;
		answer_copy(xen, request);
		return;
	case IOREQ_TYPE_INVALIDATE:
		/* Its other fields mean nothing. */
		if (xen->listener)
			xen->listener->invalidated(xen->owner);
		return;
	}
	log_guest(&xen->limit, "request of type %u is not understood",
		  request->type);
	request->data = UINT64_MAX;
}

/* The bit field in a slot shares its byte with others: one plain access. */
static unsigned int load_state(const struct ioreq *slot)
{
	return ((const volatile struct ioreq *)slot)->state;
}

static void store_state(struct ioreq *slot, unsigned int state)
{
	((volatile struct ioreq *)slot)->state = state;
}

static void notify(struct hyp_xen *xen, unsigned int index)
{
	xen->hyp.counts.calls++;
	if (xenevtchn_notify(xen->evtchn, xen->ioreq.vcpus[index].port) < 0)
		log_error("vCPU %u cannot be told of its answer: %s", index,
			  strerror(errno));
}

static void serve(struct hyp_xen *xen, unsigned int index)
{
	struct xen_vcpu *vcpu = &xen->ioreq.vcpus[index];
	struct ioreq *slot = &xen->ioreq.slots[index], request;
	const unsigned int state = load_state(slot);

	if (state != STATE_IOREQ_READY &&
	    !(state == STATE_IOREQ_INPROCESS && vcpu->interrupted))
		return;
	vcpu->interrupted = false;
	/* The request was written before its state. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	request = *slot;
	store_state(slot, STATE_IOREQ_INPROCESS);

	answer(xen, &request);

	if (request.dir == IOREQ_READ)
		slot->data = request.data;
	/* The answer must be there when the state says so. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	store_state(slot, STATE_IORESP_READY);
	notify(xen, index);
}

void xen_ioreq_poll(struct hyp *hyp)
{
	struct hyp_xen *xen = container_of(hyp, struct hyp_xen, hyp);

	for (unsigned int i = 0; i < xen->ioreq.num_vcpus; i++)
		serve(xen, i);
}

/* xenevtchn_pending() may block in spite of all flags; poll(2) never does. */
static bool has_pending(struct hyp_xen *xen)
{
	struct pollfd pollfd = {
		.fd = xenevtchn_fd(xen->evtchn),
		.events = POLLIN,
	};

	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & POLLIN);
}

static void serve_port(struct hyp_xen *xen, evtchn_port_t port)
{
	struct xen_ioreq *ioreq = &xen->ioreq;

	xen->hyp.counts.calls++;
	/* Unmask first: what comes after our look must make an event. */
	if (xenevtchn_unmask(xen->evtchn, port) < 0)
		log_error("event channel %u cannot be unmasked: %s", port,
			  strerror(errno));
	for (unsigned int i = 0; i < ioreq->num_vcpus; i++) {
		if (ioreq->vcpus[i].port == port)
			serve(xen, i);
	}
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct hyp_xen *xen = arg;
	xenevtchn_port_or_error_t port;

	/*
	 * Each vCPU once; what is left then makes the loop call again. Of the
	 * first one the loop knows.
	 */
	for (unsigned int i = 0; i < xen->ioreq.num_vcpus; i++) {
		if (i > 0 && !has_pending(xen))
			return;
		port = xenevtchn_pending(xen->evtchn);
		if (port < 0)
			return;
		serve_port(xen, port);
	}
}

static int explain(int error)
{
	if (error != ENOSYS && error != EOPNOTSUPP) {
		log_error("no IOREQ server: %s", strerror(error));
		return -error;
	}
	log_error("this hypervisor has no IOREQ servers: build it with CONFIG_IOREQ_SERVER=y (which needs CONFIG_EXPERT=y)");
	return -EOPNOTSUPP;
}

static int create_server(struct hyp_xen *xen)
{
	struct xen_ioreq *ioreq = &xen->ioreq;

	if (xendevicemodel_create_ioreq_server(xen->dm, xen->domid,
					       HVM_IOREQSRV_BUFIOREQ_OFF,
					       &ioreq->id) < 0)
		return explain(errno);
	ioreq->exists = true;
	return 0;
}

static int count_vcpus(struct hyp_xen *xen, unsigned int *count)
{
	if (xendevicemodel_nr_vcpus(xen->dm, xen->domid, count) < 0)
		return explain(errno);
	if (*count > MAX_VCPUS) {
		log_error("%u vCPUs are more than the %zu that are supported",
			  *count, MAX_VCPUS);
		return -EOVERFLOW;
	}
	return 0;
}

static int map_slots(struct hyp_xen *xen)
{
	struct xen_ioreq *ioreq = &xen->ioreq;
	void *slots = NULL;
	int ret;

	ioreq->resource = xenforeignmemory_map_resource(
		xen->fm, xen->domid, XENMEM_resource_ioreq_server, ioreq->id,
		XENMEM_resource_ioreq_server_frame_ioreq(0), 1, &slots,
		PROT_READ | PROT_WRITE, 0);
	if (!ioreq->resource) {
		ret = -errno;
		log_error("IOREQ server %u cannot be mapped: %s", ioreq->id,
			  strerror(-ret));
		return ret;
	}
	ioreq->slots = slots;
	return 0;
}

/*
 * Where a predecessor may have died: before the answer, then we answer; or
 * between the answer and telling of it.
 */
static void take_over(struct hyp_xen *xen, unsigned int index)
{
	const unsigned int state = load_state(&xen->ioreq.slots[index]);

	xen->ioreq.vcpus[index].interrupted = state == STATE_IOREQ_INPROCESS;
	if (state == STATE_IORESP_READY)
		notify(xen, index);
}

/* Ports are known once the server is enabled, and pending once bound. */
static int bind_vcpus(struct hyp_xen *xen, unsigned int count)
{
	struct xen_ioreq *ioreq = &xen->ioreq;
	xenevtchn_port_or_error_t port;
	int ret;

	ioreq->vcpus = calloc(count, sizeof(*ioreq->vcpus));
	if (!ioreq->vcpus)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++) {
		port = xenevtchn_bind_interdomain(xen->evtchn, xen->domid,
						  ioreq->slots[i].vp_eport);
		if (port < 0) {
			ret = -errno;
			log_error("event channel of vCPU %u: %s", i,
				  strerror(-ret));
			return ret;
		}
		ioreq->vcpus[i].port = port;
		ioreq->num_vcpus++;
		if (ioreq->attached)
			take_over(xen, i);
	}
	return 0;
}

static int enable_server(struct hyp_xen *xen)
{
	int ret;

	if (xendevicemodel_set_ioreq_server_state(xen->dm, xen->domid,
						  xen->ioreq.id, 1) == 0)
		return 0;
	ret = -errno;
	log_error("IOREQ server %u cannot be enabled: %s", xen->ioreq.id,
		  strerror(-ret));
	return ret;
}

static int watch_ports(struct hyp_xen *xen, struct event_base *base)
{
	xen->ioreq.event = event_new(base, xenevtchn_fd(xen->evtchn),
				     EV_READ | EV_PERSIST, on_event, xen);
	if (!xen->ioreq.event)
		return -ENOMEM;
	return event_add(xen->ioreq.event, NULL) < 0 ? -ENOMEM : 0;
}

int xen_ioreq_open(struct hyp_xen *xen, struct event_base *base, bool attach,
		   ioservid_t id)
{
	unsigned int num_vcpus;
	int ret = 0;

	xen->ioreq.attached = attach;
	if (attach) {
		xen->ioreq.id = id;
		xen->ioreq.exists = true;
	} else {
		ret = create_server(xen);
	}
	if (ret == 0)
		ret = count_vcpus(xen, &num_vcpus);
	if (ret == 0)
		ret = map_slots(xen);
	/* Its predecessor may have died before it came to that. */
	if (ret == 0)
		ret = enable_server(xen);
	if (ret == 0)
		ret = bind_vcpus(xen, num_vcpus);
	if (ret == 0)
		ret = watch_ports(xen, base);
	return ret;
}

void xen_ioreq_close(struct hyp_xen *xen, bool destroy)
{
	struct xen_ioreq *ioreq = &xen->ioreq;

	/* No server must go under a vCPU that waits: it would never wake up. */
	if (destroy)
		xen_ioreq_poll(&xen->hyp);
	if (ioreq->event)
		event_free(ioreq->event);
	for (unsigned int i = 0; i < ioreq->num_vcpus; i++)
		xenevtchn_unbind(xen->evtchn, ioreq->vcpus[i].port);
	free(ioreq->vcpus);
	if (ioreq->resource)
		xenforeignmemory_unmap_resource(xen->fm, ioreq->resource);
	if (destroy && ioreq->exists &&
	    xendevicemodel_destroy_ioreq_server(xen->dm, xen->domid,
						ioreq->id) < 0)
		log_debug("IOREQ server %u is gone already: %s", ioreq->id,
			  strerror(errno));
}

int xen_ioreq_map(struct hyp *hyp, uint64_t base, uint64_t len)
{
	struct hyp_xen *xen = container_of(hyp, struct hyp_xen, hyp);

	if (xendevicemodel_map_io_range_to_ioreq_server(xen->dm, xen->domid,
							xen->ioreq.id, 1, base,
							base + len - 1) == 0)
		return 0;
	/* A predecessor has mapped it: that is what we want. */
	if (errno == EEXIST && xen->ioreq.attached)
		return 0;
	return -errno;
}
