// SPDX-License-Identifier: GPL-2.0-only
/* Buffers and frames: from a camera's slot to the guest's pages. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

#define HOLE UINT64_C(0x100000000)

/* A frame of 5 pieces of 64 KiB, each a chance for a vCPU to interfere */
#define LARGE_FRAME_LEN (320 * 1024)

/* Paint a slot; every byte of it depends on its place and on the frame. */
static void paint(struct camera_fake *camera, unsigned int slot,
		  unsigned int seed)
{
	for (unsigned int i = 0; i < camera->num_planes; i++) {
		for (uint32_t j = 0; j < camera->plane_size[i]; j++)
			camera->slots[slot][i][j] = j * 7 + j / 256 + seed + i;
	}
}

static void a_frame_lands_in_the_buffer(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);

	paint(camera, 2, 11);
	camera_fake_send_frame(camera, 2, 5);
	world_dequeued(world, id);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN),
			    camera->slots[2][0], WORLD_FRAME_LEN);
}

static void a_dequeued_buffer_says_all_about_its_frame(void **state)
{
	struct world *world = *state;
	struct virtio_media_event_dqbuf event;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	camera_fake_send_frame(camera_of(world, id), 2, 5);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.index, 0);
	assert_int_equal(event.buffer.type, V4L2_BUF_TYPE_VIDEO_CAPTURE);
	assert_int_equal(event.buffer.memory, V4L2_MEMORY_USERPTR);
	assert_int_equal(event.buffer.bytesused, WORLD_FRAME_LEN);
	assert_int_equal(event.buffer.length, WORLD_FRAME_LEN);
	assert_int_equal(event.buffer.sequence, 5);
	assert_int_equal(event.buffer.timestamp.tv_sec, 1005);
	assert_int_equal(event.buffer.timestamp.tv_usec, 40000);
	assert_int_equal(event.buffer.field, V4L2_FIELD_NONE);
	assert_int_equal(event.buffer.flags, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void a_camera_cannot_say_that_a_buffer_is_queued(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);
	struct session_frame frame = camera_fake_frame(camera, 0, 0);

	frame.flags |= V4L2_BUF_FLAG_QUEUED | V4L2_BUF_FLAG_DONE |
		       V4L2_BUF_FLAG_MAPPED;
	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
	assert_int_equal(world_dequeued(world, id).buffer.flags,
			 V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void a_frame_is_released_when_it_was_copied(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);

	camera_fake_send_frame(camera, 3, 5);
	world_settle(world);
	assert_int_equal(camera->releases, 1);
	assert_int_equal(camera->release.slot, 3);
	assert_int_equal(camera->release.generation, 1);
}

static void a_frame_without_a_buffer_is_released_at_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 2, 4);
	world_post(world, 4);
	camera_fake_send_frame(camera_of(world, id), 1, 0);
	world_assert_no_event(world);
	assert_int_equal(camera_of(world, id)->releases, 1);
}

static void a_frame_before_the_stream_is_released_at_once(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t count = 1;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN,
				    world_alloc_buffer(world)),
			 0);
	world_post(world, 1);
	camera_fake_send_slots(camera_of(world, id), 1, 1);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_assert_no_event(world);
	assert_int_equal(camera_of(world, id)->releases, 1);
}

static void frames_go_to_the_buffers_in_the_order_of_qbuf(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 3, 4);
	world_post(world, 4);
	world_qbuf(world, id, 2, WORLD_FRAME_LEN, world_alloc_buffer(world));
	world_qbuf(world, id, 0, WORLD_FRAME_LEN, world_alloc_buffer(world));
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	camera_fake_send_frame(camera_of(world, id), 1, 1);
	assert_int_equal(world_dequeued(world, id).buffer.index, 2);
	assert_int_equal(world_dequeued(world, id).buffer.index, 0);
}

static void three_hundred_frames_arrive(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	for (unsigned int i = 0; i < 300; i++) {
		camera_fake_send_frame(camera_of(world, id), i % 4, i);
		assert_int_equal(world_dequeued(world, id).buffer.sequence, i);
		world_post(world, 1);
		assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa),
				 0);
	}
	assert_int_equal(camera_of(world, id)->releases, 300);
}

