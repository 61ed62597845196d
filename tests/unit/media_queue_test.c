// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a V4L2 queue, and who has each of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/account.h"
#include "media/queue.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

static const struct queue_layout layout = {1, {1000}};
static const struct queue_layout layout_mplane = {2, {1000, 500}};

/* The queue comes first, so that it is what *state points to. */
struct owned_queue {
	struct queue queue;
	struct account account;
};

static struct queue *make_queue(uint32_t type, const struct queue_layout *of)
{
	struct owned_queue *owned = calloc(1, sizeof(*owned));
	enum quota_kind reached;
	uint32_t count = 4;

	assert_non_null(owned);
	queue_init(&owned->queue, type, &owned->account);
	assert_int_equal(queue_add(&owned->queue, &count, of, &reached), 0);
	return &owned->queue;
}

static int set_up(void **state)
{
	*state = make_queue(CAPTURE, &layout);
	return 0;
}

static int set_up_mplane(void **state)
{
	*state = make_queue(CAPTURE_MPLANE, &layout_mplane);
	return 0;
}

static int tear_down(void **state)
{
	struct owned_queue *owned = *state;

	queue_free(&owned->queue);
	assert_int_equal(owned->account.buffers, 0);
	assert_int_equal(owned->account.memory, 0);
	free(owned);
	return 0;
}

static struct v4l2_buffer buffer_of(uint32_t index)
{
	return (struct v4l2_buffer){
		.index = index,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.length = 1000,
	};
}

static int qbuf(struct queue *queue, uint32_t index)
{
	struct v4l2_buffer buffer = buffer_of(index);
	struct sg_list none[VIRTIO_MEDIA_MAX_PLANES] = {0};

	return queue_qbuf(queue, &buffer, NULL, 0, none);
}

static int layout_of(uint32_t type, unsigned int num_planes, uint32_t size)
{
	struct v4l2_format format = {.type = type};
	struct queue_layout made;

	format.fmt.pix_mp.num_planes = num_planes;
	for (unsigned int i = 0; i < VIDEO_MAX_PLANES; i++)
		format.fmt.pix_mp.plane_fmt[i].sizeimage = size;
	if (type == CAPTURE)
		format.fmt.pix.sizeimage = size;
	return queue_layout_of(&format, &made);
}

static void a_frame_has_between_one_byte_and_the_limit(void **state)
{
	assert_int_equal(layout_of(CAPTURE, 0, 0), -EINVAL);
	assert_int_equal(layout_of(CAPTURE, 0, 1), 0);
	assert_int_equal(layout_of(CAPTURE, 0, VMEDIA_MAX_BUFFER_BYTES), 0);
	assert_int_equal(layout_of(CAPTURE, 0, VMEDIA_MAX_BUFFER_BYTES + 1),
			 -EINVAL);
	assert_int_equal(layout_of(CAPTURE, 0, 0xffffffff), -EINVAL);
}

static void planes_share_the_limit(void **state)
{
	const uint32_t quarter = VMEDIA_MAX_BUFFER_BYTES / 4;

	assert_int_equal(layout_of(CAPTURE_MPLANE, 4, quarter), 0);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 4, quarter + 1), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 8, 0x80000000), -EINVAL);
}

static void there_are_one_to_eight_planes(void **state)
{
	assert_int_equal(layout_of(CAPTURE_MPLANE, 0, 1000), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 8, 1000), 0);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 9, 1000), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 255, 1000), -EINVAL);
}

static void nothing_is_next_in_an_empty_queue(void **state)
{
	assert_null(queue_next(*state));
}

static void the_first_queued_is_next(void **state)
{
	struct queue *queue = *state;

	assert_int_equal(qbuf(queue, 3), 0);
	assert_int_equal(qbuf(queue, 1), 0);
	assert_int_equal(queue_next(queue)->index, 3);
	queue_done(queue, queue_next(queue));
	assert_int_equal(queue_next(queue)->index, 1);
}

static void a_queued_buffer_says_so(void **state)
{
	struct v4l2_buffer buffer = buffer_of(2);

	assert_int_equal(qbuf(*state, 2), 0);
	assert_int_equal(queue_query(*state, &buffer, NULL, 0), 0);
	assert_true(buffer.flags & V4L2_BUF_FLAG_QUEUED);
}

