// SPDX-License-Identifier: GPL-2.0-only
#include "hyp/xen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xentoolcore.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/xen_priv.h"

/* Where we run: who may restrict itself to a guest is there. */
#define DOM0 0

static void set_listener(struct hyp *hyp, const struct hyp_listener *listener,
			 void *owner)
{
	struct hyp_xen *xen = to_xen(hyp);

	xen->listener = listener;
	xen->owner = owner;
}

static int raise_spi(struct hyp *hyp, uint32_t irq)
{
	struct hyp_xen *xen = to_xen(hyp);

	/* The line is an edge: raising it is all, Xen ignores lowering it. */
	if (xendevicemodel_set_irq_level(xen->dm, xen->domid, irq, 1) < 0)
		return -errno;
	return 0;
}

static const struct hyp_ops ops = {
	.listen = set_listener,
	.poll = xen_ioreq_poll,
	.map_io = xen_ioreq_map,
	.map_pages = xen_mem_map,
	.unmap_pages = xen_mem_unmap,
	.map_grants = xen_grant_map,
	.unmap_grants = xen_grant_unmap,
	.read_grants = xen_grant_read,
	.write_grants = xen_grant_write,
	.export = xen_export,
	.end_export = xen_export_end,
	.interrupt = raise_spi,
};

static int open_handles(struct hyp_xen *xen)
{
	const char *what = NULL;
	int ret;

	xen->dm = xendevicemodel_open(NULL, 0);
	if (!xen->dm) {
		what = "device model";
	} else {
		xen->fm = xenforeignmemory_open(NULL, 0);
		if (!xen->fm)
			what = "foreign memory";
	}
	if (!what) {
		xen->evtchn = xenevtchn_open(NULL, 0);
		if (!xen->evtchn)
			what = "event channel";
	}
	if (!what)
		return 0;
	ret = -errno;
	log_error("no %s interface: %s (is this a Xen control domain?)", what,
		  strerror(-ret));
	return ret;
}

static void close_handles(struct hyp_xen *xen)
{
	xen_export_close(xen);
	xen_grant_close(xen);
	if (xen->evtchn)
		xenevtchn_close(xen->evtchn);
	if (xen->fm)
		xenforeignmemory_close(xen->fm);
	if (xen->dm)
		xendevicemodel_close(xen->dm);
}

int hyp_xen_open(struct event_base *base, const struct hyp_xen_params *params,
		 struct hyp **out)
{
	struct hyp_xen *xen;
	int ret;

	xen = calloc(1, sizeof(*xen));
	if (!xen)
		return -ENOMEM;
	xen->hyp.ops = &ops;
	xen->domid = params->domid;
	xen->hyp.domid = DOM0;
	ret = open_handles(xen);
	if (ret == 0)
		ret = xen_ioreq_open(xen, base, params->attach,
				     params->ioreq_server);
	if (ret == 0 && xentoolcore_restrict_all(params->domid) < 0) {
		ret = -errno;
		log_error("this process cannot be restricted to domain %u: %s",
			  params->domid, strerror(-ret));
	}
	if (ret < 0) {
		/* One that was there before is not ours to destroy. */
		xen_ioreq_close(xen, !params->attach);
		close_handles(xen);
		free(xen);
		return ret;
	}
	/*
	 * Those that were open before would be good for nothing now. Without
	 * them devices break, or pictures are copied, but a guest that nobody
	 * answers breaks as a whole.
	 */
	if (params->grants)
		xen_grant_open(xen);
	if (params->exports)
		xen_export_open(xen);
	*out = &xen->hyp;
	return 0;
}

void hyp_xen_close(struct hyp *hyp, bool guest_dying)
{
	struct hyp_xen *xen;

	if (!hyp)
		return;
	xen = to_xen(hyp);
	xen_ioreq_close(xen, guest_dying);
	close_handles(xen);
	free(xen);
}

uint32_t hyp_xen_ioreq_server(const struct hyp *hyp)
{
	return container_of(hyp, const struct hyp_xen, hyp)->ioreq.id;
}
