// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_mode.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More is a slip of the keyboard */
#define MAX_SIDE 16384
#define MAX_RATE 1000
#define MAX_RATE_TERM 1000000

/* V4L2_PIX_FMT_FLAG_BE, which only vmedia-camera may know by its name */
#define BIG_ENDIAN_FLAG (1u << 31)

static const char big_endian[] = "-BE";

/* A number of 1 to @max at *@text, which moves past it. */
static bool take_number(const char **text, unsigned int max, uint32_t *out)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	value = strtoul(*text, &end, 10);
	if (errno || value < 1 || value > max)
		return false;
	*text = end;
	*out = value;
	return true;
}

/* Past @word, if it is there. */
static bool take_word(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

static bool take_fourcc(const char **text, uint32_t *out)
{
	const char *at = *text;
	uint32_t fourcc = 0;

	for (unsigned int i = 0; i < 4; i++) {
		fourcc |= (uint32_t)(isalnum((unsigned char)*at) ? *at : ' ')
			  << 8 * i;
		at += isalnum((unsigned char)*at) ? 1 : 0;
	}
	if (at == *text)
		return false;
	at += strspn(at, " ");
	if (take_word(&at, big_endian))
		fourcc |= BIG_ENDIAN_FLAG;
	*text = at;
	*out = fourcc;
	return true;
}

/* The mode has the time between two frames: the inverse of the rate. */
static bool take_rate(const char **text, struct camera_mode *mode)
{
	mode->numerator = 1;
	if (!take_number(text, MAX_RATE_TERM, &mode->denominator))
		return false;
	if (take_word(text, "/") &&
	    !take_number(text, MAX_RATE_TERM, &mode->numerator))
		return false;
	return mode->denominator <= (uint64_t)MAX_RATE * mode->numerator;
}

int config_mode_parse(const char *text, struct camera_mode *out)
{
	struct camera_mode mode = { 0 };

	if (!take_fourcc(&text, &mode.pixelformat) || !take_word(&text, ":") ||
	    !take_number(&text, MAX_SIDE, &mode.width) ||
	    !take_word(&text, "x") ||
	    !take_number(&text, MAX_SIDE, &mode.height))
		return -EINVAL;
	if (take_word(&text, "@") && !take_rate(&text, &mode))
		return -EINVAL;
	if (*text)
		return -EINVAL;
	*out = mode;
	return 0;
}

void config_mode_print(const struct camera_mode *mode, char *text, size_t size)
{
	char fourcc[5] = "", rate[32] = "";
	char *blank;

	for (unsigned int i = 0; i < 4; i++)
		fourcc[i] = mode->pixelformat >> 8 * i & 0x7f;
	blank = strchr(fourcc, ' ');
	if (blank)
		*blank = '\0';
	if (mode->numerator == 1)
		snprintf(rate, sizeof(rate), "@%u", mode->denominator);
	else if (mode->numerator > 1)
		snprintf(rate, sizeof(rate), "@%u/%u", mode->denominator,
			 mode->numerator);
	snprintf(text, size, "%s%s:%ux%u%s", fourcc,
		 mode->pixelformat & BIG_ENDIAN_FLAG ? big_endian : "",
		 mode->width, mode->height, rate);
}
