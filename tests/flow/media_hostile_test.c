// SPDX-License-Identifier: GPL-2.0-only
/* A guest that breaks the rules hurts nobody but itself. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
#define HOLE UINT64_C(0x100000000)

/* The device still does its work, in the same session. */
static void assert_unhurt(struct world *world, uint32_t id)
{
	struct v4l2_format format = {.type = CAPTURE};

	assert_int_equal(world_ioctl(world, id, VIDIOC_G_FMT, &format), 0);
}

static struct world_answer raw(struct world *world, uint32_t id,
			       unsigned long request, const void *payload,
			       size_t len, size_t room)
{
	return world_raw_ioctl(world, id, _IOC_NR(request), payload, len, room);
}

/* Commands */

static void a_command_of_less_than_a_header_is_refused(void **state)
{
	const uint8_t bytes[7] = {3};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(world_command(world, bytes, sizeof(bytes), 16).status,
			 EINVAL);
	assert_int_equal(world_command(world, bytes, 0, 16).status, EINVAL);
	assert_unhurt(world, id);
}

static void an_unknown_command_is_refused(void **state)
{
	const struct virtio_media_cmd_header cmd = {cpu_to_le32(6), 0};

	assert_int_equal(world_command(*state, &cmd, sizeof(cmd), 8).status,
			 ENOTTY);
}

static void each_command_may_be_cut_short(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	for (uint32_t cmd = VIRTIO_MEDIA_CMD_CLOSE;
	     cmd <= VIRTIO_MEDIA_CMD_IOCTL; cmd++) {
		const struct virtio_media_cmd_header head = {cpu_to_le32(cmd),
							     0};

		assert_int_equal(
			world_command(world, &head, sizeof(head), 8).status,
			EINVAL);
	}
	assert_unhurt(world, id);
}

static void an_open_without_room_for_its_answer_opens_nothing(void **state)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	struct world *world = *state;
	struct guest_open question;

	for (size_t room = 1; room < 16; room++) {
		const struct world_answer answer =
			world_command(world, &cmd, sizeof(cmd), room);

		assert_int_equal(answer.len, room < 8 ? 0 : 8);
		assert_false(world_asked(world, &question));
	}
}

static void a_command_without_a_writable_part_is_returned(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(
		raw(world, id, VIDIOC_S_FMT, &format, sizeof(format), 0).len,
		0);
	assert_int_equal(camera_of(world, id)->calls, 0);
	assert_unhurt(world, id);
}

static void an_ioctl_without_room_for_its_answer_is_not_run(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct world_answer answer =
		raw(world, id, VIDIOC_S_FMT, &format, sizeof(format),
		    8 + sizeof(format) - 1);

	assert_int_equal(answer.status, EINVAL);
	assert_int_equal(answer.len, 8);
	assert_int_equal(camera_of(world, id)->calls, 0);
}

static void a_payload_may_be_cut_anywhere(void **state)
{
	struct v4l2_format format = {.type = CAPTURE};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	for (size_t len = 0; len < sizeof(format); len++)
		assert_int_equal(
			raw(world, id, VIDIOC_G_FMT, &format, len, 256).status,
			EINVAL);
	assert_unhurt(world, id);
}

/* In place of the usual one, a driver whose commandq has room for 256. */
static void restart_with_a_large_ring(struct world *world)
{
	const struct driver_fake_layout layout = {.indirect = true};

	driver_fake_reset(world->driver);
	assert_true(driver_fake_negotiate(world->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(world->driver, VIRTIO_MEDIA_COMMANDQ, 256);
	driver_fake_setup_queue(world->driver, VIRTIO_MEDIA_EVENTQ, 64);
	driver_fake_driver_ok(world->driver);
	driver_fake_set_layout(world->driver, &layout);
}

static void a_session_that_is_not_open_yet_cannot_be_guessed(void **state)
{
	const struct virtio_media_cmd_open cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_OPEN),
	};
	struct world *world = *state;
	struct guest_open question;

	world_send(world, &cmd, sizeof(cmd), 16);
	assert_true(world_asked(world, &question));
	assert_int_equal(raw(world, 1, VIDIOC_G_INPUT, NULL, 0, 12).status,
			 EINVAL);
	world_close(world, 1);
	world_grant(world, &question);
	assert_int_equal(world_answer(world).status, 0);
}

