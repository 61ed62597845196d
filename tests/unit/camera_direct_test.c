// SPDX-License-Identifier: GPL-2.0-only
/* Sessions that have their node for themselves: buffers, streams, their ends */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "camera/direct_queue.h"
#include "direct_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define SOURCE V4L2_BUF_TYPE_VIDEO_OUTPUT
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
#define SOURCE_MPLANE V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE

static void buffers_are_the_nodes_and_come_before_the_answer(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 3,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
		.flags = 1,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(scene->one.slots_at_reply, 1);
	assert_int_equal(scene->one.slots.type, CAPTURE);
	assert_int_equal(scene->one.slots.num_slots, 3);
	assert_int_equal(scene->one.slots.num_planes, 1);
	assert_int_equal(scene->one.slots.plane_size[0], 4096);
	assert_true(scene->one.slots.dma_buf);
	assert_int_equal(req.count, 3);
	assert_int_equal(req.memory, V4L2_MEMORY_USERPTR);
}

static void requests_of_the_media_controller_are_not_promised(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.capabilities, V4L2_BUF_CAP_SUPPORTS_MMAP);
}

static void what_the_node_fills_is_exported_for_reading(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 1), 0);
	assert_int_equal(scene->fake.last_export.flags & O_ACCMODE, O_RDONLY);
}

static void what_the_node_reads_is_exported_for_writing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_buffers(&scene->one, SOURCE, 1), 0);
	assert_int_equal(scene->fake.last_export.flags & O_ACCMODE, O_RDWR);
}

static void the_node_may_give_more_than_was_asked_for(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	scene->fake.give_buffers = 4;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, 4);
	assert_int_equal(scene->one.slots.num_slots, 4);
}

static void no_more_buffers_are_asked_for_than_can_be_told(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 1000,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, SESSION_MAX_DIRECT_SLOTS);
}

static void a_node_that_gives_more_than_can_be_told_gets_them_back(
	void **state)
{
	struct scene *scene = *state;

	scene->fake.give_buffers = SESSION_MAX_DIRECT_SLOTS + 1;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 8), ENOMEM);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_buffers,
			 0);
	assert_int_equal(scene->one.num_slots_messages, 0);
}

static void what_does_not_fit_beside_one_message_comes_in_several(void **state)
{
	struct scene *scene = *state;

	scene->fake.planes = 8;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE_MPLANE, 32), 0);
	assert_int_equal(scene->one.slots_at_reply, 2);
	assert_int_equal(scene->one.slots.num_slots, 32);
	assert_int_equal(scene->one.num_slot_fds, 32 * 8);
}

static void buffers_that_cannot_be_exported_are_given_back(void **state)
{
	struct scene *scene = *state;

	scene->fake.fail_request = VIDIOC_EXPBUF;
	scene->fake.fail_errno = EMFILE;
	scene->fake.fail_after = 2;
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 4), ENOMEM);
	assert_int_equal(scene->fake.handles[0]->queues[CAPTURE].num_buffers,
			 0);
}

static int create(struct camera_client *client, unsigned int count,
		  uint32_t size, uint32_t *index)
{
	struct v4l2_create_buffers create = {
		.count = count,
		.memory = V4L2_MEMORY_DMABUF,
		.format.type = CAPTURE,
		.format.fmt.pix.sizeimage = size,
	};
	int ret;

	ret = client_ioctl(client, VIDIOC_CREATE_BUFS, &create);
	*index = create.index;
	return ret;
}

static void created_buffers_add_to_those_that_are_there(void **state)
{
	struct scene *scene = *state;
	uint32_t generation, index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	generation = scene->one.slots.generation;
	assert_int_equal(create(&scene->one, 3, 8192, &index), 0);
	assert_int_equal(index, 2);
	assert_int_equal(scene->one.slots.first, 2);
	assert_int_equal(scene->one.slots.num_slots, 5);
	assert_int_equal(scene->one.slots.plane_size[0], 8192);
	assert_int_equal(scene->one.slots.generation, generation);
}

static void there_are_no_more_created_than_can_be_told(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 30), 0);
	assert_int_equal(create(&scene->one, 3, 4096, &index), 0);
	assert_int_equal(scene->one.slots.num_slots, 32);
	assert_int_equal(create(&scene->one, 1, 4096, &index), ENOBUFS);
}

static void asking_what_could_be_created_makes_nothing(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_equal(create(&scene->one, 0, 4096, &index), 0);
	assert_int_equal(index, 2);
	assert_int_equal(scene->one.num_slots_messages, 1);
}

/* @two comes again as a guest with room for so many buffers of 4096 bytes */
static void limit_memory(struct scene *scene, unsigned int buffers)
{
	const struct camera_guest guest = {
		.domid = 200,
		.held = 2,
		.memory = buffers * 4096 + 100,
		.name = "limited",
	};

	client_close(&scene->two);
	client_open_as(&scene->two, &scene->world, &guest);
}

