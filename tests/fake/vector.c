// SPDX-License-Identifier: GPL-2.0-only
#include "vector.h"

#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_LINE 256

static FILE *open_file(const char *file)
{
	char path[512];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", VECTORS_DIR, file);
	stream = fopen(path, "r");
	if (!stream)
		fail_msg("no %s", path);
	return stream;
}

static void append(struct vector_part *part, uint8_t byte, size_t times)
{
	assert_true(times <= VECTOR_MAX_LEN - part->len);
	memset(part->bytes + part->len, byte, times);
	part->len += times;
}

/* "<name:4>" */
static bool read_hole(struct vector_part *part, const char *word)
{
	struct vector_hole *hole = &part->holes[part->num_holes];
	int end = 0;

	if (sscanf(word, "<%15[a-z-]:%zu>%n", hole->name, &hole->len, &end) !=
		    2 ||
	    word[end] != '\0' || end == 0 || hole->len == 0 || hole->len > 16)
		return false;
	assert_true(++part->num_holes < VECTOR_MAX_NAMES);
	hole->offset = part->len;
	append(part, 0, hole->len);
	return true;
}

/* "00ff", or "00*12" */
static bool read_bytes(struct vector_part *part, const char *word)
{
	unsigned int byte;
	char *end;

	do {
		size_t times = 1;

		if (!isxdigit(word[0]) || !isxdigit(word[1]) ||
		    sscanf(word, "%2x", &byte) != 1)
			return false;
		word += 2;
		if (*word == '*') {
			times = strtoul(word + 1, &end, 10);
			word = end;
			if (*word != '\0' || times == 0)
				return false;
		}
		append(part, byte, times);
	} while (*word != '\0');
	return true;
}

static struct vector_part *begin_part(struct vector *vector, const char *word)
{
	struct vector_part *part = &vector->parts[vector->num_parts];
	const size_t len = strlen(word) - 1;

	assert_true(vector->num_parts++ < VECTOR_MAX_PARTS);
	assert_true(len > 0 && len < VECTOR_NAME_LEN);
	memcpy(part->name, word, len);
	return part;
}

static void read_line(struct vector *vector, char *line, unsigned int number)
{
	struct vector_part *part = NULL;

	if (vector->num_parts > 0)
		part = &vector->parts[vector->num_parts - 1];
	line[strcspn(line, "#\n")] = '\0';
	for (char *word = strtok(line, " \t"); word;
	     word = strtok(NULL, " \t")) {
		bool good;

		if (word[strlen(word) - 1] == ':') {
			part = begin_part(vector, word);
			continue;
		}
		good = part && (word[0] == '<' ? read_hole(part, word)
					       : read_bytes(part, word));
		if (!good)
			fail_msg("%s.txt:%u: what is %s?", vector->path, number,
				 word);
	}
}

void vector_load(const char *path, struct vector *vector)
{
	char file[80], line[MAX_LINE];
	unsigned int number = 0;
	FILE *stream;

	memset(vector, 0, sizeof(*vector));
	snprintf(vector->path, sizeof(vector->path), "%s", path);
	snprintf(file, sizeof(file), "%s.txt", path);
	stream = open_file(file);
	while (fgets(line, sizeof(line), stream))
		read_line(vector, line, ++number);
	fclose(stream);
	assert_true(vector->num_parts > 0);
}

const struct vector_part *vector_part(const struct vector *vector,
				      const char *part)
{
	for (unsigned int i = 0; i < vector->num_parts; i++) {
		if (strcmp(vector->parts[i].name, part) == 0)
			return &vector->parts[i];
	}
	return NULL;
}

size_t vector_len(const struct vector *vector, const char *name)
{
	const struct vector_part *part = vector_part(vector, name);

	return part ? part->len : 0;
}

static const struct vector_part *need_part(const struct vector *vector,
					   const char *name)
{
	const struct vector_part *part = vector_part(vector, name);

	if (!part)
		fail_msg("%s.txt has no part %s", vector->path, name);
	return part;
}

