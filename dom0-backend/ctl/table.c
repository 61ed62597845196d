// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/table.h"

#include <assert.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define MAX_CELL 128
#define MAX_COLUMNS 16

/* Names come from drivers and guests: they must not speak to the terminal. */
static void make_harmless(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

static void format_cell(char *cell, const struct column *column,
			struct json_object *row)
{
	struct json_object *value;

	if (!json_object_object_get_ex(row, column->key, &value) || !value)
		snprintf(cell, MAX_CELL, "-");
	else if (json_object_is_type(value, json_type_boolean))
		snprintf(cell, MAX_CELL, "%s",
			 json_object_get_boolean(value) ? "yes" : "no");
	else if (column->hex)
		snprintf(cell, MAX_CELL, "0x%llx",
			 (unsigned long long)json_object_get_uint64(value));
	else
		snprintf(cell, MAX_CELL, "%s", json_object_get_string(value));
	if (!*cell)
		snprintf(cell, MAX_CELL, "-");
	make_harmless(cell);
}

static void print_row(const char *const *cells, const size_t *widths,
		      size_t count)
{
	/* Nothing follows the last: no blanks at the end of a line. */
	for (size_t i = 0; i + 1 < count; i++)
		printf("  %-*s", (int)widths[i], cells[i]);
	printf("  %s\n", cells[count - 1]);
}

void table_print(const char *title, const struct column *columns, size_t count,
		 struct json_object *rows)
{
	size_t num_rows = rows ? json_object_array_length(rows) : 0;
	const char *cells[MAX_COLUMNS] = { NULL };
	char text[MAX_COLUMNS][MAX_CELL];
	size_t widths[MAX_COLUMNS] = { 0 };

	assert(count > 0 && count <= MAX_COLUMNS);
	printf("%s%s\n", title, num_rows ? "" : ": none");
	for (size_t c = 0; c < count; c++) {
		widths[c] = strlen(columns[c].title);
		for (size_t r = 0; r < num_rows; r++) {
			format_cell(text[c], &columns[c],
				    json_object_array_get_idx(rows, r));
			widths[c] = MAX(widths[c], strlen(text[c]));
		}
		cells[c] = columns[c].title;
	}
	if (num_rows > 0)
		print_row(cells, widths, count);
	for (size_t r = 0; r < num_rows; r++) {
		for (size_t c = 0; c < count; c++) {
			format_cell(text[c], &columns[c],
				    json_object_array_get_idx(rows, r));
			cells[c] = text[c];
		}
		print_row(cells, widths, count);
	}
}
