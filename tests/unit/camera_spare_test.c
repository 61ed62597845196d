// SPDX-License-Identifier: GPL-2.0-only
/* Four guests and eight slots, fewer than all may hold: who gets how many */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/frame.h"
#include "stream_scene.h"

#define NUM_SLOTS 8

/* The driver makes eight slots, and no more. */
static int setup(void **state)
{
	struct stream_scene *scene;

	stream_scene_setup(state);
	scene = *state;
	scene->fake.give_slots = NUM_SLOTS;
	scene->fake.fail_grow = ENOMEM;
	return 0;
}

static void all_stream(struct stream_scene *scene, unsigned int held)
{
	for (int i = 0; i < SCENE_CLIENTS; i++)
		scene_stream(scene, i, held);
	assert_int_equal(scene->fake.num_slots, NUM_SLOTS);
}

static void release_oldest(struct camera_client *client)
{
	struct session_frame frame = client_take_frame(client);

	client_release(client, &frame);
}

static void guests_that_look_at_the_same_frames_hold_all_they_may(void **state)
{
	struct stream_scene *scene = *state;

	all_stream(scene, 2);
	for (uint32_t i = 0; i < 50; i++) {
		scene_fill(scene, 1);
		for (int j = 0; j < SCENE_CLIENTS; j++) {
			struct camera_client *client = &scene->clients[j];

			assert_int_equal(client->num_frames, i == 0 ? 1 : 2);
			assert_int_equal(client->frames[0].sequence,
					 i == 0 ? 0 : i - 1);
			if (i > 0)
				release_oldest(client);
		}
	}
}

/* The others always have one in hand when they get the next. */
static void one_that_never_returns_costs_the_others_nothing(void **state)
{
	struct stream_scene *scene = *state;

	all_stream(scene, 2);
	for (uint32_t i = 0; i < 50; i++) {
		scene_fill(scene, 1);
		for (int j = 1; j < SCENE_CLIENTS; j++) {
			struct camera_client *client = &scene->clients[j];
			struct session_frame *last =
				&client->frames[client->num_frames - 1];

			assert_true(client->num_frames > 0);
			assert_int_equal(last->sequence, i);
			if (i > 0)
				release_oldest(client);
		}
	}
	assert_int_equal(scene->clients[0].num_frames, 2);
}

static void three_that_never_return_leave_the_last_its_frames(void **state)
{
	struct stream_scene *scene = *state;
	struct camera_client *last = &scene->clients[3];

	all_stream(scene, 2);
	for (uint32_t i = 0; i < 50; i++) {
		scene_fill(scene, 1);
		assert_int_equal(last->num_frames, 1);
		assert_int_equal(last->frames[0].sequence, i);
		client_release_all(last);
	}
}

static void what_one_cannot_have_is_told_apart(void **state)
{
	struct stream_scene *scene = *state;
	struct stream *stream = &scene->world.camera.stream;
	struct stream_reader *reader;
	uint64_t held = 0, others = 0;

	all_stream(scene, 4);
	for (int i = 0; i < 20; i++) {
		scene_fill(scene, 1);
		client_release_all(&scene->clients[3]);
	}
	for (struct list *link = stream->readers.next;
	     link != &stream->readers; link = link->next) {
		reader = container_of(link, struct stream_reader, link);
		held += reader->missed_held;
		others += reader->missed_short;
	}
	/* Nobody has the four that it may hold. */
	assert_int_equal(held, 0);
	assert_true(others > 0);
}

/**
 * struct keeper - a guest that returns what it likes
 * @slots: bit per slot that it has
 * @got: it was lent the last frame
 */
struct keeper {
	struct stream_reader reader;
	uint32_t slots;
	bool got;
};

static int keeper_slots(struct stream_reader *reader, const struct pool *pool,
			unsigned int first)
{
	return 0;
}

static int keeper_frame(struct stream_reader *reader,
			const struct session_frame *frame)
{
	struct keeper *keeper = container_of(reader, struct keeper, reader);

	keeper->slots |= 1u << frame->slot;
	keeper->got = true;
	return 0;
}

static const struct stream_reader_ops keeper_ops = {
	.slots = keeper_slots,
	.frame = keeper_frame,
};

static void keeper_return(struct stream *stream, struct keeper *keeper,
			  uint32_t slots)
{
	slots &= keeper->slots;
	keeper->slots &= ~slots;
	for (unsigned int i = 0; i < NUM_SLOTS; i++) {
		if (slots & 1u << i)
			assert_int_equal(stream_release(stream,
							&keeper->reader, i),
					 0);
	}
}

static uint32_t chance(uint32_t *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

/* Then the last is the only one that returns anything. */
static void play(struct stream_scene *scene, struct keeper *keepers,
		 uint32_t seed)
{
	struct stream *stream = &scene->world.camera.stream;

	for (int i = 0; i < 40; i++) {
		source_fake_fill(&scene->fake);
		for (int j = 0; j < 4; j++) {
			uint32_t slots = chance(&seed) & chance(&seed);

			keepers[j].reader.divisor = 1 + chance(&seed) % 3;
			keeper_return(stream, &keepers[j], slots);
		}
	}
	keepers[3].reader.divisor = 1;
	keepers[3].reader.phase = 0;
	for (int i = 0; i < 20; i++) {
		keeper_return(stream, &keepers[3], UINT32_MAX);
		keepers[3].got = false;
		assert_true(scene->fake.num_order >= FRAMES_KEEP_QUEUED);
		source_fake_fill(&scene->fake);
		assert_true(keepers[3].got);
	}
}

static void whatever_came_before_who_returns_its_frames_gets_the_next(
	void **state)
{
	struct stream_scene *scene = *state;
	struct stream *stream = &scene->world.camera.stream;
	struct keeper keepers[4];

	for (uint32_t seed = 0; seed < 2000; seed++) {
		memset(keepers, 0, sizeof(keepers));
		for (uint32_t i = 0; i < 4; i++) {
			stream_reader_init(&keepers[i].reader, &keeper_ops,
					   2 + (seed + i) % 4, 1 + i);
			assert_int_equal(stream_join(stream,
						     &keepers[i].reader), 0);
		}
		play(scene, keepers, seed);
		for (int i = 0; i < 4; i++)
			stream_leave(stream, &keepers[i].reader);
	}
}

#define SPARE(test) \
	cmocka_unit_test_setup_teardown(test, setup, stream_scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPARE(guests_that_look_at_the_same_frames_hold_all_they_may),
		SPARE(one_that_never_returns_costs_the_others_nothing),
		SPARE(three_that_never_return_leave_the_last_its_frames),
		SPARE(what_one_cannot_have_is_told_apart),
		SPARE(whatever_came_before_who_returns_its_frames_gets_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
