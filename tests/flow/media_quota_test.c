// SPDX-License-Identifier: GPL-2.0-only
/* What a guest may have of buffers, as its applications find out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "media_world.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define FRAME WORLD_FRAME_LEN

static uint32_t reqbufs(struct world *world, uint32_t id, uint32_t count)
{
	return world_reqbufs(world, id, &count);
}

static uint32_t create(struct world *world, uint32_t id, uint32_t *count)
{
	struct v4l2_create_buffers create = {
		.count = *count,
		.memory = V4L2_MEMORY_USERPTR,
		.format = {.type = CAPTURE, .fmt.pix.sizeimage = FRAME},
	};
	const uint32_t status =
		world_ioctl(world, id, VIDIOC_CREATE_BUFS, &create);

	*count = create.count;
	return status;
}

/* All sessions, by table */

enum how { REQUEST, CREATE };

/* A quota; buffers of one session; what another asks for, and gets */
static const struct {
	enum quota_kind kind;
	uint64_t limit;
	uint32_t used;
	enum how how;
	uint32_t asked;
	uint32_t status;
	uint32_t given;
} cases[] = {
	{QUOTA_BUFFERS, 0, 32, REQUEST, 40, 0, 32},
	{QUOTA_BUFFERS, 8, 4, REQUEST, 4, 0, 4},
	{QUOTA_BUFFERS, 8, 4, REQUEST, 5, 0, 4},
	{QUOTA_BUFFERS, 8, 4, REQUEST, 40, 0, 4},
	{QUOTA_BUFFERS, 8, 8, REQUEST, 1, ENOBUFS, 0},
	{QUOTA_BUFFERS, 8, 8, REQUEST, 0, 0, 0},
	{QUOTA_BUFFERS, 8, 4, CREATE, 5, 0, 4},
	{QUOTA_BUFFERS, 8, 8, CREATE, 1, ENOBUFS, 0},
	{QUOTA_BUFFERS, 8, 8, CREATE, 0, 0, 0},
	{QUOTA_MEMORY, 0, 32, REQUEST, 32, 0, 32},
	{QUOTA_MEMORY, 8 * FRAME, 4, REQUEST, 4, 0, 4},
	{QUOTA_MEMORY, 8 * FRAME, 4, REQUEST, 5, 0, 4},
	{QUOTA_MEMORY, 8 * FRAME - 1, 4, REQUEST, 5, 0, 3},
	{QUOTA_MEMORY, 8 * FRAME, 8, REQUEST, 1, ENOMEM, 0},
	{QUOTA_MEMORY, 8 * FRAME, 4, CREATE, 5, 0, 4},
	{QUOTA_MEMORY, 8 * FRAME, 8, CREATE, 1, ENOMEM, 0},
	{QUOTA_STREAMS, 0, 4, REQUEST, 4, 0, 4},
	{QUOTA_STREAMS, 1, 4, REQUEST, 4, EBUSY, 0},
	{QUOTA_STREAMS, 1, 4, REQUEST, 0, EBUSY, 0},
	{QUOTA_STREAMS, 1, 0, REQUEST, 4, 0, 4},
	{QUOTA_STREAMS, 2, 4, REQUEST, 4, 0, 4},
	{QUOTA_STREAMS, 1, 4, CREATE, 4, EBUSY, 0},
	{QUOTA_STREAMS, 1, 4, CREATE, 0, 0, 0},
	{QUOTA_STREAMS, 2, 4, CREATE, 4, 0, 4},
};

static void a_quota_is_kept_by_all_sessions_together(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const uint32_t one = world_open(world), two = world_open(world);
		uint32_t count = cases[i].asked, status;

		print_message("case %zu\n", i);
		world_limit(world, QUOTA_STREAMS, 0);
		world_limit(world, cases[i].kind, cases[i].limit);
		assert_int_equal(reqbufs(world, one, cases[i].used), 0);
		status = cases[i].how == REQUEST ?
				 world_reqbufs(world, two, &count) :
				 create(world, two, &count);
		assert_int_equal(status, cases[i].status);
		if (status == 0)
			assert_int_equal(count, cases[i].given);
		world_close(world, one);
		world_close(world, two);
		world_limit(world, cases[i].kind, 0);
	}
}

/* Freed exactly once, however */

static void end_by_reqbufs(struct world *world, uint32_t id)
{
	assert_int_equal(reqbufs(world, id, 0), 0);
}

