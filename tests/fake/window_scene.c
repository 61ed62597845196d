// SPDX-License-Identifier: GPL-2.0-only
#include "window_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hyp/guest_mem.h"

/* Tags that are not small numbers by chance */
#define FIRST_TAG 100

static int populate(void *owner, uint64_t offset, uint64_t len, uint32_t *tag)
{
	struct scene *scene = owner;

	if (scene->error < 0)
		return scene->error;
	scene->offset = offset;
	scene->len = len;
	*tag = FIRST_TAG + ++scene->asked;
	return 0;
}

static void done(struct window_wait *wait, int error)
{
	struct waiter *waiter = (struct waiter *)wait;

	waiter->calls++;
	waiter->error = error;
	if (error < 0) {
		window_chunk_put(waiter->left);
		waiter->left = NULL;
	}
}

int scene_set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct window_params params = {
		.base = HYP_FAKE_WINDOW,
		.len = HYP_FAKE_WINDOW_LEN,
		.populate = populate,
		.owner = scene,
	};

	assert_non_null(scene);
	scene->fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(scene->fake), 0,
					  &params.mem),
			 0);
	scene->mem = params.mem;
	assert_int_equal(window_create(&params, &scene->window), 0);
	for (size_t i = 0; i < 3; i++)
		window_wait_init(&scene->waiters[i].wait, done);
	*state = scene;
	return 0;
}

int scene_tear_down(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(window_allocated(scene->window), 0);
	window_destroy(scene->window);
	guest_mem_destroy(scene->mem);
	hyp_fake_destroy(scene->fake);
	free(scene);
	return 0;
}

struct window_chunk *scene_alloc(struct scene *scene, uint64_t len)
{
	struct window_chunk *chunk;

	assert_int_equal(window_alloc(scene->window, len, &chunk), 0);
	return chunk;
}

struct waiter *scene_wait(struct scene *scene, unsigned int who)
{
	window_populate(scene->window, &scene->waiters[who].wait);
	return &scene->waiters[who];
}

void scene_answer(struct scene *scene, int error)
{
	if (error == 0)
		hyp_fake_populate(scene->fake, HYP_FAKE_WINDOW + scene->offset,
				  scene->len);
	assert_true(window_populated(scene->window, FIRST_TAG + scene->asked,
				     error));
}

struct window_chunk *scene_chunk_with_pages(struct scene *scene, uint64_t len)
{
	struct window_chunk *chunk = scene_alloc(scene, len);

	scene_wait(scene, 0);
	scene_answer(scene, 0);
	return chunk;
}
