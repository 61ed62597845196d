/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - how the camera and its sessions are doing, when vmediad asks.
 *
 * One question is answered at a time, some sessions in each round of the loop,
 * so that frames are not late for it, and none while vmediad does not keep up
 * with what it is told. Who comes or goes meanwhile may be in it or not.
 */
#ifndef CAMERA_REPORT_H
#define CAMERA_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct camera;
struct event;

/**
 * struct report - of one camera
 * @more: there is more to be told
 * @busy: a question is being answered
 * @tag: which
 * @told: the last session that was
 * @again: another question came meanwhile
 * @next_tag: its; an older one that had to wait, too, is void
 */
struct report {
	struct event *more;
	bool busy;
	uint32_t tag;
	uint64_t told;
	bool again;
	uint32_t next_tag;
};

/** report_init() - nothing is asked. Return: 0 or -ENOMEM. */
int report_init(struct camera *camera);

/** report_finish() - nothing is told any more; zeroed memory is fine */
void report_finish(struct camera *camera);

/** report_query() - CAMERA_QUERY: a CAMERA_SESSION_REPORT for each session,
 * then a CAMERA_REPORT with @tag */
void report_query(struct camera *camera, uint32_t tag);

#endif /* CAMERA_REPORT_H */
