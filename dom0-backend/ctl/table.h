/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - a list of JSON objects as a table for people. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/**
 * struct column - of a table
 * @title: its head
 * @key: of the value in each object; absent and null are "-"
 * @hex: the value is an address
 */
struct column {
	const char *title;
	const char *key;
	bool hex;
};

/**
 * table_print() - to standard output
 * @title: stands above it
 * @rows: array of objects; borrowed
 */
void table_print(const char *title, const struct column *columns, size_t count,
		 struct json_object *rows);

#endif /* CTL_TABLE_H */
