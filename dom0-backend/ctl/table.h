/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - a list of JSON objects as a table for people. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>

#include "ctl/field.h"

struct json_object;

/* Most columns of a table */
#define TABLE_MAX_COLUMNS 24

/**
 * struct column - of a table
 * @title: its head
 * @key: of the value in each object; absent and null are "-"
 * @format: of the value; NULL: as it is
 */
struct column {
	const char *title;
	const char *key;
	field_format *format;
};

/**
 * table_print() - to standard output
 * @title: stands above it
 * @rows: array of objects; borrowed; NULL is as empty
 */
void table_print(const char *title, const struct column *columns, size_t count,
		 struct json_object *rows);

#endif /* CTL_TABLE_H */
