// SPDX-License-Identifier: GPL-2.0-only
/* How often a loop had something to do */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/wakeups.h"

/**
 * struct scene - a loop, and timers of which the last one leaves it
 * @before: wake-ups of earlier tests
 * @ticks: that are still to come
 */
struct scene {
	struct event_base *base;
	uint64_t before;
	unsigned int ticks;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->base = event_base_new();
	scene->before = wakeups_count();
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	event_base_free(scene->base);
	free(scene);
	return 0;
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	if (--scene->ticks == 0)
		event_base_loopbreak(scene->base);
}

static struct event *add_timer(struct scene *scene, int usec)
{
	const struct timeval interval = { .tv_usec = usec };
	struct event *timer = event_new(scene->base, -1, EV_PERSIST, tick,
					scene);

	assert_non_null(timer);
	event_add(timer, &interval);
	return timer;
}

static void what_comes_one_after_the_other_wakes_each_time(void **state)
{
	struct scene *scene = *state;
	struct event *timer = add_timer(scene, 1000);

	scene->ticks = 5;
	assert_int_equal(wakeups_dispatch(scene->base), 0);
	assert_int_equal(wakeups_count() - scene->before, 5);
	event_free(timer);
}

static void what_is_there_at_a_time_wakes_once(void **state)
{
	struct scene *scene = *state;
	struct event *timers[3];

	for (int i = 0; i < 3; i++) {
		timers[i] = add_timer(scene, 500000);
		event_active(timers[i], EV_TIMEOUT, 0);
	}
	scene->ticks = 3;
	assert_int_equal(wakeups_dispatch(scene->base), 0);
	assert_int_equal(wakeups_count() - scene->before, 1);
	for (int i = 0; i < 3; i++)
		event_free(timers[i]);
}

static void a_loop_that_has_nothing_to_wait_for_ends(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(wakeups_dispatch(scene->base), 1);
	assert_int_equal(wakeups_count() - scene->before, 0);
}

static void a_loop_ends_when_it_is_to_exit(void **state)
{
	static const struct timeval soon = { .tv_usec = 3000 };
	struct scene *scene = *state;
	struct event *timer = add_timer(scene, 1000000);

	event_base_loopexit(scene->base, &soon);
	assert_int_equal(wakeups_dispatch(scene->base), 0);
	assert_int_equal(wakeups_count() - scene->before, 1);
	event_free(timer);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(what_comes_one_after_the_other_wakes_each_time),
		SCENE(what_is_there_at_a_time_wakes_once),
		SCENE(a_loop_that_has_nothing_to_wait_for_ends),
		SCENE(a_loop_ends_when_it_is_to_exit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
