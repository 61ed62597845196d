// SPDX-License-Identifier: GPL-2.0-only
/* A guest whose commands come too fast waits; nothing else does. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

/* What the slowest guest may do at once: unit/media_pace_test.c */
#define BURST 32

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

static void take_answers(struct world *world, unsigned int count)
{
	while (count-- > 0)
		assert_int_equal(world_answer(world).status, 0);
}

/* All that it may do at once is done: one command a second from here on. */
static void exhaust(struct world *world, uint32_t id)
{
	world_limit(world, QUOTA_COMMANDS, 1);
	send_inputs(world, id, BURST / 2);
	take_answers(world, BURST / 2);
	send_inputs(world, id, BURST / 2 + 4);
	take_answers(world, BURST / 2);
	assert_in_range(outstanding(world), 1, 4);
}

static void commands_that_come_too_fast_wait_and_do_not_fail(void **state)
{
	struct world *world = *state;

	exhaust(world, world_open(world));
	world_limit(world, QUOTA_COMMANDS, 0);
	take_answers(world, 4);
	assert_int_equal(outstanding(world), 0);
}

static void commands_go_on_by_themselves(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	exhaust(world, id);
	world_limit(world, QUOTA_COMMANDS, 100);
	for (int i = 0; i < 500 && outstanding(world) > 0; i++) {
		hyp_fake_run_once(world->fake, 10);
		world_settle(world);
	}
	take_answers(world, 4);
}

static void sessions_that_come_and_go_wait_too(void **state)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	struct world *world = *state;
	struct guest_open question;

	world_limit(world, QUOTA_COMMANDS, 1);
	for (int i = 0; i < BURST / 2; i++)
		world_close(world, world_open(world));
	for (int i = 0; i < 4; i++)
		world_send(world, &cmd, sizeof(cmd), 16);
	while (world_asked(world, &question))
		world_refuse(world, &question, EBUSY);
	assert_in_range(outstanding(world), 1, 4);
}

static void frames_do_not_wait(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	exhaust(world, id);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_dequeued(world, id);
	assert_in_range(outstanding(world), 1, 4);
}

static void registers_do_not_wait(void **state)
{
	struct world *world = *state;

	exhaust(world, world_open(world));
	assert_int_equal(driver_fake_read(world->driver, 0), 0x74726976);
}

static void a_reset_ends_the_wait(void **state)
{
	struct world *world = *state;

	exhaust(world, world_open(world));
	driver_fake_reset(world->driver);
	world_settle(world);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	world_limit(world, QUOTA_COMMANDS, 0);
	send_inputs(world, world_open(world), 1);
	take_answers(world, 1);
}

static void a_reset_is_no_way_to_more_commands(void **state)
{
	struct world *world = *state;

	exhaust(world, world_open(world));
	driver_fake_reset(world->driver);
	world_settle(world);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	send_inputs(world, 1, 8);
	assert_in_range(outstanding(world), 1, 8);
}

static void a_device_may_end_while_it_waits(void **state)
{
	exhaust(*state, world_open(*state));
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_that_come_too_fast_wait_and_do_not_fail),
		TEST(commands_go_on_by_themselves),
		TEST(sessions_that_come_and_go_wait_too),
		TEST(frames_do_not_wait),
		TEST(registers_do_not_wait),
		TEST(a_reset_ends_the_wait),
		TEST(a_reset_is_no_way_to_more_commands),
		TEST(a_device_may_end_while_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
