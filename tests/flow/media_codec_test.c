// SPDX-License-Identifier: GPL-2.0-only
/* What a codec is done with: frames of both sides, their order, their end. */
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

static void a_captured_buffer_comes_with_its_bytes(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	const uint64_t gpa = codec_alloc(world, OUT_LEN, 0);
	struct virtio_media_event_dqbuf event;

	assert_int_equal(driver_qbuf(world, id, CAPTURE, 1, gpa, OUT_LEN), 0);
	memset(codec_bytes(world, id, CAPTURE, 1), 0x5a, OUT_LEN);
	node_fake_done(codec_node(world, id), CAPTURE, 1, 9);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.index, 1);
	assert_int_equal(event.buffer.type, CAPTURE);
	assert_int_equal(event.buffer.sequence, 9);
	assert_int_equal(event.buffer.bytesused, OUT_LEN);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, OUT_LEN),
			    codec_bytes(world, id, CAPTURE, 1), OUT_LEN);
}

static void all_that_the_node_says_of_a_buffer_is_told(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct virtio_media_event_dqbuf event;
	struct session_frame frame;

	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	frame = node_fake_frame(codec_node(world, id), CAPTURE, 0, 3);
	frame.field = V4L2_FIELD_INTERLACED;
	frame.flags |= V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_TIMECODE |
		       V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_QUEUED |
		       V4L2_BUF_FLAG_DONE;
	frame.timecode.hours = 5;
	frame.timestamp_sec = 12;
	frame.timestamp_usec = 34;
	frame.bytesused[0] = 1000;
	node_fake_send(codec_node(world, id), &frame);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.field, V4L2_FIELD_INTERLACED);
	assert_int_equal(event.buffer.flags,
			 V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_TIMECODE |
				 V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(event.buffer.timecode.hours, 5);
	assert_int_equal(event.buffer.timestamp.tv_sec, 12);
	assert_int_equal(event.buffer.timestamp.tv_usec, 34);
	assert_int_equal(event.buffer.bytesused, 1000);
	assert_int_equal(event.buffer.length, OUT_LEN);
	assert_int_equal(event.buffer.m.userptr, 0);
}

static void an_output_buffer_comes_back_without_a_copy(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	const uint64_t gpa = codec_alloc(world, IN_LEN, 5);
	uint8_t *ram = hyp_fake_ram(world->fake, gpa, IN_LEN);
	struct virtio_media_event_dqbuf event;

	assert_int_equal(driver_qbuf(world, id, OUTPUT, 0, gpa, IN_LEN), 0);
	memset(ram, 0xee, IN_LEN);
	node_fake_done(codec_node(world, id), OUTPUT, 0, 2);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.type, OUTPUT);
	assert_int_equal(event.buffer.index, 0);
	assert_int_equal(ram[17], 0xee);
	assert_int_equal(camera_of(world, id)->releases, 0);
}

static void one_interrupt_tells_what_was_done_at_one_stroke(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct session_frame frames[2];
	unsigned int before;

	driver_qbuf(world, id, OUTPUT, 0, codec_alloc(world, IN_LEN, 5),
		    IN_LEN);
	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	frames[0] = node_fake_frame(codec_node(world, id), CAPTURE, 0, 3);
	frames[1] = node_fake_frame(codec_node(world, id), OUTPUT, 0, 3);
	before = driver_fake_interrupts(world->driver);
	node_fake_send_both(codec_node(world, id), frames);
	world_settle(world);
	assert_int_equal(driver_fake_interrupts(world->driver), before + 1);
	assert_int_equal(world_dequeued(world, id).buffer.type, CAPTURE);
	assert_int_equal(world_dequeued(world, id).buffer.type, OUTPUT);
}

static void the_last_buffer_may_be_empty(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct virtio_media_event_dqbuf event;
	struct session_frame frame;

	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	frame = node_fake_frame(codec_node(world, id), CAPTURE, 0, 3);
	frame.flags |= V4L2_BUF_FLAG_LAST;
	frame.bytesused[0] = 0;
	node_fake_send(codec_node(world, id), &frame);
	event = world_dequeued(world, id);
	assert_true(event.buffer.flags & V4L2_BUF_FLAG_LAST);
	assert_false(event.buffer.flags & V4L2_BUF_FLAG_ERROR);
	assert_int_equal(event.buffer.bytesused, 0);
}

static void a_broken_buffer_says_so(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer query = driver_buffer(CAPTURE, USERPTR, 0);
	struct session_frame frame;

	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	frame = node_fake_frame(codec_node(world, id), CAPTURE, 0, 3);
	frame.flags |= V4L2_BUF_FLAG_ERROR;
	node_fake_send(codec_node(world, id), &frame);
	assert_true(world_dequeued(world, id).buffer.flags &
		    V4L2_BUF_FLAG_ERROR);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &query), 0);
	assert_false(query.buffer.flags & V4L2_BUF_FLAG_ERROR);
}

static void buffers_may_come_back_in_any_order(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);

	for (uint32_t i = 0; i < 2; i++)
		driver_qbuf(world, id, CAPTURE, i,
			    codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	node_fake_done(codec_node(world, id), CAPTURE, 1, 0);
	node_fake_done(codec_node(world, id), CAPTURE, 0, 1);
	assert_int_equal(world_dequeued(world, id).buffer.index, 1);
	assert_int_equal(world_dequeued(world, id).buffer.index, 0);
}

static void one_side_stops_while_the_other_goes_on(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);

	driver_qbuf(world, id, OUTPUT, 0, codec_alloc(world, IN_LEN, 0),
		    IN_LEN);
	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMOFF, CAPTURE),
			 0);
	node_fake_done(codec_node(world, id), OUTPUT, 0, 0);
	assert_int_equal(world_dequeued(world, id).buffer.type, OUTPUT);
	assert_int_equal(driver_qbuf(world, id, CAPTURE, 0,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 0);
}

