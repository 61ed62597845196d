// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls on buffers: what V4L2 says of each, with its errno. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buffer_driver.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define POINTER 0x7f00deadb000

static uint32_t reqbufs(struct world *world, uint32_t id, uint32_t count)
{
	return world_reqbufs(world, id, &count);
}

/* REQBUFS, CREATE_BUFS */

static void forty_buffers_become_thirty_two(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t count = 40;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(count, 32);
}

static void memory_of_another_kind_is_refused_with_capabilities(void **state)
{
	struct v4l2_requestbuffers request = {
		.count = 1,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(world_ioctl(world, id, VIDIOC_REQBUFS, &request),
			 EINVAL);
	assert_int_equal(request.capabilities, V4L2_BUF_CAP_SUPPORTS_USERPTR);
	assert_int_equal(camera_of(world, id)->calls, 0);
}

static void buffers_of_another_type_are_refused(void **state)
{
	struct v4l2_requestbuffers request = {
		.count = 1,
		.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
		.memory = V4L2_MEMORY_USERPTR,
	};
	struct world *world = *state;

	assert_int_equal(
		world_ioctl(world, world_open(world), VIDIOC_REQBUFS, &request),
		EINVAL);
}

static void the_camera_may_refuse_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	driver_ask_reqbufs(world, id, CAPTURE, V4L2_MEMORY_USERPTR);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), EBUSY);
	assert_int_equal(world_answer(world).status, EBUSY);
	world->obedient = true;
	assert_int_equal(reqbufs(world, world_open(world), 2), 0);
}

static void a_camera_without_a_format_gets_its_buffers_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	camera->format.fmt.pix.sizeimage = 0;
	assert_int_equal(world_ioctl(world, id, VIDIOC_REQBUFS, &request), EIO);
	assert_int_equal(camera->call.head.nr, _IOC_NR(VIDIOC_REQBUFS));
	memcpy(&request, camera->call.data, sizeof(request));
	assert_int_equal(request.count, 0);
}

static void a_second_session_with_buffers_is_busy(void **state)
{
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);

	assert_int_equal(reqbufs(world, one, 2), 0);
	assert_int_equal(reqbufs(world, two, 2), EBUSY);
	assert_int_equal(world_stream_on(world, two), EBUSY);
	assert_int_equal(world_qbuf(world, two, 0, WORLD_FRAME_LEN, 0), EBUSY);
}

static void buffers_that_are_freed_let_another_session_in(void **state)
{
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);

	assert_int_equal(reqbufs(world, one, 2), 0);
	assert_int_equal(reqbufs(world, one, 0), 0);
	assert_int_equal(reqbufs(world, two, 2), 0);
}

static void a_closed_session_lets_another_one_in(void **state)
{
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);

	assert_int_equal(reqbufs(world, one, 2), 0);
	world_close(world, one);
	assert_int_equal(reqbufs(world, two, 2), 0);
}

static void buffers_of_a_stream_cannot_be_freed(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 2, 2);
	assert_int_equal(reqbufs(world, id, 0), EBUSY);
}

static void the_format_of_buffers_cannot_change(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_S_FMT, &format), EBUSY);
	assert_int_equal(reqbufs(world, id, 0), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_S_FMT, &format), 0);
}

static struct v4l2_create_buffers create_of(uint32_t count, uint32_t size)
{
	return (struct v4l2_create_buffers){
		.count = count,
		.memory = V4L2_MEMORY_USERPTR,
		.format = {.type = CAPTURE, .fmt.pix.sizeimage = size},
	};
}

static void created_buffers_follow_the_requested_ones(void **state)
{
	struct v4l2_create_buffers create = create_of(3, WORLD_FRAME_LEN);
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 0);
	assert_int_equal(create.index, 2);
	assert_int_equal(create.count, 3);
	assert_int_equal(world_qbuf(world, id, 4, WORLD_FRAME_LEN,
				    world_alloc_buffer(world)),
			 0);
}

static void created_buffers_must_hold_a_frame(void **state)
{
	struct v4l2_create_buffers create = create_of(1, WORLD_FRAME_LEN - 1);
	struct world *world = *state;

	assert_int_equal(world_ioctl(world, world_open(world),
				     VIDIOC_CREATE_BUFS, &create),
			 EINVAL);
}

static void none_created_only_asks(void **state)
{
	struct v4l2_create_buffers create = create_of(0, WORLD_FRAME_LEN);
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);

	assert_int_equal(reqbufs(world, one, 2), 0);
	assert_int_equal(world_ioctl(world, two, VIDIOC_CREATE_BUFS, &create),
			 0);
	assert_int_equal(create.capabilities, V4L2_BUF_CAP_SUPPORTS_USERPTR);
}

static void a_full_queue_creates_no_more(void **state)
{
	struct v4l2_create_buffers create = create_of(1, WORLD_FRAME_LEN);
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 32), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 ENOBUFS);
}

/* QUERYBUF, STREAMON, STREAMOFF */

static void a_buffer_says_its_length_and_keeps_its_pointer(void **state)
{
	struct v4l2_buffer buffer = {
		.index = 1,
		.type = CAPTURE,
		.m.userptr = POINTER,
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_int_equal(buffer.length, WORLD_FRAME_LEN);
	assert_int_equal(buffer.memory, V4L2_MEMORY_USERPTR);
	assert_int_equal(buffer.m.userptr, POINTER);
}

static void a_stream_needs_buffers(void **state)
{
	struct world *world = *state;

	assert_int_equal(world_stream_on(world, world_open(world)), EINVAL);
}

static void a_stream_of_another_type_does_not_exist(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_STREAMON, &type),
			 EINVAL);
	assert_int_equal(world_ioctl(world, id, VIDIOC_STREAMOFF, &type),
			 EINVAL);
}

