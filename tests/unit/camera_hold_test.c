// SPDX-License-Identifier: GPL-2.0-only
/* Sessions whose buffers are the slots: what they keep, and for how long */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "stream_scene.h"

#define MMAP V4L2_MEMORY_MMAP
#define USERPTR V4L2_MEMORY_USERPTR

static int ask(struct camera_client *client, uint32_t memory,
	       unsigned int count)
{
	return client_reqbufs(client, memory, &count);
}

static void set_slots(struct stream_scene *scene, uint32_t slots)
{
	const struct camera_settings settings = {
		.hdr.type = CAMERA_SETTINGS,
		.primary = WORLD_FIRST_DOMID,
		.slots = slots,
	};

	world_tell(&scene->world, &settings, sizeof(settings));
}

static void the_slots_come_before_the_answer_and_nothing_runs(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_enter(scene, 0, 2);
	unsigned int count = 3;

	assert_int_equal(client_reqbufs(one, MMAP, &count), 0);
	assert_int_equal(count, 8);
	assert_int_equal(one->slots_at_reply, 1);
	assert_int_equal(one->slots.first, 0);
	assert_int_equal(one->num_slot_fds, 8);
	assert_int_equal(scene->fake.num_slots, 8);
	assert_int_equal(scene->fake.starts, 0);
	assert_int_equal(scene->fake.queued, 0);
}

static void there_are_as_many_as_vmediad_says(void **state)
{
	static const struct {
		uint32_t told;
		unsigned int slots;
	} table[] = {
		{ 6, 6 },
		/* A vmediad that does not say changes nothing. */
		{ 0, 6 },
		{ 1000, SESSION_MAX_SLOTS },
	};
	struct stream_scene *scene = *state;
	unsigned int count;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		set_slots(scene, table[i].told);
		count = 2;
		scene_enter(scene, 0, 2);
		assert_int_equal(client_reqbufs(&scene->clients[0], MMAP,
						&count), 0);
		assert_int_equal(count, table[i].slots);
		client_close(&scene->clients[0]);
	}
}

static void a_driver_may_make_others_than_it_was_asked_for(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_enter(scene, 0, 2);
	unsigned int count = 4;

	scene->fake.give_slots = 4;
	assert_int_equal(client_reqbufs(one, MMAP, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(one->num_slot_fds, 4);
}

static void frames_come_in_the_slots_that_were_told(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	uint32_t generation = one->slots.generation;

	assert_int_equal(client_start(one), 0);
	assert_int_equal(one->num_slots_messages, 1);
	assert_int_equal(scene->fake.num_order, 8);
	scene_fill(scene, 1);
	assert_int_equal(one->num_frames, 1);
	assert_int_equal(one->frames[0].generation, generation);
}

static void the_slots_outlive_streamoff(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	uint32_t generation = one->slots.generation;

	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(client_start(one), 0);
		scene_fill(scene, 1);
		assert_int_equal(one->num_frames, 1);
		assert_int_equal(one->frames[0].generation, generation);
		client_take_frame(one);
		assert_int_equal(client_stop(one), 0);
		assert_int_equal(scene->fake.stops, i);
		assert_int_equal(scene->fake.num_slots, 8);
	}
	assert_int_equal(scene->fake.prepares, 1);
	assert_int_equal(one->num_slots_messages, 1);
}

static void what_it_had_is_the_drivers_at_the_next_start(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct session_frame frame;

	assert_int_equal(client_start(one), 0);
	scene_fill(scene, 2);
	frame = one->frames[0];
	assert_int_equal(client_stop(one), 0);
	/* It was on its way. */
	client_release(one, &frame);
	assert_false(one->closed);
	assert_int_equal(client_start(one), 0);
	assert_int_equal(scene->fake.num_order, 8);
}

static void one_that_copies_reads_from_the_same_slots(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);

	assert_int_equal(two->num_slot_fds, 8);
	assert_int_equal(scene->fake.prepares, 1);
	assert_int_equal(client_start(one), 0);
	scene_fill(scene, 1);
	assert_int_equal(one->frames[0].slot, two->frames[0].slot);

	/* The slots of one are as many as ever when the other stops. */
	client_close(two);
	assert_int_equal(scene->fake.num_slots, 8);
	assert_int_equal(scene->fake.stops, 0);
}