static void no_more_than_64_commands_wait_for_a_camera(void **state)
{
	struct world *world = *state;
	uint32_t id;

	restart_with_a_large_ring(world);
	id = world_open(world);
	world->obedient = false;
	for (int i = 0; i < 65; i++)
		world_send_ioctl(world, id, _IOC_NR(VIDIOC_G_INPUT), NULL, 0,
				 12);
	assert_int_equal(world_answer(world).status, EBUSY);
	assert_int_equal(
		driver_fake_outstanding(world->driver, VIRTIO_MEDIA_COMMANDQ),
		64);
}

static void a_close_passes_commands_that_wait(void **state)
{
	const struct virtio_media_cmd_close cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_CLOSE),
		.session_id = cpu_to_le32(1),
	};
	struct world *world = *state;

	restart_with_a_large_ring(world);
	world_open(world);
	world->obedient = false;
	for (int i = 0; i < 64; i++)
		world_send_ioctl(world, 1, _IOC_NR(VIDIOC_G_INPUT), NULL, 0,
				 12);
	world_send(world, &cmd, sizeof(cmd), 0);
	world_settle(world);
	for (int i = 0; i < 64; i++)
		assert_int_equal(world_answer(world).status, EIO);
	assert_int_equal(world_answer(world).len, 0);
}

static void an_answer_in_a_hole_is_not_written(void **state)
{
	const struct vring_desc desc = {
		.addr = HOLE,
		.len = 16,
		.flags = VRING_DESC_F_WRITE,
	};
	struct world *world = *state;
	const struct vring *ring =
		driver_fake_ring(world->driver, VIRTIO_MEDIA_COMMANDQ);

	driver_fake_set_desc(world->driver, VIRTIO_MEDIA_COMMANDQ, 63, &desc);
	driver_fake_offer(world->driver, VIRTIO_MEDIA_COMMANDQ, 63);
	driver_fake_notify(world->driver, VIRTIO_MEDIA_COMMANDQ);
	hyp_fake_settle(world->fake);
	assert_int_equal(ring->used->idx, 1);
	assert_int_equal(ring->used->ring[0].len, 0);
}

/* Controls */

struct ctrls {
	struct v4l2_ext_controls head;
	struct v4l2_ext_control ctrl;
	struct virtio_media_sg_entry piece;
} __attribute__((packed));

static struct ctrls one_control(uint32_t size, uint64_t gpa, uint32_t len)
{
	return (struct ctrls){
		.head.count = 1,
		.ctrl = {.id = 1, .size = size},
		.piece = {cpu_to_le64(gpa), cpu_to_le32(len), 0},
	};
}

static uint32_t set_control(struct world *world, uint32_t id,
			    const struct ctrls *ctrls)
{
	return raw(world, id, VIDIOC_S_EXT_CTRLS, ctrls, sizeof(*ctrls), 128)
		.status;
}

static void any_number_of_controls_above_the_limit_is_refused(void **state)
{
	static const uint32_t counts[] = {1025, 0x0ccccccd, 0x80000000,
					  0xffffffff};
	struct v4l2_ext_controls head = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct world_answer answer;

		head.count = counts[i];
		answer = raw(world, id, VIDIOC_S_EXT_CTRLS, &head, sizeof(head),
			     4096);
		assert_int_equal(answer.status, EINVAL);
		assert_int_equal(answer.len, 8 + sizeof(head));
	}
	assert_unhurt(world, id);
}

static void controls_that_are_not_there_are_refused(void **state)
{
	const struct v4l2_ext_controls head = {.count = 2};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	assert_int_equal(
		raw(world, id, VIDIOC_G_EXT_CTRLS, &head, sizeof(head), 4096)
			.status,
		EINVAL);
	assert_unhurt(world, id);
}

static void a_control_above_the_limit_of_bytes_is_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls =
		one_control(0xffffffff, HYP_FAKE_BANK0, 0xffffffff);

	assert_int_equal(set_control(world, id, &ctrls), EINVAL);
	assert_unhurt(world, id);
}

static void the_sum_of_control_bytes_cannot_wrap(void **state)
{
	struct {
		struct v4l2_ext_controls head;
		struct v4l2_ext_control ctrls[1024];
	} __attribute__((packed)) *many = calloc(1, sizeof(*many));
	struct world *world = *state;
	const uint32_t id = world_open(world);

	many->head.count = 1024;
	for (int i = 0; i < 1024; i++)
		many->ctrls[i].size = 0x400000;
	assert_int_equal(raw(world, id, VIDIOC_S_EXT_CTRLS, many, sizeof(*many),
			     8 + sizeof(*many))
				 .status,
			 EINVAL);
	free(many);
	assert_unhurt(world, id);
}

