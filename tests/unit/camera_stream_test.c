// SPDX-License-Identifier: GPL-2.0-only
/* Who gets which picture, with a camera stepped by hand */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stream_scene.h"

static void a_session_gets_no_more_than_it_may_hold(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);

	scene_fill(scene, 5);
	assert_int_equal(client->num_frames, 2);
}

/* camera_be numbered what it delivered, so that nobody saw what it dropped. */
static void the_newest_picture_comes_after_a_gap(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);

	scene_fill(scene, 5);
	client_release_all(client);
	scene_fill(scene, 1);
	assert_int_equal(client->num_frames, 1);
	assert_int_equal(client->frames[0].sequence, 5);
}

static void numbers_rise_though_the_driver_repeats_itself(void **state)
{
	static const uint32_t told[] = { 0, 0, 1, 4, 0, 2 };
	static const uint32_t expected[] = { 0, 1, 2, 5, 6, 8 };
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);

	for (int i = 0; i < 6; i++) {
		scene->fake.sequence = told[i];
		scene_fill(scene, 1);
		assert_int_equal(client->frames[0].sequence, expected[i]);
		client_release_all(client);
	}
}

static void numbers_wrap(void **state)
{
	static const uint32_t told[] = { 0x7fffffff, 0xfffffffe, 0xffffffff, 0 };
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);

	for (int i = 0; i < 4; i++) {
		scene->fake.sequence = told[i];
		scene_fill(scene, 1);
		assert_int_equal(client->frames[0].sequence, told[i]);
		client_release_all(client);
	}
}

/* camera_be wrote on into the buffer that it had just announced. */
static void a_held_slot_is_not_filled_again(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 1);
	unsigned int held;

	scene_fill(scene, 1);
	held = client->frames[0].slot;
	for (int i = 0; i < 20; i++)
		assert_int_not_equal(source_fake_fill(&scene->fake), held);
}

static void a_released_slot_goes_back_to_the_driver(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);
	struct session_frame frame;

	scene_fill(scene, 1);
	frame = client_take_frame(client);
	assert_false(scene->fake.queued & 1u << frame.slot);
	client_release(client, &frame);
	assert_true(scene->fake.queued & 1u << frame.slot);
}

static void two_sessions_share_a_picture(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);
	struct session_frame frame;

	scene_fill(scene, 1);
	assert_int_equal(one->num_frames, 1);
	assert_int_equal(two->num_frames, 1);
	assert_int_equal(one->frames[0].slot, two->frames[0].slot);

	/* It is free when both are done with it. */
	frame = client_take_frame(one);
	client_release(one, &frame);
	assert_false(scene->fake.queued & 1u << frame.slot);
	client_release_all(two);
	assert_true(scene->fake.queued & 1u << frame.slot);
}

/* camera_be copied for one domain after the other before it went on. */
static void one_that_never_releases_does_not_stop_the_other(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one;

	scene_stream(scene, 1, 2);
	one = scene_stream(scene, 0, 2);
	for (uint32_t i = 0; i < 50; i++) {
		scene_fill(scene, 1);
		assert_int_equal(one->num_frames, 1);
		assert_int_equal(one->frames[0].sequence, i);
		client_release_all(one);
	}
	assert_int_equal(scene->clients[1].num_frames, 2);
}

/* Two of its sessions that keep two pictures each would be the whole pool. */
static void what_a_guest_may_hold_is_not_more_for_its_sessions(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	scene->world.domid = 5;
	scene_stream(scene, 1, 2);
	for (int i = 0; i < 2; i++) {
		scene_fill(scene, 1);
		client_release_all(one);
	}
	assert_int_equal(scene->clients[1].num_frames, 2);
	scene_stream(scene, 2, 2);
	for (int i = 0; i < 20; i++) {
		scene_fill(scene, 1);
		assert_int_equal(one->num_frames, 1);
		client_release_all(one);
	}
	assert_int_equal(scene->clients[2].num_frames, 0);
	/* What one of them has, the other may have, too. */
	client_release_all(&scene->clients[1]);
	scene_fill(scene, 1);
	assert_int_equal(scene->clients[1].num_frames, 1);
	assert_int_equal(scene->clients[2].num_frames, 1);
}

