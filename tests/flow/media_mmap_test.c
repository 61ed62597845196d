// SPDX-License-Identifier: GPL-2.0-only
/* MMAP buffers: in the window, mapped by the guest, for as long as it wants. */
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
#define MMAP V4L2_MEMORY_MMAP

#define ALL_KINDS                                                     \
	(V4L2_BUF_CAP_SUPPORTS_USERPTR | V4L2_BUF_CAP_SUPPORTS_MMAP | \
	 V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS)

static uint32_t reqbufs(struct world *world, uint32_t id, uint32_t count)
{
	return driver_reqbufs(world, id, CAPTURE, MMAP, &count);
}

static uint64_t map(struct world *world, uint32_t id, uint32_t offset)
{
	uint64_t addr, len;

	assert_int_equal(driver_map(world, id, offset, &addr, &len), 0);
	return addr;
}

static uint64_t map_buffer(struct world *world, uint32_t id, uint32_t index)
{
	return map(world, id, driver_offset(world, id, CAPTURE, index, 0));
}

static uint32_t qbuf(struct world *world, uint32_t id, uint32_t index)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, index);

	return driver_run(world, id, VIDIOC_QBUF, &buffer);
}

static uint64_t memory_of(struct world *world)
{
	struct guest_session_report sessions[8];
	unsigned int count;

	return world_query(world, sessions, 8, &count).memory;
}

static void a_device_with_a_window_offers_every_kind_of_memory(void **state)
{
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = MMAP,
	};
	struct world *world = *state;

	assert_int_equal(
		world_ioctl(world, world_open(world), VIDIOC_REQBUFS, &request),
		0);
	assert_int_equal(request.capabilities, ALL_KINDS);
	assert_int_equal(request.memory, MMAP);
}

static void memory_of_no_kind_is_refused_with_all_that_there_are(void **state)
{
	struct v4l2_requestbuffers request = {
		.count = 2,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_OVERLAY,
	};
	struct world *world = *state;

	assert_int_equal(
		world_ioctl(world, world_open(world), VIDIOC_REQBUFS, &request),
		EINVAL);
	assert_int_equal(request.capabilities, ALL_KINDS);
}

static void buffers_wait_for_their_pages(void **state)
{
	struct driver_fake_answer answer;
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->populating = false;
	driver_ask_reqbufs(world, id, CAPTURE, MMAP);
	assert_int_equal(world->populates, 1);
	assert_false(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					 &answer));
	world_populated(world, 0);
	assert_int_equal(world_answer(world).status, 0);
}

static void a_session_that_ends_waits_for_pages_no_more(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->populating = false;
	driver_ask_reqbufs(world, id, CAPTURE, MMAP);
	camera_fake_send_error(camera_of(world, id), ENODEV);
	assert_int_equal(world_answer(world).status, ENODEV);
	world_populated(world, 0);
	world->populating = true;
	assert_int_equal(reqbufs(world, world_open(world), 2), 0);
}

static void without_pages_there_are_no_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->populating = false;
	driver_ask_reqbufs(world, id, CAPTURE, MMAP);
	world_populated(world, ENOMEM);
	assert_int_equal(world_answer(world).status, ENOMEM);
	world_settle(world);
	assert_int_equal(camera_of(world, id)->call.head.nr,
			 _IOC_NR(VIDIOC_REQBUFS));
	assert_int_equal(memory_of(world), 0);
	world->populating = true;
	assert_int_equal(reqbufs(world, id, 2), 0);
}

static void created_buffers_without_pages_leave_the_others_alone(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 30,
		.memory = MMAP,
		.format = {.type = CAPTURE, .fmt.pix.sizeimage = 1024 * 1024},
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 2), 0);
	world->populating = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_CREATE_BUFS), &create,
			 sizeof(create), 8 + sizeof(create));
	world_settle(world);
	world_populated(world, ENOMEM);
	assert_int_equal(world_answer(world).status, ENOMEM);
	assert_int_equal(memory_of(world), 2 * WORLD_FRAME_LEN);
	assert_int_equal(qbuf(world, id, 1), 0);
	assert_int_equal(qbuf(world, id, 2), EINVAL);
}

