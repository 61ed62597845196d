/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xenlibs_fake.h - in place of Xen's libraries, for tests of hyp/xen*.
 *
 * One guest of XENLIBS_VCPUS vCPUs, and one IOREQ server. What Xen itself does
 * around an access is xenlibs_fake_request(). There is one state for the whole
 * process, as there is for the real libraries.
 */
#ifndef XENLIBS_FAKE_H
#define XENLIBS_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#define __XEN_TOOLS__ 1
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>

#include <xen/hvm/ioreq.h>

#define XENLIBS_DOMID 7
#define XENLIBS_SERVER 3
#define XENLIBS_VCPUS 3

/* Our end of vCPU n's event channel is n plus this; the guest's plus 100. */
#define XENLIBS_FIRST_PORT 20

/* What the guest grants: so many pages, by references from this one on */
#define XENLIBS_FIRST_REF 50
#define XENLIBS_REFS 100

/* gntdev's, which is no descriptor here */
#define XENLIBS_GNTDEV_FD 4711

/**
 * struct xenlibs_fake - everything the libraries were told, and will say
 * @slots: the shared page
 * @notified: events sent to each vCPU
 * @unmasked: times that any port was unmasked
 * @handles: open ones
 * @bound: bound ports
 * @slots_mapped: the shared page is mapped
 * @pages_mapped: foreign pages that are mapped
 * @server_exists: there is an IOREQ server
 * @server_enabled: it is enabled
 * @io_first: first address mapped to it
 * @io_last: last address mapped to it
 * @irq: SPI that was raised last
 * @restricted: domain that the process is restricted to; 0 = none
 * @num_vcpus: what the guest is said to have
 * @calls: library calls that can fail, so far
 * @fail_call: number of the one that fails (1 = first); 0 = none
 * @fail_errno: with this
 * @bad_page: index of a foreign page that cannot be mapped; -1 = none
 * @granted: the pages that the guest grants
 * @readonly: they are for reading only
 * @grants_open: the interface for them is
 * @grants_mapped: pages that are mapped by them
 * @grants_prot: PROT_* of the last that were
 * @grant_status: of each copy that is right; at first GNTST_okay
 * @grant_copies: system calls for copies
 */
struct xenlibs_fake {
	struct ioreq slots[4096 / sizeof(struct ioreq)];
	unsigned int notified[XENLIBS_VCPUS];
	unsigned int unmasked;
	int handles;
	unsigned int bound;
	bool slots_mapped;
	size_t pages_mapped;
	bool server_exists;
	bool server_enabled;
	uint64_t io_first;
	uint64_t io_last;
	uint32_t irq;
	uint32_t restricted;
	unsigned int num_vcpus;
	unsigned int calls;
	unsigned int fail_call;
	int fail_errno;
	long bad_page;
	unsigned char granted[XENLIBS_REFS][4096];
	bool readonly;
	bool grants_open;
	size_t grants_mapped;
	int grants_prot;
	int16_t grant_status;
	unsigned int grant_copies;
};

extern struct xenlibs_fake xenlibs_fake;

/** xenlibs_fake_reset() - as new */
void xenlibs_fake_reset(void);

/** xenlibs_fake_request() - a vCPU waits for an answer, with an event */
void xenlibs_fake_request(unsigned int vcpu, const struct ioreq *request);

/** xenlibs_fake_send_event() - an event of that vCPU's channel, and no more */
void xenlibs_fake_send_event(unsigned int vcpu);

#endif /* XENLIBS_FAKE_H */