static void the_device_stops_with_the_last_session(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);

	assert_int_equal(client_stop(one), 0);
	assert_int_equal(scene->fake.stops, 0);
	client_close(two);
	assert_int_equal(scene->fake.stops, 1);
}

static void a_session_that_dies_returns_its_frames(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *two;

	scene_stream(scene, 0, 2);
	two = scene_stream(scene, 1, 2);
	scene_fill(scene, 2);
	client_release_all(&scene->clients[0]);
	client_close(two);
	assert_int_equal(scene->fake.num_order, scene->fake.num_slots);
}

/* camera_be sent frames to everybody who had opened it. */
static void no_picture_comes_before_streamon(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_enter(scene, 0, 2);
	struct v4l2_requestbuffers req = {
		.count = 4,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	scene_stream(scene, 1, 2);
	assert_int_equal(client_ioctl(one, VIDIOC_REQBUFS, &req), 0);
	scene_fill(scene, 2);
	assert_int_equal(one->num_frames, 0);
	assert_int_equal(one->num_slots_messages, 0);
}

static void no_picture_comes_after_streamoff(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	scene_stream(scene, 1, 2);
	assert_int_equal(client_stop(one), 0);
	scene_fill(scene, 3);
	assert_int_equal(one->num_frames, 0);
}

static void a_frame_of_an_earlier_start_is_released_in_vain(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct session_frame old;

	scene_stream(scene, 1, 2);
	scene_fill(scene, 1);
	old = client_take_frame(one);
	assert_int_equal(client_stop(one), 0);
	client_release(one, &old);
	assert_int_equal(client_stream(one), 0);
	assert_int_not_equal(one->slots.generation, old.generation);
	client_release(one, &old);
	assert_false(one->closed);
}

static void a_frame_released_twice_ends_the_session(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two = scene_stream(scene, 1, 2);
	struct session_frame frame;

	scene_fill(scene, 1);
	frame = client_take_frame(one);
	client_release(one, &frame);
	client_release(one, &frame);
	assert_int_equal(one->error, EPROTO);
	assert_true(one->closed);

	/* What the other holds is still its own. */
	assert_false(scene->fake.queued & 1u << frame.slot);
	client_release_all(two);
	assert_true(scene->fake.queued & 1u << frame.slot);
}

static void a_slot_that_does_not_exist_ends_the_session(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct session_frame frame = {
		.generation = one->slots.generation,
		.slot = 0xffffffff,
	};

	client_release(one, &frame);
	assert_int_equal(one->error, EPROTO);
}

static void one_that_reads_nothing_misses_pictures_only(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 20);
	struct camera_client *two = scene_stream(scene, 1, 1);

	/* Filled without pumping the first client's socket */
	for (int i = 0; i < 2000; i++) {
		source_fake_fill(&scene->fake);
		client_pump(two);
		client_release_all(two);
	}
	assert_false(two->closed);
	client_pump(one);
	assert_false(one->closed);
}

/* camera_be logged it, and told the guest that it streams. */
static void a_device_that_does_not_start_gives_its_errno(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_enter(scene, 0, 2);

	scene->fake.fail_start = EIO;
	assert_int_equal(client_stream(client), EIO);
	assert_int_equal(client->num_slots_messages, 0);
	scene->fake.fail_start = 0;
	assert_int_equal(client_stream(client), 0);
}

static void a_slot_that_is_refused_once_is_offered_again(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);

	scene_fill(scene, 1);
	scene->fake.fail_queue = EINVAL;
	client_release_all(client);
	assert_int_equal(scene->fake.num_order, scene->fake.num_slots - 1);
	scene_fill(scene, 1);
	client_release_all(client);
	assert_int_equal(scene->fake.num_order, scene->fake.num_slots);
}

static void a_device_that_takes_no_slot_back_ends_the_sessions(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *idle = scene_enter(scene, 1, 2);
	struct camera_client *client = scene_stream(scene, 0, 1);

	scene->fake.refuse_queue = true;
	for (int i = 0; i < 10 && scene->fake.num_slots > 0; i++) {
		source_fake_fill(&scene->fake);
		client_pump(client);
		client_release_all(client);
		if (client->closed)
			break;
	}
	assert_int_equal(client->error, EIO);
	assert_true(client->closed);
	client_pump(idle);
	assert_false(idle->closed);
}

