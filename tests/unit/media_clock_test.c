// SPDX-License-Identifier: GPL-2.0-only
/* The device's clock, as it is read out of the configuration space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media/clock.h"

static uint64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t time_of(const struct virtio_media_clock *clock)
{
	return (uint64_t)le32_to_cpu(clock->high) << 32 |
	       le32_to_cpu(clock->low);
}

static void it_is_behind_the_device_description(void **state)
{
	assert_int_equal(MEDIA_CLOCK_OFFSET, 40);
}

static void reading_its_first_byte_takes_the_time(void **state)
{
	const uint64_t before = monotonic();
	struct virtio_media_clock clock = {0};

	media_clock_update(&clock, true, 40);
	assert_in_range(time_of(&clock), before, monotonic());
}

static void the_rest_is_of_the_same_time(void **state)
{
	struct virtio_media_clock clock = {0};
	uint64_t latched;

	media_clock_update(&clock, true, 40);
	latched = time_of(&clock);
	for (size_t offset = 41; offset < 48; offset++)
		media_clock_update(&clock, true, offset);
	assert_true(time_of(&clock) == latched);
}

static void reading_it_again_takes_the_time_again(void **state)
{
	struct virtio_media_clock clock = {0};
	uint64_t first;

	media_clock_update(&clock, true, 40);
	first = time_of(&clock);
	while (monotonic() == first)
		;
	media_clock_update(&clock, true, 40);
	assert_true(time_of(&clock) > first);
}

static void who_did_not_ask_for_it_reads_nothing(void **state)
{
	struct virtio_media_clock clock = {cpu_to_le32(1), cpu_to_le32(2)};

	media_clock_update(&clock, false, 40);
	assert_int_equal(time_of(&clock), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_behind_the_device_description),
		cmocka_unit_test(reading_its_first_byte_takes_the_time),
		cmocka_unit_test(the_rest_is_of_the_same_time),
		cmocka_unit_test(reading_it_again_takes_the_time_again),
		cmocka_unit_test(who_did_not_ask_for_it_reads_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