static void a_list_that_does_not_cover_a_control_is_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls = one_control(100, HYP_FAKE_BANK0, 99);

	assert_int_equal(set_control(world, id, &ctrls), EINVAL);
	assert_unhurt(world, id);
}

static void a_control_in_a_hole_is_a_fault(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls = one_control(8, HOLE, 8);

	assert_int_equal(set_control(world, id, &ctrls), EFAULT);
	assert_int_equal(camera_of(world, id)->calls, 0);
	assert_unhurt(world, id);
}

static void a_control_that_wraps_is_a_fault(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const struct ctrls ctrls = one_control(4096, UINT64_MAX - 10, 4096);

	assert_int_equal(set_control(world, id, &ctrls), EFAULT);
	assert_unhurt(world, id);
}

/* Buffers */

static uint32_t with_buffers(struct world *world)
{
	const uint32_t id = world_open(world);
	uint32_t count = 2;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	return id;
}

static void a_buffer_index_out_of_range_is_refused(void **state)
{
	static const uint32_t indices[] = {2, 32, 0x80000000, 0xffffffff};
	struct world *world = *state;
	const uint32_t id = with_buffers(world);
	const uint64_t gpa = world_alloc_buffer(world);

	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		struct v4l2_buffer query = {
			.index = indices[i],
			.type = CAPTURE,
		};

		assert_int_equal(
			world_qbuf(world, id, indices[i], WORLD_FRAME_LEN, gpa),
			EINVAL);
		assert_int_equal(
			world_ioctl(world, id, VIDIOC_QUERYBUF, &query),
			EINVAL);
	}
}

static void a_buffer_that_is_queued_cannot_be_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_buffers(world);
	const uint64_t gpa = world_alloc_buffer(world);

	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa),
			 EINVAL);
}

static void a_buffer_that_is_too_short_is_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_buffers(world);
	const uint64_t gpa = world_alloc_buffer(world);

	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN - 1, gpa),
			 EINVAL);
	assert_int_equal(world_qbuf(world, id, 0, 0, gpa), EINVAL);
}

static void a_buffer_above_the_limit_is_refused(void **state)
{
	struct world *world = *state;
	const uint32_t id = with_buffers(world);

	assert_int_equal(
		world_qbuf(world, id, 0, 256 * 1024 * 1024 + 1, HYP_FAKE_BANK0),
		EINVAL);
}

static void a_list_that_does_not_cover_a_buffer_is_refused(void **state)
{
	struct virtio_media_sg_entry pieces[3] = {0};
	struct world *world = *state;
	const uint32_t id = with_buffers(world);
	const uint64_t gpa = world_alloc_buffer(world);

	for (int i = 0; i < 3; i++) {
		pieces[i].start = cpu_to_le64(gpa);
		pieces[i].len = cpu_to_le32(WORLD_FRAME_LEN / 4);
	}
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN, pieces, 3),
		EINVAL);
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN, pieces, 0),
		EINVAL);
}

static void a_piece_of_nothing_is_refused(void **state)
{
	const struct virtio_media_sg_entry pieces[2] = {
		{cpu_to_le64(HYP_FAKE_BANK0), cpu_to_le32(0), 0},
		{cpu_to_le64(HYP_FAKE_BANK0), cpu_to_le32(WORLD_FRAME_LEN), 0},
	};
	struct world *world = *state;

	assert_int_equal(world_qbuf_pieces(world, with_buffers(world), 0,
					   WORLD_FRAME_LEN, pieces, 2),
			 EINVAL);
}

static void a_buffer_in_splinters_is_refused(void **state)
{
	const unsigned int count = WORLD_FRAME_LEN / 64;
	struct virtio_media_sg_entry pieces[WORLD_FRAME_LEN / 64];
	struct world *world = *state;
	const uint32_t id = with_buffers(world);
	const uint64_t gpa = hyp_fake_alloc(world->fake, 0, 128 * count);

	for (unsigned int i = 0; i < count; i++)
		pieces[i] = (struct virtio_media_sg_entry){
			.start = cpu_to_le64(gpa + 128 * i),
			.len = cpu_to_le32(64),
		};
	assert_int_equal(
		world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN, pieces, count),
		EINVAL);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
}

