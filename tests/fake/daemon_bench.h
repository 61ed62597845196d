/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * daemon_bench.h - vmediad whole but for main(), on a fake xenstore, with fake
 * children.
 *
 * The configuration: cameras "rear" and "left"; every domain gets both in order,
 * two sessions each; unless a test changes bench->config before bench_start(), or
 * before it reloads. vmediad gets a copy.
 */
#ifndef DAEMON_BENCH_H
#define DAEMON_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "child_fake.h"
#include "daemon/broker.h"
#include "daemon/config.h"
#include "ipc/daemon_proto.h"
#include "xs_fake.h"

struct bench {
	struct event_base *base;
	struct spawner *spawner;
	struct config config;
	bool config_is_wrong; /* as if the file had a mistake */
	struct broker *broker;
	int log; /* what is logged, while it is kept */
	int saved_stderr;
};

/** bench_begin() - for cmocka's setup: nothing runs yet */
int bench_begin(void **state);

/** bench_end() - for cmocka's teardown */
int bench_end(void **state);

/** bench_start() - start vmediad, and let it look around */
void bench_start(struct bench *bench);

/** bench_kill() - forget vmediad, as if it had been killed */
void bench_kill(struct bench *bench);

/** bench_settle() - let vmediad do all that it can do now */
void bench_settle(struct bench *bench);

/** bench_wait() - let it run for so long */
void bench_wait(struct bench *bench, unsigned int ms);

/** bench_domain() - domain @domid named "guest-@domid" is created, with
 * @devices devices */
void bench_domain(struct bench *bench, unsigned int domid,
		  unsigned int devices);

/** bench_start_with_a_guest() - domain 1 has one device, which is live by IOREQ
 * server 3 */
void bench_start_with_a_guest(struct bench *bench);

/** bench_guest() - its vmedia-guest; NULL if there is none */
struct child *bench_guest(unsigned int domid);

/** bench_camera() - the vmedia-camera of that name; NULL if there is none */
struct child *bench_camera(const char *name);

/** bench_list() - the `vmedia-camera --list` that runs; NULL if none does */
struct child *bench_list(void);

/** bench_live() - the guest's process says that a device is live */
void bench_live(struct bench *bench, unsigned int domid, unsigned int devid,
		unsigned int ioreq_server);

/** bench_present() - a camera's process says what it is */
void bench_present(struct bench *bench, const char *name, const char *card);

/** bench_next() - the next message of @type to @child; fails the test if there
 * is none. Others before it are dropped. Return: a descriptor beside it, or
 * -1. */
int bench_next(struct child *child, uint32_t type, void *message, size_t size);

/** bench_open() - the guest's process asks for a session
 * Return: error of the answer; *@fd is its descriptor or -1. */
unsigned int bench_open(struct bench *bench, unsigned int domid,
			unsigned int devid, uint64_t *serial, int *fd);

/** bench_start_with_guests() - domains 1 to @count have one device each, which is
 * live; the camera "rear" behind them is present, as is "left" */
void bench_start_with_guests(struct bench *bench, unsigned int count);

/** bench_must_open() - bench_open() of device 0, which succeeds. Return: serial. */
uint64_t bench_must_open(struct bench *bench, unsigned int domid);

/** bench_try_open() - the same, whether it succeeds or not. Return: its error. */
unsigned int bench_try_open(struct bench *bench, unsigned int domid);

/** bench_close() - the guest's process says that it closed a session */
void bench_close(struct bench *bench, unsigned int domid, uint64_t serial);

/** bench_grant() - the guest's process says that its guest sees @bytes of slots,
 * of @count dma-bufs; fake_dma_buf_count() counts those that vmediad keeps */
void bench_grant(struct bench *bench, unsigned int domid, uint64_t serial,
		 uint64_t bytes, unsigned int count);

/** bench_lets_go() - and not any more */
void bench_lets_go(struct bench *bench, unsigned int domid, uint64_t serial);

/** bench_guest_dies() - the guest's process; another one is started */
void bench_guest_dies(struct bench *bench, unsigned int domid);

/** bench_evict() - a domain, from all cameras */
void bench_evict(struct bench *bench, unsigned int domid);

/** bench_camera_closes() - a camera says that a session is over */
void bench_camera_closes(struct bench *bench, const char *name,
			 uint64_t serial);

/** bench_capture() - dom0 opens "rear". Return: serial; 0 if it was refused. */
uint64_t bench_capture(struct bench *bench);

/** bench_admit() - camera "rear" asks for bytes/s. Return: the answer. */
unsigned int bench_admit(struct bench *bench, uint64_t serial, uint64_t bytes);

/** bench_find() - the guest of that domid, as vmediad knows it */
struct guest *bench_find(struct bench *bench, unsigned int domid);

/** bench_flood() - the process of domain 1 says the same until it is killed for
 * it; the test fails if that comes soon or never */
void bench_flood(struct bench *bench, const void *message, size_t size);

/** bench_drop() - forget what @child was told so far */
void bench_drop(struct child *child);

/** bench_was_told() - whether a message of @type is among what @child was told;
 * all of it is dropped */
bool bench_was_told(struct child *child, uint32_t type);

/** bench_log_begin() - keep what is logged from now on, from @level */
void bench_log_begin(struct bench *bench, enum log_level level);

/** bench_log_end() - no more. @text: gets what was, NUL-terminated. */
void bench_log_end(struct bench *bench, char *text, size_t size);

#endif /* DAEMON_BENCH_H */
