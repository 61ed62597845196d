// SPDX-License-Identifier: GPL-2.0-only
/* Counting: slots, frames, claims */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "camera/arbiter.h"
#include "camera/frame.h"
#include "camera/pool.h"

/* A pool of that size, all of which the driver has */
static void begin(struct frames *frames, unsigned int num_slots)
{
	frames_init(frames, num_slots);
	for (unsigned int i = 0; i < num_slots; i++)
		frames_queued(frames, i);
}

static void nobody_has_a_slot_at_first(void **state)
{
	struct frames frames;

	frames_init(&frames, 5);
	assert_int_equal(frames.num_queued, 0);
	assert_true(frames_idle(&frames, 4));
}

static void a_driver_that_stops_has_no_slot(void **state)
{
	struct frames frames;

	begin(&frames, 3);
	frames_filled(&frames, 1);
	frames_lend(&frames, 1);
	frames_stopped(&frames);
	assert_int_equal(frames.num_queued, 0);
	assert_true(frames_idle(&frames, 0));
	assert_false(frames_idle(&frames, 1));
	assert_int_equal(frames_filled(&frames, 2), -EINVAL);
}

static void a_slot_the_driver_has_not_cannot_be_filled(void **state)
{
	struct frames frames;

	begin(&frames, 4);
	assert_int_equal(frames_filled(&frames, 2), 0);
	assert_int_equal(frames_filled(&frames, 2), -EINVAL);
	assert_int_equal(frames_filled(&frames, 4), -EINVAL);
	assert_int_equal(frames_filled(&frames, UINT32_MAX), -EINVAL);
	assert_int_equal(frames.num_queued, 3);
}

static void the_last_reader_returns_the_frame(void **state)
{
	struct frames frames;

	begin(&frames, 4);
	frames_filled(&frames, 1);
	frames_lend(&frames, 1);
	frames_lend(&frames, 1);
	assert_false(frames_return(&frames, 1));
	assert_false(frames_idle(&frames, 1));
	assert_true(frames_return(&frames, 1));
	assert_true(frames_idle(&frames, 1));
}

static void nobody_has_slots_that_are_added(void **state)
{
	struct frames frames;

	begin(&frames, 4);
	frames_filled(&frames, 0);
	frames_lend(&frames, 0);
	frames_grow(&frames, 6);
	assert_int_equal(frames.num_slots, 6);
	assert_int_equal(frames.num_queued, 3);
	assert_true(frames_idle(&frames, 4));
	assert_true(frames_idle(&frames, 5));
	assert_false(frames_idle(&frames, 0));
	frames_queued(&frames, 5);
	assert_int_equal(frames_filled(&frames, 5), 0);
}

static void two_slots_stay_with_the_driver(void **state)
{
	struct frames frames;

	begin(&frames, 4);
	frames_filled(&frames, 0);
	assert_true(frames_may_lend(&frames));
	frames_filled(&frames, 1);
	assert_true(frames_may_lend(&frames));
	frames_filled(&frames, 2);
	assert_false(frames_may_lend(&frames));
}

static void a_tiny_pool_is_lent_all_the_same(void **state)
{
	struct frames frames;

	begin(&frames, 2);
	frames_filled(&frames, 0);
	assert_true(frames_may_lend(&frames));
}

static void a_pool_of_the_largest_size_is_counted(void **state)
{
	struct frames frames;

	begin(&frames, SESSION_MAX_SLOTS);
	for (unsigned int i = 0; i < SESSION_MAX_SLOTS; i++)
		assert_int_equal(frames_filled(&frames, i), 0);
	assert_int_equal(frames.queued, 0);
}

