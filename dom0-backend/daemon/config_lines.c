// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/config_lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What assigns is a key; what stands directly inside brackets is an item. */
struct found {
	char *key; /* owned; NULL for an item of the key before it */
	struct config_setting setting;
};

struct config_lines {
	struct found *found;
	unsigned int num_found;
};

static int add(struct config_lines *lines, char *key, unsigned int line,
	       bool appends)
{
	struct found *found;

	found = reallocarray(lines->found, lines->num_found + 1,
			     sizeof(*found));
	if (!found) {
		free(key);
		return -ENOMEM;
	}
	lines->found = found;
	found[lines->num_found++] = (struct found){
		.key = key,
		.setting = { .key = key, .line = line, .appends = appends },
	};
	return 0;
}

static int add_key(struct config_lines *lines, const char *key, size_t len,
		   unsigned int line, bool appends)
{
	char *copied = strndup(key, len);

	return copied ? add(lines, copied, line, appends) : -ENOMEM;
}

/* Past the closing quote. libxlutil's strings do not span lines. */
static const char *skip_string(const char *at)
{
	char quote = *at++;

	while (*at && *at != '\n' && *at != quote) {
		if (*at == '\\' && at[1])
			at++;
		at++;
	}
	return *at == quote ? at + 1 : at;
}

static size_t word_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	return len;
}

/* What begins at @at, if it is a key or an item; a list in a list is one. */
static int note(struct config_lines *lines, const char *at, size_t word,
		unsigned int depth, unsigned int line)
{
	const char *after = at + word + strspn(at + word, " \t");

	if (depth == 0 && word > 0 && (*after == '=' || *after == '+'))
		return add_key(lines, at, word, line, *after == '+');
	if (depth == 1 && *at && (word > 0 || strchr("\"'[", *at)))
		return add(lines, NULL, line, false);
	return 0;
}

static int scan(struct config_lines *lines, const char *at)
{
	unsigned int line = 1;
	unsigned int depth = 0;
	size_t word;
	int ret = 0;

	while (*at && ret == 0) {
		if (*at == '#') {
			at += strcspn(at, "\n");
			continue;
		}
		word = word_length(at);
		ret = note(lines, at, word, depth, line);
		if (word > 0) {
			at += word;
		} else if (*at == '"' || *at == '\'') {
			at = skip_string(at);
		} else {
			line += *at == '\n';
			depth += *at == '[';
			depth -= *at == ']' && depth > 0;
			at++;
		}
	}
	return ret;
}

int config_lines_create(const char *text, struct config_lines **out)
{
	struct config_lines *lines = calloc(1, sizeof(*lines));
	int ret;

	if (!lines)
		return -ENOMEM;
	ret = scan(lines, text);
	if (ret < 0) {
		config_lines_destroy(lines);
		return ret;
	}
	*out = lines;
	return 0;
}

void config_lines_destroy(struct config_lines *lines)
{
	if (!lines)
		return;
	for (unsigned int i = 0; i < lines->num_found; i++)
		free(lines->found[i].key);
	free(lines->found);
	free(lines);
}

unsigned int config_lines_count(const struct config_lines *lines)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < lines->num_found; i++)
		count += lines->found[i].key != NULL;
	return count;
}

const struct config_setting *config_lines_get(const struct config_lines *lines,
					      unsigned int index)
{
	const struct found *found = lines->found;

	while (!found->key || index-- > 0)
		found++;
	return &found->setting;
}

static bool is_key(const struct found *found, const char *key)
{
	return found->key && strcmp(found->key, key) == 0;
}

unsigned int config_lines_find(const struct config_lines *lines,
			       const char *key)
{
	unsigned int line = 0;

	for (unsigned int i = 0; i < lines->num_found; i++) {
		if (is_key(&lines->found[i], key))
			line = lines->found[i].setting.line;
	}
	return line;
}

/* Items of a key that is assigned more than once count on: `+=` appends. */
unsigned int config_lines_item(const struct config_lines *lines,
			       const char *key, unsigned int item)
{
	bool inside = false;

	for (unsigned int i = 0; i < lines->num_found; i++) {
		if (lines->found[i].key)
			inside = is_key(&lines->found[i], key);
		else if (inside && item-- == 0)
			return lines->found[i].setting.line;
	}
	return config_lines_find(lines, key);
}
