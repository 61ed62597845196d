// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of several planes, of a codec: each plane for itself, in each kind of
 * memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
#define OUTPUT V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
#define USERPTR V4L2_MEMORY_USERPTR
#define MMAP V4L2_MEMORY_MMAP
#define DMABUF V4L2_MEMORY_DMABUF
#define PLANE_LEN 66000

static int set_up(void **state)
{
	struct guest_attach attach = world_window_device(
		1, V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING);

	attach.identity.shared = 0;
	world_set_up_device(state, &attach);
	return 0;
}

/* A session whose sides have two buffers of two planes each, and stream */
static uint32_t start(struct world *world, uint32_t memory)
{
	const uint32_t id = world_open(world);
	struct node_fake *node = node_fake_create(world_last_camera(world));
	uint32_t count = 2;

	node_fake_add(node, OUTPUT, 2, PLANE_LEN);
	node_fake_add(node, CAPTURE, 2, PLANE_LEN);
	assert_int_equal(driver_reqbufs(world, id, OUTPUT, memory, &count), 0);
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, memory, &count), 0);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMON, OUTPUT), 0);
	assert_int_equal(driver_stream(world, id, VIDIOC_STREAMON, CAPTURE), 0);
	world_post(world, 4);
	return id;
}

static const struct node_fake_buffer *
node_buffer(struct world *world, uint32_t id, uint32_t type, uint32_t index)
{
	return &node_fake_queue(codec_node(world, id), type)->buffers[index];
}

static struct driver_buffer lent_buffer(struct world *world, uint32_t type,
					uint32_t index, uint64_t gpa[2])
{
	struct driver_buffer buffer = driver_buffer(type, USERPTR, index);

	for (unsigned int i = 0; i < 2; i++) {
		gpa[i] = codec_alloc(world, PLANE_LEN, 3 + i);
		driver_buffer_set(&buffer, i, gpa[i], PLANE_LEN);
	}
	return buffer;
}

static void each_plane_s_bytes_are_there_before_it_is_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = start(world, USERPTR);
	const struct node_fake_buffer *queued;
	struct driver_buffer buffer;
	uint64_t gpa[2];

	buffer = lent_buffer(world, OUTPUT, 1, gpa);
	buffer.planes[1].bytesused = 5000;
	buffer.planes[1].data_offset = 100;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	queued = node_buffer(world, id, OUTPUT, 1);
	assert_memory_equal(queued->bytes[0],
			    hyp_fake_ram(world->fake, gpa[0], PLANE_LEN),
			    PLANE_LEN);
	assert_memory_equal(queued->bytes[1],
			    hyp_fake_ram(world->fake, gpa[1], 5000), 5000);
	assert_int_equal(queued->bytes[1][5000], 0);
	assert_int_equal(queued->buffer.length, 2);
	assert_int_equal(queued->planes[1].bytesused, 5000);
	assert_int_equal(queued->planes[1].data_offset, 100);
}

static void pointers_of_planes_come_back_and_do_not_cross(void **state)
{
	struct world *world = *state;
	const uint32_t id = start(world, USERPTR);
	struct driver_buffer buffer;
	uint64_t gpa[2];

	buffer = lent_buffer(world, OUTPUT, 0, gpa);
	buffer.buffer.m.planes = (void *)0x7f0000001000;
	buffer.planes[0].m.userptr = 0x7f0000002000;
	buffer.planes[1].m.userptr = 0x7f0000003000;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_ptr_equal(buffer.buffer.m.planes, (void *)0x7f0000001000);
	assert_int_equal(buffer.planes[0].m.userptr, 0x7f0000002000);
	assert_int_equal(buffer.planes[1].m.userptr, 0x7f0000003000);
	assert_int_equal(node_buffer(world, id, OUTPUT, 0)->planes[1].m.userptr,
			 0);
}

