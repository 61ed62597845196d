// SPDX-License-Identifier: GPL-2.0-only
/* Pages of the window that take their time: what becomes of those who wait for
 * vmediad's answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media_world.h"

#define MIB UINT64_C(0x100000)

static struct guest_attach device(void)
{
	struct guest_attach attach = world_device(V4L2_CAP_VIDEO_CAPTURE |
						  V4L2_CAP_STREAMING);

	attach.window = HYP_FAKE_WINDOW;
	attach.window_len = 8 * MIB;
	return attach;
}

static int set_up(void **state)
{
	const struct guest_attach attach = device();

	world_set_up_device(state, &attach);
	return 0;
}

static const struct v4l2_requestbuffers two_buffers = {
	.count = 2,
	.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	.memory = V4L2_MEMORY_MMAP,
};

/* Its answer has to wait. */
static void begin_request(struct world *world, uint32_t id)
{
	world->populating = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_REQBUFS), &two_buffers,
			 sizeof(two_buffers), 8 + sizeof(two_buffers));
	world_settle(world);
	assert_int_equal(world->populates, 1);
}

static uint64_t memory_used(struct world *world)
{
	struct guest_session_report sessions[8];
	unsigned int count;

	return world_query(world, sessions, 8, &count).memory;
}

static void others_do_not_wait_with_them(void **state)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct world *world = *state;
	const uint32_t other = world_open(world);

	begin_request(world, world_open(world));
	assert_int_equal(world_ioctl(world, other, VIDIOC_G_FMT, &format), 0);
	world_populated(world, 0);
	assert_int_equal(world_answer(world).status, 0);
}

static void who_is_reset_waits_no_more(void **state)
{
	struct world *world = *state;

	begin_request(world, world_open(world));
	driver_fake_reset(world->driver);
	world_settle(world);
	world_populated(world, 0);
	world_settle(world);
	assert_int_equal(memory_used(world), 0);
}

static void a_process_that_ends_waits_no_more(void **state)
{
	struct world *world = *state;

	/* The end of the test is the test. */
	begin_request(world, world_open(world));
}

static void a_process_that_is_started_again_asks_again(void **state)
{
	struct v4l2_requestbuffers request = two_buffers;
	const struct guest_attach attach = device();
	struct world *world;

	world = world_create(true);
	*state = world;
	hyp_fake_populate(world->fake, HYP_FAKE_WINDOW, 2 * MIB);
	world_tell(world, &attach, sizeof(attach));
	world->driver = driver_fake_create(world->fake, WORLD_ADDR, WORLD_IRQ);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	assert_int_equal(world_ioctl(world, world_open(world), VIDIOC_REQBUFS,
				     &request),
			 0);
	assert_int_equal(world->populates, 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_do_not_wait_with_them),
		TEST(who_is_reset_waits_no_more),
		TEST(a_process_that_ends_waits_no_more),
		cmocka_unit_test_teardown(
			a_process_that_is_started_again_asks_again,
			world_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
