// SPDX-License-Identifier: GPL-2.0-only
/* A session that has its node for itself: a codec, in the guest and behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT
#define USERPTR V4L2_MEMORY_USERPTR

#define IN_LEN CODEC_IN_LEN
#define OUT_LEN CODEC_OUT_LEN

static uint32_t reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t count)
{
	return driver_reqbufs(world, id, type, USERPTR, &count);
}

/* Making and freeing */

static void the_node_says_how_many_buffers_there_are(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 1;

	node_fake_queue(codec_node(world, id), CAPTURE)->least = 3;
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, USERPTR, &count),
			 0);
	assert_int_equal(count, 3);
	count = 8;
	node_fake_queue(codec_node(world, id), OUTPUT)->most = 5;
	assert_int_equal(driver_reqbufs(world, id, OUTPUT, USERPTR, &count), 0);
	assert_int_equal(count, 5);
}

static void a_buffer_is_as_long_as_the_node_s(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 1);
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	assert_int_equal(reqbufs(world, id, CAPTURE, 2), 0);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.length, OUT_LEN);
	assert_int_equal(buffer.buffer.flags, V4L2_BUF_FLAG_TIMESTAMP_COPY);
}

static void a_type_that_the_node_lacks_does_not_exist(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	struct driver_buffer buffer =
		driver_buffer(V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, USERPTR, 0);

	assert_int_equal(
		reqbufs(world, id, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, 1),
		EINVAL);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer),
			 EINVAL);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), EINVAL);
	assert_int_equal(camera_of(world, id)->calls, 0);
}

static void a_refusal_of_the_node_is_the_guest_s(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world->obedient = false;
	driver_ask_reqbufs(world, id, CAPTURE, USERPTR);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), EBUSY);
	assert_int_equal(world_answer(world).status, EBUSY);
}

static void thirty_two_buffers_may_come_in_several_messages(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 40;

	codec_node(world, id)->per_message = 10;
	assert_int_equal(driver_reqbufs(world, id, OUTPUT, USERPTR, &count), 0);
	assert_int_equal(count, 32);
	assert_int_equal(driver_qbuf(world, id, OUTPUT, 31,
				     codec_alloc(world, IN_LEN, 1), IN_LEN),
			 0);
	assert_true(node_fake_has(codec_node(world, id), OUTPUT, 31));
}

static struct v4l2_create_buffers create_of(uint32_t count, uint32_t size)
{
	return (struct v4l2_create_buffers){
		.count = count,
		.memory = USERPTR,
		.format = {.type = CAPTURE, .fmt.pix.sizeimage = size},
	};
}

static void single_planar_buffers_of_two_planes_are_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	node_fake_add(node_fake_create(world_last_camera(world)), OUTPUT, 2,
		      4096);
	assert_int_equal(reqbufs(world, id, OUTPUT, 1), EIO);
	assert_int_equal(reqbufs(world, codec_open(world), OUTPUT, 1), 0);
}

static void created_buffers_may_have_another_size(void **state)
{
	struct v4l2_create_buffers create = create_of(2, 2 * OUT_LEN);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 3);
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	assert_int_equal(reqbufs(world, id, CAPTURE, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 0);
	assert_int_equal(create.index, 2);
	assert_int_equal(create.count, 2);
	assert_int_equal(create.memory, USERPTR);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.length, 2 * OUT_LEN);
	buffer = driver_buffer(CAPTURE, USERPTR, 1);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.length, OUT_LEN);
}

static void whether_buffers_can_be_created_is_the_node_s_to_say(void **state)
{
	struct v4l2_create_buffers create = create_of(0, 0);
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_CREATE_BUFS), &create,
			 sizeof(create), 8 + sizeof(create));
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), ENOTTY);
	assert_int_equal(world_answer(world).status, ENOTTY);
}

static void a_quota_makes_the_node_have_fewer_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 8;

	world_limit(world, QUOTA_MEMORY, 3 * OUT_LEN);
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, USERPTR, &count),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(node_fake_queue(codec_node(world, id), CAPTURE)->count,
			 3);
}

