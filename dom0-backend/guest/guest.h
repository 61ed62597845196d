/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - one guest: its memory, its registers, its devices; and the link
 * over which vmediad says what devices there are (ipc/daemon_proto.h).
 *
 * Thread: the event loop's.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct guest;
struct hyp;

/**
 * struct guest_hyp - how the hypervisor is reached
 * @hyp: owned by who opened it; must outlive the guest
 * @ioreq_server: that a successor needs to go on with it
 * @exporter: the descriptor by which slots are granted; borrowed; -1: none are
 */
struct guest_hyp {
	struct hyp *hyp;
	uint32_t ioreq_server;
	int exporter;
};

/**
 * enum guest_end - why a guest ended
 * @GUEST_STOPPED: vmediad said so: the guest is dying or has no devices
 * @GUEST_ABANDONED: vmediad is gone; its next instance starts a successor
 * @GUEST_FAILED: the log says why
 */
enum guest_end { GUEST_STOPPED, GUEST_ABANDONED, GUEST_FAILED };

/**
 * struct guest_params - how a guest is made
 * @base: borrowed; its loop is broken when the guest ended
 * @link_fd: to vmediad; consumed, also on failure
 * @restarted: a predecessor died with the guest's drivers at work
 * @cache: most bytes of guest memory that stay mapped
 * @open_hyp: called once, when the first devices are known. Return: 0 or
 *            -errno, which it logged, and the guest fails.
 * @ended: called once, from the loop; may not destroy the guest
 * @owner: first parameter of both
 */
struct guest_params {
	struct event_base *base;
	int link_fd;
	bool restarted;
	uint64_t cache;
	int (*open_hyp)(void *owner, struct guest_hyp *out);
	void (*ended)(void *owner, enum guest_end how);
	void *owner;
};

/**
 * guest_create() - wait for what vmediad says
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int guest_create(const struct guest_params *params, struct guest **out);

/** guest_destroy() - end all devices, unmap everything. NULL is fine. */
void guest_destroy(struct guest *guest);

#endif /* GUEST_GUEST_H */
