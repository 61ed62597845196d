// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/event.h>

#include "pair_scene.h"

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->one, &scene->world, 2);
	client_open(&scene->two, &scene->world, 2);
	*state = scene;
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->one);
	client_close(&scene->two);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert_int_equal(scene->fake.handles, 0);
	assert_int_equal(scene->fake.num_slots, 0);
	free(scene);
	return 0;
}