static void a_guest_has_no_more_buffers_than_its_quota_has_room_for(
	void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 8,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	uint32_t index;

	limit_memory(scene, 5);
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, 5);
	assert_int_equal(scene->two.slots.num_slots, 5);
	assert_int_equal(scene_buffers(&scene->two, SOURCE, 1), ENOMEM);
	assert_int_equal(create(&scene->two, 1, 4096, &index), ENOMEM);

	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 0), 0);
	assert_int_equal(create(&scene->two, 4, 8192, &index), 0);
	assert_int_equal(scene->two.slots.num_slots, 2);
}

static void a_node_that_needs_more_buffers_than_fit_gives_none(void **state)
{
	struct scene *scene = *state;

	limit_memory(scene, 2);
	scene->fake.give_buffers = 3;
	assert_int_equal(scene_buffers(&scene->two, CAPTURE, 1), ENOMEM);
	assert_int_equal(scene->two.num_slots_messages, 0);
}

static void buffers_too_large_for_the_quota_are_never_made(void **state)
{
	struct scene *scene = *state;
	uint32_t index;

	limit_memory(scene, 2);
	assert_int_equal(create(&scene->two, 1, 0xffffffff, &index), ENOMEM);
	assert_int_equal(scene->fake.handles[1]->queues[CAPTURE].num_buffers,
			 0);
}

static void new_buffers_are_of_another_generation(void **state)
{
	struct scene *scene = *state;
	uint32_t generation;

	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	generation = scene->one.slots.generation;
	assert_int_equal(scene_buffers(&scene->one, SOURCE, 2), 0);
	assert_int_not_equal(scene->one.slots.generation, generation);
	assert_int_equal(scene_buffers(&scene->one, CAPTURE, 2), 0);
	assert_int_not_equal(scene->one.slots.generation, generation);
}

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

static void types_that_have_no_buffers_are_refused(void **state)
{
	static const uint32_t types[] = {
		0, V4L2_BUF_TYPE_VIDEO_OVERLAY,
		V4L2_BUF_TYPE_VIDEO_OUTPUT_OVERLAY, DIRECT_NUM_TYPES, 0x80,
		0xffffffff,
	};
	struct scene *scene = *state;
	uint32_t index;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(scene_buffers(&scene->one, types[i], 1),
				 EINVAL);
		assert_int_equal(scene_queue(&scene->one, types[i], 0),
				 EINVAL);
		assert_int_equal(scene_on(&scene->one, types[i]), EINVAL);
		assert_int_equal(scene_off(&scene->one, types[i]), EINVAL);
	}
	assert_int_equal(create(&scene->one, 1, 4096, &index), 0);
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
		CODEC(buffers_are_the_nodes_and_come_before_the_answer),
		CODEC(requests_of_the_media_controller_are_not_promised),
		CODEC(what_the_node_fills_is_exported_for_reading),
		CODEC(what_the_node_reads_is_exported_for_writing),
		CODEC(the_node_may_give_more_than_was_asked_for),
		CODEC(no_more_buffers_are_asked_for_than_can_be_told),
		CODEC(a_node_that_gives_more_than_can_be_told_gets_them_back),
		MULTIPLANAR(what_does_not_fit_beside_one_message_comes_in_several),
		CODEC(buffers_that_cannot_be_exported_are_given_back),
		CODEC(created_buffers_add_to_those_that_are_there),
		CODEC(there_are_no_more_created_than_can_be_told),
		CODEC(asking_what_could_be_created_makes_nothing),
		CODEC(a_guest_has_no_more_buffers_than_its_quota_has_room_for),
		CODEC(a_node_that_needs_more_buffers_than_fit_gives_none),
		CODEC(buffers_too_large_for_the_quota_are_never_made),
		CODEC(new_buffers_are_of_another_generation),
		CODEC(a_buffer_comes_back_when_the_node_is_done),
		CODEC(what_was_queued_reaches_the_node_and_comes_back),
		MULTIPLANAR(planes_go_with_their_buffer),
		MULTIPLANAR(planes_come_back_with_their_buffer),
		CODEC(a_buffer_that_was_never_given_is_not_queued),
		CODEC(a_request_is_not_queued),
		CODEC(types_that_have_no_buffers_are_refused),
		CODEC(nothing_comes_after_the_stream_was_stopped),
		CODEC(only_what_will_come_is_waited_for),
		CODEC(the_end_of_a_stream_is_waited_for_once),
		CODEC(after_its_end_a_codec_goes_on_when_told_to),
		CODEC(an_end_without_a_buffer_keeps_the_loop_quiet),
		CODEC(an_error_that_stays_keeps_the_loop_quiet),
		CODEC(a_broken_queue_ends_its_session_alone),
		CODEC(a_turn_gives_back_a_few_buffers_of_each_session),
		CODEC(sessions_do_not_see_each_others_buffers),
		CODEC(a_node_that_goes_away_ends_its_sessions),
		CODEC(a_session_that_ends_takes_its_buffers_along),
		CODEC(what_a_session_does_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
