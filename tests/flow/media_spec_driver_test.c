// SPDX-License-Identifier: GPL-2.0-only
/* A driver that knows nothing but the specification works with our device. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "spec_scene.h"

static void three_hundred_frames_of_720p_arrive(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);

	for (unsigned int i = 0; i < 300; i++) {
		struct v4l2_buffer buffer;

		spec_scene_send(&stream, i, i);
		buffer = spec_scene_dequeue(scene, stream.id);
		assert_int_equal(buffer.sequence, i);
		assert_int_equal(buffer.bytesused, SPEC_SCENE_FRAME);
		assert_true(spec_scene_shows(&stream.maps[buffer.index], i));
		assert_int_equal(
			spec_scene_queue(scene, stream.id, buffer.index), 0);
	}
	assert_int_equal(stream.camera->releases, 300);
}

static void a_dequeued_buffer_is_of_the_device_s_memory(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);
	struct v4l2_buffer buffer;

	spec_scene_send(&stream, 0, 1);
	buffer = spec_scene_dequeue(scene, stream.id);
	assert_int_equal(buffer.memory, V4L2_MEMORY_MMAP);
	assert_int_equal(buffer.length, SPEC_SCENE_FRAME);
	assert_false(buffer.flags &
		     (V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_ERROR));
}

/* A driver of the draft on a device of the specification: 4 bytes more */
static void what_follows_a_command_is_ignored(void **state)
{
	struct spec_scene *scene = *state;

	scene->draft = true;
	driver_spec_remove(scene->driver);
	spec_scene_probe(scene);
	spec_scene_stream(scene);
}

static void a_driver_that_starts_anew_streams(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream before = spec_scene_stream(scene);
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct spec_stream stream;

	driver_spec_remove(scene->driver);
	spec_scene_probe(scene);
	assert_int_equal(driver_spec_ioctl(scene->driver, before.id,
					   VIDIOC_G_FMT, &format),
			 -EINVAL);
	stream = spec_scene_stream(scene);
	spec_scene_send(&stream, 0, 0x42);
	assert_true(spec_scene_shows(
		&stream.maps[spec_scene_dequeue(scene, stream.id).index],
		0x42));
}

static void subscribe(struct spec_scene *scene, uint32_t id)
{
	struct v4l2_event_subscription subscription = {
		.type = V4L2_EVENT_CTRL,
		.id = V4L2_CID_BRIGHTNESS,
	};

	assert_int_equal(driver_spec_ioctl(scene->driver, id,
					   VIDIOC_SUBSCRIBE_EVENT,
					   &subscription),
			 0);
}

static void events_come_as_their_buffers_come_back(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	struct driver_spec_event event;

	subscribe(scene, id);
	driver_spec_hold_events(scene->driver, true);
	for (uint32_t i = 0; i < DRIVER_SPEC_EVENTS + 4; i++)
		camera_fake_send_event(camera_of(scene->world, id),
				       V4L2_EVENT_CTRL, i);
	for (uint32_t i = 0; i < DRIVER_SPEC_EVENTS; i++) {
		assert_true(driver_spec_event(scene->driver, &event));
		assert_int_equal(event.event.event.id, i);
	}
	spec_scene_assert_no_event(scene);
	driver_spec_hold_events(scene->driver, false);
	for (uint32_t i = DRIVER_SPEC_EVENTS; i < DRIVER_SPEC_EVENTS + 4; i++) {
		assert_true(driver_spec_event(scene->driver, &event));
		assert_int_equal(event.event.event.id, i);
	}
}

static void a_buffer_waits_for_an_event_buffer(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);

	subscribe(scene, stream.id);
	driver_spec_hold_events(scene->driver, true);
	for (uint32_t i = 0; i < DRIVER_SPEC_EVENTS; i++) {
		struct driver_spec_event event;

		camera_fake_send_event(stream.camera, V4L2_EVENT_CTRL, i);
		assert_true(driver_spec_event(scene->driver, &event));
	}
	spec_scene_send(&stream, 0, 9);
	spec_scene_assert_no_event(scene);
	driver_spec_hold_events(scene->driver, false);
	assert_true(spec_scene_shows(
		&stream.maps[spec_scene_dequeue(scene, stream.id).index], 9));
}