static void a_quota_that_the_node_cannot_meet_frees_its_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	struct node_fake_queue *queue =
		node_fake_queue(codec_node(world, id), CAPTURE);

	queue->least = 4;
	world_limit(world, QUOTA_BUFFERS, 3);
	assert_int_equal(reqbufs(world, id, CAPTURE, 3), ENOBUFS);
	world_settle(world);
	assert_int_equal(queue->count, 0);
	world_limit(world, QUOTA_BUFFERS, 4);
	assert_int_equal(reqbufs(world, id, CAPTURE, 3), 0);
}

static void
a_quota_that_is_used_up_leaves_the_node_empty(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world_limit(world, QUOTA_BUFFERS, 2);
	assert_int_equal(reqbufs(world, id, OUTPUT, 2), 0);
	assert_int_equal(reqbufs(world, id, CAPTURE, 2), ENOBUFS);
	world_settle(world);
	assert_int_equal(node_fake_queue(codec_node(world, id), CAPTURE)->count,
			 0);
}

static void a_quota_creates_fewer_buffers(void **state)
{
	struct v4l2_create_buffers create = create_of(3, OUT_LEN);
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world_limit(world, QUOTA_BUFFERS, 3);
	assert_int_equal(reqbufs(world, id, CAPTURE, 2), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 0);
	assert_int_equal(create.count, 1);
	create.count = 1;
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 ENOBUFS);
}

static void what_a_refused_creation_claimed_is_given_back(void **state)
{
	struct v4l2_create_buffers create = create_of(2, OUT_LEN);
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world_limit(world, QUOTA_BUFFERS, 2);
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_CREATE_BUFS), &create,
			 sizeof(create), 8 + sizeof(create));
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), ENOMEM);
	assert_int_equal(world_answer(world).status, ENOMEM);
	world->obedient = true;
	assert_int_equal(reqbufs(world, id, CAPTURE, 2), 0);
}

static void codecs_do_not_count_as_streams_of_a_camera(void **state)
{
	struct world *world = *state;
	const uint32_t one = codec_open(world), two = codec_open(world);

	assert_int_equal(reqbufs(world, one, CAPTURE, 2), 0);
	assert_int_equal(reqbufs(world, two, CAPTURE, 2), 0);
	assert_int_equal(reqbufs(world, two, OUTPUT, 2), 0);
}

/* Queueing */

static void
the_bytes_of_an_output_buffer_are_there_before_it_is_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	const uint64_t gpa = codec_alloc(world, IN_LEN, 5);

	assert_int_equal(driver_qbuf(world, id, OUTPUT, 1, gpa, IN_LEN), 0);
	assert_true(node_fake_has(codec_node(world, id), OUTPUT, 1));
	assert_memory_equal(codec_bytes(world, id, OUTPUT, 1),
			    hyp_fake_ram(world->fake, gpa, IN_LEN), IN_LEN);
}

static void only_the_used_bytes_are_copied(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(OUTPUT, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, IN_LEN, 5), IN_LEN);
	buffer.buffer.bytesused = 100;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.bytesused, 100);
	assert_int_not_equal(codec_bytes(world, id, OUTPUT, 0)[99], 0);
	assert_int_equal(codec_bytes(world, id, OUTPUT, 0)[100], 0);
}

static void more_bytes_than_there_are_cannot_be_used(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(OUTPUT, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, IN_LEN, 5), IN_LEN);
	buffer.buffer.bytesused = IN_LEN + 1;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), EINVAL);
	assert_false(node_fake_has(codec_node(world, id), OUTPUT, 0));
}

static void what_the_driver_says_of_an_output_buffer_crosses(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(OUTPUT, USERPTR, 0);
	const struct v4l2_buffer *queued;

	driver_buffer_set(&buffer, 0, codec_alloc(world, IN_LEN, 5), IN_LEN);
	buffer.buffer.m.userptr = 0x7f0012345000;
	buffer.buffer.flags = V4L2_BUF_FLAG_TIMECODE |
			      V4L2_BUF_FLAG_TSTAMP_SRC_SOE |
			      V4L2_BUF_FLAG_DONE | V4L2_BUF_FLAG_MAPPED;
	buffer.buffer.field = V4L2_FIELD_NONE;
	buffer.buffer.timestamp.tv_usec = 77;
	buffer.buffer.timecode.frames = 12;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	queued = &node_fake_queue(codec_node(world, id), OUTPUT)
			  ->buffers[0]
			  .buffer;
	assert_int_equal(queued->flags, V4L2_BUF_FLAG_TIMECODE |
						V4L2_BUF_FLAG_TSTAMP_SRC_SOE);
	assert_int_equal(queued->timestamp.tv_usec, 77);
	assert_int_equal(queued->timecode.frames, 12);
	assert_int_equal(queued->m.userptr, 0);
}

