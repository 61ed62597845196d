// SPDX-License-Identifier: GPL-2.0-only
/* The window, as a driver sees it that knows nothing but the specification. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "spec_scene.h"

#define MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

static void a_mapping_is_as_long_as_its_buffer(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);

	for (int i = 0; i < SPEC_SCENE_BUFFERS; i++)
		assert_int_equal(stream.maps[i].len, SPEC_SCENE_FRAME);
}

/* Or a guest with pages of 64 KiB could not map it. */
static void a_mapping_begins_at_a_page_of_any_size(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);

	for (int i = 0; i < SPEC_SCENE_BUFFERS; i++)
		assert_int_equal(stream.maps[i].address % 65536, 0);
}

/* An offset is what a guest's application gives to mmap(2). */
static void an_offset_is_at_a_page_of_any_size(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);

	for (uint32_t i = 0; i < SPEC_SCENE_BUFFERS; i++) {
		struct v4l2_buffer buffer = spec_scene_buffer(i);

		assert_int_equal(driver_spec_buffer(scene->driver, stream.id,
						    VIDIOC_QUERYBUF, &buffer,
						    NULL),
				 0);
		assert_int_equal(buffer.m.offset % 65536, 0);
	}
}

static void mappings_are_apart(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);

	for (int i = 0; i < SPEC_SCENE_BUFFERS; i++)
		memset(stream.maps[i].bytes, i + 1, SPEC_SCENE_FRAME);
	for (int i = 0; i < SPEC_SCENE_BUFFERS; i++)
		assert_true(spec_scene_shows(&stream.maps[i], i + 1));
}

static void a_mapping_outlives_its_buffer_and_its_session(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene), other;

	spec_scene_send(&stream, 0, 0x5a);
	spec_scene_dequeue(scene, stream.id);
	assert_int_equal(spec_scene_turn(scene, stream.id, VIDIOC_STREAMOFF),
			 0);
	assert_true(spec_scene_shows(&stream.maps[0], 0x5a));
	assert_int_equal(spec_scene_request(scene, stream.id, 0), 0);
	assert_true(spec_scene_shows(&stream.maps[0], 0x5a));
	driver_spec_close(scene->driver, stream.id);
	other = spec_scene_stream(scene);
	spec_scene_send(&other, 0, 0xa5);
	spec_scene_dequeue(scene, other.id);
	assert_true(spec_scene_shows(&other.maps[0], 0xa5));
	assert_true(spec_scene_shows(&stream.maps[0], 0x5a));
}

static void a_mapping_without_a_session_is_unmapped(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);

	driver_spec_close(scene->driver, stream.id);
	for (int i = 0; i < SPEC_SCENE_BUFFERS; i++)
		assert_int_equal(driver_spec_munmap(scene->driver,
						    stream.maps[i].address),
				 0);
	assert_int_equal(
		driver_spec_munmap(scene->driver, stream.maps[0].address),
		-EINVAL);
}

/* As often as would fill the window many times if something were left */
static void what_is_unmapped_is_free_again(void **state)
{
	struct spec_scene *scene = *state;

	for (int i = 0; i < 40; i++) {
		struct spec_stream stream = spec_scene_stream(scene);

		for (int j = 0; j < SPEC_SCENE_BUFFERS; j++)
			driver_spec_munmap(scene->driver,
					   stream.maps[j].address);
		driver_spec_close(scene->driver, stream.id);
	}
}

static void a_buffer_that_is_unmapped_is_filled_all_the_same(void **state)
{
	struct spec_scene *scene = *state;
	struct spec_stream stream = spec_scene_stream(scene);
	struct driver_spec_map again;

	assert_int_equal(
		driver_spec_munmap(scene->driver, stream.maps[0].address), 0);
	spec_scene_send(&stream, 0, 0x33);
	assert_int_equal(spec_scene_dequeue(scene, stream.id).index, 0);
	again = spec_scene_map(scene, stream.id, 0);
	assert_true(spec_scene_shows(&again, 0x33));
}

static void a_buffer_is_mapped_as_often_as_it_is_asked_for(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);
	const struct driver_spec_map twice =
		spec_scene_map(scene, stream.id, 0);

	stream.maps[0].bytes[5] = 0x77;
	assert_int_equal(twice.bytes[5], 0x77);
	assert_int_equal(
		driver_spec_munmap(scene->driver, stream.maps[0].address), 0);
	assert_int_equal(driver_spec_munmap(scene->driver, twice.address), 0);
	assert_int_equal(driver_spec_munmap(scene->driver, twice.address),
			 -EINVAL);
}

