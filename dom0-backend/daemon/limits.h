/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.h - the quotas of ipc/quotas.h as people write and read them.
 *
 * One spelling for the configuration, for `vmediactl quota` and for the log:
 * what one of them prints the others read.
 */
#ifndef DAEMON_LIMITS_H
#define DAEMON_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/quotas.h"

/* Room for what limit_print() writes, and for why limit_parse() refused */
#define LIMIT_TEXT_SIZE 24
#define LIMIT_WHY_SIZE 256

/** limit_name() - "sessions", "bytes/s", ...; a static string */
const char *limit_name(enum quota_kind kind);

/**
 * limit_find() - the inverse
 * Return: 0, or -ENOENT if there is no such quota (@out is then untouched).
 */
int limit_find(const char *name, enum quota_kind *out);

/**
 * limit_parse() - read a value
 * @kind: whose maximum and unit hold
 * @text: a whole number; of bytes with K, M or G (of 1024) after it, if wanted;
 *        0 or "unlimited": without limit
 * @out: bytes, or a count; untouched on failure
 * @why: on failure what is wrong with @text, without the name of a file and
 *       without a newline; may hold parts of @text
 * @size: bytes of @why, LIMIT_WHY_SIZE suffices
 *
 * A few bytes without a unit are refused: "memory=256" was meant to be 256M.
 * Return: 0 or -EINVAL.
 */
int limit_parse(enum quota_kind kind, const char *text, uint64_t *out,
		char *why, size_t size);

/**
 * limit_print() - write a value so that limit_parse() reads the same
 * @kind: its unit
 * @value: bytes, or a count; 0 becomes "unlimited"
 * @text: with the largest unit that loses nothing: "256M"
 * @size: bytes of @text, LIMIT_TEXT_SIZE suffices
 */
void limit_print(enum quota_kind kind, uint64_t value, char *text, size_t size);

#endif /* DAEMON_LIMITS_H */