static void end_by_reqbufs_again(struct world *world, uint32_t id)
{
	uint32_t count = 8;

	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(count, 8);
	assert_int_equal(reqbufs(world, id, 0), 0);
}

static void end_by_break(struct world *world, uint32_t id)
{
	camera_fake_die(camera_of(world, id));
	world_settle(world);
}

static void end_by_break_and_close(struct world *world, uint32_t id)
{
	end_by_break(world, id);
	world_close(world, id);
}

static void end_by_reset(struct world *world, uint32_t id)
{
	driver_fake_reset(world->driver);
	world_settle(world);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
}

static void end_by_reset_while_it_asks(struct world *world, uint32_t id)
{
	const struct v4l2_requestbuffers request = {
		.count = 4,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_REQBUFS), &request,
			 sizeof(request), 28);
	world_settle(world);
	end_by_reset(world, id);
	camera_fake_die(camera_of(world, id));
	world->obedient = true;
}

static void what_a_session_had_can_be_had_again(void **state)
{
	static void (*const ends[])(struct world *, uint32_t) = {
		end_by_reqbufs,
		end_by_reqbufs_again,
		world_close,
		end_by_break,
		end_by_break_and_close,
		end_by_reset,
		end_by_reset_while_it_asks,
	};
	struct world *world = *state;

	world_limit(world, QUOTA_BUFFERS, 8);
	world_limit(world, QUOTA_MEMORY, 8 * FRAME);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const uint32_t id = world_open(world);
		uint32_t next, count = 10;

		print_message("case %zu\n", i);
		assert_int_equal(reqbufs(world, id, 8), 0);
		ends[i](world, id);
		next = world_open(world);
		assert_int_equal(world_reqbufs(world, next, &count), 0);
		assert_int_equal(count, 8);
		world_close(world, next);
	}
}

/* Another device of the same guest. Return: its driver */
static struct driver_fake *add_device(struct world *world)
{
	const struct guest_attach attach = {
		.hdr.type = GUEST_ATTACH,
		.devid = 2,
		.device_id = VIRTIO_MEDIA_DEVICE_ID,
		.irq = WORLD_IRQ + 1,
		.base = WORLD_ADDR + 0x200,
		.identity =
			{
				.shared = 1,
				.device_caps = V4L2_CAP_VIDEO_CAPTURE |
					       V4L2_CAP_STREAMING,
			},
	};
	struct driver_fake *driver;

	world_tell(world, &attach, sizeof(attach));
	driver = driver_fake_create(world->fake, attach.base, attach.irq);
	driver_fake_start(driver, VIRTIO_MEDIA_NUM_QUEUES, DRIVER_FAKE_ALL);
	return driver;
}

static void devices_of_a_guest_share_its_quotas(void **state)
{
	struct world *world = *state;
	struct driver_fake *first = world->driver, *second;
	uint32_t id;

	world_limit(world, QUOTA_BUFFERS, 8);
	second = add_device(world);
	assert_int_equal(reqbufs(world, world_open(world), 6), 0);
	world->driver = second;
	/* Each device counts its sessions from 1, camera_of() does not. */
	world_close(world, world_open(world));
	id = world_open(world);
	assert_int_equal(reqbufs(world, id, 3), 0);
	assert_int_equal(reqbufs(world, id, 0), 0);
	world->driver = first;
	assert_int_equal(reqbufs(world, 1, 8), 0);
	world->driver = second;
	assert_int_equal(reqbufs(world, id, 1), ENOBUFS);
	world->driver = first;
	driver_fake_destroy(second);
}

static void a_lowered_limit_takes_nothing_away(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	world_limit(world, QUOTA_BUFFERS, 1);
	world_limit(world, QUOTA_MEMORY, 1);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_dequeued(world, id);
	assert_int_equal(world_qbuf(world, id, 1, FRAME, gpa), 0);
}

static void a_refusal_leaves_the_camera_s_mode_to_others(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct v4l2_requestbuffers told;

	world_limit(world, QUOTA_MEMORY, FRAME - 1);
	assert_int_equal(reqbufs(world, id, 2), ENOMEM);
	assert_int_equal(camera_of(world, id)->call.head.nr,
			 _IOC_NR(VIDIOC_REQBUFS));
	memcpy(&told, camera_of(world, id)->call.data, sizeof(told));
	assert_int_equal(told.count, 0);
}

/* Two streams of one device */

/* A session with one buffer, queued at @gpa, that streams */
static uint32_t stream(struct world *world, uint64_t gpa)
{
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 2);
	assert_int_equal(world_qbuf(world, id, 0, FRAME, gpa), 0);
	memset(camera_of(world, id)->slots[0][0], id, FRAME);
	return id;
}