static void each_captured_plane_is_told_of(void **state)
{
	struct world *world = *state;
	const uint32_t id = start(world, USERPTR);
	struct virtio_media_event_dqbuf event;
	struct driver_buffer buffer;
	struct session_frame frame;
	uint64_t gpa[2];

	buffer = lent_buffer(world, CAPTURE, 0, gpa);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	memset(node_buffer(world, id, CAPTURE, 0)->bytes[1], 0x61, PLANE_LEN);
	frame = node_fake_frame(codec_node(world, id), CAPTURE, 0, 4);
	frame.bytesused[1] = 777;
	frame.data_offset[1] = 16;
	node_fake_send(codec_node(world, id), &frame);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.type, CAPTURE);
	assert_int_equal(event.buffer.length, 2);
	assert_null(event.buffer.m.planes);
	assert_int_equal(event.planes[0].bytesused, PLANE_LEN);
	assert_int_equal(event.planes[1].bytesused, 777);
	assert_int_equal(event.planes[1].data_offset, 16);
	assert_int_equal(event.planes[1].length, PLANE_LEN);
	assert_int_equal(event.planes[1].m.userptr, 0);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa[1], 777),
			    node_buffer(world, id, CAPTURE, 0)->bytes[1], 777);
}

static void each_plane_is_mapped_at_an_offset_of_its_own(void **state)
{
	struct driver_buffer buffer = driver_buffer(OUTPUT, MMAP, 1);
	struct world *world = *state;
	const uint32_t id = start(world, MMAP);
	const struct node_fake_buffer *queued;
	uint64_t addr, len;

	for (unsigned int i = 0; i < 2; i++) {
		const uint32_t offset = driver_offset(world, id, OUTPUT, 1, i);

		assert_int_equal(driver_map(world, id, offset, &addr, &len), 0);
		assert_int_equal(len, PLANE_LEN);
		memset(driver_bytes(world, addr, len), 0x30 + i, len);
	}
	buffer.buffer.length = 2;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	queued = node_buffer(world, id, OUTPUT, 1);
	assert_int_equal(queued->bytes[0][PLANE_LEN - 1], 0x30);
	assert_int_equal(queued->bytes[1][PLANE_LEN - 1], 0x31);
}

static void planes_are_exported_and_imported_one_by_one(void **state)
{
	struct driver_buffer buffer = driver_buffer(OUTPUT, DMABUF, 0);
	struct world *world = *state;
	const uint32_t from = start(world, MMAP);
	uint64_t addr, len;
	uint32_t to;

	for (unsigned int i = 0; i < 2; i++) {
		const uint32_t offset =
			driver_offset(world, from, CAPTURE, 0, i);

		assert_int_equal(driver_map(world, from, offset, &addr, &len),
				 0);
		memset(driver_bytes(world, addr, len), 0x70 + i, len);
		/* The other way round */
		assert_int_equal(driver_export(world, from, CAPTURE, 0, i,
					       buffer.uuids[1 - i]),
				 0);
	}
	to = start(world, DMABUF);
	buffer.buffer.length = 2;
	assert_int_equal(driver_run(world, to, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(node_buffer(world, to, OUTPUT, 0)->bytes[0][9], 0x71);
	assert_int_equal(node_buffer(world, to, OUTPUT, 0)->bytes[1][9], 0x70);
}

static void a_single_planar_type_is_none_of_the_node_s(void **state)
{
	struct world *world = *state;
	const uint32_t id = start(world, USERPTR);

	assert_int_equal(driver_qbuf(world, id, V4L2_BUF_TYPE_VIDEO_OUTPUT, 0,
				     codec_alloc(world, PLANE_LEN, 0),
				     PLANE_LEN),
			 EINVAL);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_plane_s_bytes_are_there_before_it_is_queued),
		TEST(pointers_of_planes_come_back_and_do_not_cross),
		TEST(each_captured_plane_is_told_of),
		TEST(each_plane_is_mapped_at_an_offset_of_its_own),
		TEST(planes_are_exported_and_imported_one_by_one),
		TEST(a_single_planar_type_is_none_of_the_node_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
