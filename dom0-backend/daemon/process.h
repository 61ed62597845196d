/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * process.h - a process of ours, kept alive.
 *
 * It is a child and our end of the link to it. It is gone when both are: the
 * child was reaped and the last of what it had said was heard. One that closes
 * its link but does not end, or the other way round, is helped along.
 *
 *   IDLE --start--> RUNNING --died--> WAITING --restart()--> RUNNING ...
 *                      |                 '--too often--> FAILED
 *                    stop --> STOPPING --stopped()--> IDLE
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_PROCESS_H
#define DAEMON_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/backoff.h"

struct child;
struct event;
struct event_base;
struct link;
struct link_message;
struct spawner;

enum process_state {
	PROCESS_IDLE,
	PROCESS_RUNNING,
	PROCESS_STOPPING,
	PROCESS_WAITING,
	PROCESS_FAILED,
};

/**
 * struct process_ops - what a process tells its owner
 * @message: it said something
 * @ended: it died unexpectedly, with this status of waitpid(2); it cannot be
 *         sent anything. Return true to have it started again.
 * @restart: it is time: the owner calls process_start()
 * @failed: it died too often, it will not be started again
 * @stopped: process_stop() is done: nothing of the process is left
 */
struct process_ops {
	void (*message)(void *owner, struct link_message *msg);
	bool (*ended)(void *owner, int status);
	void (*restart)(void *owner);
	void (*failed)(void *owner);
	void (*stopped)(void *owner);
};

/**
 * struct process_host - what processes of one kind have in common
 * @base: event loop
 * @spawner: starts them
 * @backoff: when to start them again
 * @stop_ms: how long one that should end may take, before SIGKILL
 */
struct process_host {
	struct event_base *base;
	struct spawner *spawner;
	struct backoff_policy backoff;
	unsigned int stop_ms;
};

struct process {
	const struct process_host *host;
	const char *name; /* for the log: "vmedia-guest ivi" */
	const struct process_ops *ops;
	void *owner;
	enum process_state state;
	struct child *child;
	struct link *link;
	struct event *timer; /* SIGKILL or restart is due */
	struct backoff backoff;
	uint64_t started_ms;
	int status;
};

/**
 * process_init() - nothing runs yet
 * @host: borrowed; must outlive the process
 * @name: borrowed
 * @ops: borrowed
 * @owner: first parameter of the callbacks
 * Return: 0 or -ENOMEM.
 */
int process_init(struct process *process, const struct process_host *host,
		 const char *name, const struct process_ops *ops, void *owner);

/** process_finish() - the child, if any, is forgotten and sees end of file.
 * Zeroed memory is fine. */
void process_finish(struct process *process);

/**
 * process_start() - start it; only if it is IDLE or from restart()
 * @argv: as spawn()
 *
 * One that cannot be started is one that died: restart() follows.
 */
void process_start(struct process *process, const char *const argv[]);

/**
 * process_send() - tell it something
 * @fds: borrowed; @nfds of them, beside the message
 * Return: 0; -EPIPE if it does not run; else as link_send().
 */
int process_send(struct process *process, const void *message, size_t len,
		 const int *fds, unsigned int nfds);

/** process_is_behind() - see link.h; false if it does not run */
bool process_is_behind(const struct process *process);

/**
 * process_stop() - make it end, for good
 * @message: says so; NULL: it only sees end of file
 *
 * stopped() is called when it has; at once if there is nothing to stop.
 */
void process_stop(struct process *process, const void *message, size_t len);

/** process_kill() - it broke the rules: SIGKILL, and what follows a death */
void process_kill(struct process *process);

/** process_pid() - 0 if it does not run */
pid_t process_pid(const struct process *process);

/** process_state_name() - a word for people, static */
const char *process_state_name(const struct process *process);

#endif /* DAEMON_PROCESS_H */
