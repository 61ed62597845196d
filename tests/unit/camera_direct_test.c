// SPDX-License-Identifier: GPL-2.0-only
/* Streams of sessions that have their node for themselves, and their ends */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include <cmocka.h>

#include "direct_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define SOURCE V4L2_BUF_TYPE_VIDEO_OUTPUT
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
#define SOURCE_MPLANE V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE

static void a_buffer_comes_back_when_the_node_is_done(void **state)
{
	struct scene *scene = *state;
	struct session_frame frame;

	scene_stream(&scene->one, CAPTURE, 2);
	assert_int_equal(scene_turn(scene), 0);
	scene_finish(scene, CAPTURE, V4L2_BUF_FLAG_KEYFRAME |
				     V4L2_BUF_FLAG_TIMESTAMP_COPY);
	frame = client_take_frame(&scene->one);
	assert_int_equal(frame.slot, 0);
	assert_int_equal(frame.type, CAPTURE);
	assert_int_equal(frame.generation, scene->one.slots.generation);
	assert_int_equal(frame.bytesused[0], 300);
	assert_int_equal(frame.flags, V4L2_BUF_FLAG_KEYFRAME |
				      V4L2_BUF_FLAG_TIMESTAMP_COPY);
	assert_int_equal(scene_turn(scene), 0);
}

static void what_was_queued_reaches_the_node_and_comes_back(void **state)
{
	struct scene *scene = *state;
	struct v4l2_buffer buffer = {
		.type = SOURCE,
		.index = 1,
		.memory = V4L2_MEMORY_MMAP,
		.bytesused = 77,
		.field = V4L2_FIELD_NONE,
		.flags = V4L2_BUF_FLAG_TIMECODE,
		.timestamp = { 5, 6 },
		.timecode.frames = 9,
		.m.userptr = 0xdeadbeef,
	};
	struct session_frame frame;

	assert_int_equal(scene_buffers(&scene->one, SOURCE, 2), 0);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_QBUF, &buffer), 0);
	assert_int_equal(scene->fake.last_qbuf.bytesused, 77);
	assert_int_equal(scene->fake.last_qbuf.m.userptr, 0);
	assert_true(buffer.flags & V4L2_BUF_FLAG_QUEUED);

	assert_int_equal(scene_on(&scene->one, SOURCE), 0);
	scene_finish(scene, SOURCE, 0);
	frame = client_take_frame(&scene->one);
	assert_int_equal(frame.slot, 1);
	assert_int_equal(frame.type, SOURCE);
	assert_int_equal(frame.flags, V4L2_BUF_FLAG_TIMECODE);
	assert_int_equal(frame.timecode.frames, 9);
	assert_int_equal(frame.timestamp_sec, 5);
	assert_int_equal(frame.timestamp_usec, 6);
}

static void fresh_memory_is_not_for_who_has_buffers_of_its_own(void **state)
{
	const struct camera_renew message = { .hdr.type = CAMERA_RENEW };
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	world_tell(&scene->world, &message, sizeof(message));
	client_pump(&scene->one);
	assert_false(scene->one.closed);
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(scene->one.num_frames, 1);
}

static void planes_go_with_their_buffer(void **state)
{
	struct scene *scene = *state;
	struct v4l2_plane planes[2] = {
		{ .bytesused = 11, .data_offset = 1, .m.userptr = 0xdead },
		{ .bytesused = 12, .data_offset = 2, .m.userptr = 0xbeef },
	};
	struct v4l2_buffer buffer = {
		.type = SOURCE_MPLANE,
		.memory = V4L2_MEMORY_MMAP,
		.length = 2,
		.m.planes = (void *)0xdeadbeef,
	};

	assert_int_equal(scene_buffers(&scene->one, SOURCE_MPLANE, 1), 0);
	assert_int_equal(client_ioctl_tail(&scene->one, VIDIOC_QBUF, &buffer,
					   planes, sizeof(planes)), 0);
	assert_int_equal(scene->fake.last_planes[1].bytesused, 12);
	assert_int_equal(scene->fake.last_planes[1].data_offset, 2);
	/* Where memory is, is nobody's business. */
	assert_null(buffer.m.planes);
	assert_int_equal(planes[1].m.userptr, 0);
	assert_int_equal(planes[1].bytesused, 12);
}

