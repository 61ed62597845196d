/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kept.h - memory of cameras that is kept since a guest may see it.
 *
 * Linux keeps the pages that a guest has mapped when those who granted them are
 * gone. But memory that came as one piece is freed as one, whatever references
 * there are to its pages: only its dma-buf keeps it, and that lives as long as
 * somebody has a descriptor of it. So vmediad has, who outlives both the camera's
 * process and the guest's.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_KEPT_H
#define DAEMON_KEPT_H

#include <stdbool.h>
#include <stdint.h>

struct link_message;

/** struct kept - descriptors of dma-bufs, owned; zeroed memory is none */
struct kept {
	int *fds;
	unsigned int count;
};

/**
 * kept_measure() - how much memory is beside a message
 * @bytes: of all its dma-bufs
 * Return: 0; -EINVAL: not all are dma-bufs, and what else a process might have us
 * keep could be the end of a socket, or a guest's memory; -errno of lseek(2).
 */
int kept_measure(const struct link_message *msg, uint64_t *bytes);

/**
 * kept_replace() - keep what is beside a message, and nothing else
 * @msg: kept_measure() has found dma-bufs only; they are taken out of it
 * Return: 0; -EMFILE: that would be more than kept_has_room() has; -ENOMEM. Then
 * all is as it was.
 */
int kept_replace(struct kept *kept, const struct link_message *msg);

/** kept_drop() - keep nothing; zeroed memory is fine */
void kept_drop(struct kept *kept);

/**
 * kept_has_room() - for so many more, of all that is kept
 *
 * It must not cost us the descriptors that all else takes.
 */
bool kept_has_room(unsigned int count);

#endif /* DAEMON_KEPT_H */
