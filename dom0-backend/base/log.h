/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - one line per fact, to standard error.
 *
 * error: someone must act; warning: degraded; info: one line per guest,
 * session or camera that comes or goes; debug: one per command.
 * Every function keeps errno. Lines are complete or absent.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <time.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/**
 * log_init() - name this process in every line
 * @subject: e.g. "vmedia-guest ivi"; borrowed, must live as long as the process
 * @level: lines above it are dropped
 */
void log_init(const char *subject, enum log_level level);

/** log_set_level() - change the level at run time */
void log_set_level(enum log_level level);

/**
 * log_level_from_name() - "error", "warning", "info" or "debug"
 * Return: 0, or -EINVAL if it is none of them (@level is then untouched).
 */
int log_level_from_name(const char *name, enum log_level *level);

/** log_level_name() - the inverse; a static string */
const char *log_level_name(enum log_level level);

/**
 * log_listen() - hear what is logged, besides its being logged
 * @hear: gets each line of LOG_ERROR without subject and level, and may not log;
 *        NULL: nobody listens any more
 * @owner: first parameter of @hear
 *
 * For the short time in which somebody asked for what may go wrong.
 */
void log_listen(void (*hear)(void *owner, const char *line), void *owner);

void log_line(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/**
 * struct log_limit - what a guest can cause, at most 10 lines a second
 *
 * Zeroed memory is a valid start. The first line after a silence tells how
 * many were dropped.
 */
struct log_limit {
	time_t second;
	unsigned int lines;
	unsigned int dropped;
};

/** log_allowed() - true if the caller may log a line now */
bool log_allowed(struct log_limit *limit);

#define log_guest(limit, ...)                         \
	do {                                          \
		if (log_allowed(limit))               \
			log_warning(__VA_ARGS__);     \
	} while (0)

#endif /* BASE_LOG_H */
