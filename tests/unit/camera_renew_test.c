// SPDX-License-Identifier: GPL-2.0-only
/* Fresh memory for the slots, since somebody who was shut out may see the old */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "stream_scene.h"

static void renew(struct stream_scene *scene)
{
	const struct camera_renew message = { .hdr.type = CAMERA_RENEW };

	world_tell(&scene->world, &message, sizeof(message));
	for (int i = 0; i < SCENE_CLIENTS; i++) {
		if (scene->clients[i].fd >= 0)
			client_pump(&scene->clients[i]);
	}
}

static ino_t memory_of(const struct camera_client *client)
{
	struct stat status;

	assert_int_equal(fstat(client->slot_fds[0], &status), 0);
	return status.st_ino;
}

static void who_copies_goes_on_with_fresh_memory(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	uint32_t generation = one->slots.generation;
	ino_t memory = memory_of(one);

	renew(scene);
	assert_false(one->closed);
	assert_int_equal(scene->fake.prepares, 2);
	assert_int_equal(scene->fake.starts, 2);
	assert_int_equal(one->slots.first, 0);
	assert_int_not_equal(one->slots.generation, generation);
	assert_int_equal(one->num_slot_fds, 5);
	assert_int_not_equal(memory_of(one), memory);
	scene_fill(scene, 1);
	assert_int_equal(one->frames[0].generation, one->slots.generation);
}

static void whose_buffers_are_the_slots_ends(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_hold(scene, 1, 2);
	struct camera_client *other = scene_enter(scene, 2, 2);

	assert_int_equal(client_start(two), 0);
	renew(scene);
	assert_int_equal(one->error, ESTALE);
	assert_int_equal(two->error, ESTALE);
	assert_true(one->closed && two->closed);
	assert_false(other->closed);
	assert_int_equal(scene->fake.num_slots, 0);
	assert_int_equal(scene->world.num_closed, 2);
}

static void of_both_kinds_one_goes_on(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);
	ino_t memory = memory_of(two);

	renew(scene);
	assert_int_equal(one->error, ESTALE);
	assert_false(two->closed);
	assert_int_not_equal(memory_of(two), memory);
	scene_fill(scene, 1);
	assert_int_equal(two->num_frames, 1);
}

static void frames_of_the_old_memory_are_void(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct session_frame old;

	scene_fill(scene, 2);
	old = client_take_frame(one);
	client_take_frame(one);
	renew(scene);
	/* It has room again, and what it returns is not taken for new ones. */
	scene_fill(scene, 2);
	assert_int_equal(one->num_frames, 2);
	client_release(one, &old);
	assert_false(one->closed);
	assert_int_equal(scene->fake.num_order, 3);
	client_release_all(one);
	assert_int_equal(scene->fake.num_order, 5);
}

static void numbers_go_on_and_no_frame_counts_as_lost(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	for (uint32_t i = 0; i < 20; i++) {
		if (i == 7)
			renew(scene);
		/* Not all drivers begin with 0. */
		if (i == 12) {
			renew(scene);
			scene->fake.sequence = 12 + 30;
		}
		scene_fill(scene, 1);
		assert_int_equal(one->frames[0].sequence, i < 12 ? i : 37 + i);
		client_release_all(one);
	}
	assert_int_equal(scene->world.camera.stream.lost, 0);
}

static void the_pool_is_as_large_as_who_is_left_needs(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *two;

	scene_hold(scene, 0, 2);
	two = scene_stream(scene, 1, 2);
	assert_int_equal(two->num_slot_fds, 8);
	renew(scene);
	assert_int_equal(two->num_slot_fds, 5);
}

static void a_camera_that_does_not_start_again_ends_who_streamed(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *idle = scene_enter(scene, 1, 2);

	scene_fill(scene, 1);
	scene->fake.fail_start = EBUSY;
	renew(scene);
	assert_int_equal(one->error, EBUSY);
	assert_true(one->closed);
	assert_int_equal(scene->fake.num_slots, 0);
	assert_false(idle->closed);
	scene->fake.fail_start = 0;
	assert_int_equal(client_stream(idle), 0);
}

static void a_camera_that_makes_no_slots_ends_who_streamed(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);

	scene_fill(scene, 2);
	scene->fake.fail_prepare = ENOMEM;
	renew(scene);
	assert_int_equal(one->error, ENOMEM);
	assert_int_equal(two->error, ENOMEM);
	scene->fake.fail_prepare = 0;
	client_close(one);
	one = scene_stream(scene, 0, 2);
	scene_fill(scene, 1);
	assert_int_equal(one->num_frames, 1);
}

static void nothing_happens_where_nothing_runs(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_enter(scene, 0, 2);

	renew(scene);
	assert_false(one->closed);
	assert_int_equal(scene->fake.prepares, 0);
	assert_int_equal(client_stream(one), 0);
}

static void one_that_cannot_be_told_ends_and_the_others_go_on(void **state)
{
	const struct camera_renew message = { .hdr.type = CAMERA_RENEW };
	struct stream_scene *scene = *state;
	struct camera_client *deaf = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);

	for (int i = 0; i < 1000 && scene->world.num_closed == 0; i++) {
		world_tell(&scene->world, &message, sizeof(message));
		client_pump(two);
	}
	assert_int_equal(scene->world.num_closed, 1);
	client_pump(deaf);
	assert_true(deaf->closed);
	assert_false(two->closed);
	scene_fill(scene, 1);
	assert_int_equal(two->num_frames, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(who_copies_goes_on_with_fresh_memory),
		SCENE(whose_buffers_are_the_slots_ends),
		SCENE(of_both_kinds_one_goes_on),
		SCENE(frames_of_the_old_memory_are_void),
		SCENE(numbers_go_on_and_no_frame_counts_as_lost),
		SCENE(the_pool_is_as_large_as_who_is_left_needs),
		SCENE(a_camera_that_does_not_start_again_ends_who_streamed),
		SCENE(a_camera_that_makes_no_slots_ends_who_streamed),
		SCENE(nothing_happens_where_nothing_runs),
		SCENE(one_that_cannot_be_told_ends_and_the_others_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
