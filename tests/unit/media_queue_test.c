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

/* As who has taken them from the account */
static void add(struct queue *queue, unsigned int count,
		const struct queue_layout *of)
{
	account_add(queue->account, count,
		    (uint64_t)count * layout_bytes(of));
	assert_int_equal(queue_add(queue, V4L2_MEMORY_USERPTR, count, of), 0);
}

static struct queue *make_queue(uint32_t type, const struct queue_layout *of)
{
	struct owned_queue *owned = calloc(1, sizeof(*owned));

	assert_non_null(owned);
	queue_init(&owned->queue, type, &owned->account, NULL);
	add(&owned->queue, 4, of);
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

	queue_finish(&owned->queue);
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

static int bring(struct queue *queue, const struct v4l2_buffer *buffer)
{
	struct memory none[VIRTIO_MEDIA_MAX_PLANES] = {0};
	struct buffer *brought;

	return queue_bring(queue, buffer, NULL, 0, none, &brought);
}

static int qbuf(struct queue *queue, uint32_t index)
{
	struct v4l2_buffer buffer = buffer_of(index);
	const int ret = bring(queue, &buffer);

	if (ret == 0)
		queue_push(queue, queue->buffers[index]);
	return ret;
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
	queue_done(queue_next(queue));
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
	queue_done(queue_next(*state));
	assert_int_equal(queue_query(*state, &buffer, NULL, 0), 0);
	assert_int_equal(buffer.flags, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
}

static void a_refused_buffer_leaves_everything_as_it_was(void **state)
{
	struct v4l2_buffer buffer = buffer_of(2);
	struct memory memory[VIRTIO_MEDIA_MAX_PLANES] = {0};
	struct queue *queue = *state;
	struct buffer *brought;

	buffer.length = 999;
	memory[0].list.count = 1;
	assert_int_equal(queue_bring(queue, &buffer, NULL, 0, memory, &brought),
			 -EINVAL);
	assert_int_equal(memory[0].list.count, 1);
	assert_int_equal(queue->buffers[2]->state, BUFFER_FREE);
}

static void a_brought_buffer_is_prepared_until_the_stream_ends(void **state)
{
	struct v4l2_buffer buffer = buffer_of(2);

	assert_int_equal(bring(*state, &buffer), 0);
	assert_int_equal(queue_query(*state, &buffer, NULL, 0), 0);
	assert_true(buffer.flags & V4L2_BUF_FLAG_PREPARED);
	queue_cancel(*state);
	assert_int_equal(queue_query(*state, &buffer, NULL, 0), 0);
	assert_false(buffer.flags & V4L2_BUF_FLAG_PREPARED);
}

static void a_buffer_on_its_way_to_the_node_is_not_cancelled(void **state)
{
	struct v4l2_buffer buffer = buffer_of(0);
	struct queue *queue = *state;

	assert_int_equal(bring(queue, &buffer), 0);
	queue->buffers[0]->state = BUFFER_CROSSING;
	queue_cancel(queue);
	assert_int_equal(bring(queue, &buffer), -EINVAL);
}

static void what_is_said_of_a_buffer_is_told_until_it_is_brought(void **state)
{
	const struct v4l2_buffer said = {
		.flags = V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_ERROR |
			 V4L2_BUF_FLAG_TIMESTAMP_COPY,
		.sequence = 7,
	};
	struct v4l2_buffer buffer = buffer_of(1);
	struct queue *queue = *state;

	queue_said(queue, queue->buffers[1], &said);
	assert_int_equal(queue_query(queue, &buffer, NULL, 0), 0);
	assert_int_equal(buffer.flags, V4L2_BUF_FLAG_KEYFRAME |
					       V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(buffer.sequence, 7);
	buffer = buffer_of(1);
	assert_int_equal(bring(queue, &buffer), 0);
	assert_int_equal(queue_query(queue, &buffer, NULL, 0), 0);
	assert_int_equal(buffer.sequence, 0);
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

	add(queue, 2, &layout);
	assert_int_equal(queue->count, 6);
	assert_int_equal(qbuf(queue, 5), 0);
}

static void the_planes_of_a_buffer_count_together(void **state)
{
	const struct queue *queue = *state;

	assert_int_equal(queue->account->buffers, 4);
	assert_int_equal(queue->account->memory, 4 * 1500);
}

static void buffers_without_memory_are_not_added(void **state)
{
	struct queue *queue = *state;

	queue_truncate(queue, 0);
	assert_false(queue_has_memory(queue, V4L2_MEMORY_MMAP));
	assert_false(queue_has_memory(queue, V4L2_MEMORY_DMABUF));
	assert_false(queue_has_memory(queue, V4L2_MEMORY_OVERLAY));
	assert_int_equal(queue_capabilities(queue),
			 V4L2_BUF_CAP_SUPPORTS_USERPTR);
}

static void a_truncated_queue_keeps_its_first_buffers(void **state)
{
	struct queue *queue = *state;

	assert_int_equal(qbuf(queue, 0), 0);
	assert_int_equal(qbuf(queue, 3), 0);
	queue_truncate(queue, 3);
	assert_int_equal(queue->account->buffers, 3);
	assert_int_equal(queue_num_queued(queue), 1);
	assert_int_equal(qbuf(queue, 3), -EINVAL);
}

static void each_plane_must_be_large_enough(void **state)
{
	struct memory memory[VIRTIO_MEDIA_MAX_PLANES] = {0};
	struct v4l2_plane planes[2] = {{.length = 1000}, {.length = 499}};
	struct buffer *brought;
	struct v4l2_buffer buffer = buffer_of(0);

	buffer.type = CAPTURE_MPLANE;
	buffer.length = 2;
	assert_int_equal(queue_bring(*state, &buffer, planes, 2, memory,
				     &brought),
			 -EINVAL);
	planes[1].length = 500;
	assert_int_equal(queue_bring(*state, &buffer, planes, 2, memory,
				     &brought),
			 0);
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

/* Bytes of an output buffer of 1000, and how many are used; what V4L2 says */
static const struct {
	uint32_t length, bytesused;
	int ret;
} outputs[] = {
	{1000, 0, 0},
	{1000, 1, 0},
	{1000, 1000, 0},
	{1000, 1001, -EINVAL},
	/* The node's own buffer has no more. */
	{2000, 1001, -EINVAL},
	{999, 10, -EINVAL},
};

static void of_an_output_buffer_no_more_is_used_than_there_is(void **state)
{
	struct queue *queue = *state;

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		struct v4l2_buffer buffer = buffer_of(0);

		buffer.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
		buffer.length = outputs[i].length;
		buffer.bytesused = outputs[i].bytesused;
		assert_int_equal(bring(queue, &buffer), outputs[i].ret);
	}
}

/* Of two planes of 1000 and 500 bytes: what the second is said to hold */
static const struct {
	uint32_t bytesused, data_offset;
	int ret;
} output_planes[] = {
	{500, 0, 0},
	{500, 499, 0},
	{500, 500, -EINVAL},
	{0, 499, 0},
	{0, 500, -EINVAL},
	{501, 0, -EINVAL},
	{10, 0xffffffff, -EINVAL},
};

static void the_bytes_of_an_output_plane_begin_before_they_end(void **state)
{
	struct queue *queue = *state;

	for (size_t i = 0; i < sizeof(output_planes) / sizeof(output_planes[0]);
	     i++) {
		struct memory memory[VIRTIO_MEDIA_MAX_PLANES] = {0};
		const struct v4l2_plane planes[2] = {
			{.length = 1000},
			{.length = 500,
			 .bytesused = output_planes[i].bytesused,
			 .data_offset = output_planes[i].data_offset},
		};
		struct v4l2_buffer buffer = buffer_of(0);
		struct buffer *brought;

		buffer.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
		assert_int_equal(queue_bring(queue, &buffer, planes, 2, memory,
					     &brought),
				 output_planes[i].ret);
	}
}

static int set_up_output(void **state)
{
	*state = make_queue(V4L2_BUF_TYPE_VIDEO_OUTPUT, &layout);
	return 0;
}

static int set_up_output_mplane(void **state)
{
	*state = make_queue(V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE, &layout_mplane);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define MPLANE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, set_up_mplane, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_next_in_an_empty_queue),
		TEST(the_first_queued_is_next),
		TEST(a_queued_buffer_says_so),
		TEST(a_done_buffer_is_not_queued_any_more),
		TEST(a_refused_buffer_leaves_everything_as_it_was),
		TEST(a_brought_buffer_is_prepared_until_the_stream_ends),
		TEST(a_buffer_on_its_way_to_the_node_is_not_cancelled),
		TEST(what_is_said_of_a_buffer_is_told_until_it_is_brought),
		TEST(a_cancelled_queue_has_no_next_buffer),
		TEST(added_buffers_go_behind_the_others),
		MPLANE_TEST(the_planes_of_a_buffer_count_together),
		TEST(buffers_without_memory_are_not_added),
		TEST(a_truncated_queue_keeps_its_first_buffers),
		MPLANE_TEST(each_plane_must_be_large_enough),
		MPLANE_TEST(all_planes_must_be_there),
		cmocka_unit_test_setup_teardown(
			of_an_output_buffer_no_more_is_used_than_there_is,
			set_up_output, tear_down),
		cmocka_unit_test_setup_teardown(
			the_bytes_of_an_output_plane_begin_before_they_end,
			set_up_output_mplane, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