static void a_pool_that_runs_grows_for_the_first_that_holds_it(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_hold(scene, 1, 2);

	client_pump(one);
	assert_int_equal(scene->fake.starts, 1);
	assert_int_equal(one->slots.first, 5);
	assert_int_equal(one->num_slot_fds, 8);
	assert_int_equal(two->num_slot_fds, 8);
	/* They are of use at once. */
	assert_int_equal(scene->fake.num_order, 8);
}

static void a_pool_that_is_larger_is_held_as_it_is(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *two;

	scene_stream(scene, 0, 7);
	two = scene_hold(scene, 1, 2);
	assert_int_equal(two->num_slot_fds, 10);
}

static void a_pool_that_cannot_grow_is_held_as_it_is(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *two;

	scene_stream(scene, 0, 2);
	scene->fake.fail_grow = ENOMEM;
	scene->fake.most_slots = 6;
	two = scene_hold(scene, 1, 2);
	assert_int_equal(two->num_slot_fds, 6);
}

static void a_pool_that_is_held_does_not_grow(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	assert_int_equal(client_start(one), 0);
	scene_stream(scene, 1, 8);
	set_slots(scene, 12);
	assert_int_equal(scene_hold(scene, 2, 2)->num_slot_fds, 8);
	client_pump(one);
	assert_int_equal(scene->fake.grows, 0);
	assert_int_equal(one->num_slots_messages, 1);
}

static void when_nobody_holds_it_it_grows_for_who_streams(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 8);

	assert_int_equal(two->num_slot_fds, 8);
	client_close(one);
	client_pump(two);
	assert_int_equal(two->num_slot_fds, 11);
	scene_fill(scene, 8);
	assert_int_equal(two->num_frames, 8);
}

static void who_asks_for_other_buffers_lets_go(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	assert_int_equal(ask(one, USERPTR, 4), 0);
	assert_int_equal(scene->fake.num_slots, 0);
	assert_int_equal(client_start(one), 0);
	assert_int_equal(scene->fake.num_slots, 5);
	assert_int_equal(one->num_slots_messages, 2);
}

static void who_asks_for_none_lets_go(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	assert_int_equal(ask(one, MMAP, 0), 0);
	assert_int_equal(scene->fake.num_slots, 0);
	assert_int_equal(client_start(one), EINVAL);
}

static void the_last_to_let_go_gives_the_pool_back(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_hold(scene, 1, 2);

	assert_int_equal(scene->fake.prepares, 1);
	assert_int_equal(ask(one, MMAP, 0), 0);
	assert_int_equal(scene->fake.num_slots, 8);
	assert_int_equal(client_start(two), 0);
	client_close(two);
	assert_int_equal(scene->fake.num_slots, 0);
}

static void who_asks_again_is_told_again(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	uint32_t generation = one->slots.generation;

	assert_int_equal(ask(one, MMAP, 4), 0);
	assert_int_equal(one->slots_at_reply, 2);
	assert_int_not_equal(one->slots.generation, generation);
	assert_int_equal(client_start(one), 0);
	scene_fill(scene, 1);
	assert_int_equal(one->frames[0].generation, one->slots.generation);
}

static void who_streams_keeps_what_it_has(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	assert_int_equal(client_start(one), 0);
	assert_int_equal(ask(one, MMAP, 4), EBUSY);
	assert_int_equal(ask(one, USERPTR, 4), EBUSY);
	assert_int_equal(ask(one, MMAP, 0), EBUSY);
	scene_fill(scene, 1);
	assert_int_equal(one->num_frames, 1);
	assert_int_equal(scene->fake.num_slots, 8);
}

