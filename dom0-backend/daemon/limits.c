// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/limits.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((uint64_t)1 << 20)

static const char unlimited[] = "unlimited";
static const char units[] = "KMG";

/* The maxima are those of Kconfig: more is a slip of the keyboard. */
static const struct kind {
	const char *name;
	uint64_t max;
	bool bytes;
} kinds[NUM_QUOTAS] = {
	[QUOTA_SESSIONS] = { "sessions", 1024, false },
	[QUOTA_STREAMS] = { "streams", 1024, false },
	[QUOTA_BUFFERS] = { "buffers", 65536, false },
	[QUOTA_MEMORY] = { "memory", MIB * MIB, true },
	[QUOTA_HELD] = { "held", 32, false },
	[QUOTA_COMMANDS] = { "commands/s", 1000000, false },
	[QUOTA_BYTES] = { "bytes/s", MIB * MIB, true },
};

const char *limit_name(enum quota_kind kind)
{
	return kinds[kind].name;
}

int limit_find(const char *name, enum quota_kind *out)
{
	for (unsigned int i = 0; i < NUM_QUOTAS; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*out = i;
			return 0;
		}
	}
	return -ENOENT;
}

/* Digits, and for bytes at most one unit; false if it is anything else. */
static bool parse_scaled(const struct kind *kind, const char *text,
			 uint64_t *value, bool *has_unit)
{
	unsigned int shift = 0;
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno)
		return false;
	*has_unit = *end != '\0';
	if (*has_unit) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!kind->bytes || !unit || end[1])
			return false;
		shift = 10 * (unit - units + 1);
	}
	if (*value > kind->max >> shift)
		return false;
	*value <<= shift;
	return true;
}

int limit_parse(enum quota_kind kind, const char *text, uint64_t *out,
		char *why, size_t size)
{
	const struct kind *k = &kinds[kind];
	char max[LIMIT_TEXT_SIZE];
	bool has_unit = false;
	uint64_t value;

	if (strcmp(text, unlimited) == 0) {
		*out = 0;
		return 0;
	}
	if (!parse_scaled(k, text, &value, &has_unit)) {
		limit_print(kind, k->max, max, sizeof(max));
		snprintf(why, size, "`%s` is a number%s up to %s, "
			 "0 = unlimited, not \"%.64s\"", k->name,
			 k->bytes ? " of bytes, with K, M or G if wanted," : "",
			 max, text);
		return -EINVAL;
	}
	/* Not one picture would fit: it was meant to have a unit. */
	if (k->bytes && !has_unit && value > 0 && value < MIB) {
		snprintf(why, size, "`%s=%" PRIu64 "` is %" PRIu64
			 " bytes: did you mean %" PRIu64 "M?", k->name, value,
			 value, value);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

void limit_print(enum quota_kind kind, uint64_t value, char *text, size_t size)
{
	unsigned int unit = 0;

	if (value == 0) {
		snprintf(text, size, "%s", unlimited);
		return;
	}
	while (kinds[kind].bytes && units[unit] && value % 1024 == 0) {
		value /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(text, size, "%" PRIu64, value);
	else
		snprintf(text, size, "%" PRIu64 "%c", value, units[unit - 1]);
}
