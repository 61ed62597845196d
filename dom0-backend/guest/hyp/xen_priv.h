/* SPDX-License-Identifier: GPL-2.0-only */
/* xen_priv.h - what xen.c and the other hyp/xen_*.c share. */
#ifndef HYP_XEN_PRIV_H
#define HYP_XEN_PRIV_H

#define __XEN_TOOLS__ 1

#include <stdbool.h>
#include <stdint.h>
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/hyp.h"

struct event;
struct event_base;
struct ioreq;

/**
 * struct xen_vcpu - one of the guest's vCPUs
 * @port: our end of the event channel of its requests
 * @interrupted: a predecessor had begun its request, and did not answer
 */
struct xen_vcpu {
	evtchn_port_t port;
	bool interrupted;
};

/**
 * struct xen_ioreq - the IOREQ server
 * @id: its name in the hypervisor, for this guest
 * @exists: there is one; else nothing below is valid
 * @attached: a predecessor made it
 * @resource: mapping of @slots
 * @slots: one request per vCPU, shared with the hypervisor
 * @vcpus: @num_vcpus of them whose ports are bound
 * @event: something happened on a port
 */
struct xen_ioreq {
	ioservid_t id;
	bool exists;
	bool attached;
	xenforeignmemory_resource_handle *resource;
	struct ioreq *slots;
	struct xen_vcpu *vcpus;
	unsigned int num_vcpus;
	struct event *event;
};

/**
 * struct hyp_xen - see xen.h
 * @gnttab: NULL if grants were not asked for
 * @exporter: NULL if exports were not asked for
 * @listener: who answers, or NULL
 */
struct hyp_xen {
	struct hyp hyp;
	uint32_t domid;
	xendevicemodel_handle *dm;
	xenforeignmemory_handle *fm;
	xenevtchn_handle *evtchn;
	xengnttab_handle *gnttab;
	xengnttab_handle *exporter;
	const struct hyp_listener *listener;
	void *owner;
	struct xen_ioreq ioreq;
	struct log_limit limit;
};

static inline struct hyp_xen *to_xen(struct hyp *hyp)
{
	return container_of(hyp, struct hyp_xen, hyp);
}

/**
 * xen_ioreq_open() - make an IOREQ server, or take one over, and enable it
 *
 * The handles must be open. On failure, xen_ioreq_close() tidies up.
 * Return: as hyp_xen_open().
 */
int xen_ioreq_open(struct hyp_xen *xen, struct event_base *base, bool attach,
		   ioservid_t id);

/** xen_ioreq_close() - zeroed or half open is fine; @destroy: in Xen, too */
void xen_ioreq_close(struct hyp_xen *xen, bool destroy);

/** xen_ioreq_poll() - see hyp_poll() */
void xen_ioreq_poll(struct hyp *hyp);

/** xen_ioreq_map() - see hyp_ops.map_io */
int xen_ioreq_map(struct hyp *hyp, uint64_t base, uint64_t len);

/** xen_mem_map() - see hyp_ops.map_pages */
int xen_mem_map(struct hyp *hyp, const uint64_t *gfns, size_t count,
		void **out);

/** xen_mem_unmap() - see hyp_ops.unmap_pages */
void xen_mem_unmap(struct hyp *hyp, void *pages, size_t count);

/**
 * xen_memory_error() - of an errno, either sign, that a mapping failed with
 *
 * That a guest's address, or its reference, is no memory of its own is a fault
 * of the guest; only a lack of memory is ours.
 * Return: -ENOMEM or -EFAULT.
 */
int xen_memory_error(int error);

/**
 * xen_grant_open() - be able to use grants
 *
 * Of this guest and all others, for nothing restricts that handle. If it cannot
 * be opened, the log says so, and grants are faults.
 */
void xen_grant_open(struct hyp_xen *xen);

/** xen_grant_close() - not open is fine */
void xen_grant_close(struct hyp_xen *xen);

/** xen_grant_map() - see hyp_map_grants(); -EFAULT without xen_grant_open() */
int xen_grant_map(struct hyp *hyp, uint32_t first, size_t count, bool writable,
		  void **out);

/** xen_grant_unmap() - see hyp_unmap_grants() */
void xen_grant_unmap(struct hyp *hyp, void *pages, size_t count);

/** xen_grant_read() - see hyp_read_grants(); likewise */
int xen_grant_read(struct hyp *hyp, uint32_t first, size_t offset, void *buf,
		   size_t len);

/** xen_grant_write() - see hyp_write_grants(); likewise */
int xen_grant_write(struct hyp *hyp, uint32_t first, size_t offset,
		    const void *buf, size_t len);

/**
 * xen_export_open() - be able to grant pages of ours
 *
 * If it cannot be, the log says so, and nothing can be exported.
 */
void xen_export_open(struct hyp_xen *xen);

/** xen_export_close() - not open is fine
 *
 * What is exported ends for us: the guest cannot map it any more, but keeps what
 * it has mapped, and the kernel keeps those pages for it.
 */
void xen_export_close(struct hyp_xen *xen);

/** xen_export() - see hyp_export(); -EOPNOTSUPP without xen_export_open() */
int xen_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may,
	       uint32_t *refs, size_t count);

/** xen_export_end() - see hyp_end_export() */
int xen_export_end(struct hyp *hyp, int fd, enum hyp_access_of_guest may);

#endif /* HYP_XEN_PRIV_H */