static void planes_come_back_with_their_buffer(void **state)
{
	struct scene *scene = *state;
	struct v4l2_plane planes[2] = { 0 };
	struct v4l2_buffer buffer = { .type = CAPTURE_MPLANE, .length = 2 };
	struct session_frame frame;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE_MPLANE, 1), 0);
	assert_int_equal(client_ioctl_tail(&scene->one, VIDIOC_QBUF, &buffer,
					   planes, sizeof(planes)), 0);
	assert_int_equal(scene_on(&scene->one, CAPTURE_MPLANE), 0);
	scene_finish(scene, CAPTURE_MPLANE, 0);
	frame = client_take_frame(&scene->one);
	assert_int_equal(frame.bytesused[1], 101);
	assert_int_equal(frame.data_offset[1], 11);
	assert_int_equal(frame.bytesused[2], 0);
}

static void a_buffer_that_was_never_given_is_not_queued(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_equal(scene_queue(&scene->one, CAPTURE, 2), EINVAL);
	assert_int_equal(scene_queue(&scene->one, CAPTURE, 0xffffffff),
			 EINVAL);
	assert_int_equal(scene_queue(&scene->one, SOURCE, 0), EINVAL);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_queued,
			 0);
}

static void a_request_is_not_queued(void **state)
{
	struct scene *scene = *state;
	struct v4l2_buffer buffer = {
		.type = CAPTURE,
		.flags = V4L2_BUF_FLAG_REQUEST_FD,
		.request_fd = 3,
	};

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 1), 0);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_QBUF, &buffer),
			 EBADR);
}

static void nothing_comes_after_the_stream_was_stopped(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	direct_fake_finish_buffer(&scene->fake, 0, CAPTURE, 0);
	assert_int_equal(scene_off(&scene->one, CAPTURE), 0);
	scene_turn(scene);
	assert_int_equal(scene->one.num_frames, 0);
}

static void only_what_will_come_is_waited_for(void **state)
{
	struct scene *scene = *state;
	const struct direct_fake_handle *handle = scene->fake.handles[0];

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 1), 0);
	assert_int_equal(scene_on(&scene->one, CAPTURE), 0);
	assert_int_equal(handle->watched, 0);
	assert_int_equal(scene_queue(&scene->one, CAPTURE, 0), 0);
	assert_int_not_equal(handle->watched, 0);
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(handle->watched, 0);
}

static void the_end_of_a_stream_is_waited_for_once(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 3);
	scene_finish(scene, CAPTURE, V4L2_BUF_FLAG_LAST);
	assert_int_equal(client_take_frame(&scene->one).flags,
			 V4L2_BUF_FLAG_LAST);
	assert_int_equal(scene_turn(scene), 0);
}

static void after_its_end_a_codec_goes_on_when_told_to(void **state)
{
	struct v4l2_decoder_cmd command = { .cmd = V4L2_DEC_CMD_START };
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 3);
	scene_finish(scene, CAPTURE, V4L2_BUF_FLAG_LAST);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_DECODER_CMD,
				      &command), 0);
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(scene->one.num_frames, 2);
}

static void an_end_without_a_buffer_keeps_the_loop_quiet(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 3);
	scene->fake.handles[0]->queues[CAPTURE].last_dequeued = true;
	assert_int_equal(scene_turn(scene), 1);
	assert_int_equal(scene_turn(scene), 0);
	assert_false(scene->one.closed);
}

static void an_error_that_stays_keeps_the_loop_quiet(void **state)
{
	struct scene *scene = *state;
	struct direct_fake_queue *queue;

	scene_stream(&scene->one, CAPTURE, 2);
	queue = &scene->fake.handles[0]->queues[CAPTURE];
	queue->num_queued = 0;
	assert_int_equal(scene_turn(scene), 1);
	assert_int_equal(scene_turn(scene), 0);
	assert_false(scene->one.closed);

	/* Until something is different */
	assert_int_equal(scene_queue(&scene->one, CAPTURE, 1), 0);
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(scene->one.num_frames, 1);
}

static void a_broken_queue_ends_its_session_alone(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	scene_stream(&scene->two, CAPTURE, 2);
	scene->fake.fail_request = VIDIOC_DQBUF;
	scene->fake.fail_errno = EIO;
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(scene->one.error, EIO);
	assert_true(scene->one.closed);
	assert_false(scene->two.closed);
}