static void a_full_window_has_no_place_for_more(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 32,
		.memory = MMAP,
		.format = {.type = CAPTURE,
			   .fmt.pix.sizeimage = 2 * 1024 * 1024},
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 ENOMEM);
	assert_int_equal(memory_of(world), 0);
	assert_int_equal(reqbufs(world, id, 2), 0);
}

static void each_buffer_has_an_offset_for_pages_of_64_kib(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t offsets[4];

	assert_int_equal(reqbufs(world, id, 4), 0);
	for (uint32_t i = 0; i < 4; i++) {
		offsets[i] = driver_offset(world, id, CAPTURE, i, 0);
		assert_int_equal(offsets[i] % 0x10000, 0);
		for (uint32_t j = 0; j < i; j++)
			assert_int_not_equal(offsets[i], offsets[j]);
	}
}

static void a_mapping_is_as_long_as_its_buffer(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint64_t addr, len;

	assert_int_equal(reqbufs(world, id, 2), 0);
	assert_int_equal(driver_map(world, id,
				    driver_offset(world, id, CAPTURE, 1, 0),
				    &addr, &len),
			 0);
	assert_int_equal(len, WORLD_FRAME_LEN);
	assert_true(addr + len <= HYP_FAKE_WINDOW_LEN / 2);
}

static void a_frame_is_seen_in_the_mapping(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct virtio_media_event_dqbuf event;
	uint64_t addr;

	assert_int_equal(reqbufs(world, id, 2), 0);
	addr = map_buffer(world, id, 1);
	camera_fake_send_slots(camera_of(world, id), 1, 2);
	assert_int_equal(world_stream_on(world, id), 0);
	assert_int_equal(qbuf(world, id, 1), 0);
	world_post(world, 1);
	memset(camera_of(world, id)->slots[0][0], 0x42, WORLD_FRAME_LEN);
	camera_fake_send_frame(camera_of(world, id), 0, 3);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.memory, MMAP);
	assert_int_equal(event.buffer.length, WORLD_FRAME_LEN);
	assert_memory_equal(driver_bytes(world, addr, WORLD_FRAME_LEN),
			    camera_of(world, id)->slots[0][0], WORLD_FRAME_LEN);
}

static void a_queued_mmap_buffer_needs_no_length(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 0);
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 1), 0);
	buffer.buffer.length = 1;
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(buffer.buffer.length, WORLD_FRAME_LEN);
	assert_int_equal(buffer.buffer.m.offset,
			 driver_offset(world, id, CAPTURE, 0, 0));
}

static void a_buffer_of_the_other_memory_is_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 1), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN,
				    world_alloc_buffer(world)),
			 EINVAL);
}

static void created_buffers_are_of_the_memory_of_the_others(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 1,
		.memory = V4L2_MEMORY_USERPTR,
		.format = {.type = CAPTURE,
			   .fmt.pix.sizeimage = WORLD_FRAME_LEN},
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 1), 0);
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 EINVAL);
	create.memory = MMAP;
	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 0);
}

static void a_mapped_buffer_says_so(void **state)
{
	struct driver_buffer buffer = driver_buffer(CAPTURE, MMAP, 0);
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint64_t addr;

	assert_int_equal(reqbufs(world, id, 1), 0);
	addr = map_buffer(world, id, 0);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_true(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
	assert_int_equal(driver_unmap(world, addr), 0);
	assert_int_equal(driver_run(world, id, VIDIOC_QUERYBUF, &buffer), 0);
	assert_false(buffer.buffer.flags & V4L2_BUF_FLAG_MAPPED);
}

static void an_offset_of_nothing_cannot_be_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world), other = world_open(world);
	uint64_t addr, len;
	uint32_t offset;

	assert_int_equal(reqbufs(world, id, 1), 0);
	offset = driver_offset(world, id, CAPTURE, 0, 0);
	assert_int_equal(driver_map(world, id, offset + 0x10000, &addr, &len),
			 EINVAL);
	assert_int_equal(driver_map(world, id, offset + 1, &addr, &len),
			 EINVAL);
	assert_int_equal(driver_map(world, 77, offset, &addr, &len), EINVAL);
	/* Offsets are a session's own. */
	assert_int_equal(driver_map(world, other, offset, &addr, &len), EINVAL);
}

