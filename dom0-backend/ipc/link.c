// SPDX-License-Identifier: GPL-2.0-only
#include "ipc/link.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "base/util.h"

/*
 * A peer that leaves so much unread is as good as gone. Beyond the quarter from
 * which on it is behind there is room for the ends of CONFIG_VMEDIA_CAMERA_CLIENTS
 * sessions at a time, and to spare.
 */
#define MAX_WAITING 1024
#define MAX_WAITING_BYTES (1024 * 1024)
#define MAX_WAITING_FDS (2 * LINK_MAX_FDS)

/*
 * Descriptors that wait are open here. Those of all links are at most this share
 * of what the process can have: the rest is for peers that read.
 */
#define WAITING_FDS_SHARE 2

/* Messages taken in one round, so that one link cannot starve the others */
#define MESSAGES_PER_ROUND 16

struct outgoing {
	struct list link; /* on link->outgoing */
	int *fds;
	unsigned int nfds;
	size_t len;
	uint8_t data[];
};

struct link {
	int fd;
	const struct link_ops *ops;
	void *owner;
	struct event *readable;
	struct event *writable;
	struct list outgoing; /* struct outgoing, oldest first */
	unsigned int waiting;
	size_t waiting_bytes;
	unsigned int waiting_fds;
	bool paused;
	bool yields; /* the rest of this round */
	bool dead; /* closed() is due or was called */
	bool *destroyed; /* set if the link is destroyed in its own callback */
	/* Aligned as malloc() aligns: messages are read in place. */
	uint8_t *buffer;
};

/* That wait, of all links */
static unsigned int all_waiting_fds;

union control {
	struct cmsghdr header;
	uint8_t space[CMSG_SPACE(LINK_MAX_FDS * sizeof(int))];
};

int link_pair(int fds[2])
{
	int size = LINK_MAX_MESSAGE * 2;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       fds) < 0)
		return -errno;
	/* The largest message must fit; small hosts have less by default. */
	for (int i = 0; i < 2; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

static void outgoing_free(struct outgoing *out)
{
	for (unsigned int i = 0; i < out->nfds; i++)
		close(out->fds[i]);
	free(out->fds);
	free(out);
}

static void add_waiting_fds(struct link *link, int count)
{
	link->waiting_fds += count;
	all_waiting_fds += count;
}

static bool are_too_many_fds(const struct link *link, unsigned int nfds)
{
	struct rlimit limit;

	if (nfds == 0)
		return false;
	if (nfds > MAX_WAITING_FDS - link->waiting_fds ||
	    getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return true;
	return all_waiting_fds + nfds > limit.rlim_cur / WAITING_FDS_SHARE;
}

static void drop_outgoing(struct link *link)
{
	struct outgoing *out, *tmp;

	list_for_each(out, tmp, &link->outgoing, link) {
		list_remove(&out->link);
		outgoing_free(out);
	}
	link->waiting = 0;
	link->waiting_bytes = 0;
	add_waiting_fds(link, -(int)link->waiting_fds);
}

/* Tell the owner from the loop, not from inside its own link_send(). */
static void link_die(struct link *link)
{
	if (link->dead)
		return;
	link->dead = true;
	drop_outgoing(link);
	event_del(link->writable);
	event_active(link->readable, EV_READ, 0);
}

static int send_now(struct link *link, const struct iovec *iov, int iovcnt,
		    const int *fds, unsigned int nfds)
{
	union control control;
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = iovcnt,
	};

	if (nfds > 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), fds, nfds * sizeof(int));
	}
	while (sendmsg(link->fd, &msg, MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EAGAIN || errno == ENOBUFS ? -EAGAIN : -EPIPE;
	}
	return 0;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;
	int err;

	(void)fd;
	(void)what;
	while (!list_empty(&link->outgoing)) {
		struct outgoing *out =
			list_first(&link->outgoing, struct outgoing, link);
		struct iovec iov = { out->data, out->len };

		err = send_now(link, &iov, 1, out->fds, out->nfds);
		if (err == -EAGAIN)
			return;
		if (err < 0) {
			link_die(link);
			return;
		}
		list_remove(&out->link);
		link->waiting--;
		link->waiting_bytes -= out->len;
		add_waiting_fds(link, -(int)out->nfds);
		outgoing_free(out);
	}
	event_del(link->writable);
}

/* The caller may close its descriptors as soon as link_send() returns. */
static int dup_all(struct outgoing *out, const int *fds, unsigned int nfds)
{
	if (nfds == 0)
		return 0;
	out->fds = calloc(nfds, sizeof(*out->fds));
	if (!out->fds)
		return -ENOMEM;
	for (; out->nfds < nfds; out->nfds++) {
		int copy = fcntl(fds[out->nfds], F_DUPFD_CLOEXEC, 0);

		if (copy < 0)
			return -errno;
		out->fds[out->nfds] = copy;
	}
	return 0;
}

static int enqueue(struct link *link, const struct iovec *iov, int iovcnt,
		   size_t len, const int *fds, unsigned int nfds)
{
	/* Of all links: a guest's process can have many, one after the other. */
	static struct log_limit limit;
	struct outgoing *out;
	size_t done = 0;
	int err;

	if (link->waiting >= MAX_WAITING ||
	    len > MAX_WAITING_BYTES - link->waiting_bytes ||
	    are_too_many_fds(link, nfds)) {
		log_guest(&limit,
			  "a peer does not read its messages: closing it");
		link_die(link);
		return -EPIPE;
	}
	out = calloc(1, sizeof(*out) + len);
	if (!out)
		return -ENOMEM;
	err = dup_all(out, fds, nfds);
	if (err < 0) {
		outgoing_free(out);
		return err;
	}
	for (int i = 0; i < iovcnt; i++) {
		memcpy(out->data + done, iov[i].iov_base, iov[i].iov_len);
		done += iov[i].iov_len;
	}
	out->len = len;
	list_append(&link->outgoing, &out->link);
	link->waiting++;
	link->waiting_bytes += len;
	add_waiting_fds(link, nfds);
	event_add(link->writable, NULL);
	return 0;
}

