// SPDX-License-Identifier: GPL-2.0-only
/* The camera's loop: frames do not wait until all others had their turn */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "camera/loop.h"

#define NUM_SLOW 4
#define FRAME_USEC 20000

/**
 * struct scene - a camera, and work that takes longer than a frame
 * @seen: frames that had come when the work of that number began
 */
struct scene {
	struct event_base *base;
	struct event *frame;
	struct event *slow[NUM_SLOW];
	unsigned int begun;
	unsigned int frames;
	unsigned int seen[NUM_SLOW];
};

static void filled(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	scene->frames++;
}

static void work(evutil_socket_t fd, short what, void *arg)
{
	struct scene *scene = arg;

	scene->seen[scene->begun++] = scene->frames;
	usleep(2 * FRAME_USEC);
	if (scene->begun == NUM_SLOW)
		event_base_loopbreak(scene->base);
}

static int setup(void **state)
{
	static const struct timeval interval = { 0, FRAME_USEC };
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->base = loop_create();
	assert_non_null(scene->base);
	scene->frame = event_new(scene->base, -1, EV_PERSIST, filled, scene);
	event_priority_set(scene->frame, LOOP_FRAMES);
	event_add(scene->frame, &interval);
	for (int i = 0; i < NUM_SLOW; i++)
		scene->slow[i] = event_new(scene->base, -1, 0, work, scene);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < NUM_SLOW; i++)
		event_free(scene->slow[i]);
	event_free(scene->frame);
	event_base_free(scene->base);
	free(scene);
	return 0;
}

static void a_frame_waits_for_one_that_is_at_work_not_for_all(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < NUM_SLOW; i++)
		event_active(scene->slow[i], EV_TIMEOUT, 0);
	event_base_dispatch(scene->base);
	assert_int_equal(scene->begun, NUM_SLOW);
	for (int i = 1; i < NUM_SLOW; i++)
		assert_true(scene->seen[i] > scene->seen[i - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_frame_waits_for_one_that_is_at_work_not_for_all,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