static void a_queued_buffer_tells_what_the_node_says(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(OUTPUT, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, IN_LEN, 5), IN_LEN);
	buffer.buffer.m.userptr = 0x7f0012345000;
	buffer.buffer.timestamp.tv_usec = 77;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.flags,
			 V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(buffer.buffer.timestamp.tv_usec, 77);
	assert_int_equal(buffer.buffer.memory, USERPTR);
	assert_int_equal(buffer.buffer.m.userptr, 0x7f0012345000);
}

static void a_buffer_that_the_node_refuses_is_the_driver_s(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	world->obedient = false;
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	world_settle(world);
	assert_true(camera_fake_take_call(camera_of(world, id)));
	camera_fake_refuse(camera_of(world, id), EPIPE);
	assert_int_equal(world_answer(world).status, EPIPE);
	world->obedient = true;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
}

static void a_buffer_on_its_way_to_the_node_cannot_be_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	world->obedient = false;
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	assert_int_equal(world_answer(world).status, EINVAL);
	world->obedient = true;
	assert_int_equal(world_answer(world).status, 0);
}

static void an_output_buffer_that_is_no_memory_is_not_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);

	assert_int_equal(driver_qbuf(world, id, OUTPUT, 0,
				     UINT64_C(0x180000000), IN_LEN),
			 EFAULT);
	assert_false(node_fake_has(codec_node(world, id), OUTPUT, 0));
	assert_int_equal(driver_qbuf(world, id, OUTPUT, 0,
				     codec_alloc(world, IN_LEN, 0), IN_LEN),
			 0);
}

static void a_reset_in_the_middle_of_an_output_buffer_ends_it(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct camera_fake *camera = camera_of(world, id);
	struct driver_buffer buffer = driver_buffer(OUTPUT, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, IN_LEN, 5), IN_LEN);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	hyp_fake_write_at_poll(world->fake, WORLD_ADDR + VIRTIO_MMIO_STATUS, 0);
	world->obedient = false;
	world_settle(world);
	assert_false(camera_fake_take_call(camera));
	assert_true(camera->closed);
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_node_says_how_many_buffers_there_are),
		TEST(a_buffer_is_as_long_as_the_node_s),
		TEST(a_type_that_the_node_lacks_does_not_exist),
		TEST(a_refusal_of_the_node_is_the_guest_s),
		TEST(thirty_two_buffers_may_come_in_several_messages),
		TEST(single_planar_buffers_of_two_planes_are_refused),
		TEST(created_buffers_may_have_another_size),
		TEST(whether_buffers_can_be_created_is_the_node_s_to_say),
		TEST(a_quota_makes_the_node_have_fewer_buffers),
		TEST(a_quota_that_the_node_cannot_meet_frees_its_buffers),
		TEST(a_quota_that_is_used_up_leaves_the_node_empty),
		TEST(a_quota_creates_fewer_buffers),
		TEST(what_a_refused_creation_claimed_is_given_back),
		TEST(codecs_do_not_count_as_streams_of_a_camera),
		TEST(the_bytes_of_an_output_buffer_are_there_before_it_is_queued),
		TEST(only_the_used_bytes_are_copied),
		TEST(more_bytes_than_there_are_cannot_be_used),
		TEST(what_the_driver_says_of_an_output_buffer_crosses),
		TEST(a_queued_buffer_tells_what_the_node_says),
		TEST(a_buffer_that_the_node_refuses_is_the_driver_s),
		TEST(a_buffer_on_its_way_to_the_node_cannot_be_queued),
		TEST(an_output_buffer_that_is_no_memory_is_not_queued),
		TEST(a_reset_in_the_middle_of_an_output_buffer_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