static void a_done_buffer_is_not_queued_any_more(void **state)
{
	struct v4l2_buffer buffer = buffer_of(2);

	assert_int_equal(qbuf(*state, 2), 0);
	queue_done(*state, queue_next(*state));
	assert_int_equal(queue_query(*state, &buffer, NULL, 0), 0);
	assert_int_equal(buffer.flags, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void a_refused_qbuf_leaves_everything_as_it_was(void **state)
{
	struct v4l2_buffer buffer = buffer_of(2), before;
	struct sg_list memory[VIRTIO_MEDIA_MAX_PLANES] = {0};

	buffer.length = 999;
	memory[0].count = 1;
	before = buffer;
	assert_int_equal(queue_qbuf(*state, &buffer, NULL, 0, memory), -EINVAL);
	assert_memory_equal(&buffer, &before, sizeof(buffer));
	assert_int_equal(memory[0].count, 1);
}

static void a_cancelled_queue_has_no_next_buffer(void **state)
{
	assert_int_equal(qbuf(*state, 0), 0);
	queue_cancel(*state);
	assert_null(queue_next(*state));
	assert_int_equal(qbuf(*state, 0), 0);
}

static void added_buffers_go_behind_the_others(void **state)
{
	struct queue *queue = *state;
	enum quota_kind reached;
	uint32_t count = 2;

	assert_int_equal(queue_add(queue, &count, &layout, &reached), 0);
	assert_int_equal(queue->count, 6);
	assert_int_equal(qbuf(queue, 5), 0);
}

static void the_planes_of_a_buffer_count_together(void **state)
{
	const struct queue *queue = *state;

	assert_int_equal(queue->account->buffers, 4);
	assert_int_equal(queue->account->memory, 4 * 1500);
}

static void a_quota_adds_fewer_buffers(void **state)
{
	struct queue *queue = *state;
	enum quota_kind reached;
	uint32_t count = 5;

	queue->account->limits.limit[QUOTA_BUFFERS] = 6;
	assert_int_equal(queue_add(queue, &count, &layout, &reached), 0);
	assert_int_equal(count, 2);
	assert_int_equal(reached, QUOTA_BUFFERS);
	assert_int_equal(queue->count, 6);
}

static void a_quota_that_leaves_no_room_adds_none(void **state)
{
	struct queue *queue = *state;
	enum quota_kind reached;
	uint32_t count = 5;

	queue->account->limits.limit[QUOTA_MEMORY] = 4999;
	assert_int_equal(queue_add(queue, &count, &layout, &reached), -ENOMEM);
	assert_int_equal(reached, QUOTA_MEMORY);
	assert_int_equal(queue->count, 4);
}

static void each_plane_must_be_large_enough(void **state)
{
	struct sg_list memory[VIRTIO_MEDIA_MAX_PLANES] = {0};
	struct v4l2_plane planes[2] = {{.length = 1000}, {.length = 499}};
	struct v4l2_buffer buffer = buffer_of(0);

	buffer.type = CAPTURE_MPLANE;
	buffer.length = 2;
	assert_int_equal(queue_qbuf(*state, &buffer, planes, 2, memory),
			 -EINVAL);
	planes[1].length = 500;
	assert_int_equal(queue_qbuf(*state, &buffer, planes, 2, memory), 0);
}

static void all_planes_must_be_there(void **state)
{
	struct v4l2_plane planes[2] = {0};
	struct v4l2_buffer buffer = buffer_of(0);

	buffer.type = CAPTURE_MPLANE;
	assert_int_equal(queue_query(*state, &buffer, planes, 1), -EINVAL);
	assert_int_equal(queue_query(*state, &buffer, planes, 2), 0);
	assert_int_equal(buffer.length, 2);
	assert_int_equal(planes[1].length, 500);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define MPLANE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, set_up_mplane, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frame_has_between_one_byte_and_the_limit),
		TEST(planes_share_the_limit),
		TEST(there_are_one_to_eight_planes),
		TEST(nothing_is_next_in_an_empty_queue),
		TEST(the_first_queued_is_next),
		TEST(a_queued_buffer_says_so),
		TEST(a_done_buffer_is_not_queued_any_more),
		TEST(a_refused_qbuf_leaves_everything_as_it_was),
		TEST(a_cancelled_queue_has_no_next_buffer),
		TEST(added_buffers_go_behind_the_others),
		MPLANE_TEST(the_planes_of_a_buffer_count_together),
		TEST(a_quota_adds_fewer_buffers),
		TEST(a_quota_that_leaves_no_room_adds_none),
		MPLANE_TEST(each_plane_must_be_large_enough),
		MPLANE_TEST(all_planes_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
