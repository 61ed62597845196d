/* SPDX-License-Identifier: GPL-2.0-only */
/* quota.h - so much, and no more; and how often more was asked for. */
#ifndef DAEMON_QUOTA_H
#define DAEMON_QUOTA_H

#include <stdint.h>

/**
 * struct quota - one limit, of a domain or a camera
 * @limit: 0 = unlimited
 * @used: may be above a limit that was lowered
 * @refused: times
 */
struct quota {
	uint64_t limit;
	uint64_t used;
	uint64_t refused;
};

/** quota_take() - @amount more. Return: 0, or -EBUSY, which is counted. */
int quota_take(struct quota *quota, uint64_t amount);

/** quota_put() - @amount of what quota_take() took is free again */
void quota_put(struct quota *quota, uint64_t amount);

#endif /* DAEMON_QUOTA_H */
