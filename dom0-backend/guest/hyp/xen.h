/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen.h - hyp.h on Xen: an IOREQ server, event channels, foreign mappings,
 * grants of both sides.
 *
 * Thread: the event loop's. The handles must not be used across fork().
 */
#ifndef HYP_XEN_H
#define HYP_XEN_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct hyp;

/**
 * struct hyp_xen_params - which guest, and how
 * @domid: the guest
 * @grants: it may share its memory by grants. If not, there are none.
 * @exports: pages of ours may be granted to it. If not, none can be.
 * @attach: a predecessor left an IOREQ server; go on with it. What the guest
 *          was waiting for is answered from the loop, so map what devices
 *          there are before the loop runs.
 * @ioreq_server: its id, if @attach
 */
struct hyp_xen_params {
	uint32_t domid;
	bool grants;
	bool exports;
	bool attach;
	uint32_t ioreq_server;
};

/**
 * hyp_xen_open() - be the device model of one guest
 * @base: borrowed
 * @out: owned by the caller on success, ended with hyp_xen_close()
 *
 * Calls xentoolcore_restrict_all(): the Xen handles of this whole process are
 * good for this guest only, those of xenstore and grants for nothing. A kernel
 * that cannot restrict them (before Linux 4.14) serves no guest.
 *
 * With @params->grants, and only then, it ends with a handle for grants, which
 * nothing restricts: it is good for whatever any domain granted to dom0. A
 * kernel that has none serves the guest, but its grants are faults. With
 * @params->exports there is another of the kind, and hyp_export() works if the
 * kernel can do it.
 *
 * Return: 0; -EOPNOTSUPP if the hypervisor has no IOREQ servers (the log says
 * which option is missing); other errors of the Xen libraries.
 */
int hyp_xen_open(struct event_base *base, const struct hyp_xen_params *params,
		 struct hyp **out);

/**
 * hyp_xen_close() - give everything back. NULL is fine.
 * @guest_dying: the guest will never run again, hence its IOREQ server goes,
 *               too. Otherwise it stays for a successor: to a living guest its
 *               end means an access that nobody answers.
 *
 * Nothing may be mapped with hyp_map_pages() any more.
 */
void hyp_xen_close(struct hyp *hyp, bool guest_dying);

/** hyp_xen_ioreq_server() - the id that a successor needs to attach */
uint32_t hyp_xen_ioreq_server(const struct hyp *hyp);

/** hyp_xen_exporter() - the descriptor whose last copy ends all exports; borrowed;
 * -1: there are none */
int hyp_xen_exporter(const struct hyp *hyp);

#endif /* HYP_XEN_H */
