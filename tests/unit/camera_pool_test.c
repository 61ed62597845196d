// SPDX-License-Identifier: GPL-2.0-only
/* How many slots there are, and how they become more while all stream */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/session.h"
#include "stream_scene.h"

static struct stream_reader *reader_of(struct stream_scene *scene, int number)
{
	struct list *link = scene->world.camera.sessions.next;

	while (number-- > 0)
		link = link->next;
	return &container_of(link, struct session, link)->reader;
}

/**
 * struct probe - a reader that is no session
 * @fail: errno when it is told of growth
 * @first: of the last growth that it was told of
 * @slots: bit per slot that it was lent
 */
struct probe {
	struct stream_reader reader;
	int fail;
	unsigned int first;
	uint32_t slots;
};

static int probe_slots(struct stream_reader *reader, const struct pool *pool,
		       unsigned int first)
{
	struct probe *probe = container_of(reader, struct probe, reader);

	if (first > 0 && probe->fail)
		return -probe->fail;
	probe->first = first;
	return 0;
}

static int probe_frame(struct stream_reader *reader,
		       const struct session_frame *frame)
{
	container_of(reader, struct probe, reader)->slots |= 1u << frame->slot;
	return 0;
}

static const struct stream_reader_ops probe_ops = {
	.slots = probe_slots,
	.frame = probe_frame,
};

static void probe_join(struct stream_scene *scene, struct probe *probe,
		       uint32_t domid)
{
	*probe = (struct probe){ 0 };
	stream_reader_init(&probe->reader, &probe_ops, 2, domid);
	assert_int_equal(stream_join(&scene->world.camera.stream,
				     &probe->reader), 0);
}

static void a_pool_has_room_for_the_driver_and_who_streams(void **state)
{
	static const struct {
		uint32_t domid[3];
		unsigned int held[3];
		unsigned int slots[3];
	} table[] = {
		{ { 1, 2, 3 }, { 2, 2, 2 }, { 5, 7, 9 } },
		{ { 1, 2, 3 }, { 1, 4, 2 }, { 4, 8, 10 } },
		/* A guest's sessions share what it may hold. */
		{ { 1, 1, 1 }, { 2, 2, 2 }, { 5, 5, 5 } },
		{ { 1, 2, 1 }, { 3, 2, 3 }, { 6, 8, 8 } },
		/* One that counts for nothing still holds a frame. */
		{ { 1, 2, 3 }, { 0, 2, 2 }, { 4, 6, 8 } },
		/* No more than a message can tell */
		{ { 1, 2, 3 }, { 20, 20, 20 }, { 23, 24, 24 } },
		{ { 1, 2, 3 }, { 0xffffffff, 1, 1 }, { 24, 24, 24 } },
	};
	struct stream_scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (int j = 0; j < 3; j++) {
			scene->world.domid = table[i].domid[j];
			scene_stream(scene, j, table[i].held[j]);
			assert_int_equal(scene->fake.num_slots,
					 table[i].slots[j]);
			for (int k = 0; k <= j; k++) {
				client_pump(&scene->clients[k]);
				assert_int_equal(
					scene->clients[k].num_slot_fds,
					table[i].slots[j]);
			}
		}
		for (int j = 0; j < 3; j++)
			client_close(&scene->clients[j]);
	}
}

static void dom0s_readers_have_nothing_to_do_with_each_other(void **state)
{
	struct stream_scene *scene = *state;
	struct probe readers[3];

	for (int i = 0; i < 3; i++) {
		probe_join(scene, &readers[i], 0);
		assert_int_equal(scene->fake.num_slots, 3 + 2 * (i + 1));
	}
	for (int i = 0; i < 3; i++)
		stream_leave(&scene->world.camera.stream, &readers[i].reader);
}

static void who_does_not_stream_has_no_slots(void **state)
{
	struct stream_scene *scene = *state;

	scene_enter(scene, 1, 4);
	scene_stream(scene, 0, 2);
	assert_int_equal(scene->fake.num_slots, 3 + 2);
}

static void a_late_session_joins_without_a_restart(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two;
	uint32_t generation = one->slots.generation;

	scene_fill(scene, 1);
	two = scene_stream(scene, 1, 2);
	client_pump(one);
	assert_int_equal(scene->fake.starts, 1);
	assert_int_equal(one->num_slots_messages, 2);
	assert_int_equal(one->slots.first, 5);
	assert_int_equal(one->slots.generation, generation);
	assert_int_equal(two->num_slots_messages, 1);
	assert_int_equal(two->slots.first, 0);
	assert_int_equal(two->num_slot_fds, 7);
}

