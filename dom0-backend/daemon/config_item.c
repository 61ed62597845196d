// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_item.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "daemon/config_window.h"
#include "daemon/limits.h"
#include "daemon/transfer.h"

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

static bool split_part(struct config_parser *p, struct config_item *item,
		       char *part)
{
	char *equals = strchr(part, '=');
	const char *key;

	if (!equals) {
		config_mistake(p, item->line, "\"%s\" is not key=value",
			       trim(part));
		return false;
	}
	*equals = '\0';
	key = trim(part);
	for (unsigned int i = 0; i < item->parts; i++) {
		if (strcmp(item->part[i].key, key) == 0) {
			config_mistake(p, item->line, "`%s=` is there twice",
				       key);
			return false;
		}
	}
	item->part[item->parts].key = key;
	item->part[item->parts].value = trim(equals + 1);
	item->parts++;
	return true;
}

/* libxlutil lets them be written as escapes. In a log they would be a trap. */
static bool has_control_character(const char *text)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text) && *text != '\t')
			return true;
	}
	return false;
}

bool config_item_init(struct config_parser *p, struct config_item *item,
		      const char *text, unsigned int line)
{
	bool good = true;
	char *rest;

	*item = (struct config_item){ .line = line };
	if (!text) {
		config_mistake(p, line, "a list in a list is not understood");
		return false;
	}
	if (has_control_character(text)) {
		config_mistake(p, line, "a control character");
		return false;
	}
	item->text = config_copy(p, text);
	rest = item->text;
	while (rest && item->parts < ARRAY_SIZE(item->part))
		good = split_part(p, item, strsep(&rest, ",")) && good;
	if (rest) {
		config_mistake(p, line, "too many keys");
		good = false;
	}
	return item->text && good;
}

void config_item_finish(struct config_item *item)
{
	free(item->text);
}

char *config_item_take(struct config_item *item, const char *key)
{
	for (unsigned int i = 0; i < item->parts; i++) {
		if (strcmp(item->part[i].key, key) == 0) {
			item->part[i].used = true;
			return item->part[i].value;
		}
	}
	return NULL;
}

void config_item_number(struct config_parser *p, struct config_item *item,
			const char *key, unsigned int min, unsigned int max,
			unsigned int *out)
{
	const char *text = config_item_take(item, key);
	unsigned long value;
	char *end;

	if (!text)
		return;
	errno = 0;
	value = strtoul(text, &end, 10);
	/* strtoul() would take a sign and blanks, too. */
	if (isdigit((unsigned char)text[0]) && !errno && !*end &&
	    value >= min && value <= max)
		*out = value;
	else if (min > 0)
		config_mistake(p, item->line,
			       "`%s=` is a number from %u to %u, not \"%s\"",
			       key, min, max, text);
	else
		config_mistake(p, item->line,
			       "`%s=` is a number up to %u, not \"%s\"", key,
			       max, text);
}

void config_item_limits(struct config_parser *p, struct config_item *item,
			struct quota_limits *limits)
{
	char why[LIMIT_WHY_SIZE];
	const char *text;

	for (unsigned int i = 0; i < NUM_QUOTAS; i++) {
		text = config_item_take(item, limit_name(i));
		if (text && limit_parse(i, text, &limits->limit[i], why,
					sizeof(why)) < 0)
			config_mistake(p, item->line, "%s", why);
	}
}

void config_item_window(struct config_parser *p, struct config_item *item,
			struct window_place *place)
{
	const char *text = config_item_take(item, "window");
	char why[CONFIG_WINDOW_WHY_SIZE];

	if (text && config_window_parse(text, place, why, sizeof(why)) < 0)
		config_mistake(p, item->line, "%s", why);
}

void config_item_transfer(struct config_parser *p, struct config_item *item,
			  enum transfer_policy *policy)
{
	const char *text = config_item_take(item, "transfer");

	if (text && transfer_find(text, policy) < 0)
		config_mistake(p, item->line, "`transfer=` is auto, copy or "
			       "grants, not \"%s\"", text);
}

char *config_item_domain(struct config_parser *p, struct config_item *item,
			 const char *key)
{
	char *text = config_item_take(item, key);

	if (!text)
		return NULL;
	if (!*text) {
		config_mistake(p, item->line,
			       "`%s=` needs the name or the uuid of a domain",
			       key);
		return NULL;
	}
	config_is_uuid(text);
	return config_copy(p, text);
}

void config_item_refuse_rest(struct config_parser *p,
			     const struct config_item *item)
{
	for (unsigned int i = 0; i < item->parts; i++) {
		if (!item->part[i].used)
			config_mistake(p, item->line, "unknown key `%s=`",
				       item->part[i].key);
	}
}

bool config_is_uuid(char *text)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-' :
				     !isxdigit((unsigned char)text[i]))
			return false;
	}
	for (size_t i = 0; form[i]; i++)
		text[i] = tolower((unsigned char)text[i]);
	return true;
}