static void nothing_untold_is_told_after_streamoff(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 1;

	assert_int_equal(driver_reqbufs(world, id, CAPTURE, USERPTR, &count),
			 0);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMON, CAPTURE), 0);
	driver_qbuf(world, id, CAPTURE, 0, codec_alloc(world, OUT_LEN, 0),
		    OUT_LEN);
	node_fake_done(codec_node(world, id), CAPTURE, 0, 0);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMOFF, CAPTURE),
			 0);
	world_post(world, 2);
	world_assert_no_event(world);
}

static void a_buffer_that_was_sent_behind_streamoff_stays_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	struct driver_buffer buffer = driver_buffer(CAPTURE, USERPTR, 0);
	const int type = CAPTURE;

	driver_buffer_set(&buffer, 0, codec_alloc(world, OUT_LEN, 0), OUT_LEN);
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_STREAMOFF), &type,
			 sizeof(type), 8);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	world_settle(world);
	world->obedient = true;
	assert_int_equal(world_answer(world).status, 0);
	assert_int_equal(world_answer(world).status, 0);
	node_fake_done(codec_node(world, id), CAPTURE, 0, 0);
	world_dequeued(world, id);
}

static void the_format_is_the_node_s_to_refuse(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	const unsigned int calls = camera_of(world, id)->calls;

	assert_int_equal(world_ioctl(world, id, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(camera_of(world, id)->calls, calls + 1);
}

static void each_session_has_a_node_of_its_own(void **state)
{
	struct world *world = *state;
	const uint32_t one = codec_start(world), two = codec_start(world);
	const uint64_t gpa = codec_alloc(world, OUT_LEN, 0);

	assert_int_equal(driver_qbuf(world, one, CAPTURE, 0, gpa, OUT_LEN), 0);
	assert_int_equal(driver_qbuf(world, two, CAPTURE, 0,
				     codec_alloc(world, OUT_LEN, 0), OUT_LEN),
			 0);
	memset(codec_bytes(world, one, CAPTURE, 0), 0x11, OUT_LEN);
	memset(codec_bytes(world, two, CAPTURE, 0), 0x22, OUT_LEN);
	node_fake_done(codec_node(world, two), CAPTURE, 0, 5);
	world_dequeued(world, two);
	node_fake_done(codec_node(world, one), CAPTURE, 0, 6);
	assert_int_equal(world_dequeued(world, one).buffer.sequence, 6);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, OUT_LEN),
			    codec_bytes(world, one, CAPTURE, 0), OUT_LEN);
}

static void a_session_is_of_the_camera_that_is_there_when_it_opens(void **state)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	const struct guest_camera camera = {
		.hdr.type = GUEST_CAMERA,
		.devid = 1,
		.identity = {.present = 1,
			     .shared = 1,
			     .device_caps = V4L2_CAP_VIDEO_CAPTURE},
	};
	struct world *world = *state;
	struct guest_open question;
	uint32_t count = 1;

	world_send(world, &cmd, sizeof(cmd), 16);
	assert_true(world_asked(world, &question));
	world_tell(world, &camera, sizeof(camera));
	world_grant(world, &question);
	assert_int_equal(world_answer(world).status, 0);
	assert_int_equal(driver_reqbufs(world, 1, OUTPUT, USERPTR, &count),
			 EINVAL);
	assert_int_equal(driver_reqbufs(world, 1, CAPTURE, USERPTR, &count), 0);
}

static void a_picture_goes_through_the_codec(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_start(world);
	const uint64_t in = codec_alloc(world, IN_LEN, 0);
	const uint64_t out = codec_alloc(world, OUT_LEN, 0);
	uint8_t *made;

	for (uint32_t i = 0; i < 20; i++) {
		memset(hyp_fake_ram(world->fake, in, IN_LEN), i, IN_LEN);
		assert_int_equal(
			driver_qbuf(world, id, OUTPUT, i % 2, in, IN_LEN), 0);
		assert_int_equal(
			driver_qbuf(world, id, CAPTURE, i % 2, out, OUT_LEN),
			0);
		made = codec_bytes(world, id, CAPTURE, i % 2);
		memset(made, codec_bytes(world, id, OUTPUT, i % 2)[5] + 1,
		       OUT_LEN);
		node_fake_done(codec_node(world, id), OUTPUT, i % 2, i);
		node_fake_done(codec_node(world, id), CAPTURE, i % 2, i);
		world_dequeued(world, id);
		assert_int_equal(world_dequeued(world, id).buffer.sequence, i);
		assert_int_equal(
			((uint8_t *)hyp_fake_ram(world->fake, out, 1))[0],
			i + 1);
		world_post(world, 2);
	}
}

#define TEST(test)                                                \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_captured_buffer_comes_with_its_bytes),
		TEST(all_that_the_node_says_of_a_buffer_is_told),
		TEST(an_output_buffer_comes_back_without_a_copy),
		TEST(one_interrupt_tells_what_was_done_at_one_stroke),
		TEST(the_last_buffer_may_be_empty),
		TEST(a_broken_buffer_says_so),
		TEST(buffers_may_come_back_in_any_order),
		TEST(one_side_stops_while_the_other_goes_on),
		TEST(nothing_untold_is_told_after_streamoff),
		TEST(a_buffer_that_was_sent_behind_streamoff_stays_queued),
		TEST(the_format_is_the_node_s_to_refuse),
		TEST(each_session_has_a_node_of_its_own),
		TEST(a_session_is_of_the_camera_that_is_there_when_it_opens),
		TEST(a_picture_goes_through_the_codec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
