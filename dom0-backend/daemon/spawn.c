// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/spawn.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "ipc/daemon_proto.h"

#define EXIT_NOT_EXECUTED 127

struct child {
	struct list link; /* on spawner->children */
	pid_t pid;
	void (*ended)(void *owner, int status); /* NULL: forgotten */
	void *owner;
};

struct spawner {
	struct list children; /* struct child, oldest first */
	struct event *sigchld;
};

/* Only what POSIX allows between fork() and exec() of a threaded process:
 * libxenstore has a thread of its own. */
static void __attribute__((noreturn))
become(const char *const argv[], int link_fd, int stdout_fd)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	/* What we handle is reset by exec() only, what we ignore not at all. */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Out of the way of what is put in place below */
	if (stdout_fd >= 0)
		stdout_fd = fcntl(stdout_fd, F_DUPFD, DAEMON_LINK_FD + 1);
	if (link_fd >= 0)
		link_fd = fcntl(link_fd, F_DUPFD, DAEMON_LINK_FD + 1);
	dup2(null, STDIN_FILENO);
	dup2(stdout_fd >= 0 ? stdout_fd : STDERR_FILENO, STDOUT_FILENO);
	if (link_fd >= 0)
		dup2(link_fd, DAEMON_LINK_FD);
	/* All is close-on-exec; this is for what a library forgot. */
	close_range(link_fd >= 0 ? DAEMON_LINK_FD + 1 : DAEMON_LINK_FD, ~0U, 0);
	execv(argv[0], (char *const *)argv);
	_exit(EXIT_NOT_EXECUTED);
}

int spawn(struct spawner *spawner, const char *const argv[], int link_fd,
	  int stdout_fd, void (*ended)(void *owner, int status), void *owner,
	  struct child **out)
{
	struct child *child = calloc(1, sizeof(*child));
	sigset_t all, before;
	int ret;

	if (!child)
		return -ENOMEM;
	/* A handler of ours must not run in the child. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	child->pid = fork();
	if (child->pid == 0)
		become(argv, link_fd, stdout_fd);
	ret = child->pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ret < 0) {
		free(child);
		return ret;
	}
	child->ended = ended;
	child->owner = owner;
	list_append(&spawner->children, &child->link);
	*out = child;
	return 0;
}

/* Ask for our own only: a library may have children too. Signals merge, so one
 * may stand for several; and ended() may start or forget any child, so begin
 * again after each. */
static bool reap_one(struct spawner *spawner)
{
	struct child *child, *tmp;
	int status;

	list_for_each(child, tmp, &spawner->children, link) {
		if (waitpid(child->pid, &status, WNOHANG) != child->pid)
			continue;
		list_remove(&child->link);
		if (child->ended)
			child->ended(child->owner, status);
		free(child);
		return true;
	}
	return false;
}

static void on_sigchld(evutil_socket_t signal, short what, void *data)
{
	while (reap_one(data))
		;
}

int spawner_create(struct event_base *base, struct spawner **out)
{
	struct spawner *spawner = calloc(1, sizeof(*spawner));

	if (!spawner)
		return -ENOMEM;
	list_init(&spawner->children);
	spawner->sigchld = evsignal_new(base, SIGCHLD, on_sigchld, spawner);
	if (!spawner->sigchld || event_add(spawner->sigchld, NULL) < 0) {
		spawner_destroy(spawner);
		return -ENOMEM;
	}
	*out = spawner;
	return 0;
}

void spawner_destroy(struct spawner *spawner)
{
	struct child *child, *tmp;

	if (!spawner)
		return;
	list_for_each(child, tmp, &spawner->children, link) {
		list_remove(&child->link);
		free(child);
	}
	if (spawner->sigchld)
		event_free(spawner->sigchld);
	free(spawner);
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

void child_signal(struct child *child, int signal)
{
	kill(child->pid, signal);
}

void child_forget(struct child *child)
{
	child->ended = NULL;
}
