/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transfer.h - how frames may reach guests, and do: the words of the
 * configuration and of reports.
 *
 * Thread: any.
 */
#ifndef DAEMON_TRANSFER_H
#define DAEMON_TRANSFER_H

#include <stdint.h>

#include "ipc/daemon_proto.h"

/** transfer_name() - "auto", "copy", "grants"; a static string */
const char *transfer_name(enum transfer_policy policy);

/**
 * transfer_find() - the inverse
 * Return: 0, or -ENOENT if there is no such policy (@out is then untouched).
 */
int transfer_find(const char *name, enum transfer_policy *out);

/**
 * transfer_combine() - what holds if a camera says one, and a domain the other
 *
 * Who wants copies is right; then who wants grants.
 */
enum transfer_policy transfer_combine(enum transfer_policy a,
				      enum transfer_policy b);

/**
 * transfer_way_name() - "grants", "window", "pages", "objects"; a static string
 * @way: enum transfer_way, as a process told it: nothing is believed
 * Return: NULL if there is none.
 */
const char *transfer_way_name(uint32_t way);

/**
 * transfer_reason_name() - a word for why it is not grants; a static string
 * @reason: enum transfer_reason, likewise
 * Return: NULL if there is none.
 */
const char *transfer_reason_name(uint32_t reason);

#endif /* DAEMON_TRANSFER_H */
