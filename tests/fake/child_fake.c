// SPDX-License-Identifier: GPL-2.0-only
#include "child_fake.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/util.h"
#include "daemon/spawn.h"
#include "ipc/link.h"

#define MAX_ARGS 16

struct child {
	struct list link; /* on spawner->children */
	pid_t pid;
	char *args[MAX_ARGS];
	unsigned int num_args;
	int link_fd;
	int stdout_fd;
	bool killed;
	void (*ended)(void *owner, int status);
	void *owner;
};

struct spawner {
	struct list children; /* struct child, oldest first */
	unsigned int count;
};

/* The children that the test asks for by no handle are this one's. */
static struct spawner *the_spawner;

int spawner_create(struct event_base *base, struct spawner **out)
{
	assert(!the_spawner);
	the_spawner = calloc(1, sizeof(*the_spawner));
	assert(the_spawner);
	list_init(&the_spawner->children);
	*out = the_spawner;
	return 0;
}

static void child_free(struct child *child)
{
	list_remove(&child->link);
	for (unsigned int i = 0; i < child->num_args; i++)
		free(child->args[i]);
	if (child->link_fd >= 0)
		close(child->link_fd);
	if (child->stdout_fd >= 0)
		close(child->stdout_fd);
	free(child);
}

void spawner_destroy(struct spawner *spawner)
{
	struct child *child, *tmp;

	list_for_each(child, tmp, &spawner->children, link)
		child_free(child);
	free(spawner);
	the_spawner = NULL;
}

int spawn(struct spawner *spawner, const char *const argv[], int link_fd,
	  int stdout_fd, void (*ended)(void *owner, int status), void *owner,
	  struct child **out)
{
	struct child *child = calloc(1, sizeof(*child));

	assert(child);
	child->pid = 1000 + ++spawner->count;
	child->ended = ended;
	child->owner = owner;
	child->link_fd = link_fd < 0 ? -1 : dup(link_fd);
	child->stdout_fd = stdout_fd < 0 ? -1 : dup(stdout_fd);
	for (; argv[child->num_args]; child->num_args++) {
		assert(child->num_args < MAX_ARGS);
		child->args[child->num_args] = strdup(argv[child->num_args]);
	}
	list_append(&spawner->children, &child->link);
	*out = child;
	return 0;
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

void child_signal(struct child *child, int signal)
{
	child->killed = child->killed || signal == SIGKILL;
}

void child_forget(struct child *child)
{
	child->ended = NULL;
}

unsigned int fake_child_count(void)
{
	return the_spawner->count;
}

const char *fake_child_arg(const struct child *child, const char *option)
{
	for (unsigned int i = 0; i + 1 < child->num_args; i++) {
		if (strcmp(child->args[i], option) == 0)
			return child->args[i + 1];
	}
	return NULL;
}

bool fake_child_has(const struct child *child, const char *argument)
{
	for (unsigned int i = 0; i < child->num_args; i++) {
		if (strcmp(child->args[i], argument) == 0)
			return true;
	}
	return false;
}

struct child *fake_child_find(const char *option, const char *value)
{
	struct child *child, *tmp, *found = NULL;
	const char *arg;

	list_for_each(child, tmp, &the_spawner->children, link) {
		arg = fake_child_arg(child, option);
		if (arg && strcmp(arg, value) == 0)
			found = child;
	}
	return found;
}

void fake_child_send(struct child *child, const void *message, size_t len)
{
	fake_child_send_fds(child, message, len, NULL, 0);
}

void fake_child_send_fds(struct child *child, const void *message, size_t len,
			 const int *fds, unsigned int nfds)
{
	char control[CMSG_SPACE(LINK_MAX_FDS * sizeof(int))] = { 0 };
	struct iovec iov = { (void *)message, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t sent;

	assert(nfds <= LINK_MAX_FDS);
	if (nfds > 0) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, nfds * sizeof(int));
	}
	sent = sendmsg(child->link_fd, &msg, MSG_NOSIGNAL);
	assert(sent == (ssize_t)len);
}

int fake_child_receive(struct child *child, void *buffer, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { buffer, size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(child->link_fd, &msg, MSG_DONTWAIT);

	assert(!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)));
	*fd = -1;
	if (len > 0 && msg.msg_controllen > 0)
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(*fd));
	return len;
}

void fake_child_print(struct child *child, const char *text)
{
	ssize_t len = write(child->stdout_fd, text, strlen(text));

	assert(len == (ssize_t)strlen(text));
}

bool fake_child_killed(const struct child *child)
{
	return child->killed;
}

void fake_child_end(struct child *child, int status)
{
	void (*ended)(void *owner, int status) = child->ended;
	void *owner = child->owner;

	/* As with a real one, the owner may know it until ended() returned;
	 * its descriptors are closed before it can be reaped. */
	if (child->link_fd >= 0)
		close(child->link_fd);
	if (child->stdout_fd >= 0)
		close(child->stdout_fd);
	child->link_fd = -1;
	child->stdout_fd = -1;
	if (ended)
		ended(owner, status);
	child_free(child);
}
