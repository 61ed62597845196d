/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * calls.h - the calls of a device at its camera: a few at a time.
 *
 * The camera runs the ioctls of all guests one after the other. So that none of
 * them can put a long row of slow ones in front of the others, a device has at
 * most MEDIA_MAX_CALLS there; the rest waits here, in the order it came. Whoever
 * ends a call lets the others go on.
 */
#ifndef MEDIA_CALLS_H
#define MEDIA_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct command;
struct iovec;

/* Calls of a device that the camera may have to do */
#define MEDIA_MAX_CALLS 8

/**
 * struct calls - of one device
 * @sent: that the camera has not answered
 */
struct calls {
	unsigned int sent;
	struct list waiting; /* of struct call, oldest first */
};

/**
 * struct call - a command's, one at a time; zeroed memory is none
 * @is_sent: the camera has it
 * @message: owned; NULL unless it waits to be sent
 * @len: bytes of @message
 */
struct call {
	struct list link; /* calls.waiting; only valid if there is a message */
	bool is_sent;
	void *message;
	size_t len;
};

/** calls_init() - none */
void calls_init(struct calls *calls);

/**
 * calls_begin() - send the call of @command, now or when there is room
 * @iov: the message; @count parts
 * Return: 0, to be ended by calls_end(); -ENOMEM; as link_send().
 */
int calls_begin(struct command *command, const struct iovec *iov, int count);

/** calls_end() - the camera answered, or its answer interests nobody any more;
 * harmless if @command has no call
 */
void calls_end(struct command *command);

/**
 * calls_go_on() - send what waits, as far as there is room now
 *
 * To be called after calls_end(), when nobody is going through a list of
 * commands. One that cannot be sent any more is answered.
 */
void calls_go_on(struct calls *calls);

#endif /* MEDIA_CALLS_H */
