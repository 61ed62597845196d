// SPDX-License-Identifier: GPL-2.0-only
/* The draft's dialect (device ID 42), where it is another than the ratified. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "buffer_driver.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE

static struct world_answer map(struct world *world, uint32_t id,
			       uint64_t offset, size_t len)
{
	const struct virtio_media_draft_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
		.offset = cpu_to_le64(offset),
	};

	return world_command(world, &cmd, len, 24);
}

static uint32_t mmap_session(struct world *world, uint32_t *offset)
{
	const uint32_t id = world_open(world);
	uint32_t count = 2;

	assert_int_equal(
		driver_reqbufs(world, id, CAPTURE, V4L2_MEMORY_MMAP, &count),
		0);
	*offset = driver_offset(world, id, CAPTURE, 1, 0);
	return id;
}

static uint32_t get_format(struct world *world, uint32_t id)
{
	struct v4l2_format format = {.type = CAPTURE};

	return world_ioctl(world, id, VIDIOC_G_FMT, &format);
}

static void the_device_says_which_dialect_it_speaks(void **state)
{
	struct world *world = *state;

	assert_int_equal(driver_fake_read(world->driver, VIRTIO_MMIO_DEVICE_ID),
			 42);
}

static void an_offset_has_64_bits(void **state)
{
	struct world *world = *state;
	uint32_t offset;
	const uint32_t id = mmap_session(world, &offset);

	assert_int_equal(map(world, id, offset, 24).status, 0);
	assert_int_equal(
		map(world, id, offset + (UINT64_C(1) << 32), 24).status,
		EINVAL);
	assert_int_equal(map(world, id, offset, 23).status, EINVAL);
}

static void the_ratified_offset_has_32_bits_whatever_follows(void **state)
{
	struct world *world = *state;
	uint32_t offset;
	const uint32_t id = mmap_session(world, &offset);

	assert_int_equal(
		map(world, id, offset + (UINT64_C(1) << 32), 24).status, 0);
	assert_int_equal(map(world, id, offset, 20).status, 0);
}

static void a_session_that_breaks_is_closed_by_the_device(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_post(world, 1);
	camera_fake_send_error(camera_of(world, id), ENODEV);
	assert_int_equal(world_error(world, id), ENODEV);
	assert_int_equal(get_format(world, id), EINVAL);
}

static void a_late_close_is_ignored(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_post(world, 2);
	camera_fake_die(camera_of(world, id));
	world_error(world, id);
	world_close(world, id);
	world_assert_no_event(world);
	assert_int_equal(get_format(world, world_open(world)), 0);
}

static void the_error_is_told_as_soon_as_there_is_a_buffer(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_die(camera_of(world, id));
	world_settle(world);
	world_open(world);
	world_post(world, 1);
	assert_int_equal(world_error(world, id), EIO);
}

static void who_closes_a_session_is_not_told_that_it_broke(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_die(camera_of(world, id));
	world_settle(world);
	world_close(world, id);
	world_post(world, 1);
	world_assert_no_event(world);
}

static void nothing_else_is_told_of_a_session_that_broke(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL, 1);
	camera_fake_die(camera_of(world, id));
	world_settle(world);
	world_post(world, 2);
	world_error(world, id);
	world_assert_no_event(world);
}

static void an_id_is_never_used_again(void **state)
{
	struct world *world = *state;
	uint32_t last = 0;

	world_post(world, 40);
	for (int i = 0; i < 30; i++) {
		const uint32_t id = world_open(world);

		assert_true(id > last);
		last = id;
		if (i % 2)
			world_close(world, id);
		else
			camera_fake_die(camera_of(world, id));
		world_settle(world);
	}
}

static void sessions_that_broke_make_room_for_others(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 290; i++) {
		const uint32_t id = world_open(world);

		world_post(world, 1);
		camera_fake_die(camera_of(world, id));
		world_error(world, id);
	}
}

static void a_mapping_outlives_a_session_that_broke(void **state)
{
	struct world *world = *state;
	uint32_t offset;
	const uint32_t id = mmap_session(world, &offset);

	assert_int_equal(map(world, id, offset, 24).status, 0);
	camera_fake_die(camera_of(world, id));
	world_settle(world);
	assert_int_equal(driver_unmap(world, offset), 0);
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_draft, \
					world_tear_down)
#define RATIFIED_TEST(test)                                        \
	cmocka_unit_test_setup_teardown(test, world_set_up_window, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_device_says_which_dialect_it_speaks),
		TEST(an_offset_has_64_bits),
		RATIFIED_TEST(the_ratified_offset_has_32_bits_whatever_follows),
		TEST(a_session_that_breaks_is_closed_by_the_device),
		TEST(a_late_close_is_ignored),
		TEST(the_error_is_told_as_soon_as_there_is_a_buffer),
		TEST(who_closes_a_session_is_not_told_that_it_broke),
		TEST(nothing_else_is_told_of_a_session_that_broke),
		TEST(an_id_is_never_used_again),
		TEST(sessions_that_broke_make_room_for_others),
		TEST(a_mapping_outlives_a_session_that_broke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