/* Of the others one returns its frames, and one keeps them. */
static void nobody_loses_a_frame_by_who_comes_and_goes(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	uint32_t expected = 0;

	for (int round = 0; round < 10; round++) {
		for (int step = 0; step < 8; step++) {
			if (step == 1 || step == 2)
				scene_stream(scene, step, 2);
			if (step == 5 || step == 6)
				client_close(&scene->clients[step - 4]);
			scene_fill(scene, 1);
			assert_int_equal(one->num_frames, 1);
			assert_int_equal(one->frames[0].sequence, expected++);
			client_release_all(one);
			if (scene->clients[2].fd >= 0)
				client_release_all(&scene->clients[2]);
		}
	}
	assert_int_equal(scene->fake.starts, 1);
	assert_int_equal(reader_of(scene, 0)->lent, expected);
}

static void the_late_session_misses_nothing_either(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *late;

	scene_stream(scene, 0, 2);
	scene_fill(scene, 5);
	late = scene_stream(scene, 1, 2);
	for (uint32_t i = 5; i < 40; i++) {
		scene_fill(scene, 1);
		assert_int_equal(late->frames[0].sequence, i);
		client_release_all(late);
	}
}

static void frames_that_are_held_outlive_the_growth(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct session_frame held;

	scene_fill(scene, 2);
	held = one->frames[0];
	scene_stream(scene, 1, 4);
	assert_false(scene->fake.queued & 1u << held.slot);
	client_release_all(one);
	assert_false(one->closed);
	assert_true(scene->fake.queued & 1u << held.slot);
}

static void all_slots_come_to_use(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	uint32_t seen = 0;

	scene_stream(scene, 1, 2);
	for (int i = 0; i < 14; i++) {
		scene_fill(scene, 1);
		seen |= 1u << one->frames[0].slot;
		client_release_all(one);
		client_release_all(&scene->clients[1]);
	}
	assert_int_equal(seen, (1u << 7) - 1);
}

static void the_pool_is_given_back_with_the_last(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	scene_stream(scene, 1, 8);
	assert_int_equal(client_stop(one), 0);
	assert_int_equal(scene->fake.num_slots, 13);
	client_close(&scene->clients[1]);
	assert_int_equal(client_stream(one), 0);
	assert_int_equal(scene->fake.num_slots, 5);
}

static void a_driver_that_cannot_is_asked_once_and_shared(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 3);

	scene->fake.fail_grow = ENOTTY;
	scene_stream(scene, 1, 3);
	scene_stream(scene, 2, 3);
	assert_int_equal(scene->fake.num_slots, 6);
	assert_int_equal(scene->fake.grows, 1);
	client_pump(one);
	assert_int_equal(one->num_slots_messages, 1);

	for (int i = 0; i < 50; i++) {
		scene_fill(scene, 1);
		assert_true(scene->fake.num_order >= 2);
		client_release_all(&scene->clients[i % 2]);
	}
	/* Each has its part of it, and who returns it gets the next. */
	assert_true(reader_of(scene, 0)->lent >= 25);
	assert_true(reader_of(scene, 1)->lent >= 25);

	/* Another capture is another chance. */
	for (int i = 0; i < 3; i++)
		client_close(&scene->clients[i]);
	scene->fake.fail_grow = 0;
	scene_stream(scene, 0, 3);
	scene_stream(scene, 1, 3);
	assert_int_equal(scene->fake.num_slots, 9);
}

static void who_returns_nothing_leaves_others_their_part(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	scene->fake.fail_grow = ENOTTY;
	scene_stream(scene, 1, 2);
	scene_stream(scene, 2, 2);
	assert_int_equal(scene->fake.num_slots, 5);
	for (int i = 0; i < 10; i++) {
		scene_fill(scene, 1);
		/* They do not keep the same ones. */
		if (i < 2)
			client_release_all(&scene->clients[2]);
		assert_int_equal(one->num_frames, 1);
		client_release_all(one);
	}
	/* Who leaves, leaves its part, too. */
	client_close(&scene->clients[1]);
	client_close(&scene->clients[2]);
	scene_fill(scene, 2);
	assert_int_equal(one->num_frames, 2);
}

