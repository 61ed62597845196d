/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * primary.h - which domain may write what all share on a camera: the rules of
 * docs/sharing.md, and nothing else.
 *
 * Offer every domain that runs, in any order, then ask who it is.
 */
#ifndef DAEMON_PRIMARY_H
#define DAEMON_PRIMARY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct primary_candidate - a domain that runs
 * @domid: dom0 is never primary
 * @named: vmediactl named it
 * @configured: the configuration names it
 * @priority: the configuration's
 * @since: when it came to the camera, in any unit; 0: it has it not open
 */
struct primary_candidate {
	uint32_t domid;
	bool named;
	bool configured;
	unsigned int priority;
	uint64_t since;
};

/**
 * struct primary_contest - zeroed memory is a valid start, with @configured set
 * @configured: the configuration names a domain, whether it runs or not
 * @best: of those offered
 * @rule: by which it is the best, 1 to 3; 0: there is none
 */
struct primary_contest {
	bool configured;
	struct primary_candidate best;
	unsigned int rule;
};

/** primary_offer() - take @candidate into account */
void primary_offer(struct primary_contest *contest,
		   const struct primary_candidate *candidate);

/** primary_winner() - its domid, or CAMERA_NO_PRIMARY */
uint32_t primary_winner(const struct primary_contest *contest);

#endif /* DAEMON_PRIMARY_H */
