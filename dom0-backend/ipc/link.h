/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - one end of a SOCK_SEQPACKET socket between two of our processes.
 *
 * A message is a datagram with file descriptors beside it. Both ends are ours
 * but need not trust each other: a vmedia-guest that its guest took over can
 * send anything, so every receiver checks lengths and numbers.
 *
 * End of file is the clean-up for every failure: the peer's end closes, for
 * whatever reason, and closed() is called once.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef IPC_LINK_H
#define IPC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

struct event_base;
struct link;

/* Largest message, in bytes: an S_EXT_CTRLS with all that it may carry */
#define LINK_MAX_MESSAGE (128 * 1024)

/* Most descriptors beside one message (the kernel's own limit is 253) */
#define LINK_MAX_FDS 192

/**
 * struct link_message - a message as it arrived
 * @data: borrowed for the time of the callback; aligned for any type
 * @len: bytes
 * @fds: descriptors that came with it. A callback that keeps one takes it and
 *       writes -1 in its place; the others are closed after the callback.
 * @nfds: their number
 */
struct link_message {
	const void *data;
	size_t len;
	int *fds;
	unsigned int nfds;
};

/**
 * struct link_ops - what a link tells its owner
 * @message: a message arrived. May destroy the link.
 * @closed: the peer is gone, or sent what no link can carry, or let our
 *          messages pile up. Called at most once; nothing arrives after it.
 *          May destroy the link.
 */
struct link_ops {
	void (*message)(void *owner, struct link_message *msg);
	void (*closed)(void *owner);
};

/**
 * link_pair() - a new pair of connected sockets, close-on-exec, non-blocking
 * @fds: owned by the caller
 * Return: 0 or -errno of socketpair(2).
 */
int link_pair(int fds[2]);

/**
 * link_create() - begin to listen on @fd
 * @base: borrowed; must outlive the link
 * @fd: consumed, also on failure
 * @ops: borrowed
 * @owner: first parameter of the callbacks
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int link_create(struct event_base *base, int fd, const struct link_ops *ops,
		void *owner, struct link **out);

/** link_destroy() - close the socket; unsent messages are lost. NULL is fine. */
void link_destroy(struct link *link);

/**
 * link_send() - send a message that must arrive
 * @fds: borrowed, duplicated by the kernel
 *
 * Waits in a bounded queue while the peer does not read; a peer that lets the
 * queue overflow is treated as gone (closed() is called from the loop).
 * Return: 0; -EMSGSIZE if it is larger than LINK_MAX_MESSAGE or has more than
 * LINK_MAX_FDS descriptors; -EPIPE if the peer is gone.
 */
int link_send(struct link *link, const struct iovec *iov, int iovcnt,
	      const int *fds, unsigned int nfds);

/**
 * link_try_send() - send a message that is in the socket now, or not at all
 * @fds: as link_send()
 * Return: 0; -EAGAIN if the peer does not read now or older messages wait;
 * else as link_send().
 */
int link_try_send(struct link *link, const void *data, size_t len,
		  const int *fds, unsigned int nfds);

/**
 * link_is_behind() - a quarter of what may wait for the peer waits
 *
 * For who can refuse a service rather than have the peer taken for gone, when
 * it is others who decide how much there is to be sent. The rest is room to tell
 * the peer of the end of what it has: many may end at once.
 */
bool link_is_behind(const struct link *link);

/**
 * link_pause() - read nothing from the peer until link_resume()
 *
 * What it sends waits in the socket, and then the peer does. Messages to it go
 * on. That it is gone is noticed when it is read again, or written to.
 * Harmless if the link is paused, also from its own callbacks.
 */
void link_pause(struct link *link);

/**
 * link_yield() - from the callback for a message: the next one comes after what
 * else is due in the loop
 */
void link_yield(struct link *link);

/** link_resume() - read on; harmless if the link is not paused */
void link_resume(struct link *link);

#endif /* IPC_LINK_H */
