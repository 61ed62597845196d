/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_parser.h - what all readers of parts of a configuration file share:
 * the configuration that grows, and the mistakes that were found.
 *
 * A mistake is what cannot be meant as it is written: the file is refused.
 * A warning is what can, but does nothing.
 */
#ifndef DAEMON_CONFIG_PARSER_H
#define DAEMON_CONFIG_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config.h"

/* What is found beyond is counted, not told: nobody reads on. */
#define CONFIG_MAX_REMARKS 100

/**
 * struct config_parser - zeroed memory with @path and @config is a valid start
 * @path: of the file, for messages; borrowed
 * @config: filled in by the readers; borrowed
 * @mistakes: their number
 * @remarks: mistakes and warnings by line; owned
 * @num_remarks: at most CONFIG_MAX_REMARKS
 * @untold: those that came after so many
 * @error: -ENOMEM once there is none; readers go on with what they have
 */
struct config_parser {
	const char *path;
	struct config *config;
	unsigned int mistakes;
	struct config_remark {
		unsigned int line;
		bool is_mistake;
		char *text;
	} *remarks;
	unsigned int num_remarks;
	unsigned int untold;
	int error;
};

/** config_parser_finish() - forget what was found */
void config_parser_finish(struct config_parser *p);

/** config_parser_tell() - log what was found, in the order of lines */
void config_parser_tell(const struct config_parser *p);

/** config_mistake() - the file cannot be used, because of @line */
void config_mistake(struct config_parser *p, unsigned int line,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** config_warning() - what @line says does nothing */
void config_warning(struct config_parser *p, unsigned int line,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** config_copy() - owned by the caller; NULL, with @error set, without memory */
char *config_copy(struct config_parser *p, const char *text);

/**
 * config_grow() - room for one more element at the end of *@array
 * @array: of @count elements; moved
 * @size: of an element
 * Return: the new element, zeroed; NULL, with @error set, without memory.
 */
void *config_grow(struct config_parser *p, void **array, unsigned int count,
		  size_t size);

/** config_same() - both are there, and equal */
bool config_same(const char *a, const char *b);

#endif /* DAEMON_CONFIG_PARSER_H */