static void a_pool_that_no_message_can_carry_is_refused(void **state)
{
	uint32_t sizes[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct pool pool;

	pool_init(&pool);
	assert_int_equal(pool_layout(&pool, 25, 1, sizes), -ENOBUFS);
	assert_int_equal(pool_layout(&pool, 4, 9, sizes), -ENOBUFS);
	assert_int_equal(pool_num_fds(&pool), 0);
}

static void a_pool_of_nothing_is_refused(void **state)
{
	uint32_t sizes[2] = { 1, 0 };
	struct pool pool;

	pool_init(&pool);
	assert_int_equal(pool_layout(&pool, 0, 1, sizes), -EINVAL);
	assert_int_equal(pool_layout(&pool, 4, 0, sizes), -EINVAL);
	assert_int_equal(pool_layout(&pool, 4, 2, sizes), -EINVAL);
}

static void a_pool_closes_what_it_was_given(void **state)
{
	uint32_t size = 1;
	struct pool pool;
	int fd = dup(0);

	pool_init(&pool);
	assert_int_equal(pool_layout(&pool, 4, 1, &size), 0);
	pool_set_fd(&pool, 3, 0, fd);
	pool_finish(&pool);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	pool_finish(&pool);
}

static void a_pool_grows_to_what_a_message_can_carry(void **state)
{
	uint32_t size = 1;
	struct pool pool;

	pool_init(&pool);
	assert_int_equal(pool_layout(&pool, SESSION_MAX_SLOTS - 1, 1, &size),
			 0);
	assert_int_equal(pool_add_slot(&pool), 0);
	assert_int_equal(pool_add_slot(&pool), -ENOBUFS);
	assert_int_equal(pool.num_slots, SESSION_MAX_SLOTS);
}

static void a_slot_that_is_dropped_closes_its_own(void **state)
{
	uint32_t sizes[2] = { 1, 1 };
	struct pool pool;
	int kept = dup(0), lost = dup(0);

	pool_init(&pool);
	assert_int_equal(pool_layout(&pool, 1, 2, sizes), 0);
	pool_set_fd(&pool, 0, 1, kept);
	assert_int_equal(pool_add_slot(&pool), 0);
	pool_set_fd(&pool, 1, 0, lost);
	pool_drop_slot(&pool);
	assert_int_equal(pool.num_slots, 1);
	assert_int_equal(fcntl(lost, F_GETFD), -1);
	assert_int_not_equal(fcntl(kept, F_GETFD), -1);

	/* Its place is free again. */
	assert_int_equal(pool_add_slot(&pool), 0);
	pool_set_fd(&pool, 1, 0, dup(0));
	pool_finish(&pool);
	assert_int_equal(fcntl(kept, F_GETFD), -1);
}

static void who_has_buffers_keeps_the_mode(void **state)
{
	struct arbiter arbiter = { 0 };
	struct claim one = { 0 }, two = { 0 };

	assert_false(arbiter_is_kept(&arbiter));
	arbiter_take(&arbiter, &one);
	assert_true(arbiter_is_kept(&arbiter));
	assert_false(arbiter_is_kept_by_others(&arbiter, &one));
	assert_true(arbiter_is_kept_by_others(&arbiter, &two));
}

static void the_last_to_free_its_buffers_lets_go(void **state)
{
	struct arbiter arbiter = { 0 };
	struct claim one = { 0 }, two = { 0 };

	arbiter_take(&arbiter, &one);
	arbiter_take(&arbiter, &two);
	arbiter_drop(&arbiter, &one);
	assert_true(arbiter_is_kept(&arbiter));
	assert_true(arbiter_is_kept_by_others(&arbiter, &one));
	assert_false(arbiter_is_kept_by_others(&arbiter, &two));
	arbiter_drop(&arbiter, &two);
	assert_false(arbiter_is_kept(&arbiter));
}

static void taking_or_freeing_twice_counts_once(void **state)
{
	struct arbiter arbiter = { 0 };
	struct claim one = { 0 }, two = { 0 };

	arbiter_take(&arbiter, &one);
	arbiter_take(&arbiter, &one);
	arbiter_drop(&arbiter, &two);
	assert_int_equal(arbiter.num_owners, 1);
	arbiter_drop(&arbiter, &one);
	arbiter_drop(&arbiter, &one);
	assert_int_equal(arbiter.num_owners, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_a_slot_at_first),
		cmocka_unit_test(a_driver_that_stops_has_no_slot),
		cmocka_unit_test(a_slot_the_driver_has_not_cannot_be_filled),
		cmocka_unit_test(the_last_reader_returns_the_frame),
		cmocka_unit_test(nobody_has_slots_that_are_added),
		cmocka_unit_test(two_slots_stay_with_the_driver),
		cmocka_unit_test(a_tiny_pool_is_lent_all_the_same),
		cmocka_unit_test(a_pool_of_the_largest_size_is_counted),
		cmocka_unit_test(a_pool_that_no_message_can_carry_is_refused),
		cmocka_unit_test(a_pool_of_nothing_is_refused),
		cmocka_unit_test(a_pool_closes_what_it_was_given),
		cmocka_unit_test(a_pool_grows_to_what_a_message_can_carry),
		cmocka_unit_test(a_slot_that_is_dropped_closes_its_own),
		cmocka_unit_test(who_has_buffers_keeps_the_mode),
		cmocka_unit_test(the_last_to_free_its_buffers_lets_go),
		cmocka_unit_test(taking_or_freeing_twice_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