static void what_is_mapped_twice_is_unmapped_twice(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint64_t addr;

	assert_int_equal(reqbufs(world, id, 1), 0);
	addr = map_buffer(world, id, 0);
	assert_int_equal(map_buffer(world, id, 0), addr);
	assert_int_equal(driver_unmap(world, addr), 0);
	assert_int_equal(driver_unmap(world, addr), 0);
	assert_int_equal(driver_unmap(world, addr), EINVAL);
}

static void what_was_never_mapped_cannot_be_unmapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(reqbufs(world, id, 1), 0);
	assert_int_equal(driver_unmap(world, 0), EINVAL);
	assert_int_equal(driver_unmap(world, UINT64_MAX), EINVAL);
}

/* What ends buffers does not end what is mapped of them. */

static void free_buffers(struct world *world, uint32_t id)
{
	uint32_t count = 0;

	assert_int_equal(driver_reqbufs(world, id, CAPTURE, MMAP, &count), 0);
}

static void close_session(struct world *world, uint32_t id)
{
	world_close(world, id);
}

static void break_session(struct world *world, uint32_t id)
{
	camera_fake_die(camera_of(world, id));
	world_settle(world);
}

static void a_mapping_outlives_its_buffer(void **state)
{
	static void (*const ends[])(struct world * world, uint32_t id) = {
		free_buffers,
		close_session,
		break_session,
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const uint32_t id = world_open(world);
		uint64_t addr, next;

		assert_int_equal(reqbufs(world, id, 2), 0);
		addr = map_buffer(world, id, 0);
		*driver_bytes(world, addr, 1) = 0x77;
		ends[i](world, id);
		assert_int_equal(memory_of(world), WORLD_FRAME_LEN);
		/* Its place is not given to anybody else. */
		next = world_open(world);
		assert_int_equal(reqbufs(world, next, 4), 0);
		for (uint32_t j = 0; j < 4; j++)
			assert_int_not_equal(
				driver_offset(world, next, CAPTURE, j, 0),
				addr);
		world_close(world, next);
		assert_int_equal(*driver_bytes(world, addr, 1), 0x77);
		assert_int_equal(driver_unmap(world, addr), 0);
		assert_int_equal(memory_of(world), 0);
		world_close(world, id);
	}
}

static void an_orphan_s_memory_counts_until_it_is_unmapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t count = 2;
	uint64_t addr;

	world_limit(world, QUOTA_MEMORY, 2 * WORLD_FRAME_LEN);
	assert_int_equal(reqbufs(world, id, 2), 0);
	addr = map_buffer(world, id, 0);
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, MMAP, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(driver_unmap(world, addr), 0);
	assert_int_equal(reqbufs(world, id, 2), 0);
}

static void a_reset_ends_all_mappings(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint64_t addr;

	assert_int_equal(reqbufs(world, id, 2), 0);
	addr = map_buffer(world, id, 0);
	driver_fake_reset(world->driver);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	assert_int_equal(memory_of(world), 0);
	assert_int_equal(driver_unmap(world, addr), EINVAL);
}

static void a_mapping_needs_room_for_its_answer(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct virtio_media_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
	};

	assert_int_equal(reqbufs(world, id, 1), 0);
	cmd.offset = cpu_to_le32(driver_offset(world, id, CAPTURE, 0, 0));
	assert_int_equal(world_command(world, &cmd, sizeof(cmd), 23).status,
			 EINVAL);
	assert_int_equal(world_command(world, &cmd, 19, 24).status, EINVAL);
	assert_int_equal(driver_unmap(world, le32_to_cpu(cmd.offset)), EINVAL);
}

/* Buffers of a codec in the window */

static void an_output_buffer_s_bytes_are_taken_from_the_window(void **state)
{
	struct driver_buffer buffer = driver_buffer(OUTPUT, MMAP, 1);
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 2;
	uint64_t addr;

	assert_int_equal(driver_reqbufs(world, id, OUTPUT, MMAP, &count), 0);
	addr = map(world, id, driver_offset(world, id, OUTPUT, 1, 0));
	memset(driver_bytes(world, addr, CODEC_IN_LEN), 0x39, CODEC_IN_LEN);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_memory_equal(codec_bytes(world, id, OUTPUT, 1),
			    driver_bytes(world, addr, CODEC_IN_LEN),
			    CODEC_IN_LEN);
}