/* Return: the bytes; NULL if nobody told them. */
static const uint8_t *find_name(const struct vector_names *names,
				const char *name, size_t len)
{
	for (unsigned int i = 0; i < names->num_names; i++) {
		if (strcmp(names->names[i].name, name) != 0)
			continue;
		assert_int_equal(names->names[i].len, len);
		return names->names[i].bytes;
	}
	return NULL;
}

size_t vector_fill(const struct vector *vector, const char *name,
		   const struct vector_names *names, uint8_t *bytes)
{
	const struct vector_part *part = need_part(vector, name);

	memcpy(bytes, part->bytes, part->len);
	for (unsigned int i = 0; i < part->num_holes; i++) {
		const struct vector_hole *hole = &part->holes[i];
		const uint8_t *known = find_name(names, hole->name, hole->len);

		if (!known)
			fail_msg("%s.txt: nobody told <%s>", vector->path,
				 hole->name);
		memcpy(bytes + hole->offset, known, hole->len);
	}
	return part->len;
}

void vector_match(const struct vector *vector, const char *name,
		  struct vector_names *names, const void *bytes, size_t len)
{
	const struct vector_part *part = need_part(vector, name);
	uint8_t expected[VECTOR_MAX_LEN];
	const uint8_t *got = bytes;

	if (len != part->len)
		fail_msg("%s.txt: %s: %zu bytes, not %zu", vector->path, name,
			 len, part->len);
	for (unsigned int i = 0; i < part->num_holes; i++) {
		const struct vector_hole *hole = &part->holes[i];

		if (!find_name(names, hole->name, hole->len))
			vector_set_name(names, hole->name, got + hole->offset,
					hole->len);
	}
	vector_fill(vector, name, names, expected);
	for (size_t i = 0; i < len; i++) {
		if (got[i] != expected[i])
			fail_msg("%s.txt: %s: byte %zu is %02x, not %02x",
				 vector->path, name, i, got[i], expected[i]);
	}
}

void vector_set_name(struct vector_names *names, const char *name,
		     const void *bytes, size_t len)
{
	unsigned int i = 0;

	while (i < names->num_names && strcmp(names->names[i].name, name) != 0)
		i++;
	assert_true(i < VECTOR_MAX_NAMES &&
		    len <= sizeof(names->names[i].bytes));
	if (i == names->num_names)
		names->num_names++;
	snprintf(names->names[i].name, VECTOR_NAME_LEN, "%s", name);
	memcpy(names->names[i].bytes, bytes, len);
	names->names[i].len = len;
}

void vector_get_name(const struct vector_names *names, const char *name,
		     void *bytes, size_t len)
{
	const uint8_t *known = find_name(names, name, len);

	if (!known)
		fail_msg("nobody told <%s>", name);
	memcpy(bytes, known, len);
}

void vector_each(const char *folder,
		 void (*each)(const char *path, void *owner), void *owner)
{
	const size_t root_len = strlen(VECTORS_DIR "/");
	char pattern[512], path[64];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/%s/*.txt", VECTORS_DIR, folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *file = found.gl_pathv[i] + root_len;

		snprintf(path, sizeof(path), "%.*s",
			 (int)(strlen(file) - strlen(".txt")), file);
		each(path, owner);
	}
	globfree(&found);
}

unsigned int vector_ioctls(struct vector_ioctl *ioctls, unsigned int room)
{
	FILE *stream = open_file("ioctls.txt");
	unsigned int count = 0;
	char line[MAX_LINE];

	while (fgets(line, sizeof(line), stream)) {
		struct vector_ioctl *ioctl = &ioctls[count];

		if (line[0] == '#')
			continue;
		assert_true(count++ < room);
		assert_int_equal(sscanf(line, "%31s %u %u %7s %15s",
					ioctl->name, &ioctl->nr, &ioctl->size,
					ioctl->dir, ioctl->tail),
				 5);
	}
	fclose(stream);
	return count;
}