static void a_buffer_in_many_pieces_is_filled_in_their_order(void **state)
{
	struct virtio_media_sg_entry pieces[LARGE_FRAME_LEN / 4096] = {0};
	const unsigned int count = LARGE_FRAME_LEN / 4096;
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa =
		hyp_fake_alloc(world->fake, 1, 2 * LARGE_FRAME_LEN);

	camera_fake_set_format(camera, LARGE_FRAME_LEN, 0);
	/* Backwards through memory, a gap after each */
	for (unsigned int i = 0; i < count; i++) {
		pieces[i].start = cpu_to_le64(gpa + (count - 1 - i) * 8192);
		pieces[i].len = cpu_to_le32(4096);
	}
	world_stream(world, id, 1, 1);
	world_post(world, 1);
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, LARGE_FRAME_LEN, pieces, count),
		0);
	paint(camera, 0, 3);
	camera_fake_send_frame(camera, 0, 0);
	world_dequeued(world, id);
	for (unsigned int i = 0; i < count; i++)
		assert_memory_equal(hyp_fake_ram(world->fake,
						 le64_to_cpu(pieces[i].start),
						 4096),
				    camera->slots[0][0] + i * 4096, 4096);
}

static void neighbouring_pieces_are_one(void **state)
{
	struct virtio_media_sg_entry pieces[3] = {0};
	const uint32_t third = WORLD_FRAME_LEN / 3;
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t near = hyp_fake_alloc(world->fake, 0, 2 * third);
	const uint64_t far = hyp_fake_alloc(world->fake, 1, third);

	for (int i = 0; i < 3; i++) {
		pieces[i].start = cpu_to_le64(i < 2 ? near + i * third : far);
		pieces[i].len = cpu_to_le32(third);
	}
	world_stream(world, id, 1, 1);
	world_post(world, 1);
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN, pieces, 3), 0);
	paint(camera, 0, 3);
	camera_fake_send_frame(camera, 0, 0);
	world_dequeued(world, id);
	assert_memory_equal(hyp_fake_ram(world->fake, near, 2 * third),
			    camera->slots[0][0], 2 * third);
	assert_memory_equal(hyp_fake_ram(world->fake, far, third),
			    camera->slots[0][0] + 2 * third, third);
}

static void the_last_piece_is_cut_to_the_buffer_s_length(void **state)
{
	struct virtio_media_sg_entry piece = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	const uint64_t gpa =
		hyp_fake_alloc(world->fake, 0, 2 * WORLD_FRAME_LEN);
	struct session_frame frame;

	piece.start = cpu_to_le64(gpa);
	piece.len = cpu_to_le32(0xffffffff);
	world_stream(world, id, 1, 1);
	world_post(world, 1);
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN, &piece, 1), 0);
	frame = camera_fake_frame(camera, 0, 0);
	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
	assert_int_equal(world_dequeued(world, id).buffer.flags &
				 V4L2_BUF_FLAG_ERROR,
			 0);
}

static void a_buffer_that_is_no_memory_comes_back_as_an_error(void **state)
{
	struct virtio_media_event_dqbuf event;
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 1);
	world_post(world, 1);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, HOLE), 0);
	camera_fake_send_frame(camera_of(world, id), 0, 9);
	event = world_dequeued(world, id);
	assert_true(event.buffer.flags & V4L2_BUF_FLAG_ERROR);
	assert_int_equal(event.buffer.bytesused, 0);
	assert_int_equal(event.buffer.sequence, 9);
	assert_int_equal(camera_of(world, id)->releases, 1);
}

static void a_short_frame_says_how_short_it_is(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);
	struct session_frame frame = camera_fake_frame(camera, 0, 0);

	frame.bytesused[0] = 100;
	memset(hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN), 0xee,
	       WORLD_FRAME_LEN);
	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
	assert_int_equal(world_dequeued(world, id).buffer.bytesused, 100);
	assert_int_equal(((uint8_t *)hyp_fake_ram(world->fake, gpa,
						  WORLD_FRAME_LEN))[100],
			 0xee);
}

