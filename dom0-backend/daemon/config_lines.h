/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_lines.h - on which line of a configuration file a setting stands.
 *
 * libxlutil answers for the keys that it is asked for. It neither tells which
 * keys there are, so an unknown one would pass unseen, nor the line of a list's
 * item. This finds both, and no values. Give it only text that libxlutil has
 * accepted: on other text its answers mean nothing, though they are safe.
 *
 * Lines count from 1.
 */
#ifndef DAEMON_CONFIG_LINES_H
#define DAEMON_CONFIG_LINES_H

#include <stdbool.h>

struct config_lines;

/**
 * struct config_setting - an assignment
 * @key: what is assigned to
 * @line: where it stands
 * @appends: `+=`
 */
struct config_setting {
	const char *key;
	unsigned int line;
	bool appends;
};

/**
 * config_lines_create() - look through @text
 * @text: NUL-terminated; borrowed for the time of the call
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int config_lines_create(const char *text, struct config_lines **out);

/** config_lines_destroy() - NULL is fine. */
void config_lines_destroy(struct config_lines *lines);

/** config_lines_count() - how many assignments the text has */
unsigned int config_lines_count(const struct config_lines *lines);

/** config_lines_get() - assignment @index; borrowed from @lines */
const struct config_setting *config_lines_get(const struct config_lines *lines,
					      unsigned int index);

/**
 * config_lines_find() - the line of the last assignment to @key
 * Return: 0 if there is none.
 */
unsigned int config_lines_find(const struct config_lines *lines,
			       const char *key);

/**
 * config_lines_item() - the line of item @item of the list that @key is
 * Return: the line of @key if there is no such item.
 */
unsigned int config_lines_item(const struct config_lines *lines,
			       const char *key, unsigned int item);

#endif /* DAEMON_CONFIG_LINES_H */
