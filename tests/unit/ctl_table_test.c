// SPDX-License-Identifier: GPL-2.0-only
/* Tables for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "ctl/table.h"

static const struct column columns[] = {
	{ .title = "NAME", .key = "name" },
	{ .title = "SIZE", .key = "size", .format = field_size },
	{ .title = "LAST", .key = "last" },
};

/* What table_print() makes of @json */
static void expect(const char *json, const char *expected)
{
	struct json_object *rows = json ? json_tokener_parse(json) : NULL;
	char text[4096];
	int fds[2], out;
	ssize_t len;

	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	table_print("Things", columns, 3, rows);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	len = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	json_object_put(rows);
	assert_true(len > 0);
	text[len] = '\0';
	assert_string_equal(text, expected);
}

static void a_column_is_as_wide_as_its_widest(void **state)
{
	expect("[{\"name\":\"a\",\"size\":2097152,\"last\":1},"
	       "{\"name\":\"longer\",\"size\":1023,\"last\":22}]",
	       "Things\n"
	       "  NAME    SIZE  LAST\n"
	       "  a       2M    1\n"
	       "  longer  1023  22\n");
}

static void what_is_not_known_is_a_dash(void **state)
{
	expect("[{\"name\":null,\"last\":\"\"},7]",
	       "Things\n"
	       "  NAME  SIZE  LAST\n"
	       "  -     -     -\n"
	       "  -     -     -\n");
}

static void an_empty_one_says_so(void **state)
{
	expect("[]", "Things: none\n");
	expect(NULL, "Things: none\n");
}

static void no_name_speaks_to_the_terminal(void **state)
{
	expect("[{\"name\":\"\\u001b[2J\\n\",\"size\":1,\"last\":\"\\u007f\"}]",
	       "Things\n"
	       "  NAME   SIZE  LAST\n"
	       "  ?[2J?  1     ?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_is_as_wide_as_its_widest),
		cmocka_unit_test(what_is_not_known_is_a_dash),
		cmocka_unit_test(an_empty_one_says_so),
		cmocka_unit_test(no_name_speaks_to_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