static void a_multiplanar_frame_fills_each_plane(void **state)
{
	struct {
		struct v4l2_buffer buffer;
		struct v4l2_plane planes[2];
		struct virtio_media_sg_entry pieces[2];
	} qbuf = {0};
	struct virtio_media_event_dqbuf event;
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);

	camera_fake_set_format(camera, 2 * WORLD_FRAME_LEN, 2);
	world_stream(world, id, 1, 2);
	world_post(world, 1);
	qbuf.buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	qbuf.buffer.memory = V4L2_MEMORY_USERPTR;
	qbuf.buffer.length = 2;
	for (int i = 0; i < 2; i++) {
		qbuf.planes[i].length = WORLD_FRAME_LEN;
		qbuf.pieces[i].start = cpu_to_le64(world_alloc_buffer(world));
		qbuf.pieces[i].len = cpu_to_le32(WORLD_FRAME_LEN);
	}
	assert_int_equal(world_raw_ioctl(world, id, _IOC_NR(VIDIOC_QBUF), &qbuf,
					 sizeof(qbuf), 8 + 88 + 128)
				 .status,
			 0);
	paint(camera, 1, 77);
	camera_fake_send_frame(camera, 1, 0);
	event = world_dequeued(world, id);
	assert_int_equal(event.buffer.length, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(event.planes[i].bytesused, WORLD_FRAME_LEN);
		assert_int_equal(event.planes[i].length, WORLD_FRAME_LEN);
		assert_memory_equal(
			hyp_fake_ram(world->fake,
				     le64_to_cpu(qbuf.pieces[i].start),
				     WORLD_FRAME_LEN),
			camera->slots[1][i], WORLD_FRAME_LEN);
	}
}

static void a_new_pool_replaces_the_old_one(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);

	camera_fake_send_slots(camera, 2, 3);
	paint(camera, 0, 99);
	camera_fake_send_frame(camera, 0, 0);
	world_dequeued(world, id);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN),
			    camera->slots[0][0], WORLD_FRAME_LEN);
	assert_int_equal(camera->release.generation, 2);
}

static void a_frame_of_an_old_pool_is_void(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);
	struct session_frame frame = camera_fake_frame(camera, 0, 0);

	camera_fake_send_slots(camera, 2, 3);
	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
	world_assert_no_event(world);
	assert_int_equal(camera->releases, 0);
}

static void a_slot_that_the_pool_grew_by_is_shown(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);

	camera_fake_grow_slots(camera, 2);
	paint(camera, 5, 99);
	camera_fake_send_frame(camera, 5, 0);
	world_dequeued(world, id);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN),
			    camera->slots[5][0], WORLD_FRAME_LEN);
	assert_int_equal(camera->release.slot, 5);
}

static void a_frame_on_its_way_survives_that_the_pool_grows(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);
	const struct session_frame frame = camera_fake_frame(camera, 3, 0);

	paint(camera, 3, 99);
	camera_fake_grow_slots(camera, 1);
	camera_fake_send(camera, &frame, sizeof(frame), NULL, 0);
	world_dequeued(world, id);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN),
			    camera->slots[3][0], WORLD_FRAME_LEN);
	assert_int_equal(camera->releases, 1);
}

static void a_pool_grows_to_its_largest(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);

	while (camera->num_slots < SESSION_MAX_SLOTS)
		camera_fake_grow_slots(camera, 1);
	camera_fake_send_frame(camera, SESSION_MAX_SLOTS - 1, 0);
	world_dequeued(world, id);
	assert_int_equal(camera->release.slot, SESSION_MAX_SLOTS - 1);
}

/* Large frames, whose copy takes long enough for a vCPU to come between */
static uint32_t stream_large(struct world *world, uint64_t *gpa)
{
	const uint32_t id = world_open(world);

	camera_fake_set_format(camera_of(world, id), LARGE_FRAME_LEN, 0);
	*gpa = hyp_fake_alloc(world->fake, 0, LARGE_FRAME_LEN);
	world_stream(world, id, 1, 1);
	assert_int_equal(world_qbuf(world, id, 0, LARGE_FRAME_LEN, *gpa), 0);
	world_post(world, 1);
	paint(camera_of(world, id), 0, 1);
	return id;
}

