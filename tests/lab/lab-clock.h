/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far dom0's CLOCK_MONOTONIC is ahead of a guest's, measured through a page
 * of the guest that both see: each writes its time all the time, and sees by its
 * own clock when the other's came by. No time passes between two clocks that are
 * read one after the other but in one direction, so each side bounds the
 * difference from one side.
 */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#include <stdint.h>
#include <time.h>

#define LAB_CLOCK_DONE INT64_C(-1)

/**
 * struct lab_clock - the page. Times are CLOCK_MONOTONIC in nanoseconds.
 * @guest: the guest's time, written by the guest
 * @dom0: dom0's time, written by dom0; 0 before the first, LAB_CLOCK_DONE after
 *	the last
 * @at_least: dom0's time minus the guest's is no less, says the guest
 */
struct lab_clock {
	_Atomic int64_t guest;
	_Atomic int64_t dom0;
	_Atomic int64_t at_least;
};

static inline int64_t lab_clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

#endif
