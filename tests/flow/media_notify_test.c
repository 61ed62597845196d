// SPDX-License-Identifier: GPL-2.0-only
/* Who tells whom, and when it would tell nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media_world.h"

#define PLAIN (DRIVER_FAKE_VERSION_1 | DRIVER_FAKE_INDIRECT)

#define NUM_BUFFERS 4

/* More than any round has to do with */
#define MOST_SENT 1000

/* The driver of today, and one that knows nothing of event indices */
static int set_up_plain(void **state)
{
	struct world *world;

	world_set_up(state);
	world = *state;
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES, PLAIN);
	return 0;
}

static void qbuf(struct world *world, uint32_t id, uint32_t index)
{
	assert_int_equal(world_qbuf(world, id, index, WORLD_FRAME_LEN,
				    world_alloc_buffer(world)),
			 0);
}

/* A session that streams, with all its buffers queued */
static uint32_t stream(struct world *world)
{
	const uint32_t id = world_open(world);

	world_stream(world, id, NUM_BUFFERS, NUM_BUFFERS);
	for (uint32_t i = 0; i < NUM_BUFFERS; i++)
		qbuf(world, id, i);
	world_post(world, NUM_BUFFERS);
	world_settle(world);
	return id;
}

static void send_frames(struct world *world, uint32_t id, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		camera_fake_send_frame(camera_of(world, id), i, i);
}

static void send_get_input(struct world *world, uint32_t id)
{
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0, 12);
}

static void one_interrupt_tells_of_three_events(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world);
	unsigned int before = driver_fake_interrupts(world->driver);

	send_frames(world, id, 3);
	world_settle(world);
	assert_int_equal(driver_fake_interrupts(world->driver), before + 1);
	for (unsigned int i = 0; i < 3; i++)
		world_dequeued(world, id);
}

static void one_interrupt_tells_of_an_answer_and_an_event(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world);
	const int32_t input = 1;
	unsigned int before;

	world->obedient = false;
	send_get_input(world, id);
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	before = driver_fake_interrupts(world->driver);
	camera_fake_reply(camera_of(world, id),
			  camera_of(world, id)->call.head.hdr.tag, 0,
			  sizeof(input), &input, sizeof(input));
	send_frames(world, id, 1);
	world_settle(world);
	assert_int_equal(driver_fake_interrupts(world->driver), before + 1);
	world_dequeued(world, id);
}

static void no_interrupt_comes_while_the_driver_looks_by_itself(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world);
	unsigned int before;

	driver_fake_want_interrupts(world->driver, VIRTIO_MEDIA_EVENTQ, false);
	before = driver_fake_interrupts(world->driver);
	send_frames(world, id, NUM_BUFFERS);
	for (unsigned int i = 0; i < NUM_BUFFERS; i++)
		world_dequeued(world, id);
	assert_int_equal(driver_fake_interrupts(world->driver), before);
}

static void an_event_is_told_in_the_round_that_brings_it(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world);
	unsigned int before = driver_fake_interrupts(world->driver);

	send_frames(world, id, 1);
	hyp_fake_run_once(world->fake, 1000);
	assert_int_equal(driver_fake_interrupts(world->driver), before + 1);
	world_dequeued(world, id);
}

static void event_buffers_are_posted_without_a_word(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world);
	unsigned int before;

	before = driver_fake_notifications(world->driver, VIRTIO_MEDIA_EVENTQ);
	for (unsigned int i = 0; i < 10; i++) {
		send_frames(world, id, 1);
		qbuf(world, id, world_dequeued(world, id).buffer.index);
		world_post(world, 1);
		world_settle(world);
	}
	assert_int_equal(driver_fake_notifications(world->driver,
						   VIRTIO_MEDIA_EVENTQ),
			 before);
}

static void an_event_that_waits_is_told_when_there_is_room(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 1);
	qbuf(world, id, 0);
	send_frames(world, id, 1);
	world_assert_no_event(world);
	world_post(world, 1);
	world_dequeued(world, id);
}

static void commands_that_come_together_take_one_notification(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	unsigned int before = driver_fake_notifications(
		world->driver, VIRTIO_MEDIA_COMMANDQ);

	for (unsigned int i = 0; i < 5; i++)
		send_get_input(world, id);
	world_settle(world);
	assert_int_equal(driver_fake_notifications(world->driver,
						   VIRTIO_MEDIA_COMMANDQ),
			 before + 1);
}

/* What two of a guest's vCPUs send, each to its own device, without an end */
struct flood {
	struct driver_fake *drivers[2];
	unsigned int sent;
};

static void send_more(void *owner)
{
	const struct virtio_media_cmd_header cmd = {.cmd = ~0u};
	struct flood *flood = owner;
	struct driver_fake *driver = flood->drivers[flood->sent % 2];
	struct driver_fake_answer answer;

	if (flood->sent == MOST_SENT)
		return;
	flood->sent++;
	while (driver_fake_collect(driver, VIRTIO_MEDIA_COMMANDQ, &answer))
		;
	driver_fake_send(driver, VIRTIO_MEDIA_COMMANDQ, &cmd, sizeof(cmd), 8);
}

static void two_devices_that_are_flooded_let_the_loop_go_on(void **state)
{
	const struct guest_attach second = world_window_device(
		2, V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);
	struct world *world = *state;
	struct flood flood = {
		.drivers = {world->driver, world_add_driver(world, &second)},
	};

	world_settle(world);
	send_more(&flood);
	hyp_fake_watch_polls(world->fake, send_more, &flood);
	hyp_fake_run_once(world->fake, 1000);
	assert_true(flood.sent < MOST_SENT);
	hyp_fake_watch_polls(world->fake, NULL, NULL);
	world_settle(world);
	driver_fake_destroy(flood.drivers[1]);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define PLAIN_TEST(test)                                                    \
	{                                                                   \
		#test "_without_indices", test, set_up_plain, world_tear_down, \
			NULL                                                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_interrupt_tells_of_three_events),
		PLAIN_TEST(one_interrupt_tells_of_three_events),
		TEST(one_interrupt_tells_of_an_answer_and_an_event),
		PLAIN_TEST(one_interrupt_tells_of_an_answer_and_an_event),
		TEST(no_interrupt_comes_while_the_driver_looks_by_itself),
		PLAIN_TEST(no_interrupt_comes_while_the_driver_looks_by_itself),
		TEST(an_event_is_told_in_the_round_that_brings_it),
		TEST(event_buffers_are_posted_without_a_word),
		PLAIN_TEST(event_buffers_are_posted_without_a_word),
		TEST(an_event_that_waits_is_told_when_there_is_room),
		PLAIN_TEST(an_event_that_waits_is_told_when_there_is_room),
		TEST(commands_that_come_together_take_one_notification),
		TEST(two_devices_that_are_flooded_let_the_loop_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