/* What cannot be mapped in one sequence is mapped as it is needed. */
static void a_quota_of_memory_bounds_what_stays_mapped(void **state)
{
	struct virtio_media_sg_entry pieces[2] = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const uint64_t gpa =
		hyp_fake_alloc(world->fake, 0, LARGE_FRAME_LEN + 1000);

	camera_fake_set_format(camera_of(world, id), LARGE_FRAME_LEN, 0);
	world_stream(world, id, 1, 1);
	world_post(world, 1);
	pieces[0].start = cpu_to_le64(gpa);
	pieces[0].len = cpu_to_le32(1000);
	pieces[1].start = cpu_to_le64(gpa + 2000);
	pieces[1].len = cpu_to_le32(LARGE_FRAME_LEN - 1000);
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, LARGE_FRAME_LEN, pieces, 2), 0);
	/* Less than its buffers are: these it keeps. */
	world_limit(world, QUOTA_MEMORY, 64 * 1024);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_dequeued(world, id);
	/* 16 pages, and the rings, which are not counted */
	assert_true(hyp_fake_mapped(world->fake) <= 16 + 16);
}

static void a_vcpu_is_answered_in_the_middle_of_a_copy(void **state)
{
	struct world *world = *state;
	unsigned int before;
	uint64_t gpa;
	const uint32_t id = stream_large(world, &gpa);

	before = hyp_fake_polls(world->fake);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	assert_true(hyp_fake_polls(world->fake) - before >=
		    LARGE_FRAME_LEN / (64 * 1024));
}

static void a_reset_that_a_copy_sees_ends_it(void **state)
{
	struct world *world = *state;
	struct guest_open question;
	uint8_t *ram;
	uint64_t gpa;
	const uint32_t id = stream_large(world, &gpa);

	ram = hyp_fake_ram(world->fake, gpa, LARGE_FRAME_LEN);
	memset(ram, 0, LARGE_FRAME_LEN);
	hyp_fake_write_at_poll(world->fake, WORLD_ADDR + VIRTIO_MMIO_STATUS, 0);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	for (unsigned int i = 0; i < LARGE_FRAME_LEN; i++)
		assert_int_equal(ram[i], 0);
	assert_false(world_asked(world, &question));
	assert_int_equal(world->closed, 1);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define MULTIPLANAR_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, world_set_up_multiplanar, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frame_lands_in_the_buffer),
		TEST(a_dequeued_buffer_says_all_about_its_frame),
		TEST(a_camera_cannot_say_that_a_buffer_is_queued),
		TEST(a_frame_is_released_when_it_was_copied),
		TEST(a_frame_without_a_buffer_is_released_at_once),
		TEST(a_frame_before_the_stream_is_released_at_once),
		TEST(frames_go_to_the_buffers_in_the_order_of_qbuf),
		TEST(three_hundred_frames_arrive),
		TEST(a_buffer_in_many_pieces_is_filled_in_their_order),
		TEST(neighbouring_pieces_are_one),
		TEST(the_last_piece_is_cut_to_the_buffer_s_length),
		TEST(a_buffer_that_is_no_memory_comes_back_as_an_error),
		TEST(a_short_frame_says_how_short_it_is),
		MULTIPLANAR_TEST(a_multiplanar_frame_fills_each_plane),
		TEST(a_new_pool_replaces_the_old_one),
		TEST(a_frame_of_an_old_pool_is_void),
		TEST(a_slot_that_the_pool_grew_by_is_shown),
		TEST(a_frame_on_its_way_survives_that_the_pool_grows),
		TEST(a_pool_grows_to_its_largest),
		TEST(a_quota_of_memory_bounds_what_stays_mapped),
		TEST(a_vcpu_is_answered_in_the_middle_of_a_copy),
		TEST(a_reset_that_a_copy_sees_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
