/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * admission.h - a stream begins when vmediad says that there is room for it.
 *
 *         queue_streamon()        CAMERA_ADMITTED
 *   idle -----------------> waits ---------------> admitted
 *    ^     CAMERA_ADMIT       |  refused              |
 *    +------------------------+-----------------------+
 *                                admission_end(): CAMERA_RATE 0
 *
 * While a session waits, whatever would change what it asked for gets EBUSY;
 * all else goes on.
 */
#ifndef CAMERA_ADMISSION_H
#define CAMERA_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/daemon_proto.h"
#include "ipc/session_proto.h"

struct camera;
struct session;

/**
 * struct admission - of one session; zeroed memory is a valid start
 * @waits: for vmediad's answer
 * @bytes: a second, asked for or admitted; 0 if neither
 * @request: the STREAMON that waits
 */
struct admission {
	bool waits;
	uint64_t bytes;
	struct session_ioctl request;
};

/**
 * admission_ask() - may @session stream? It waits from now on.
 * Return: 0; -EBUSY if vmediad does not keep up; -EIO if it cannot be asked;
 * the source's errno if it does not tell its format.
 */
int admission_ask(struct session *session);

/** admission_forbids() - is @request one that @session cannot have now, since
 * it waits? */
bool admission_forbids(const struct session *session, unsigned long request);

/**
 * admission_answered() - CAMERA_ADMITTED: begin to stream, or do not
 *
 * Answers the STREAMON. Harmless if the session is over or does not wait. The
 * session may be over afterwards.
 */
void admission_answered(struct camera *camera,
			const struct camera_admitted *answer);

/**
 * admission_follow() - the rate of @session changed while it streams
 * Return: 0; -EBUSY if it needs more than was admitted: the change must be
 * taken back.
 */
int admission_follow(struct session *session);

/**
 * admission_end() - @session streams no more, or not at all
 *
 * Harmless if it asked for nothing. Not for a session that is over: vmediad
 * then takes back all that it had.
 */
void admission_end(struct session *session);

#endif /* CAMERA_ADMISSION_H */
