/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * budget.h - the time that one domain may have of a camera's loop.
 *
 * Ioctls of all sessions run where frames are handed out, and a driver may
 * take its time over one. A domain whose ioctls used up what it has is heard
 * again when time has passed: it gets a share of what passes. It can save
 * some, so that a program that starts (queries all controls, sets a format,
 * streams) is not slowed, and can owe no more than that, so that one slow
 * ioctl silences it only for a while.
 *
 * Arithmetic; the clock is the caller's. Times are in microseconds.
 */
#ifndef CAMERA_BUDGET_H
#define CAMERA_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* A quarter of the time that passes */
#define BUDGET_SHARE 4

/* Most that is saved or owed */
#define BUDGET_MOST_US 250000

/* Who waited waits until it has so much, so as not to be woken for nothing */
#define BUDGET_LEAST_US 5000

/**
 * struct budget - of one domain
 * @left: less than 0: owed
 * @since: when @left was reckoned
 */
struct budget {
	int64_t left;
	uint64_t since;
};

/** budget_init() - all that can be saved. @now: of a clock that only rises */
void budget_init(struct budget *budget, uint64_t now);

/**
 * budget_spend() - @used was used until @now
 * Return: true if something is left.
 */
bool budget_spend(struct budget *budget, uint64_t now, uint64_t used);

/** budget_wait() - until BUDGET_LEAST_US are left; 0 if they are at @now */
uint64_t budget_wait(struct budget *budget, uint64_t now);

/** budget_recovery() - until all is saved that can be; 0 if it is at @now */
uint64_t budget_recovery(struct budget *budget, uint64_t now);

#endif /* CAMERA_BUDGET_H */
