/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * holders.h - who has what, in words: "ivi 2, cluster 1". For the log, when
 * somebody is refused what others have.
 *
 * Each writes into @text, cut off at @size bytes, and returns it; "nobody" or
 * "nothing" if that is so.
 */
#ifndef DAEMON_HOLDERS_H
#define DAEMON_HOLDERS_H

#include <stddef.h>

#include "ipc/quotas.h"

struct camera;
struct guest;
struct sessions;

/* Enough for what a line of the log should hold */
#define HOLDERS_SIZE 160

/**
 * holders_of_camera() - the domains that have it open
 * @what: QUOTA_SESSIONS: how many times; QUOTA_BYTES: those that stream from
 *        it, and their bytes/s
 */
const char *holders_of_camera(const struct sessions *sessions,
			      const struct camera *camera,
			      enum quota_kind what, char *text, size_t size);

/** holders_of_guest() - the cameras it has open; @what as above */
const char *holders_of_guest(const struct sessions *sessions,
			     const struct guest *guest, enum quota_kind what,
			     char *text, size_t size);

#endif /* DAEMON_HOLDERS_H */
