// SPDX-License-Identifier: GPL-2.0-only
/* A camera process that breaks the rules of direct sessions loses the session,
 * and nothing else. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT
#define USERPTR V4L2_MEMORY_USERPTR
#define IN_LEN CODEC_IN_LEN
#define OUT_LEN CODEC_OUT_LEN

static uint32_t error_of(struct world *world)
{
	union world_event event;
	uint32_t len;

	world_post(world, 1);
	if (!world_event(world, &event, &len))
		return 0;
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_ERROR);
	return le32_to_cpu(event.error.error);
}

/* A codec's session, of which a capture buffer is queued */
static uint32_t with_a_buffer(struct world *world)
{
	const uint32_t id = codec_start(world);

	assert_int_equal(driver_qbuf(world, id, CAPTURE, 0,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 0);
	return id;
}

static void a_buffer_that_is_not_queued_does_not_come_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);
	const struct session_frame frame =
		node_fake_frame(codec_node(world, id), CAPTURE, 1, 0);

	node_fake_send(codec_node(world, id), &frame);
	assert_int_equal(error_of(world), EIO);
}

static void a_buffer_does_not_come_back_twice(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);
	const struct session_frame frame =
		node_fake_frame(codec_node(world, id), CAPTURE, 0, 0);

	node_fake_send(codec_node(world, id), &frame);
	world_dequeued(world, id);
	node_fake_send(codec_node(world, id), &frame);
	assert_int_equal(error_of(world), EIO);
}

static void a_buffer_does_not_come_back_before_it_is_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 0);
	struct session_frame frame;

	driver_buffer_set(&buffer, 0, codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	world->obedient = false;
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	world_settle(world);
	frame = node_fake_frame(codec_node(world, id), CAPTURE, 0, 0);
	node_fake_send(codec_node(world, id), &frame);
	assert_int_equal(world_answer(world).status, EIO);
	assert_int_equal(error_of(world), EIO);
}

static void a_buffer_of_no_queue_does_not_come_back(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);
	struct session_frame frame =
		node_fake_frame(codec_node(world, id), CAPTURE, 0, 0);

	frame.type = V4L2_BUF_TYPE_SDR_CAPTURE;
	camera_fake_send(camera_of(world, id), &frame, sizeof(frame), NULL, 0);
	assert_int_equal(error_of(world), EIO);
}

static void a_buffer_is_not_fuller_than_it_is_large(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);
	struct session_frame frame =
		node_fake_frame(codec_node(world, id), CAPTURE, 0, 0);

	frame.bytesused[0] = OUT_LEN + 1;
	node_fake_send(codec_node(world, id), &frame);
	assert_int_equal(error_of(world), EIO);
}

static void a_buffer_of_memory_that_is_no_more_is_ignored(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);
	struct session_frame frame =
		node_fake_frame(codec_node(world, id), CAPTURE, 0, 0);

	frame.generation--;
	camera_fake_send(camera_of(world, id), &frame, sizeof(frame), NULL, 0);
	world_assert_no_event(world);
	node_fake_done(codec_node(world, id), CAPTURE, 0, 1);
	world_dequeued(world, id);
}

static void memory_that_was_not_asked_for_is_refused(void **state)
{
	const struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = 9,
		.num_slots = 1,
		.num_planes = 1,
		.type = CAPTURE,
		.plane_size = {4096},
	};
	struct world *world = *state;
	const uint32_t id = with_a_buffer(world);

	camera_fake_send(camera_of(world, id), &slots, sizeof(slots), NULL, 0);
	assert_int_equal(error_of(world), EIO);
}

/* REQBUFS of two buffers, answered with what the test says */
static uint32_t answer_reqbufs(struct world *world, uint32_t id, uint32_t count)
{
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = USERPTR,
	};
	struct camera_fake *camera = camera_of(world, id);

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_REQBUFS), &request,
			 sizeof(request), 28);
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	request.count = count;
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, sizeof(request),
			  &request, sizeof(request));
	world->obedient = true;
	return world_answer(world).status;
}

static void buffers_without_their_memory_are_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	assert_int_equal(answer_reqbufs(world, id, 2), EIO);
	assert_int_equal(answer_reqbufs(world, id, 0), EIO);
	assert_int_equal(answer_reqbufs(world, id, UINT32_MAX), EIO);
}

static void fewer_buffers_than_there_is_memory_for_are_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 3;

	assert_int_equal(driver_reqbufs(world, id, CAPTURE, USERPTR, &count),
			 0);
	assert_int_equal(answer_reqbufs(world, id, 2), EIO);
	assert_int_equal(driver_qbuf(world, id, CAPTURE, 0,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 EINVAL);
}

/* CREATE_BUFS of two, answered with another index or count */
static uint32_t answer_create(struct world *world, uint32_t id, uint32_t index,
			      uint32_t count)
{
	struct v4l2_create_buffers create = {
		.count = 2,
		.memory = USERPTR,
		.format = {.type = CAPTURE, .fmt.pix.sizeimage = OUT_LEN},
	};
	struct camera_fake *camera = camera_of(world, id);

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_CREATE_BUFS), &create,
			 sizeof(create), 8 + sizeof(create));
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	create.index = index;
	create.count = count;
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, sizeof(create),
			  &create, sizeof(create));
	world->obedient = true;
	return world_answer(world).status;
}

static void created_buffers_are_where_they_should_be(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	assert_int_equal(answer_create(world, id, 1, 2), EIO);
	assert_int_equal(answer_create(world, id, 0, 2), EIO);
	assert_int_equal(answer_create(world, id, 0, 3), EIO);
	assert_int_equal(answer_create(world, id, 0, UINT32_MAX), EIO);
	assert_int_equal(answer_create(world, id, 0, 0), 0);
}

static void a_reply_to_qbuf_has_the_buffer(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct camera_fake *camera = camera_of(world, id);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 0);

	driver_buffer_set(&buffer, 0, codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	for (size_t len = 0; len < sizeof(buffer.buffer); len += 44) {
		world->obedient = false;
		driver_send(world, id, VIDIOC_QBUF, &buffer);
		world_settle(world);
		assert_true(camera_fake_take_call(camera));
		camera_fake_reply(camera, camera->call.head.hdr.tag, 0, len,
				  &buffer.buffer, len);
		assert_int_equal(world_answer(world).status, EIO);
	}
	world->obedient = true;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
}

static void a_broken_codec_leaves_the_others_alone(void **state)
{
	struct world *world = *state;
	const uint32_t one = with_a_buffer(world), two = with_a_buffer(world);

	camera_fake_die(camera_of(world, one));
	world_settle(world);
	assert_int_equal(driver_qbuf(world, one, CAPTURE, 1,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 EIO);
	assert_int_equal(driver_qbuf(world, two, CAPTURE, 1,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 0);
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_buffer_that_is_not_queued_does_not_come_back),
		TEST(a_buffer_does_not_come_back_twice),
		TEST(a_buffer_does_not_come_back_before_it_is_queued),
		TEST(a_buffer_of_no_queue_does_not_come_back),
		TEST(a_buffer_is_not_fuller_than_it_is_large),
		TEST(a_buffer_of_memory_that_is_no_more_is_ignored),
		TEST(memory_that_was_not_asked_for_is_refused),
		TEST(buffers_without_their_memory_are_none),
		TEST(fewer_buffers_than_there_is_memory_for_are_none),
		TEST(created_buffers_are_where_they_should_be),
		TEST(a_reply_to_qbuf_has_the_buffer),
		TEST(a_broken_codec_leaves_the_others_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
