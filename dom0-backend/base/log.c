// SPDX-License-Identifier: GPL-2.0-only
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"

#define LINES_PER_SECOND 10

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static const char *log_subject = "vmedia";
static enum log_level log_level = LOG_INFO;
static void (*log_hear)(void *owner, const char *line);
static void *log_owner;

void log_init(const char *subject, enum log_level level)
{
	log_subject = subject;
	log_level = level;
}

void log_set_level(enum log_level level)
{
	log_level = level;
}

void log_listen(void (*hear)(void *owner, const char *line), void *owner)
{
	log_hear = hear;
	log_owner = owner;
}

int log_level_from_name(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*level = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

/* One write(2) per line, so that lines of several processes do not mix. */
static void write_line(enum log_level level, const char *format, va_list ap)
{
	char line[1024];
	int len, rest, text;

	len = snprintf(line, sizeof(line), "%s: %s: ", log_subject,
		       level_names[level]);
	len = MIN(len, (int)sizeof(line) - 2);
	text = len;
	rest = vsnprintf(line + len, sizeof(line) - len - 1, format, ap);
	if (rest > 0)
		len = MIN(len + rest, (int)sizeof(line) - 2);
	if (log_hear && level == LOG_ERROR) {
		line[len] = '\0';
		log_hear(log_owner, line + text);
	}
	line[len++] = '\n';
	/* Nowhere to complain if standard error is gone. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

void log_line(enum log_level level, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	if (level > log_level)
		return;
	va_start(ap, format);
	write_line(level, format, ap);
	va_end(ap);
	errno = saved;
}

bool log_allowed(struct log_limit *limit)
{
	int saved = errno;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != limit->second || limit->lines == 0) {
		if (limit->dropped > 0)
			log_warning("%u lines like the next were dropped",
				    limit->dropped);
		limit->second = now.tv_sec;
		limit->lines = 0;
		limit->dropped = 0;
	}
	errno = saved;
	if (limit->lines >= LINES_PER_SECOND) {
		limit->dropped++;
		return false;
	}
	limit->lines++;
	return true;
}