static void an_offset_that_is_nobody_s_is_refused(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);
	struct driver_spec_map none;

	assert_int_equal(
		driver_spec_mmap(scene->driver, stream.id, 0x7fff0000, &none),
		-EINVAL);
}

static void a_session_of_nobody_maps_nothing(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream stream = spec_scene_stream(scene);
	struct driver_spec_map none;

	assert_int_equal(
		driver_spec_mmap(scene->driver, stream.id + 1, 0, &none),
		-EINVAL);
}

static void each_plane_is_mapped_for_itself(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	struct v4l2_plane planes[2] = {0};
	struct v4l2_buffer buffer = {
		.type = MPLANE,
		.memory = V4L2_MEMORY_MMAP,
		.m.planes = planes,
		.length = 2,
	};
	struct camera_fake *camera = camera_of(scene->world, id);
	struct driver_spec_map maps[2];

	camera_fake_set_format(camera, 2 * SPEC_SCENE_FRAME, 2);
	assert_int_equal(spec_scene_request(scene, id, 1), 0);
	assert_int_equal(driver_spec_buffer(scene->driver, id, VIDIOC_QUERYBUF,
					    &buffer, planes),
			 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(driver_spec_mmap(scene->driver, id,
						  planes[i].m.mem_offset,
						  &maps[i]),
				 0);
	assert_int_equal(driver_spec_buffer(scene->driver, id, VIDIOC_QBUF,
					    &buffer, planes),
			 0);
	camera_fake_send_slots(camera, 1, 1);
	assert_int_equal(spec_scene_turn(scene, id, VIDIOC_STREAMON), 0);
	memset(camera->slots[0][0], 1, SPEC_SCENE_FRAME);
	memset(camera->slots[0][1], 2, SPEC_SCENE_FRAME);
	camera_fake_send_frame(camera, 0, 0);
	spec_scene_dequeue(scene, id);
	assert_true(spec_scene_shows(&maps[0], 1));
	assert_true(spec_scene_shows(&maps[1], 2));
}

static void a_device_without_a_window_says_so(void **state)
{
	struct spec_scene *scene = *state;

	assert_true(driver_spec_window(scene->driver) == UINT64_MAX);
}

static void a_device_without_a_window_has_no_such_buffers(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	struct v4l2_requestbuffers buffers = {
		.count = 1,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	assert_int_equal(
		driver_spec_ioctl(scene->driver, id, VIDIOC_REQBUFS, &buffers),
		-EINVAL);
	assert_false(buffers.capabilities & V4L2_BUF_CAP_SUPPORTS_MMAP);
}

static void a_reset_ends_all_mappings(void **state)
{
	struct spec_scene *scene = *state;
	const struct spec_stream before = spec_scene_stream(scene);

	driver_spec_remove(scene->driver);
	spec_scene_probe(scene);
	assert_int_equal(
		driver_spec_munmap(scene->driver, before.maps[0].address),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPEC_TEST(a_mapping_is_as_long_as_its_buffer),
		SPEC_TEST(a_mapping_begins_at_a_page_of_any_size),
		SPEC_TEST(an_offset_is_at_a_page_of_any_size),
		SPEC_TEST(mappings_are_apart),
		SPEC_TEST(a_mapping_outlives_its_buffer_and_its_session),
		SPEC_DRAFT_TEST(a_mapping_outlives_its_buffer_and_its_session),
		SPEC_TEST(a_mapping_without_a_session_is_unmapped),
		SPEC_TEST(what_is_unmapped_is_free_again),
		SPEC_TEST(a_buffer_that_is_unmapped_is_filled_all_the_same),
		SPEC_TEST(a_buffer_is_mapped_as_often_as_it_is_asked_for),
		SPEC_TEST(an_offset_that_is_nobody_s_is_refused),
		SPEC_TEST(a_session_of_nobody_maps_nothing),
		cmocka_unit_test_setup_teardown(each_plane_is_mapped_for_itself,
						spec_scene_set_up_multiplanar,
						spec_scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_device_without_a_window_says_so,
			spec_scene_set_up_without_a_window,
			spec_scene_tear_down),
		cmocka_unit_test_setup_teardown(
			a_device_without_a_window_has_no_such_buffers,
			spec_scene_set_up_without_a_window,
			spec_scene_tear_down),
		SPEC_TEST(a_reset_ends_all_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