static void a_device_that_breaks_ends_those_who_stream(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *idle = scene_enter(scene, 1, 2);
	struct camera_client *client = scene_stream(scene, 0, 2);

	scene->fake.source.listener->broken(scene->fake.source.owner, EIO);
	client_pump(client);
	client_pump(idle);
	assert_int_equal(client->error, EIO);
	assert_true(client->closed);
	assert_false(idle->closed);
	assert_int_equal(client_stream(idle), 0);
}

static void a_device_that_vanishes_ends_all_and_keeps_its_name(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *idle = scene_enter(scene, 1, 2);
	struct camera_client *client = scene_stream(scene, 0, 2);
	struct camera_state told;

	assert_true(world_state(&scene->world, &told));
	source_fake_vanish(&scene->fake);
	client_pump(client);
	client_pump(idle);
	assert_int_equal(client->error, ENODEV);
	assert_int_equal(idle->error, ENODEV);
	assert_true(client->closed && idle->closed);

	assert_true(world_state(&scene->world, &told));
	assert_int_equal(told.identity.present, 0);
	assert_string_equal(told.identity.card, "fake");
	assert_int_equal(told.identity.device_caps,
			 V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);
}

static void a_device_that_comes_back_serves_again(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client;
	struct camera_state told;

	world_state(&scene->world, &told);
	source_fake_vanish(&scene->fake);
	client = scene_enter(scene, 0, 2);
	assert_int_equal(client->error, ENODEV);
	assert_true(client->closed);
	client_close(client);

	source_fake_return(&scene->fake);
	world_state(&scene->world, &told);
	assert_true(world_state(&scene->world, &told));
	assert_int_equal(told.identity.present, 1);
	client = scene_stream(scene, 0, 2);
	scene_fill(scene, 1);
	assert_int_equal(client->num_frames, 1);
}

static void a_device_that_cannot_be_opened_gives_its_errno(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client;

	scene->fake.fail_open = EBUSY;
	client = scene_enter(scene, 0, 2);
	assert_int_equal(client->error, EBUSY);
	assert_true(client->closed);
}

static void a_driver_that_fills_a_lent_slot_is_broken(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *client = scene_stream(scene, 0, 2);
	struct session_frame frame;

	scene_fill(scene, 1);
	frame = client->frames[0];
	scene->fake.source.listener->filled(scene->fake.source.owner, &frame);
	client_pump(client);
	assert_int_equal(client->error, EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_session_gets_no_more_than_it_may_hold),
		SCENE(the_newest_picture_comes_after_a_gap),
		SCENE(numbers_rise_though_the_driver_repeats_itself),
		SCENE(numbers_wrap),
		SCENE(a_held_slot_is_not_filled_again),
		SCENE(a_released_slot_goes_back_to_the_driver),
		SCENE(two_sessions_share_a_picture),
		SCENE(one_that_never_releases_does_not_stop_the_other),
		SCENE(what_a_guest_may_hold_is_not_more_for_its_sessions),
		SCENE(the_device_stops_with_the_last_session),
		SCENE(a_session_that_dies_returns_its_frames),
		SCENE(no_picture_comes_before_streamon),
		SCENE(no_picture_comes_after_streamoff),
		SCENE(a_frame_of_an_earlier_start_is_released_in_vain),
		SCENE(a_frame_released_twice_ends_the_session),
		SCENE(a_slot_that_does_not_exist_ends_the_session),
		SCENE(one_that_reads_nothing_misses_pictures_only),
		SCENE(a_device_that_does_not_start_gives_its_errno),
		SCENE(a_slot_that_is_refused_once_is_offered_again),
		SCENE(a_device_that_takes_no_slot_back_ends_the_sessions),
		SCENE(a_device_that_breaks_ends_those_who_stream),
		SCENE(a_device_that_vanishes_ends_all_and_keeps_its_name),
		SCENE(a_device_that_comes_back_serves_again),
		SCENE(a_device_that_cannot_be_opened_gives_its_errno),
		SCENE(a_driver_that_fills_a_lent_slot_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
