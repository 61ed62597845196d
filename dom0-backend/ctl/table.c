// SPDX-License-Identifier: GPL-2.0-only
#include "ctl/table.h"

#include <assert.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

static size_t width_of(const struct column *column, struct json_object *rows,
		       size_t num_rows)
{
	size_t width = strlen(column->title);
	char cell[FIELD_SIZE];

	for (size_t r = 0; r < num_rows; r++) {
		field_print(cell, json_object_array_get_idx(rows, r),
			    column->key, column->format);
		width = MAX(width, strlen(cell));
	}
	return width;
}

static void print_cell(const char *cell, size_t width, bool last)
{
	/* Nothing follows the last: no blanks at the end of a line. */
	if (last)
		printf("  %s\n", cell);
	else
		printf("  %-*s", (int)width, cell);
}

void table_print(const char *title, const struct column *columns, size_t count,
		 struct json_object *rows)
{
	size_t num_rows = rows ? json_object_array_length(rows) : 0;
	size_t widths[TABLE_MAX_COLUMNS];
	char cell[FIELD_SIZE];

	assert(count > 0 && count <= TABLE_MAX_COLUMNS);
	printf("%s%s\n", title, num_rows ? "" : ": none");
	if (num_rows == 0)
		return;
	for (size_t c = 0; c < count; c++) {
		widths[c] = width_of(&columns[c], rows, num_rows);
		print_cell(columns[c].title, widths[c], c + 1 == count);
	}
	for (size_t r = 0; r < num_rows; r++) {
		for (size_t c = 0; c < count; c++) {
			field_print(cell, json_object_array_get_idx(rows, r),
				    columns[c].key, columns[c].format);
			print_cell(cell, widths[c], c + 1 == count);
		}
	}
}
