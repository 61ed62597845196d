/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl_bench.h - vmediactl, real, against vmediad's control socket, on a
 * daemon_bench: its fake children answer when they are asked how they are.
 */
#ifndef CTL_BENCH_H
#define CTL_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon_bench.h"

struct json_object;

#define CTL_MAX_SESSIONS 8

/**
 * struct ctl_session - what is told of a session
 * @domid: whose process tells @got
 * @camera: whose process tells @offered
 */
struct ctl_session {
	unsigned int domid;
	const char *camera;
	struct guest_session_report got;
	struct camera_session_report offered;
};

/**
 * struct ctl_bench - for cmocka's state
 * @dir: run directory
 * @guests: what domains 1 and 2 tell, by domid
 * @cameras: what "rear" and "left" tell
 * @silent: nobody answers
 * @rounds: how often all were asked
 * @flow: each time this many frames of 100 bytes are added to all sessions and
 *        cameras
 */
struct ctl_bench {
	struct bench *bench;
	struct control *control;
	char dir[64];
	struct ctl_session sessions[CTL_MAX_SESSIONS];
	unsigned int num_sessions;
	struct guest_report guests[3];
	struct camera_report cameras[2];
	bool silent;
	unsigned int rounds;
	unsigned int flow;
};

/** ctl_begin() - for cmocka's setup: vmediad runs, without guests */
int ctl_begin(void **state);

/** ctl_end() - for cmocka's teardown */
int ctl_end(void **state);

/** ctl_connect() - to the socket, as another program would; does not block */
int ctl_connect(const struct ctl_bench *ctl);

/** ctl_answer() - let the children answer what they were asked */
void ctl_answer(struct ctl_bench *ctl);

/**
 * ctl_call() - a function in a process of its own, for it blocks
 * @output: what it wrote to standard output and error
 * Return: what @client returned, which must be an exit code.
 */
int ctl_call(struct ctl_bench *ctl, int (*client)(struct ctl_bench *ctl,
						  void *data),
	     void *data, char *output, size_t size);

/** ctl_run() - `vmediactl @line`. Return: its exit code. */
int ctl_run(struct ctl_bench *ctl, const char *line, char *output, size_t size);

/**
 * ctl_session() - domain @domid opens device @devid: a session that streams
 * YUYV, with two buffers and 100 frames
 * Return: its serial.
 */
uint64_t ctl_session(struct ctl_bench *ctl, unsigned int domid,
		     unsigned int devid, const char *camera);

/**
 * ctl_begin_with_guests() - for cmocka's setup: as ctl_begin(); and guest-1 has
 * session 1 on rear, guest-2 session 2 on rear and, not streaming, 3 on left
 */
int ctl_begin_with_guests(void **state);

/**
 * ctl_expect() - `vmediactl @line` ends with @code
 * @expected: its whole output; # is any digit, for the clock goes on
 */
void ctl_expect(void **state, const char *line, int code, const char *expected);

/** ctl_json() - what `vmediactl @line` prints; owned by the caller */
struct json_object *ctl_json(void **state, const char *line);

/** ctl_value() - of a path, "sessions/0/guest", as a script sees it */
const char *ctl_value(struct json_object *object, const char *path);

#endif /* CTL_BENCH_H */
