/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node.h - what xl wrote below backend/virtio/DOMID/DEVID, and whether it is
 * for us.
 *
 * xl writes all keys of a device in one transaction, so a node is either
 * complete or wrong; there is nothing to wait for.
 */
#ifndef DAEMON_NODE_H
#define DAEMON_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The xenbus states that mean something to us */
#define NODE_INITIALISING 1
#define NODE_INIT_WAIT 2
#define NODE_CONNECTED 4
#define NODE_CLOSING 5
#define NODE_CLOSED 6

/** struct node_text - the keys as they stand there; "" if absent */
struct node_text {
	char type[64];
	char transport[32];
	char base[32];
	char irq[32];
	char frontend_id[32];
	char state[32];
	char online[32];
	char grant_usage[32];
	char ioreq_server[32];
};

/**
 * struct node - a node that is for us
 * @device_id: virtio's
 * @irq: SPI
 * @base: guest-physical address of the registers
 * @grants: the guest shares memory with it by grants
 * @ioreq_server: recorded by an earlier vmediad; -1 if none is
 */
struct node {
	uint32_t device_id;
	uint32_t irq;
	uint64_t base;
	bool grants;
	int ioreq_server;
};

/**
 * enum node_verdict - what to do with a node
 * @NODE_CLAIM: serve it
 * @NODE_OFFLINE: ours, but xl is taking it down
 * @NODE_RETIRED: ours, but closed for good: a guest may still use it in vain
 * @NODE_REFUSED: our kind of device, but wrong
 * @NODE_FOREIGN: none of our business
 */
enum node_verdict {
	NODE_CLAIM,
	NODE_OFFLINE,
	NODE_RETIRED,
	NODE_REFUSED,
	NODE_FOREIGN,
};

/**
 * node_check() - judge a node
 * @domid: from its path
 * @out: set if the verdict is NODE_CLAIM
 * @why: one clause for the log, unless the verdict is NODE_CLAIM
 * @size: of @why, in bytes
 */
enum node_verdict node_check(const struct node_text *text, unsigned int domid,
			     struct node *out, char *why, size_t size);

/** node_is_offline() - xl is taking the device down: `online` 0 or Closing */
bool node_is_offline(const struct node_text *text);

#endif /* DAEMON_NODE_H */
