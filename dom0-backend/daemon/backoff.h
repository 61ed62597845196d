/* SPDX-License-Identifier: GPL-2.0-only */
/* backoff.h - how long to wait before a process that died is started again. */
#ifndef DAEMON_BACKOFF_H
#define DAEMON_BACKOFF_H

#include <stdint.h>

/**
 * struct backoff_policy - milliseconds
 * @first: after the first death; doubled by each further one
 * @longest: the most
 * @steady: who lived this long dies for the first time
 * @deaths: give up after so many in a row; 0 = never
 */
struct backoff_policy {
	unsigned int first;
	unsigned int longest;
	unsigned int steady;
	unsigned int deaths;
};

/** struct backoff - zeroed memory is a valid start */
struct backoff {
	unsigned int deaths;
};

/**
 * backoff_next() - it died
 * @lived: milliseconds
 * Return: milliseconds to wait, or -1: give up.
 */
int backoff_next(struct backoff *backoff, const struct backoff_policy *policy,
		 uint64_t lived);

#endif /* DAEMON_BACKOFF_H */
