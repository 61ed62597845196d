// SPDX-License-Identifier: GPL-2.0-only
/* Where windows can be, and what of them has pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/window.h"

#define MIB UINT64_C(0x100000)
#define GIB (1024 * MIB)

static const struct window_place usual = {128 * MIB, 4 * GIB};

static struct window window;

static int set_up(void **state)
{
	window_init(&window, &usual, 0);
	return 0;
}

static void the_holes_of_a_guest_are_free(void **state)
{
	assert_null(window_obstacle(4 * GIB, 4 * GIB));
	assert_null(window_obstacle(0x04200000, 0x0be00000));
	assert_null(window_obstacle(0x33000000, 0x05000000));
	assert_null(window_obstacle(0x3a000000, 0x06000000));
}

static void what_a_guest_has_is_not(void **state)
{
	static const uint64_t taken[] = {
		0, 0x02000000, 0x04000000, 0x10000000, 0x20000000, 0x22000000,
		0x32e00000, 0x38000000, 0x39e00000, 0x40000000, 0xffe00000,
		8 * GIB, 0x100000000000,
	};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		assert_non_null(window_obstacle(taken[i], WINDOW_BLOCK));
}

static void a_window_may_not_reach_into_it(void **state)
{
	assert_string_equal(window_obstacle(8 * GIB - WINDOW_BLOCK,
					    2 * WINDOW_BLOCK),
			    "the guest's memory");
	assert_string_equal(window_obstacle(0x33000000, 0x06000000),
			    "the grant table");
	assert_non_null(window_obstacle(UINT64_MAX - WINDOW_BLOCK + 1,
					2 * WINDOW_BLOCK));
}

static void windows_of_a_guest_are_one_behind_the_other(void **state)
{
	window_init(&window, &usual, 2);
	assert_true(window.base == 4 * GIB + 256 * MIB);
	assert_int_equal(window.len, 128 * MIB);
}

static void a_device_without_room_has_none(void **state)
{
	const struct window_place place = {40 * MIB, 0x33000000};

	assert_int_equal(window_room(&place), 2);
	window_init(&window, &place, 1);
	assert_int_equal(window.len, 40 * MIB);
	window_init(&window, &place, 2);
	assert_int_equal(window.len, 0);
}

static void a_size_of_nothing_is_no_window(void **state)
{
	const struct window_place none = {0, 4 * GIB};

	assert_int_equal(window_room(&none), 0);
	window_init(&window, &none, 0);
	assert_int_equal(window.len, 0);
	assert_false(window_has(&window, 0, WINDOW_BLOCK));
}

static void only_whole_blocks_of_it_are_of_it(void **state)
{
	assert_true(window_has(&window, 0, 128 * MIB));
	assert_true(window_has(&window, 126 * MIB, 2 * MIB));
	assert_false(window_has(&window, 0, 0));
	assert_false(window_has(&window, MIB, 2 * MIB));
	assert_false(window_has(&window, 0, 3 * MIB));
}

static void nothing_beyond_it_is_of_it(void **state)
{
	assert_false(window_has(&window, 128 * MIB, 2 * MIB));
	assert_false(window_has(&window, 126 * MIB, 4 * MIB));
	assert_false(window_has(&window, 130 * MIB, 2 * MIB));
	assert_false(window_has(&window, 2 * MIB, UINT64_MAX - 2 * MIB + 1));
}

static void it_remembers_what_has_pages(void **state)
{
	assert_int_equal(window_bytes(&window), 0);
	window_set_pages(&window, 2 * MIB, 4 * MIB);
	assert_int_equal(window_bytes(&window), 4 * MIB);
	assert_int_equal(window_missing(&window, 0, 8 * MIB), 4 * MIB);
	assert_int_equal(window_missing(&window, 2 * MIB, 4 * MIB), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_holes_of_a_guest_are_free),
		TEST(what_a_guest_has_is_not),
		TEST(a_window_may_not_reach_into_it),
		TEST(windows_of_a_guest_are_one_behind_the_other),
		TEST(a_device_without_room_has_none),
		TEST(a_size_of_nothing_is_no_window),
		TEST(only_whole_blocks_of_it_are_of_it),
		TEST(nothing_beyond_it_is_of_it),
		TEST(it_remembers_what_has_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