static void no_buffer_comes_after_streamoff(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);

	driver_spec_hold_events(scene->driver, true);
	assert_int_equal(spec_scene_turn(scene, stream.id, VIDIOC_STREAMOFF),
			 0);
	spec_scene_send(&stream, 0, 1);
	driver_spec_hold_events(scene->driver, false);
	spec_scene_assert_no_event(scene);
}

static void a_payload_of_the_device_may_be_sent(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	int input = 77;

	assert_int_equal(
		driver_spec_ioctl(scene->driver, id, VIDIOC_G_INPUT, &input),
		0);
	assert_int_equal(input, 0);
}

static void controls_come_back_even_if_they_are_refused(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	struct v4l2_ext_control control = {
		.id = V4L2_CID_BRIGHTNESS,
		.value = 0xffff,
	};
	struct v4l2_ext_controls controls = {.count = 1, .controls = &control};

	scene->refusal = ERANGE;
	assert_int_equal(driver_spec_ctrls(scene->driver, id,
					   VIDIOC_S_EXT_CTRLS, &controls),
			 -ERANGE);
	assert_int_equal(control.value, 0xffff);
}

static void a_string_in_pieces_crosses(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	char string[5000];
	struct v4l2_ext_control control = {
		.id = V4L2_CID_RDS_TX_RADIO_TEXT,
		.size = sizeof(string),
		.string = string,
	};
	struct v4l2_ext_controls controls = {.count = 1, .controls = &control};
	const struct camera_fake *camera = camera_of(scene->world, id);

	for (size_t i = 0; i < sizeof(string); i++)
		string[i] = 'a' + i % 26;
	assert_int_equal(driver_spec_ctrls(scene->driver, id,
					   VIDIOC_S_EXT_CTRLS, &controls),
			 0);
	assert_memory_equal(camera->call.data + sizeof(controls) +
				    sizeof(control),
			    string, sizeof(string));
}

static void a_close_comes_back_and_ends_the_session(void **state)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);

	driver_spec_close(scene->driver, id);
	assert_int_equal(
		driver_spec_ioctl(scene->driver, id, VIDIOC_G_FMT, &format),
		-EINVAL);
}

/* Return: its errno */
static uint32_t broken(struct spec_scene *scene, uint32_t id)
{
	struct driver_spec_event event;

	assert_true(driver_spec_event(scene->driver, &event));
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_ERROR);
	assert_int_equal(le32_to_cpu(event.hdr.session_id), id);
	return le32_to_cpu(event.error.error);
}

static void a_broken_session_is_told_and_closed(void **state)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);

	spec_scene_send(&stream, 0, 0x21);
	spec_scene_dequeue(scene, stream.id);
	camera_fake_send_error(stream.camera, ENODEV);
	assert_int_equal(broken(scene, stream.id), ENODEV);
	assert_int_not_equal(driver_spec_ioctl(scene->driver, stream.id,
					       VIDIOC_G_FMT, &format),
			     0);
	assert_true(spec_scene_shows(&stream.maps[0], 0x21));
	driver_spec_close(scene->driver, stream.id);
	assert_int_not_equal(spec_scene_open(scene), stream.id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPEC_TEST(three_hundred_frames_of_720p_arrive),
		SPEC_DRAFT_TEST(three_hundred_frames_of_720p_arrive),
		SPEC_TEST(a_dequeued_buffer_is_of_the_device_s_memory),
		SPEC_TEST(what_follows_a_command_is_ignored),
		SPEC_TEST(a_driver_that_starts_anew_streams),
		SPEC_TEST(events_come_as_their_buffers_come_back),
		SPEC_TEST(a_buffer_waits_for_an_event_buffer),
		SPEC_TEST(no_buffer_comes_after_streamoff),
		SPEC_TEST(a_payload_of_the_device_may_be_sent),
		SPEC_TEST(controls_come_back_even_if_they_are_refused),
		SPEC_TEST(a_string_in_pieces_crosses),
		SPEC_TEST(a_close_comes_back_and_ends_the_session),
		SPEC_TEST(a_broken_session_is_told_and_closed),
		SPEC_DRAFT_TEST(a_broken_session_is_told_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
