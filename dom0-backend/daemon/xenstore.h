/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xenstore.h - the part of xenstore that vmediad reads and writes.
 *
 * Reads backend/virtio, and who a domain is. Writes two keys of a node,
 * `state` and `ioreq-server`, and only into a node that is there: a node that
 * libxl has removed must not come back as an orphan. Never removes anything:
 * that is libxl's, which complains if it is done for it.
 *
 * Requests are answered by xenstored within microseconds and are made only when
 * a domain comes or goes, so they are made in the event loop.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's. (libxenstore has a
 * thread of its own, which only reads its socket.)
 */
#ifndef DAEMON_XENSTORE_H
#define DAEMON_XENSTORE_H

#include <stdbool.h>

#include "daemon/node.h"

struct event_base;
struct store;

/**
 * struct store_ops - what a store tells its owner, from the loop
 * @changed: something below backend/virtio changed, or a domain ended or is
 *           about to; look at it all. Called once at the start.
 * @lost: xenstored is gone; nothing follows. It cannot be restarted without
 *        the host's help.
 */
struct store_ops {
	void (*changed)(void *owner);
	void (*lost)(void *owner);
};

/** struct domain_identity - who a domain is; cut off if too long */
struct domain_identity {
	char name[64];
	char uuid[40];
};

/**
 * store_open() - connect, and begin to watch
 * @base: borrowed; must outlive the store
 * @ops: borrowed
 * @owner: first parameter of the callbacks
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -errno: -ENOENT or -ECONNREFUSED if this is no Xen host, or
 * xenstored does not run.
 */
int store_open(struct event_base *base, const struct store_ops *ops,
	       void *owner, struct store **out);

/** store_close() - NULL is fine. */
void store_close(struct store *store);

/**
 * store_scan() - name every node below backend/virtio
 * @found: called with @owner for each, by rising domid, then devid; must not
 *         scan
 * Return: 0 or -errno; some of them may have been named.
 */
int store_scan(struct store *store,
	       void (*found)(void *owner, unsigned int domid,
			     unsigned int devid),
	       void *owner);

/**
 * store_read_node() - all keys of a node, as of one moment
 * Return: 0 or -errno; -ENOENT if it is not there.
 */
int store_read_node(struct store *store, unsigned int domid,
		    unsigned int devid, struct node_text *out);

/**
 * store_read_domain() - who @domid is
 * Return: 0 or -errno; -ENOENT if it is not there.
 */
int store_read_domain(struct store *store, unsigned int domid,
		      struct domain_identity *out);

/** store_domain_lives() - false once @domid is dying or gone */
bool store_domain_lives(struct store *store, unsigned int domid);

/**
 * store_node_live() - the device answers: record it, and write Connected
 * @ioreq_server: recorded in the node, to live and die with the domain
 * Return: 0 or -errno: -ENOENT if the node is gone, -ESTALE if it is being
 * removed; nothing is written then.
 */
int store_node_live(struct store *store, unsigned int domid,
		    unsigned int devid, unsigned int ioreq_server);

/**
 * store_node_closed() - nothing of ours is left of the device: write Closed
 * Return: 0, also if it was Closed before, or -errno: -ENOENT if the node is
 * gone.
 */
int store_node_closed(struct store *store, unsigned int domid,
		      unsigned int devid);

#endif /* DAEMON_XENSTORE_H */
