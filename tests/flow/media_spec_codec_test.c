// SPDX-License-Identifier: GPL-2.0-only
/* A codec through the window, by a driver that knows nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "node_fake.h"
#include "spec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT

/* One side of a session */
struct side {
	uint32_t type;
	struct driver_spec_map map;
};

static struct node_fake *node_of(struct spec_scene *scene, uint32_t id)
{
	return camera_of(scene->world, id)->owner;
}

static struct v4l2_buffer buffer_of(uint32_t type, uint32_t bytesused)
{
	return (struct v4l2_buffer){
		.type = type,
		.memory = V4L2_MEMORY_MMAP,
		.bytesused = bytesused,
	};
}

static void queue(struct spec_scene *scene, uint32_t id, uint32_t type,
		  uint32_t bytesused)
{
	struct v4l2_buffer buffer = buffer_of(type, bytesused);

	assert_int_equal(driver_spec_buffer(scene->driver, id, VIDIOC_QBUF,
					    &buffer, NULL),
			 0);
}

/* One buffer, mapped; the side streams. */
static struct side start(struct spec_scene *scene, uint32_t id, uint32_t type)
{
	struct v4l2_requestbuffers request = {
		.count = 1,
		.type = type,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct v4l2_buffer buffer = buffer_of(type, 0);
	struct side side = {.type = type};
	int on = type;

	assert_int_equal(
		driver_spec_ioctl(scene->driver, id, VIDIOC_REQBUFS, &request),
		0);
	assert_int_equal(driver_spec_buffer(scene->driver, id, VIDIOC_QUERYBUF,
					    &buffer, NULL),
			 0);
	assert_int_equal(
		driver_spec_mmap(scene->driver, id, buffer.m.offset, &side.map),
		0);
	assert_int_equal(
		driver_spec_ioctl(scene->driver, id, VIDIOC_STREAMON, &on), 0);
	return side;
}

/* The bytes that the node has for its buffer 0 */
static uint8_t *node_bytes(struct spec_scene *scene, uint32_t id, uint32_t type)
{
	return node_fake_queue(node_of(scene, id), type)->buffers[0].bytes[0];
}

static void what_is_in_a_mapping_reaches_the_node(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	const struct side side = start(scene, id, OUTPUT);

	memset(side.map.bytes, 0x5a, 1000);
	queue(scene, id, OUTPUT, 1000);
	assert_true(node_fake_has(node_of(scene, id), OUTPUT, 0));
	assert_memory_equal(node_bytes(scene, id, OUTPUT), side.map.bytes,
			    1000);
}

static void what_the_node_makes_is_in_a_mapping(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	const struct side side = start(scene, id, CAPTURE);

	queue(scene, id, CAPTURE, 0);
	memset(node_bytes(scene, id, CAPTURE), 0x21, SPEC_SCENE_FRAME);
	node_fake_done(node_of(scene, id), CAPTURE, 0, 3);
	assert_int_equal(spec_scene_dequeue(scene, id).sequence, 3);
	assert_true(spec_scene_shows(&side.map, 0x21));
}

static void both_sides_turn_a_hundred_times(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	const struct side in = start(scene, id, OUTPUT);
	const struct side out = start(scene, id, CAPTURE);

	for (unsigned int i = 0; i < 100; i++) {
		memset(in.map.bytes, i, SPEC_SCENE_FRAME);
		queue(scene, id, CAPTURE, 0);
		queue(scene, id, OUTPUT, SPEC_SCENE_FRAME);
		memcpy(node_bytes(scene, id, CAPTURE),
		       node_bytes(scene, id, OUTPUT), SPEC_SCENE_FRAME);
		node_fake_done(node_of(scene, id), OUTPUT, 0, i);
		assert_int_equal(spec_scene_dequeue(scene, id).type, OUTPUT);
		node_fake_done(node_of(scene, id), CAPTURE, 0, i);
		assert_int_equal(spec_scene_dequeue(scene, id).type, CAPTURE);
		assert_true(spec_scene_shows(&out.map, i));
	}
}

static void two_sessions_do_not_meet(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t one = spec_scene_open(scene);
	const uint32_t two = spec_scene_open(scene);
	const struct side first = start(scene, one, CAPTURE);
	const struct side second = start(scene, two, CAPTURE);

	assert_int_not_equal(first.map.address, second.map.address);
	queue(scene, one, CAPTURE, 0);
	queue(scene, two, CAPTURE, 0);
	memset(node_bytes(scene, one, CAPTURE), 1, SPEC_SCENE_FRAME);
	memset(node_bytes(scene, two, CAPTURE), 2, SPEC_SCENE_FRAME);
	node_fake_done(node_of(scene, two), CAPTURE, 0, 0);
	spec_scene_dequeue(scene, two);
	node_fake_done(node_of(scene, one), CAPTURE, 0, 0);
	spec_scene_dequeue(scene, one);
	assert_true(spec_scene_shows(&first.map, 1));
	assert_true(spec_scene_shows(&second.map, 2));
}

static void the_last_buffer_says_so(void **state)
{
	struct spec_scene *scene = *state;
	const uint32_t id = spec_scene_open(scene);
	struct session_frame frame;
	struct v4l2_buffer buffer;

	start(scene, id, CAPTURE);
	queue(scene, id, CAPTURE, 0);
	frame = node_fake_frame(node_of(scene, id), CAPTURE, 0, 0);
	frame.flags |= V4L2_BUF_FLAG_LAST;
	frame.bytesused[0] = 0;
	node_fake_send(node_of(scene, id), &frame);
	buffer = spec_scene_dequeue(scene, id);
	assert_true(buffer.flags & V4L2_BUF_FLAG_LAST);
	assert_int_equal(buffer.bytesused, 0);
}

#define TEST(test)                                                     \
	cmocka_unit_test_setup_teardown(test, spec_scene_set_up_codec, \
					spec_scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_in_a_mapping_reaches_the_node),
		TEST(what_the_node_makes_is_in_a_mapping),
		TEST(both_sides_turn_a_hundred_times),
		TEST(two_sessions_do_not_meet),
		TEST(the_last_buffer_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
