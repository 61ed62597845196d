// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/process.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/spawn.h"
#include "ipc/link.h"

/* What waitpid(2) would tell of a program that could not be started */
#define STATUS_NOT_STARTED (127 << 8)

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void arm(struct process *process, unsigned int ms)
{
	struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(process->timer, &delay);
}

static void log_end(const struct process *process, const char *what_next)
{
	int status = process->status;

	if (WIFSIGNALED(status))
		log_warning("%s was killed by signal %d (%s)%s", process->name,
			    WTERMSIG(status), strsignal(WTERMSIG(status)),
			    what_next);
	else
		log_warning("%s ended with status %d%s", process->name,
			    WEXITSTATUS(status), what_next);
}

static void died(struct process *process)
{
	char next[64];
	int delay;

	process->state = PROCESS_FAILED;
	if (!process->ops->ended(process->owner, process->status)) {
		log_end(process, "");
		return;
	}
	delay = backoff_next(&process->backoff, &process->host->backoff,
			     now_ms() - process->started_ms);
	if (delay < 0) {
		log_end(process, "");
		log_error("%s died %u times in a row: giving up",
			  process->name, process->backoff.deaths);
		process->ops->failed(process->owner);
		return;
	}
	snprintf(next, sizeof(next), "; starting it again in %d ms", delay);
	log_end(process, next);
	process->state = PROCESS_WAITING;
	arm(process, delay);
}

static void check_gone(struct process *process)
{
	if (process->child || process->link)
		return;
	event_del(process->timer);
	if (process->state != PROCESS_STOPPING) {
		died(process);
		return;
	}
	process->state = PROCESS_IDLE;
	process->ops->stopped(process->owner);
}

static void on_message(void *data, struct link_message *msg)
{
	struct process *process = data;

	/* What it says once it should stop comes too late. */
	if (process->state == PROCESS_RUNNING)
		process->ops->message(process->owner, msg);
}

static void on_closed(void *data)
{
	struct process *process = data;

	link_destroy(process->link);
	process->link = NULL;
	if (process->child && process->state == PROCESS_RUNNING)
		arm(process, process->host->stop_ms);
	check_gone(process);
}

static const struct link_ops link_ops = {
	.message = on_message,
	.closed = on_closed,
};

static void on_ended(void *data, int status)
{
	struct process *process = data;

	process->child = NULL;
	process->status = status;
	/* The link's end follows, unless a grandchild holds it open. */
	if (process->link)
		arm(process, process->host->stop_ms);
	check_gone(process);
}

static void on_timer(evutil_socket_t fd, short what, void *data)
{
	struct process *process = data;

	if (process->state == PROCESS_WAITING) {
		process->state = PROCESS_IDLE;
		process->ops->restart(process->owner);
	} else if (process->child) {
		log_warning("%s (pid %d) does not end: killing it",
			    process->name, child_pid(process->child));
		child_signal(process->child, SIGKILL);
	} else {
		on_closed(process);
	}
}

int process_init(struct process *process, const struct process_host *host,
		 const char *name, const struct process_ops *ops, void *owner)
{
	*process = (struct process){
		.host = host,
		.name = name,
		.ops = ops,
		.owner = owner,
	};
	process->timer = evtimer_new(host->base, on_timer, process);
	return process->timer ? 0 : -ENOMEM;
}

void process_finish(struct process *process)
{
	if (process->child)
		child_forget(process->child);
	link_destroy(process->link);
	if (process->timer)
		event_free(process->timer);
	*process = (struct process){ 0 };
}

static int start(struct process *process, const char *const argv[])
{
	int fds[2];
	int ret;

	ret = link_pair(fds);
	if (ret < 0)
		return ret;
	ret = spawn(process->host->spawner, argv, fds[1], -1, on_ended,
		    process, &process->child);
	close(fds[1]);
	if (ret < 0) {
		close(fds[0]);
		return ret;
	}
	ret = link_create(process->host->base, fds[0], &link_ops, process,
			  &process->link);
	if (ret < 0) {
		child_signal(process->child, SIGKILL);
		child_forget(process->child);
		process->child = NULL;
	}
	return ret;
}

void process_start(struct process *process, const char *const argv[])
{
	int ret;

	assert(process->state == PROCESS_IDLE);
	process->started_ms = now_ms();
	ret = start(process, argv);
	if (ret < 0) {
		log_error("%s cannot be started: %s", process->name,
			  strerror(-ret));
		process->status = STATUS_NOT_STARTED;
		died(process);
		return;
	}
	process->state = PROCESS_RUNNING;
	log_debug("%s started, pid %d", process->name,
		  child_pid(process->child));
}

int process_send(struct process *process, const void *message, size_t len,
		 const int *fds, unsigned int nfds)
{
	struct iovec iov = { .iov_base = (void *)message, .iov_len = len };

	if (process->state != PROCESS_RUNNING || !process->link)
		return -EPIPE;
	return link_send(process->link, &iov, 1, fds, nfds);
}

bool process_is_behind(const struct process *process)
{
	return process->link && link_is_behind(process->link);
}

void process_stop(struct process *process, const void *message, size_t len)
{
	if (process->state == PROCESS_STOPPING)
		return;
	if (process->state != PROCESS_RUNNING) {
		event_del(process->timer);
		process->state = PROCESS_IDLE;
		process->ops->stopped(process->owner);
		return;
	}
	if (message) {
		process_send(process, message, len, NULL, 0);
	} else {
		link_destroy(process->link);
		process->link = NULL;
	}
	process->state = PROCESS_STOPPING;
	arm(process, process->host->stop_ms);
	check_gone(process);
}

void process_kill(struct process *process)
{
	if (process->child)
		child_signal(process->child, SIGKILL);
}

pid_t process_pid(const struct process *process)
{
	return process->child ? child_pid(process->child) : 0;
}

const char *process_state_name(const struct process *process)
{
	static const char *const names[] = {
		[PROCESS_IDLE] = "stopped",
		[PROCESS_RUNNING] = "running",
		[PROCESS_STOPPING] = "stopping",
		[PROCESS_WAITING] = "restarting",
		[PROCESS_FAILED] = "failed",
	};

	return names[process->state];
}
