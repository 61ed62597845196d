// SPDX-License-Identifier: GPL-2.0-only
/* How fast commands are taken. The clock is the test's; only timers are real. */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/util.h"
#include "media/account.h"
#include "media/pace.h"

#define MSEC UINT64_C(1000000)

static uint64_t now_ns;

static uint64_t fake_clock(void)
{
	return now_ns;
}

/* @wants: what it takes at most in its turn; @got: so far; @gone: turns */
struct taker {
	struct pace *pace;
	struct pace_waiter waiter;
	unsigned int wants;
	unsigned int got;
	unsigned int gone;
};

struct bench {
	struct event_base *base;
	struct account account;
	struct pace *pace;
	struct taker one, two;
};

/* Take until there is no more, or enough */
static unsigned int take(struct taker *taker, unsigned int most)
{
	unsigned int got = 0;

	while (got < most && pace_take(taker->pace, &taker->waiter))
		got++;
	taker->got += got;
	return got;
}

static void go(void *owner)
{
	struct taker *taker = owner;

	taker->gone++;
	take(taker, taker->wants);
}

static void init_taker(struct bench *bench, struct taker *taker)
{
	taker->pace = bench->pace;
	pace_waiter_init(&taker->waiter, go, taker);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	now_ns = 12345 * MSEC;
	bench->base = event_base_new();
	assert_int_equal(pace_create(bench->base, &bench->account, fake_clock,
				     &bench->pace),
			 0);
	init_taker(bench, &bench->one);
	init_taker(bench, &bench->two);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	pace_forget(bench->pace, &bench->one.waiter);
	pace_forget(bench->pace, &bench->two.waiter);
	pace_destroy(bench->pace);
	event_base_free(bench->base);
	free(bench);
	return 0;
}

static void limit(struct bench *bench, uint64_t rate)
{
	bench->account.limits.limit[QUOTA_COMMANDS] = rate;
	pace_changed(bench->pace);
}

/* The next timer */
static void run(struct bench *bench)
{
	event_base_loop(bench->base, EVLOOP_ONCE);
}

static unsigned int timers(struct bench *bench)
{
	return event_base_get_num_events(bench->base, EVENT_BASE_COUNT_ADDED);
}

static void a_full_bucket_holds_a_quarter_of_a_second(void **state)
{
	static const struct {
		uint64_t rate;
		unsigned int tokens;
	} cases[] = {
		{1, 32},     {100, 32},	      {128, 32}, {132, 33},
		{1000, 250}, {10000, 2500}, {0, 5000},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		limit(bench, cases[i].rate);
		assert_int_equal(take(&bench->one, 5000), cases[i].tokens);
		pace_forget(bench->pace, &bench->one.waiter);
		now_ns += 100000 * MSEC;
	}
}

static void an_empty_bucket_fills_at_its_rate(void **state)
{
	static const struct {
		uint64_t rate;
		uint64_t ms;
		unsigned int tokens;
	} cases[] = {
		{1000, 0, 0},	{1000, 1, 1},	{1000, 10, 10},
		{1000, 249, 249}, {1000, 3600000, 250}, {1, 999, 0},
		{1, 1000, 1},	{1, 5500, 5},	{50, 20, 1},
		{50, 19, 0},	{10000, 10, 100},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("case %zu\n", i);
		limit(bench, cases[i].rate);
		take(&bench->one, UINT32_MAX);
		pace_forget(bench->pace, &bench->one.waiter);
		now_ns += cases[i].ms * MSEC;
		assert_int_equal(take(&bench->one, UINT32_MAX),
				 cases[i].tokens);
		pace_forget(bench->pace, &bench->one.waiter);
		now_ns += 100000 * MSEC;
	}
}

static void each_that_is_taken_is_counted(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1);
	take(&bench->one, 40);
	assert_int_equal(bench->account.commands, 32);
	limit(bench, 0);
	pace_forget(bench->pace, &bench->one.waiter);
	take(&bench->one, 40);
	assert_int_equal(bench->account.commands, 72);
}

static void who_has_to_wait_is_counted_once(void **state)
{
	struct bench *bench = *state;

	limit(bench, 100);
	take(&bench->one, 32);
	assert_int_equal(bench->account.refused[QUOTA_COMMANDS], 0);
	for (int i = 0; i < 10; i++)
		take(&bench->one, 1);
	assert_int_equal(bench->account.refused[QUOTA_COMMANDS], 1);
}

static void who_waits_goes_on_when_there_are_tokens(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	take(&bench->one, 1000);
	bench->one.wants = 5;
	now_ns += 10 * MSEC;
	run(bench);
	assert_int_equal(bench->one.gone, 1);
	assert_int_equal(bench->one.got, 255);
}

static void who_waits_does_not_go_on_before(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	take(&bench->one, 1000);
	run(bench);
	assert_int_equal(bench->one.gone, 0);
	now_ns += 10 * MSEC;
	run(bench);
	assert_int_equal(bench->one.gone, 1);
}

static void nothing_happens_while_nobody_waits(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	take(&bench->one, 250);
	assert_int_equal(timers(bench), 0);
	take(&bench->one, 1);
	assert_int_equal(timers(bench), 1);
	now_ns += 10 * MSEC;
	run(bench);
	assert_int_equal(timers(bench), 0);
}

static void who_is_forgotten_is_not_called(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	take(&bench->one, 1000);
	pace_forget(bench->pace, &bench->one.waiter);
	assert_int_equal(timers(bench), 0);
}

static void two_that_want_all_go_in_turn(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	bench->one.wants = 1000;
	bench->two.wants = 1000;
	take(&bench->one, 1000);
	take(&bench->two, 1000);
	for (int i = 0; i < 10; i++) {
		now_ns += 10 * MSEC;
		run(bench);
	}
	assert_int_equal(bench->one.gone, 5);
	assert_int_equal(bench->two.gone, 5);
}

static void who_comes_later_does_not_overtake(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1000);
	take(&bench->one, 1000);
	now_ns += 5 * MSEC;
	assert_int_equal(take(&bench->two, 1), 0);
	bench->one.wants = 1;
	bench->two.wants = 1;
	now_ns += 5 * MSEC;
	run(bench);
	assert_int_equal(bench->one.gone, 1);
	run(bench);
	assert_int_equal(bench->two.got, 1);
}

static void a_higher_limit_ends_a_long_wait(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1);
	take(&bench->one, 1000);
	limit(bench, 1000);
	bench->one.wants = 10;
	now_ns += 10 * MSEC;
	run(bench);
	assert_int_equal(bench->one.got, 32 + 10);
}

static void without_a_limit_nobody_waits(void **state)
{
	struct bench *bench = *state;

	limit(bench, 1);
	take(&bench->one, 1000);
	bench->one.wants = 1000;
	limit(bench, 0);
	run(bench);
	assert_int_equal(bench->one.got, 32 + 1000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_bucket_holds_a_quarter_of_a_second),
		TEST(an_empty_bucket_fills_at_its_rate),
		TEST(each_that_is_taken_is_counted),
		TEST(who_has_to_wait_is_counted_once),
		TEST(who_waits_goes_on_when_there_are_tokens),
		TEST(who_waits_does_not_go_on_before),
		TEST(nothing_happens_while_nobody_waits),
		TEST(who_is_forgotten_is_not_called),
		TEST(two_that_want_all_go_in_turn),
		TEST(who_comes_later_does_not_overtake),
		TEST(a_higher_limit_ends_a_long_wait),
		TEST(without_a_limit_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