static void a_driver_that_makes_no_slots_leaves_the_other_way(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_enter(scene, 0, 2);

	scene->fake.fail_prepare = ENOMEM;
	assert_int_equal(ask(one, MMAP, 4), ENOMEM);
	assert_int_equal(one->num_slots_messages, 0);
	/* It has no buffers. */
	assert_int_equal(client_start(one), EINVAL);

	scene->fake.fail_prepare = 0;
	assert_int_equal(ask(one, USERPTR, 4), 0);
	assert_int_equal(client_start(one), 0);
}

static void one_that_cannot_start_keeps_its_slots(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	scene->fake.fail_start = EIO;
	assert_int_equal(client_start(one), EIO);
	assert_int_equal(scene->fake.num_slots, 8);
	assert_int_equal(scene->fake.queued, 0);
	scene->fake.fail_start = 0;
	scene->fake.fail_queue = EINVAL;
	assert_int_equal(client_start(one), EINVAL);
	assert_int_equal(scene->fake.queued, 0);
	assert_int_equal(client_start(one), 0);
	assert_int_equal(one->num_slots_messages, 1);
}

static int set_width(struct camera_client *client, uint32_t width)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	format.fmt.pix.width = width;
	format.fmt.pix.height = 4;
	return client_ioctl(client, VIDIOC_S_FMT, &format);
}

static void the_mode_stays_while_slots_are_held(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_enter(scene, 1, 2);

	assert_int_equal(set_width(one, 32), EBUSY);
	assert_int_equal(set_width(two, 32), EBUSY);
	assert_int_equal(ask(one, MMAP, 0), 0);
	assert_int_equal(set_width(two, 32), 0);
}

static void a_camera_that_vanishes_takes_its_slots_along(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	source_fake_vanish(&scene->fake);
	client_pump(one);
	assert_int_equal(one->error, ENODEV);
	assert_int_equal(scene->fake.num_slots, 0);
}

static void one_that_does_not_stream_outlives_a_capture_that_breaks(
	void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);

	scene->fake.source.listener->broken(scene->fake.source.owner, EIO);
	client_pump(one);
	client_pump(two);
	assert_int_equal(two->error, EIO);
	assert_false(one->closed);
	assert_int_equal(client_start(one), 0);
	scene_fill(scene, 1);
	assert_int_equal(one->num_frames, 1);
}

static void vmediad_is_told_of_slots_that_wait(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_hold(scene, 0, 2);

	world_query(&scene->world, 1);
	assert_int_equal(scene->world.report.slots, 8);
	assert_int_equal(scene->world.report.queued, 0);
	assert_int_equal(client_start(one), 0);
	world_query(&scene->world, 2);
	assert_int_equal(scene->world.report.queued, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_slots_come_before_the_answer_and_nothing_runs),
		SCENE(there_are_as_many_as_vmediad_says),
		SCENE(a_driver_may_make_others_than_it_was_asked_for),
		SCENE(frames_come_in_the_slots_that_were_told),
		SCENE(the_slots_outlive_streamoff),
		SCENE(what_it_had_is_the_drivers_at_the_next_start),
		SCENE(one_that_copies_reads_from_the_same_slots),
		SCENE(a_pool_that_runs_grows_for_the_first_that_holds_it),
		SCENE(a_pool_that_is_larger_is_held_as_it_is),
		SCENE(a_pool_that_cannot_grow_is_held_as_it_is),
		SCENE(a_pool_that_is_held_does_not_grow),
		SCENE(when_nobody_holds_it_it_grows_for_who_streams),
		SCENE(who_asks_for_other_buffers_lets_go),
		SCENE(who_asks_for_none_lets_go),
		SCENE(the_last_to_let_go_gives_the_pool_back),
		SCENE(who_asks_again_is_told_again),
		SCENE(who_streams_keeps_what_it_has),
		SCENE(a_driver_that_makes_no_slots_leaves_the_other_way),
		SCENE(one_that_cannot_start_keeps_its_slots),
		SCENE(the_mode_stays_while_slots_are_held),
		SCENE(a_camera_that_vanishes_takes_its_slots_along),
		SCENE(one_that_does_not_stream_outlives_a_capture_that_breaks),
		SCENE(vmediad_is_told_of_slots_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
