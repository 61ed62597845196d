/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_item.h - a setting's string, "key=value,key=value", taken apart.
 *
 * A reader takes the keys that it knows; then it refuses the rest.
 */
#ifndef DAEMON_CONFIG_ITEM_H
#define DAEMON_CONFIG_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/config_parser.h"

/* More than any kind of item has keys */
#define CONFIG_MAX_PARTS 16

/**
 * struct config_item - an item of a list, or a string that looks like one
 * @line: where it stands
 * @text: owned; keys and values are in it
 * @part: as they stand
 * @parts: their number
 */
struct config_item {
	unsigned int line;
	char *text;
	struct {
		const char *key;
		char *value;
		bool used;
	} part[CONFIG_MAX_PARTS];
	unsigned int parts;
};

/**
 * config_item_init() - take @text apart
 * @item: to be finished whatever is returned
 * @text: NULL for what is not a string at all
 * Return: false if it is not of that form, which is then a mistake of @line.
 */
bool config_item_init(struct config_parser *p, struct config_item *item,
		      const char *text, unsigned int line);

void config_item_finish(struct config_item *item);

/**
 * config_item_take() - the value of @key
 * Return: borrowed from @item, free to be changed; NULL if it is not there.
 */
char *config_item_take(struct config_item *item, const char *key);

/**
 * config_item_number() - the value of @key as a whole number
 * @min: the smallest that is not a mistake
 * @max: the largest that is not a mistake
 * @out: untouched if the key is not there, or its value is a mistake
 */
void config_item_number(struct config_parser *p, struct config_item *item,
			const char *key, unsigned int min, unsigned int max,
			unsigned int *out);

/**
 * config_item_limits() - all quotas that the item has
 * @limits: those that are not there, or mistakes, stay
 */
void config_item_limits(struct config_parser *p, struct config_item *item,
			struct quota_limits *limits);

/**
 * config_item_window() - the value of `window`
 * @place: stays if the key is not there, or its value is a mistake
 */
void config_item_window(struct config_parser *p, struct config_item *item,
			struct window_place *place);

/**
 * config_item_transfer() - the value of `transfer`
 * @policy: stays if the key is not there, or its value is a mistake
 */
void config_item_transfer(struct config_parser *p, struct config_item *item,
			  enum transfer_policy *policy);

/**
 * config_item_domain() - the value of @key as the name or the uuid of a domain
 * Return: owned by the caller, a uuid in lower case; NULL if the key is not
 * there, or is a mistake.
 */
char *config_item_domain(struct config_parser *p, struct config_item *item,
			 const char *key);

/** config_item_refuse_rest() - what nobody took is unknown, so a mistake */
void config_item_refuse_rest(struct config_parser *p,
			     const struct config_item *item);

/**
 * config_is_uuid() - @text has Xen's form of a uuid: 8-4-4-4-12; it is then made
 * lower case, as xenstore has it, else untouched
 */
bool config_is_uuid(char *text);

#endif /* DAEMON_CONFIG_ITEM_H */
