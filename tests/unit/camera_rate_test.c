// SPDX-License-Identifier: GPL-2.0-only
/* A session's frame rate, by table */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "camera/rate.h"

#define MOST 0xffffffff
#define NUM(table) (sizeof(table) / sizeof((table)[0]))

static void the_nearest_share_of_the_frames_is_taken(void **state)
{
	static const struct {
		struct v4l2_fract camera;
		struct v4l2_fract asked;
		unsigned int divisor;
	} table[] = {
		{ { 1, 30 }, { 1, 30 }, 1 },
		{ { 1, 30 }, { 1, 60 }, 1 },
		{ { 1, 30 }, { 1, 1000 }, 1 },
		{ { 1, 30 }, { 1, 25 }, 1 },
		{ { 1, 30 }, { 1, 21 }, 1 },
		{ { 1, 30 }, { 1, 20 }, 2 },
		{ { 1, 30 }, { 1, 15 }, 2 },
		{ { 1, 30 }, { 1, 10 }, 3 },
		{ { 1, 30 }, { 1, 9 }, 3 },
		{ { 1, 30 }, { 1, 7 }, 4 },
		{ { 1, 30 }, { 1, 5 }, 6 },
		{ { 1, 30 }, { 1, 1 }, 30 },
		{ { 1001, 30000 }, { 1, 30 }, 1 },
		{ { 1001, 30000 }, { 1, 10 }, 3 },
		{ { 1001, 30000 }, { 1001, 10000 }, 3 },
		{ { 1, 50 }, { 1, 25 }, 2 },
		{ { 2, 60 }, { 3, 30 }, 3 },
	};

	for (size_t i = 0; i < NUM(table); i++)
		assert_int_equal(rate_divisor(&table[i].camera,
					      &table[i].asked),
				 table[i].divisor);
}

static void nobody_gets_less_than_a_frame_a_second(void **state)
{
	static const struct {
		struct v4l2_fract camera;
		unsigned int most;
	} table[] = {
		{ { 1, 30 }, 30 },     { { 1001, 30000 }, 29 },
		{ { 1, 1 }, 1 },       { { 2, 3 }, 1 },
		{ { 5, 1 }, 1 },       { { 1, 120 }, 120 },
		{ { 1, MOST }, 1000 }, { { MOST, 1 }, 1 },
		{ { MOST, MOST }, 1 }, { { 0, 0 }, 1 },
		{ { 0, 30 }, 1 },      { { 1, 0 }, 1 },
	};
	static const struct v4l2_fract an_hour = { 3600, 1 };

	for (size_t i = 0; i < NUM(table); i++) {
		assert_int_equal(rate_max_divisor(&table[i].camera),
				 table[i].most);
		assert_int_equal(rate_divisor(&table[i].camera, &an_hour),
				 table[i].most);
	}
}

static void what_is_no_interval_asks_for_the_cameras_own(void **state)
{
	static const struct v4l2_fract camera = { 1, 30 };
	static const struct v4l2_fract asked[] = {
		{ 0, 0 }, { 0, 5 }, { 1, 0 }, { MOST, 0 }, { 0, MOST },
	};

	for (size_t i = 0; i < NUM(asked); i++)
		assert_int_equal(rate_divisor(&camera, &asked[i]), 1);
}

static void the_camera_that_tells_no_interval_gives_all(void **state)
{
	static const struct v4l2_fract camera[] = {
		{ 0, 0 }, { 0, MOST }, { MOST, 0 },
	};
	static const struct v4l2_fract asked = { 1, 5 };

	for (size_t i = 0; i < NUM(camera); i++)
		assert_int_equal(rate_divisor(&camera[i], &asked), 1);
}

/* The sanitizer is the judge of each step. */
static void no_numbers_are_too_large(void **state)
{
	static const uint32_t numbers[] = {
		0, 1, 2, 3, 999, 1000, 65535, 65536, 65537, 0x7fffffff,
		0x80000000, 0x80000001, MOST - 1, MOST,
	};
	const size_t n = NUM(numbers);

	for (size_t i = 0; i < n * n * n * n; i++) {
		const struct v4l2_fract camera = {
			numbers[i % n], numbers[i / n % n],
		};
		const struct v4l2_fract asked = {
			numbers[i / n / n % n], numbers[i / n / n / n],
		};
		unsigned int divisor = rate_divisor(&camera, &asked);
		struct v4l2_fract own;

		assert_in_range(divisor, 1, rate_max_divisor(&camera));
		own = rate_interval(&camera, divisor);
		/* No interval is worth less than the camera's. */
		assert_true((uint64_t)own.numerator * camera.denominator >=
			    (uint64_t)camera.numerator * own.denominator);
	}
}

static void the_interval_is_so_many_times_the_cameras(void **state)
{
	static const struct {
		struct v4l2_fract camera;
		unsigned int divisor;
		struct v4l2_fract own;
	} table[] = {
		{ { 1, 30 }, 1, { 1, 30 } },
		{ { 1, 30 }, 2, { 1, 15 } },
		{ { 1, 30 }, 7, { 7, 30 } },
		{ { 1, 30 }, 30, { 1, 1 } },
		{ { 1001, 30000 }, 1, { 1001, 30000 } },
		{ { 1001, 30000 }, 7, { 7007, 30000 } },
		{ { 1001, 30000 }, 29, { 29029, 30000 } },
		{ { 2, 60 }, 1, { 2, 60 } },
		{ { 1, MOST }, 1000, { 200, 858993459 } },
		{ { 4000000, 4000000000 }, 1000,
		  { 4000000, 4000000 } },
		{ { 0, 0 }, 1, { 0, 0 } },
	};
	struct v4l2_fract own;

	for (size_t i = 0; i < NUM(table); i++) {
		own = rate_interval(&table[i].camera, table[i].divisor);
		assert_int_equal(own.numerator, table[i].own.numerator);
		assert_int_equal(own.denominator, table[i].own.denominator);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_share_of_the_frames_is_taken),
		cmocka_unit_test(nobody_gets_less_than_a_frame_a_second),
		cmocka_unit_test(what_is_no_interval_asks_for_the_cameras_own),
		cmocka_unit_test(the_camera_that_tells_no_interval_gives_all),
		cmocka_unit_test(no_numbers_are_too_large),
		cmocka_unit_test(the_interval_is_so_many_times_the_cameras),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