static void a_buffer_of_a_request_is_refused(void **state)
{
	struct v4l2_buffer buffer = {
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.flags = V4L2_BUF_FLAG_REQUEST_FD,
	};
	struct world *world = *state;

	assert_int_equal(
		world_ioctl(world, with_buffers(world), VIDIOC_QBUF, &buffer),
		EBADR);
}

static void more_than_eight_planes_are_refused(void **state)
{
	struct {
		struct v4l2_buffer buffer;
		struct v4l2_plane planes[9];
	} query = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_set_format(camera_of(world, id), 8192, 2);
	world_stream(world, id, 1, 1);
	query.buffer.type = CAPTURE_MPLANE;
	query.buffer.length = 9;
	assert_int_equal(
		raw(world, id, VIDIOC_QUERYBUF, &query, sizeof(query), 1024)
			.status,
		EINVAL);
	query.buffer.length = 0x04000001;
	assert_int_equal(
		raw(world, id, VIDIOC_QBUF, &query, sizeof(query), 1024).status,
		EINVAL);
	assert_unhurt(world, id);
}

static void the_sum_of_plane_lengths_cannot_wrap(void **state)
{
	struct {
		struct v4l2_buffer buffer;
		struct v4l2_plane planes[2];
		struct virtio_media_sg_entry pieces[2];
	} qbuf = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_set_format(camera_of(world, id), 8192, 2);
	world_stream(world, id, 1, 1);
	qbuf.buffer.type = CAPTURE_MPLANE;
	qbuf.buffer.memory = V4L2_MEMORY_USERPTR;
	qbuf.buffer.length = 2;
	for (int i = 0; i < 2; i++) {
		qbuf.planes[i].length = 0x80000000;
		qbuf.pieces[i].start = cpu_to_le64(HYP_FAKE_BANK0);
		qbuf.pieces[i].len = cpu_to_le32(0x80000000);
	}
	assert_int_equal(
		raw(world, id, VIDIOC_QBUF, &qbuf, sizeof(qbuf), 1024).status,
		EINVAL);
}

static void too_few_planes_are_refused(void **state)
{
	struct {
		struct v4l2_buffer buffer;
		struct v4l2_plane planes[1];
	} query = {0};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_set_format(camera_of(world, id), 8192, 2);
	world_stream(world, id, 1, 1);
	query.buffer.type = CAPTURE_MPLANE;
	query.buffer.length = 1;
	assert_int_equal(
		raw(world, id, VIDIOC_QUERYBUF, &query, sizeof(query), 1024)
			.status,
		EINVAL);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define MULTIPLANAR_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, world_set_up_multiplanar, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_of_less_than_a_header_is_refused),
		TEST(an_unknown_command_is_refused),
		TEST(each_command_may_be_cut_short),
		TEST(an_open_without_room_for_its_answer_opens_nothing),
		TEST(a_command_without_a_writable_part_is_returned),
		TEST(an_ioctl_without_room_for_its_answer_is_not_run),
		TEST(a_payload_may_be_cut_anywhere),
		TEST(a_session_that_is_not_open_yet_cannot_be_guessed),
		TEST(no_more_than_64_commands_wait_for_a_camera),
		TEST(a_close_passes_commands_that_wait),
		TEST(an_answer_in_a_hole_is_not_written),
		TEST(any_number_of_controls_above_the_limit_is_refused),
		TEST(controls_that_are_not_there_are_refused),
		TEST(a_control_above_the_limit_of_bytes_is_refused),
		TEST(the_sum_of_control_bytes_cannot_wrap),
		TEST(a_list_that_does_not_cover_a_control_is_refused),
		TEST(a_control_in_a_hole_is_a_fault),
		TEST(a_control_that_wraps_is_a_fault),
		TEST(a_buffer_index_out_of_range_is_refused),
		TEST(a_buffer_that_is_queued_cannot_be_queued),
		TEST(a_buffer_that_is_too_short_is_refused),
		TEST(a_buffer_above_the_limit_is_refused),
		TEST(a_list_that_does_not_cover_a_buffer_is_refused),
		TEST(a_piece_of_nothing_is_refused),
		TEST(a_buffer_in_splinters_is_refused),
		TEST(a_buffer_of_a_request_is_refused),
		MULTIPLANAR_TEST(more_than_eight_planes_are_refused),
		MULTIPLANAR_TEST(the_sum_of_plane_lengths_cannot_wrap),
		MULTIPLANAR_TEST(too_few_planes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
