/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - an ioctl on its way: from its chain to its answer.
 *
 * Most wait for the camera in between. The answer is put together first and
 * written once, behind a header that is written nowhere else.
 */
#ifndef MEDIA_COMMAND_H
#define MEDIA_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "media/calls.h"
#include "media/payload.h"
#include "media/window.h"

struct command;
struct media_device;
struct session;
struct vq_chain;

/**
 * struct reply - what the camera answered
 * @error: 0 or a negative errno
 * @data: payload and tail; borrowed for the time of the call
 * @payload_len: of the payload; 0 if there is none
 * @len: of @data
 */
struct reply {
	int error;
	const void *data;
	uint32_t payload_len;
	size_t len;
};

/**
 * struct command - one ioctl
 * @device: borrowed
 * @session: borrowed; ends all of its commands before it ends itself
 * @chain: owned
 * @call: at the camera, or on its way there
 * @tag: of the call that it waits for
 * @replied: takes the camera's reply, and the command from its session
 * @pages: of the window, while it waits for them
 * @populated: takes their coming, and the command from its session
 * @claimed_buffers: taken from the account for what may come of it
 * @claimed_bytes: likewise
 * @tells: the payload says something about an error, too
 * @payload: as the driver sent it, and as it will be answered
 */
struct command {
	struct list link; /* session.commands while it waits, or none */
	struct media_device *device;
	struct session *session;
	struct vq_chain *chain;
	struct call call;
	uint32_t tag;
	void (*replied)(struct command *command, const struct reply *reply);
	struct window_wait pages;
	void (*populated)(struct command *command, int error);
	unsigned int claimed_buffers;
	uint64_t claimed_bytes;
	bool tells;
	struct payload payload;
};

/**
 * chain_answer() - a response that is its header. @chain: consumed
 * @ret: 0 or a negative errno
 *
 * Without room for a header the chain goes back as it is.
 */
void chain_answer(struct vq_chain *chain, int ret);

/**
 * command_create() - an ioctl of @session
 * @chain: owned by the command on success
 * Return: 0 or -ENOMEM.
 */
int command_create(struct session *session, struct vq_chain *chain,
		   struct command **out);

/**
 * command_wait() - its call is on its way
 * @tag: by which the reply is known
 * @replied: see there
 */
void command_wait(struct command *command, uint32_t tag,
		  void (*replied)(struct command *, const struct reply *));

/**
 * command_await_pages() - it waits until all that is allocated has pages
 * @populated: called at once or later, with 0 or -ENOMEM, and may answer the
 *             command; not called if the session ends: its end answers it
 */
void command_await_pages(struct command *command, struct window *window,
			 void (*populated)(struct command *, int error));

/**
 * command_claim() - the account gave it @buffers, of @bytes in all
 *
 * They go back when it is answered, or by command_unclaim().
 */
void command_claim(struct command *command, unsigned int buffers,
		   uint64_t bytes);

/** command_unclaim() - give back what it claimed, if anything */
void command_unclaim(struct command *command);

/** command_replied() - its call is over; it waits no more, and goes on */
void command_replied(struct command *command, const struct reply *reply);

/**
 * command_answer() - answer it. @command: consumed
 * @ret: 0 or a negative errno
 */
void command_answer(struct command *command, int ret);

#endif /* MEDIA_COMMAND_H */
