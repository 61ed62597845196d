// SPDX-License-Identifier: GPL-2.0-only
/*
 * must_fail.c - tests that fail, each in its own way, to test the tester.
 *
 * "must_fail NAME" runs one of them; "must_fail" lists the names.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"

static void wrong_value(void **state)
{
	assert_int_equal(1, 2);
}

static void leak(void **state)
{
	void *volatile lost = malloc(16);

	lost = NULL;
	assert_null(lost);
}

static void use_after_free(void **state)
{
	volatile char *volatile bytes = malloc(16);

	free((void *)bytes);
	bytes[0] = 1;
}

static void overflow(void **state)
{
	volatile int most = INT_MAX;

	most = most + 1;
}

static void killed(void **state)
{
	abort();
}

/* The exit status is that of success, but no result was told. */
static void left_early(void **state)
{
	_exit(0);
}

static void endless(void **state)
{
	for (;;)
		pause();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(wrong_value), cmocka_unit_test(leak),
	cmocka_unit_test(use_after_free), cmocka_unit_test(overflow),
	cmocka_unit_test(killed), cmocka_unit_test(left_early),
	cmocka_unit_test(endless),
};

int main(int argc, char **argv)
{
	if (argc == 2) {
		cmocka_set_test_filter(argv[1]);
		return cmocka_run_group_tests(tests, NULL, NULL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		puts(tests[i].name);
	return 0;
}
