// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_window.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char units[] = "KMG";

/* A number at *@text, which moves past it. */
static bool take_number(const char **text, int base, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*out = strtoull(*text, &end, base);
	*text = end;
	return errno == 0;
}

static bool take_size(const char **text, uint64_t *out)
{
	unsigned int shift = 0;
	const char *unit;

	if (!take_number(text, 10, out))
		return false;
	unit = **text ? strchr(units, toupper((unsigned char)**text)) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		++*text;
	}
	if (*out > WINDOW_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

static bool take_place(const char *text, struct window_place *place)
{
	if (!take_size(&text, &place->size))
		return false;
	if (*text == '@') {
		text++;
		if (!take_number(&text, 0, &place->base))
			return false;
	}
	return *text == '\0';
}

int config_window_parse(const char *text, struct window_place *out, char *why,
			size_t size)
{
	struct window_place place = *out;
	const char *obstacle;

	if (!take_place(text, &place)) {
		snprintf(why, size, "`window` is SIZE@BASE, as "
			 "128M@0x100000000, up to 4G, or 0, not \"%.64s\"",
			 text);
		return -EINVAL;
	}
	if (place.size % WINDOW_BLOCK || place.base % WINDOW_BLOCK) {
		snprintf(why, size, "`window=%.64s`: size and base must be "
			 "multiples of 2M", text);
		return -EINVAL;
	}
	obstacle = place.size ? window_obstacle(place.base, place.size) : NULL;
	if (obstacle) {
		snprintf(why, size, "`window=%.64s`: from 0x%" PRIx64
			 " to 0x%" PRIx64 " is %s", text, place.base,
			 place.base + place.size - 1, obstacle);
		return -EINVAL;
	}
	*out = place;
	return 0;
}

void config_window_print(const struct window_place *place, char *text,
			 size_t size)
{
	if (place->size == 0)
		snprintf(text, size, "0");
	else
		snprintf(text, size, "%" PRIu64 "M@0x%" PRIx64,
			 place->size >> 20, place->base);
}
