/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exporters.h - what slots were granted by, of guests whose devices are taken down.
 *
 * xl takes a guest's memory, and what it has mapped, only when we have let go of
 * its devices. If the grants of its vmedia-guest ended before, Linux would look
 * for pages that are still mapped once a second, ten at a time. With the file of
 * gntdev they end: so that is kept until the domain is gone, and nothing is mapped
 * any more.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_EXPORTERS_H
#define DAEMON_EXPORTERS_H

#include "base/list.h"

struct link_message;
struct store;

/**
 * struct exporters - of all domains
 * @list: those that are kept
 * @path: of gntdev; borrowed
 */
struct exporters {
	struct list list;
	const char *path;
};

/** exporters_init() - none are kept */
void exporters_init(struct exporters *exporters);

/** exporters_finish() - nor any more; zeroed memory is fine */
void exporters_finish(struct exporters *exporters);

/**
 * exporters_take() - the descriptor beside a message
 * @msg: what is taken is taken out of it
 * Return: the descriptor, owned by the caller; -EINVAL if it is of another file
 * than gntdev: a process might have us keep the end of a socket, or a guest's
 * memory.
 */
int exporters_take(const struct exporters *exporters,
		   const struct link_message *msg);

/**
 * exporters_keep() - until domain @domid is gone, or has another
 * @fd: consumed; -1: nothing is kept
 */
void exporters_keep(struct exporters *exporters, unsigned int domid, int fd);

/** exporters_review() - see which domains are gone */
void exporters_review(struct exporters *exporters, struct store *store);

#endif /* DAEMON_EXPORTERS_H */