static void streaming_twice_is_streaming_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	unsigned int calls;

	world_stream(world, id, 2, 2);
	calls = camera_of(world, id)->calls;
	assert_int_equal(world_stream_on(world, id), 0);
	assert_int_equal(camera_of(world, id)->calls, calls);
}

static void stopping_what_does_not_stream_gives_buffers_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const uint64_t gpa = world_alloc_buffer(world);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
	assert_int_equal(world_stream_off(world, id), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
}

static void a_queue_changes_once_at_a_time(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const int type = CAPTURE;

	assert_int_equal(reqbufs(world, id, 2), 0);
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_STREAMON), &type, 4, 8);
	world_settle(world);
	assert_int_equal(reqbufs(world, id, 4), EBUSY);
}

/* What ends a buffer's time in the queue */

static void free_buffers(struct world *world, uint32_t id)
{
	assert_int_equal(world_stream_off(world, id), 0);
	assert_int_equal(reqbufs(world, id, 0), 0);
}

static void stop_stream(struct world *world, uint32_t id)
{
	assert_int_equal(world_stream_off(world, id), 0);
}

static void restart_stream(struct world *world, uint32_t id)
{
	assert_int_equal(world_stream_off(world, id), 0);
	camera_fake_send_slots(camera_of(world, id), 2, 2);
	assert_int_equal(world_stream_on(world, id), 0);
}

static void memory_is_left_alone_once_it_is_the_driver_s(void **state)
{
	static void (*const ends[])(struct world *world, uint32_t id) = {
		free_buffers,
		stop_stream,
		restart_stream,
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		uint64_t gpa;
		const uint32_t id = world_stream_with_a_buffer(world, &gpa);
		uint8_t *ram = hyp_fake_ram(world->fake, gpa, 1);

		*ram = 0x3c;
		ends[i](world, id);
		camera_fake_send_frame(camera_of(world, id), 0, 0);
		world_settle(world);
		assert_int_equal(*ram, 0x3c);
		world_close(world, id);
	}
}

/* PREPARE_BUF */

static uint32_t prepare(struct world *world, uint32_t id,
			struct driver_buffer *buffer)
{
	return driver_run(world, id, VIDIOC_PREPARE_BUF, buffer);
}

static struct driver_buffer lent_buffer(struct world *world, uint32_t index)
{
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_USERPTR, index);

	driver_buffer_set(&buffer, 0, world_alloc_buffer(world),
			  WORLD_FRAME_LEN);
	return buffer;
}

static void a_prepared_buffer_says_so_until_it_is_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct driver_buffer buffer = lent_buffer(world, 1);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(prepare(world, id, &buffer), 0);
	assert_true(buffer.buffer.flags & V4L2_BUF_FLAG_PREPARED);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.flags &
				 (V4L2_BUF_FLAG_PREPARED | V4L2_BUF_FLAG_QUEUED),
			 V4L2_BUF_FLAG_QUEUED);
}

static void a_buffer_is_prepared_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct driver_buffer buffer = lent_buffer(world, 1);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(prepare(world, id, &buffer), 0);
	assert_int_equal(prepare(world, id, &buffer), EINVAL);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(prepare(world, id, &buffer), EINVAL);
}

static void a_buffer_is_prepared_as_it_would_be_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct driver_buffer buffer = lent_buffer(world, 2);

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(prepare(world, id, &buffer), EINVAL);
	buffer = lent_buffer(world, 1);
	driver_buffer_set(&buffer, 0, world_alloc_buffer(world),
			  WORLD_FRAME_LEN - 1);
	assert_int_equal(prepare(world, id, &buffer), EINVAL);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forty_buffers_become_thirty_two),
		TEST(memory_of_another_kind_is_refused_with_capabilities),
		TEST(buffers_of_another_type_are_refused),
		TEST(the_camera_may_refuse_buffers),
		TEST(a_camera_without_a_format_gets_its_buffers_back),
		TEST(a_second_session_with_buffers_is_busy),
		TEST(buffers_that_are_freed_let_another_session_in),
		TEST(a_closed_session_lets_another_one_in),
		TEST(buffers_of_a_stream_cannot_be_freed),
		TEST(the_format_of_buffers_cannot_change),
		TEST(created_buffers_follow_the_requested_ones),
		TEST(created_buffers_must_hold_a_frame),
		TEST(none_created_only_asks),
		TEST(a_full_queue_creates_no_more),
		TEST(a_buffer_says_its_length_and_keeps_its_pointer),
		TEST(a_stream_needs_buffers),
		TEST(a_stream_of_another_type_does_not_exist),
		TEST(streaming_twice_is_streaming_once),
		TEST(stopping_what_does_not_stream_gives_buffers_back),
		TEST(a_queue_changes_once_at_a_time),
		TEST(memory_is_left_alone_once_it_is_the_driver_s),
		TEST(a_prepared_buffer_says_so_until_it_is_queued),
		TEST(a_buffer_is_prepared_once),
		TEST(a_buffer_is_prepared_as_it_would_be_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