static void two_sessions_stream_from_one_device(void **state)
{
	struct world *world = *state;
	uint64_t gpa[2];
	uint32_t ids[2];

	world_limit(world, QUOTA_STREAMS, 2);
	world_post(world, 2);
	for (int i = 0; i < 2; i++) {
		gpa[i] = world_alloc_buffer(world);
		ids[i] = stream(world, gpa[i]);
	}
	for (int i = 0; i < 2; i++) {
		camera_fake_send_frame(camera_of(world, ids[i]), 0, 5);
		world_dequeued(world, ids[i]);
		assert_memory_equal(hyp_fake_ram(world->fake, gpa[i], FRAME),
				    camera_of(world, ids[i])->slots[0][0],
				    FRAME);
	}
}

static void a_third_session_is_told_to_wait(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t third;

	world_limit(world, QUOTA_STREAMS, 2);
	stream(world, gpa);
	stream(world, gpa);
	third = world_open(world);
	assert_int_equal(reqbufs(world, third, 1), EBUSY);
	assert_int_equal(world_stream_on(world, third), EBUSY);
	assert_int_equal(world_stream_off(world, third), EBUSY);
	assert_int_equal(world_qbuf(world, third, 0, FRAME, gpa), EBUSY);
	assert_int_equal(camera_of(world, third)->calls, 0);
}

/* As on any node: nobody else is in its way, but it has nothing. */
static void a_session_without_buffers_has_nothing_to_queue(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t second;

	world_limit(world, QUOTA_STREAMS, 2);
	stream(world, gpa);
	second = world_open(world);
	assert_int_equal(world_qbuf(world, second, 0, FRAME, gpa), EINVAL);
	assert_int_equal(world_stream_on(world, second), EINVAL);
	assert_int_equal(world_stream_off(world, second), 0);
}

static void sessions_that_share_a_buffer_hurt_only_their_pictures(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t ids[2];

	world_limit(world, QUOTA_STREAMS, 2);
	world_post(world, 2);
	for (int i = 0; i < 2; i++)
		ids[i] = stream(world, gpa);
	for (int i = 0; i < 2; i++)
		camera_fake_send_frame(camera_of(world, ids[i]), 0, 5);
	for (int i = 0; i < 2; i++)
		assert_int_equal(world_dequeued(world, ids[i]).buffer.flags &
					 V4L2_BUF_FLAG_ERROR,
				 0);
	assert_memory_equal(hyp_fake_ram(world->fake, gpa, FRAME),
			    camera_of(world, ids[1])->slots[0][0], FRAME);
}

static void buffers_of_one_session_come_and_go_beside_a_stream(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t streaming, other;

	world_limit(world, QUOTA_STREAMS, 2);
	world_post(world, 1);
	streaming = stream(world, gpa);
	other = world_open(world);
	for (int i = 0; i < 100; i++)
		assert_int_equal(reqbufs(world, other, i % 3), 0);
	camera_fake_send_frame(camera_of(world, streaming), 0, 5);
	world_dequeued(world, streaming);
}

static void a_lowered_limit_of_streams_lets_both_go_on(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = world_alloc_buffer(world);
	uint32_t one, two;

	world_limit(world, QUOTA_STREAMS, 2);
	one = stream(world, gpa);
	two = stream(world, gpa);
	world_limit(world, QUOTA_STREAMS, 1);
	for (int i = 0; i < 2; i++) {
		const uint32_t id = i ? two : one;

		assert_int_equal(world_stream_off(world, id), 0);
		assert_int_equal(reqbufs(world, id, 2), 0);
	}
	assert_int_equal(reqbufs(world, one, 0), 0);
	assert_int_equal(reqbufs(world, one, 2), EBUSY);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_quota_is_kept_by_all_sessions_together),
		TEST(what_a_session_had_can_be_had_again),
		TEST(devices_of_a_guest_share_its_quotas),
		TEST(a_lowered_limit_takes_nothing_away),
		TEST(a_refusal_leaves_the_camera_s_mode_to_others),
		TEST(two_sessions_stream_from_one_device),
		TEST(a_third_session_is_told_to_wait),
		TEST(a_session_without_buffers_has_nothing_to_queue),
		TEST(sessions_that_share_a_buffer_hurt_only_their_pictures),
		TEST(buffers_of_one_session_come_and_go_beside_a_stream),
		TEST(a_lowered_limit_of_streams_lets_both_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
