/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * child_fake.h - spawn.h without processes: a child is a socket end that the test
 * holds, and ends when the test says so.
 */
#ifndef CHILD_FAKE_H
#define CHILD_FAKE_H

#include <stdbool.h>
#include <stddef.h>

struct child;

/** fake_child_count() - children started since the spawner was created */
unsigned int fake_child_count(void);

/**
 * fake_child_find() - the youngest child that lives and was started with
 * @option @value among its arguments
 * Return: NULL if there is none.
 */
struct child *fake_child_find(const char *option, const char *value);

/** fake_child_arg() - the argument after @option; NULL if it was not given */
const char *fake_child_arg(const struct child *child, const char *option);

/** fake_child_has() - it was started with this argument */
bool fake_child_has(const struct child *child, const char *argument);

/** fake_child_send() - it says something to vmediad */
void fake_child_send(struct child *child, const void *message, size_t len);

/** fake_child_send_fds() - with @nfds descriptors beside it; borrowed */
void fake_child_send_fds(struct child *child, const void *message, size_t len,
			 const int *fds, unsigned int nfds);

/**
 * fake_child_receive() - what vmediad said to it next
 * @fd: the descriptor beside it, owned by the caller; -1 if there is none
 * Return: bytes; 0 at end of file; -1 if there is nothing.
 */
int fake_child_receive(struct child *child, void *buffer, size_t size, int *fd);

/** fake_child_print() - to its standard output */
void fake_child_print(struct child *child, const char *text);

/** fake_child_killed() - SIGKILL was sent to it */
bool fake_child_killed(const struct child *child);

/** fake_child_end() - it ends with this status of waitpid(2); it is gone */
void fake_child_end(struct child *child, int status);

#endif /* CHILD_FAKE_H */
