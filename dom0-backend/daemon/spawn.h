/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - start a program, and learn when it ended.
 *
 * A child gets /dev/null as standard input, our standard error, its end of a
 * link as DAEMON_LINK_FD, and nothing else that we have open.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_SPAWN_H
#define DAEMON_SPAWN_H

#include <sys/types.h>

struct child;
struct event_base;
struct spawner;

/**
 * spawner_create() - take SIGCHLD of this process
 * @base: borrowed; must outlive the spawner
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int spawner_create(struct event_base *base, struct spawner **out);

/** spawner_destroy() - children that still run are left alone. NULL is fine. */
void spawner_destroy(struct spawner *spawner);

/**
 * spawn() - start a program
 * @argv: path of the program first, NULL last; borrowed for the time of the
 *        call
 * @link_fd: becomes its DAEMON_LINK_FD; borrowed; -1 for none
 * @stdout_fd: becomes its standard output; borrowed; -1: where our standard
 *             error goes
 * @ended: called from the loop once the child has ended and was reaped, with
 *         the status of waitpid(2); the child is gone after it
 * @owner: first parameter of @ended
 * @out: valid until @ended was called; untouched on failure
 *
 * A program that cannot be executed ends with status 127.
 * Return: 0 or -errno of fork(2); -ENOMEM.
 */
int spawn(struct spawner *spawner, const char *const argv[], int link_fd,
	  int stdout_fd, void (*ended)(void *owner, int status), void *owner,
	  struct child **out);

/** child_pid() - its process id */
pid_t child_pid(const struct child *child);

/** child_signal() - send it a signal; it may be a zombie already */
void child_signal(struct child *child, int signal);

/** child_forget() - never call ended(); it is reaped all the same */
void child_forget(struct child *child);

#endif /* DAEMON_SPAWN_H */