static void a_driver_that_has_a_few_more_gives_them(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);

	scene->fake.fail_grow = ENOMEM;
	scene->fake.most_slots = 6;
	scene_stream(scene, 1, 2);
	client_pump(one);
	assert_int_equal(one->num_slot_fds, 6);
	assert_int_equal(scene->clients[1].num_slot_fds, 6);
}

static void one_that_died_keeps_nobody_from_joining(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct camera_client *two;

	scene_enter(scene, 1, 2);
	two = &scene->clients[1];
	/* The camera has not noticed yet. */
	close(one->fd);
	one->fd = -1;
	assert_int_equal(client_stream(two), 0);
	scene_fill(scene, 1);
	assert_int_equal(two->num_frames, 1);
	assert_int_equal(scene->world.camera.stream.num_readers, 1);
}

/* The fake peer checks that a frame's slot is one that it was told of. */
static void one_that_reads_late_is_told_of_slots_before_their_frames(
	void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *late = scene_stream(scene, 0, 4);
	struct camera_client *two;

	for (int i = 0; i < 2; i++)
		source_fake_fill(&scene->fake);
	two = scene_stream(scene, 1, 8);
	for (int i = 0; i < 30; i++) {
		source_fake_fill(&scene->fake);
		client_pump(two);
		client_release_all(two);
	}
	client_pump(late);
	assert_false(late->closed);
	assert_int_equal(late->num_slot_fds, 15);
	assert_int_equal(late->num_frames, 4);
}

static uint32_t probe_watch(struct stream_scene *scene, struct probe *probe)
{
	probe->slots = 0;
	for (int i = 0; i < 20; i++) {
		int slot = source_fake_fill(&scene->fake);

		stream_release(&scene->world.camera.stream, &probe->reader,
			       slot);
	}
	return probe->slots;
}

static void one_that_cannot_be_told_goes_on_with_what_it_knows(void **state)
{
	struct stream_scene *scene = *state;
	struct stream *stream = &scene->world.camera.stream;
	struct probe one, others[2];

	probe_join(scene, &one, 1);
	one.fail = ENOMEM;
	probe_join(scene, &others[0], 2);
	assert_int_equal(stream->pool.num_slots, 7);
	assert_int_equal(probe_watch(scene, &one) & ~0x1fu, 0);
	assert_true(one.reader.missed_behind > 0);

	one.fail = 0;
	probe_join(scene, &others[1], 3);
	assert_int_equal(one.first, 5);
	assert_int_not_equal(probe_watch(scene, &one) & ~0x1fu, 0);

	stream_leave(stream, &one.reader);
	stream_leave(stream, &others[0].reader);
	stream_leave(stream, &others[1].reader);
}

static void who_may_hold_more_has_more_slots(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *one = scene_stream(scene, 0, 2);
	struct stream *stream = &scene->world.camera.stream;

	stream_allow(stream, reader_of(scene, 0), 4);
	client_pump(one);
	assert_int_equal(one->num_slot_fds, 7);
	scene_fill(scene, 6);
	assert_int_equal(one->num_frames, 4);

	/* Less takes nothing away. */
	stream_allow(stream, reader_of(scene, 0), 1);
	assert_int_equal(scene->fake.num_slots, 7);
	client_release_all(one);
	assert_false(one->closed);
	scene_fill(scene, 4);
	assert_int_equal(one->num_frames, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_pool_has_room_for_the_driver_and_who_streams),
		SCENE(dom0s_readers_have_nothing_to_do_with_each_other),
		SCENE(who_does_not_stream_has_no_slots),
		SCENE(a_late_session_joins_without_a_restart),
		SCENE(nobody_loses_a_frame_by_who_comes_and_goes),
		SCENE(the_late_session_misses_nothing_either),
		SCENE(frames_that_are_held_outlive_the_growth),
		SCENE(all_slots_come_to_use),
		SCENE(the_pool_is_given_back_with_the_last),
		SCENE(a_driver_that_cannot_is_asked_once_and_shared),
		SCENE(who_returns_nothing_leaves_others_their_part),
		SCENE(a_driver_that_has_a_few_more_gives_them),
		SCENE(one_that_died_keeps_nobody_from_joining),
		SCENE(one_that_reads_late_is_told_of_slots_before_their_frames),
		SCENE(one_that_cannot_be_told_goes_on_with_what_it_knows),
		SCENE(who_may_hold_more_has_more_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
