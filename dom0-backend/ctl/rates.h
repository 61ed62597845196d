/* SPDX-License-Identifier: GPL-2.0-only */
/* rates.h - what happened between two answers of vmediad. */
#ifndef CTL_RATES_H
#define CTL_RATES_H

struct json_object;

/*
 * Each object tells with `time`, in microseconds, when its numbers were counted:
 * processes that are asked at once do not answer at once.
 */

/**
 * rates_add() - complete the later of two answers to "top"
 * @before: the earlier
 * @now: gets `interval`, seconds; each session gets `fps` and
 *	 `bytes_per_second`, each camera `fps`
 *
 * What is only in one of the two, or was counted from 0 again in between, has
 * no rate: null.
 */
void rates_add(struct json_object *before, struct json_object *now);

#endif /* CTL_RATES_H */