int link_send(struct link *link, const struct iovec *iov, int iovcnt,
	      const int *fds, unsigned int nfds)
{
	size_t len = 0;
	int err = -EAGAIN;

	for (int i = 0; i < iovcnt; i++)
		len += iov[i].iov_len;
	if (len == 0 || len > LINK_MAX_MESSAGE || nfds > LINK_MAX_FDS)
		return -EMSGSIZE;
	if (link->dead)
		return -EPIPE;
	if (list_empty(&link->outgoing))
		err = send_now(link, iov, iovcnt, fds, nfds);
	if (err == -EAGAIN)
		return enqueue(link, iov, iovcnt, len, fds, nfds);
	if (err < 0)
		link_die(link);
	return err;
}

int link_try_send(struct link *link, const void *data, size_t len,
		  const int *fds, unsigned int nfds)
{
	struct iovec iov = { (void *)data, len };
	int err;

	if (len == 0 || len > LINK_MAX_MESSAGE || nfds > LINK_MAX_FDS)
		return -EMSGSIZE;
	if (link->dead)
		return -EPIPE;
	if (!list_empty(&link->outgoing))
		return -EAGAIN;
	err = send_now(link, &iov, 1, fds, nfds);
	if (err < 0 && err != -EAGAIN)
		link_die(link);
	return err;
}

bool link_is_behind(const struct link *link)
{
	return link->waiting >= MAX_WAITING / 4 ||
	       link->waiting_bytes >= MAX_WAITING_BYTES / 4;
}

void link_pause(struct link *link)
{
	link->paused = true;
	/* Not if closed() is due: that is told by this event. */
	if (!link->dead)
		event_del(link->readable);
}

void link_yield(struct link *link)
{
	link->yields = true;
}

void link_resume(struct link *link)
{
	if (!link->paused)
		return;
	link->paused = false;
	if (!link->dead)
		event_add(link->readable, NULL);
}

/* Everything that came is collected, so that nothing can leak. */
static unsigned int take_fds(struct msghdr *msg, int *fds)
{
	unsigned int nfds = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		assert(count <= LINK_MAX_FDS - nfds);
		memcpy(fds + nfds, CMSG_DATA(c), count * sizeof(int));
		nfds += count;
	}
	return nfds;
}

static void close_fds(int *fds, unsigned int nfds)
{
	for (unsigned int i = 0; i < nfds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Return: 0; -EAGAIN if nothing waits; -EPIPE at the end; -EPROTO. */
static int receive(struct link *link, struct link_message *message)
{
	union control control;
	struct iovec iov = { link->buffer, LINK_MAX_MESSAGE };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t len;

	/*
	 * A peer that closes with messages of ours unread resets the socket;
	 * what it had sent before is still there to be read.
	 */
	do {
		len = recvmsg(link->fd, &msg, MSG_CMSG_CLOEXEC);
	} while (len < 0 && (errno == EINTR || errno == ECONNRESET));
	if (len < 0)
		return errno == EAGAIN ? -EAGAIN : -EPIPE;
	message->nfds = take_fds(&msg, message->fds);
	message->data = link->buffer;
	message->len = len;
	if (len == 0 && message->nfds == 0)
		return -EPIPE;
	if (len == 0 || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		close_fds(message->fds, message->nfds);
		return -EPROTO;
	}
	return 0;
}

/* Return: false if the callback destroyed the link. */
static bool deliver(struct link *link, struct link_message *message)
{
	bool destroyed = false;

	link->destroyed = &destroyed;
	link->ops->message(link->owner, message);
	close_fds(message->fds, message->nfds);
	if (!destroyed)
		link->destroyed = NULL;
	return !destroyed;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;
	int fds[LINK_MAX_FDS];
	struct link_message message = { .fds = fds };
	int err;

	(void)fd;
	(void)what;
	link->yields = false;
	for (int i = 0; i < MESSAGES_PER_ROUND && !link->dead &&
			!link->paused && !link->yields; i++) {
		err = receive(link, &message);
		if (err == -EAGAIN)
			return;
		if (err < 0)
			link->dead = true;
		else if (!deliver(link, &message))
			return;
	}
	if (!link->dead)
		return;
	event_del(link->readable);
	link->ops->closed(link->owner);
}

int link_create(struct event_base *base, int fd, const struct link_ops *ops,
		void *owner, struct link **out)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		goto err_close;
	link->fd = fd;
	link->ops = ops;
	link->owner = owner;
	list_init(&link->outgoing);
	link->buffer = malloc(LINK_MAX_MESSAGE);
	link->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
				   link);
	link->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable,
				   link);
	if (!link->buffer || !link->readable || !link->writable)
		goto err_free;
	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	event_add(link->readable, NULL);
	*out = link;
	return 0;

err_free:
	link_destroy(link);
	return -ENOMEM;
err_close:
	close(fd);
	return -ENOMEM;
}

void link_destroy(struct link *link)
{
	if (!link)
		return;
	if (link->destroyed)
		*link->destroyed = true;
	if (link->readable)
		event_free(link->readable);
	if (link->writable)
		event_free(link->writable);
	drop_outgoing(link);
	free(link->buffer);
	close(link->fd);
	free(link);
}