static void no_two_buffers_of_a_codec_have_the_same_offset(void **state)
{
	struct world *world = *state;
	const uint32_t one = codec_open(world), two = codec_open(world);
	uint32_t count = 1, in, out, other;

	assert_int_equal(driver_reqbufs(world, one, OUTPUT, MMAP, &count), 0);
	assert_int_equal(driver_reqbufs(world, one, CAPTURE, MMAP, &count), 0);
	assert_int_equal(driver_reqbufs(world, two, OUTPUT, MMAP, &count), 0);
	in = driver_offset(world, one, OUTPUT, 0, 0);
	out = driver_offset(world, one, CAPTURE, 0, 0);
	other = driver_offset(world, two, OUTPUT, 0, 0);
	assert_int_not_equal(in, out);
	assert_int_not_equal(map(world, one, in), map(world, two, other));
}

static void what_has_no_place_in_the_window_is_taken_from_the_node(void **state)
{
	struct v4l2_create_buffers create = {
		.count = 32,
		.memory = MMAP,
		.format = {.type = CAPTURE,
			   .fmt.pix.sizeimage = 2 * 1024 * 1024},
	};
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 2;

	assert_int_equal(world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create),
			 ENOMEM);
	world_settle(world);
	assert_int_equal(node_fake_queue(codec_node(world, id), CAPTURE)->count,
			 0);
	assert_int_equal(memory_of(world), 0);
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, MMAP, &count), 0);
}

static void a_codec_s_buffers_without_pages_are_none(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);

	world->populating = false;
	driver_ask_reqbufs(world, id, OUTPUT, MMAP);
	world_populated(world, ENOMEM);
	assert_int_equal(world_answer(world).status, ENOMEM);
	world_settle(world);
	assert_int_equal(node_fake_queue(codec_node(world, id), OUTPUT)->count,
			 0);
	assert_int_equal(memory_of(world), 0);
}

static void buffers_are_requested_anew_while_the_old_are_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = codec_open(world);
	uint32_t count = 2;
	uint64_t old;

	assert_int_equal(driver_reqbufs(world, id, OUTPUT, MMAP, &count), 0);
	old = map(world, id, driver_offset(world, id, OUTPUT, 0, 0));
	assert_int_equal(driver_reqbufs(world, id, OUTPUT, MMAP, &count), 0);
	assert_int_not_equal(
		map(world, id, driver_offset(world, id, OUTPUT, 0, 0)), old);
	assert_int_equal(driver_unmap(world, old), 0);
}

#define TEST(test)                                                 \
	cmocka_unit_test_setup_teardown(test, world_set_up_window, \
					world_tear_down)
#define CODEC_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, world_set_up_codec, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_with_a_window_offers_every_kind_of_memory),
		TEST(memory_of_no_kind_is_refused_with_all_that_there_are),
		TEST(buffers_wait_for_their_pages),
		TEST(a_session_that_ends_waits_for_pages_no_more),
		TEST(without_pages_there_are_no_buffers),
		TEST(created_buffers_without_pages_leave_the_others_alone),
		TEST(a_full_window_has_no_place_for_more),
		TEST(each_buffer_has_an_offset_for_pages_of_64_kib),
		TEST(a_mapping_is_as_long_as_its_buffer),
		TEST(a_frame_is_seen_in_the_mapping),
		TEST(a_queued_mmap_buffer_needs_no_length),
		TEST(a_buffer_of_the_other_memory_is_refused),
		TEST(created_buffers_are_of_the_memory_of_the_others),
		TEST(a_mapped_buffer_says_so),
		TEST(an_offset_of_nothing_cannot_be_mapped),
		TEST(what_is_mapped_twice_is_unmapped_twice),
		TEST(what_was_never_mapped_cannot_be_unmapped),
		TEST(a_mapping_outlives_its_buffer),
		TEST(an_orphan_s_memory_counts_until_it_is_unmapped),
		TEST(a_reset_ends_all_mappings),
		TEST(a_mapping_needs_room_for_its_answer),
		CODEC_TEST(an_output_buffer_s_bytes_are_taken_from_the_window),
		CODEC_TEST(no_two_buffers_of_a_codec_have_the_same_offset),
		CODEC_TEST(
			what_has_no_place_in_the_window_is_taken_from_the_node),
		CODEC_TEST(a_codec_s_buffers_without_pages_are_none),
		CODEC_TEST(buffers_are_requested_anew_while_the_old_are_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