static void a_turn_gives_back_a_few_buffers_of_each_session(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 16);
	scene_stream(&scene->two, CAPTURE, 16);
	for (int i = 0; i < 16; i++)
		direct_fake_finish_buffer(&scene->fake, 0, CAPTURE, 0);
	direct_fake_finish_buffer(&scene->fake, 1, CAPTURE, 0);
	scene_turn(scene);
	assert_int_equal(scene->one.num_frames, 4);
	assert_int_equal(scene->two.num_frames, 1);
	for (int i = 0; i < 3; i++)
		scene_turn(scene);
	assert_int_equal(scene->one.num_frames, 16);
}

/* Whoever waits for both would else find one of them. */
static void what_a_codec_took_and_made_is_told_at_once(void **state)
{
	struct scene *scene = *state;
	struct source_handle *handle = &scene->fake.handles[0]->handle;

	scene_stream(&scene->one, SOURCE, 2);
	scene_stream(&scene->one, CAPTURE, 2);
	direct_fake_finish_buffer(&scene->fake, 0, SOURCE, 0);
	direct_fake_finish_buffer(&scene->fake, 0, CAPTURE, 0);
	/* It was looked between the two. */
	handle->ready(handle->owner, EPOLLOUT);
	client_pump(&scene->one);
	assert_int_equal(scene->one.frame_messages, 1);
	assert_int_equal(client_take_frame(&scene->one).type, CAPTURE);
	assert_int_equal(client_take_frame(&scene->one).type, SOURCE);
}

static void sessions_do_not_see_each_others_buffers(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	scene_stream(&scene->two, CAPTURE, 2);
	scene_finish(scene, CAPTURE, 0);
	assert_int_equal(scene->one.num_frames, 1);
	assert_int_equal(scene->two.num_frames, 0);
}

static void a_node_that_goes_away_ends_its_sessions(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	direct_fake_vanish(&scene->fake);
	client_pump(&scene->one);
	client_pump(&scene->two);
	assert_int_equal(scene->one.error, ENODEV);
	assert_int_equal(scene->two.error, ENODEV);
	assert_int_equal(direct_fake_handles(&scene->fake), 0);
}

static void a_session_that_ends_takes_its_buffers_along(void **state)
{
	struct scene *scene = *state;

	scene_stream(&scene->one, CAPTURE, 2);
	client_close(&scene->one);
	assert_int_equal(direct_fake_handles(&scene->fake), 1);
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 2), 0);
}

static void what_a_session_does_is_reported(void **state)
{
	struct scene *scene = *state;
	const struct camera_session_report *report = scene->world.sessions;

	scene_stream(&scene->one, CAPTURE, 2);
	scene_finish(scene, CAPTURE, 0);
	world_query(&scene->world, 5);
	assert_int_equal(scene->world.num_sessions, 2);
	assert_int_equal(report[0].lent, 1);
	assert_true(report[0].streaming);
	assert_true(report[0].buffers);
	assert_false(report[1].streaming);
	assert_false(report[1].buffers);
	assert_int_equal(scene->world.report.mode.pixelformat, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CODEC(a_buffer_comes_back_when_the_node_is_done),
		CODEC(what_was_queued_reaches_the_node_and_comes_back),
		CODEC(fresh_memory_is_not_for_who_has_buffers_of_its_own),
		MULTIPLANAR(planes_go_with_their_buffer),
		MULTIPLANAR(planes_come_back_with_their_buffer),
		CODEC(a_buffer_that_was_never_given_is_not_queued),
		CODEC(a_request_is_not_queued),
		CODEC(nothing_comes_after_the_stream_was_stopped),
		CODEC(only_what_will_come_is_waited_for),
		CODEC(the_end_of_a_stream_is_waited_for_once),
		CODEC(after_its_end_a_codec_goes_on_when_told_to),
		CODEC(an_end_without_a_buffer_keeps_the_loop_quiet),
		CODEC(an_error_that_stays_keeps_the_loop_quiet),
		CODEC(a_broken_queue_ends_its_session_alone),
		CODEC(a_turn_gives_back_a_few_buffers_of_each_session),
		CODEC(what_a_codec_took_and_made_is_told_at_once),
		CODEC(sessions_do_not_see_each_others_buffers),
		CODEC(a_node_that_goes_away_ends_its_sessions),
		CODEC(a_session_that_ends_takes_its_buffers_along),
		CODEC(what_a_session_does_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
