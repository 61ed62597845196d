// SPDX-License-Identifier: GPL-2.0-only
/* A device has a few calls at its camera at a time; the others wait. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

#define MOST 8

static void send_inputs(struct world *world, uint32_t id, unsigned int count)
{
	while (count-- > 0)
		world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0,
				 12);
	world_settle(world);
}

static unsigned int outstanding(struct world *world)
{
	return driver_fake_outstanding(world->driver, VIRTIO_MEDIA_COMMANDQ);
}

/* Calls that came to the camera of this session since the last time */
static unsigned int arrived(struct world *world, uint32_t id)
{
	unsigned int count = 0;

	while (camera_fake_take_call(camera_of(world, id)))
		count++;
	return count;
}

/* Two sessions: all calls there may be are of the first. */
static void fill(struct world *world, uint32_t *one, uint32_t *two)
{
	*one = world_open(world);
	*two = world_open(world);
	world->obedient = false;
	send_inputs(world, *one, MOST);
	assert_int_equal(arrived(world, *one), MOST);
}

static void no_more_than_eight_calls_are_at_a_camera(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	send_inputs(world, id, 20);
	assert_int_equal(arrived(world, id), MOST);
	assert_int_equal(outstanding(world), 20);
}

static void each_reply_lets_the_next_one_go(void **state)
{
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 2);
	assert_int_equal(arrived(world, two), 0);
	camera_fake_refuse(camera_of(world, one), ENOTTY);
	assert_int_equal(world_answer(world).status, ENOTTY);
	assert_int_equal(arrived(world, two), 1);
}

static void all_are_done_in_the_end(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	send_inputs(world, id, 30);
	world->obedient = true;
	for (int i = 0; i < 30; i++)
		assert_int_equal(world_answer(world).status, 0);
	assert_int_equal(camera_of(world, id)->calls, 30);
}

static void a_closed_session_makes_room(void **state)
{
	struct virtio_media_cmd_close cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
	};
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 1);
	cmd.session_id = cpu_to_le32(one);
	world_send(world, &cmd, sizeof(cmd), 0);
	world_settle(world);
	assert_int_equal(arrived(world, two), 1);
}

static void a_broken_session_makes_room(void **state)
{
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 1);
	camera_fake_die(camera_of(world, one));
	world_settle(world);
	assert_int_equal(arrived(world, two), 1);
}

static void calls_that_wait_end_with_their_session(void **state)
{
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 3);
	camera_fake_die(camera_of(world, two));
	for (int i = 0; i < 3; i++)
		assert_int_equal(world_answer(world).status, EIO);
	camera_fake_refuse(camera_of(world, one), ENOTTY);
	assert_int_equal(world_answer(world).status, ENOTTY);
}

static void a_call_that_cannot_be_sent_any_more_fails(void **state)
{
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 1);
	/* Both at once: whichever is seen first */
	camera_fake_refuse(camera_of(world, one), ENOTTY);
	camera_fake_die(camera_of(world, two));
	assert_int_equal(world_answer(world).status, ENOTTY);
	assert_int_equal(world_answer(world).status, EIO);
}

static void calls_that_wait_at_a_reset_are_never_sent(void **state)
{
	struct world *world = *state;
	uint32_t one, two;

	fill(world, &one, &two);
	send_inputs(world, two, 3);
	driver_fake_reset(world->driver);
	world_settle(world);
	assert_int_equal(arrived(world, two), 0);
	assert_true(camera_of(world, two)->closed);
}

static void a_reply_to_a_call_that_waits_breaks_the_session(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	send_inputs(world, id, MOST + 1);
	arrived(world, id);
	camera_fake_reply(camera_of(world, id),
			  camera_of(world, id)->call.head.hdr.tag + 1, ENOTTY,
			  0, NULL, 0);
	for (int i = 0; i < MOST + 1; i++)
		assert_int_equal(world_answer(world).status, EIO);
}

static void a_slow_call_holds_up_no_other_session_s(void **state)
{
	const int32_t input = 2;
	struct world *world = *state;
	const uint32_t slow = world_open(world);
	const uint32_t quick = world_open(world);
	struct world_answer answer;

	world->obedient = false;
	send_inputs(world, slow, 1);
	assert_int_equal(arrived(world, slow), 1);
	send_inputs(world, quick, 1);
	assert_int_equal(arrived(world, quick), 1);
	camera_fake_reply(camera_of(world, quick),
			  camera_of(world, quick)->call.head.hdr.tag, 0,
			  sizeof(input), &input, sizeof(input));
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.payload[0], input);
	assert_int_equal(outstanding(world), 1);
}

static void a_stream_goes_on_beside_slow_calls(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	const uint32_t slow = world_open(world);

	world->obedient = false;
	send_inputs(world, slow, MOST + 1);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_dequeued(world, id);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
	camera_fake_send_frame(camera_of(world, id), 1, 1);
	world_dequeued(world, id);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_more_than_eight_calls_are_at_a_camera),
		TEST(each_reply_lets_the_next_one_go),
		TEST(all_are_done_in_the_end),
		TEST(a_closed_session_makes_room),
		TEST(a_broken_session_makes_room),
		TEST(calls_that_wait_end_with_their_session),
		TEST(a_call_that_cannot_be_sent_any_more_fails),
		TEST(calls_that_wait_at_a_reset_are_never_sent),
		TEST(a_reply_to_a_call_that_waits_breaks_the_session),
		TEST(a_slow_call_holds_up_no_other_session_s),
		TEST(a_stream_goes_on_beside_slow_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
