// SPDX-License-Identifier: GPL-2.0-only
/* What the guest is told, and when no more of it: events, STREAMOFF, ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "media_world.h"

static void a_dequeued_buffer_waits_for_an_event_buffer(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 2, 4);
	world_qbuf(world, id, 1, WORLD_FRAME_LEN, world_alloc_buffer(world));
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_assert_no_event(world);
	world_post(world, 1);
	assert_int_equal(world_dequeued(world, id).buffer.index, 1);
}

static void a_buffer_whose_event_waits_cannot_be_queued(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	const uint64_t gpa = world_alloc_buffer(world);

	world_stream(world, id, 2, 4);
	world_qbuf(world, id, 1, WORLD_FRAME_LEN, gpa);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	assert_int_equal(world_qbuf(world, id, 1, WORLD_FRAME_LEN, gpa),
			 EINVAL);
	world_post(world, 1);
	assert_int_equal(world_qbuf(world, id, 1, WORLD_FRAME_LEN, gpa), 0);
}

static void an_event_buffer_that_is_too_small_goes_back_empty(void **state)
{
	struct driver_fake_answer answer;
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_open(world);

	gpa = world_alloc_buffer(world);
	world_stream(world, id, 2, 4);
	world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa);
	driver_fake_post(world->driver, VIRTIO_MEDIA_EVENTQ, 607);
	world_post(world, 1);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	assert_true(driver_fake_collect(world->driver, VIRTIO_MEDIA_EVENTQ,
					&answer));
	assert_int_equal(answer.len, 0);
	assert_int_equal(world_dequeued(world, id).buffer.index, 0);
}

static void many_useless_event_buffers_do_not_stop_an_event(void **state)
{
	struct driver_fake_answer answer;
	struct world *world = *state;
	const uint32_t id = world_open(world);

	for (int i = 0; i < 60; i++)
		driver_fake_post(world->driver, VIRTIO_MEDIA_EVENTQ, 8);
	world_post(world, 1);
	camera_fake_send_error(camera_of(world, id), ENODEV);
	world_settle(world);
	for (int i = 0; i < 60; i++) {
		assert_true(driver_fake_collect(world->driver,
						VIRTIO_MEDIA_EVENTQ, &answer));
		assert_int_equal(answer.len, 0);
	}
	assert_true(driver_fake_collect(world->driver, VIRTIO_MEDIA_EVENTQ,
					&answer));
	assert_int_equal(answer.len, 16);
}

static void nothing_is_told_of_a_closed_session(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 2, 4);
	world_qbuf(world, id, 0, WORLD_FRAME_LEN, world_alloc_buffer(world));
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL, 1);
	world_settle(world);
	world_close(world, id);
	world_post(world, 2);
	world_assert_no_event(world);
}

static void nothing_is_told_of_a_broken_session_once_closed(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_die(camera_of(world, id));
	world_settle(world);
	world_close(world, id);
	world_post(world, 1);
	world_assert_no_event(world);
}

static void events_are_told_in_their_order(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	union world_event event;
	uint32_t len;

	for (uint32_t i = 0; i < 10; i++)
		camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL,
				       i);
	world_post(world, 10);
	for (uint32_t i = 0; i < 10; i++) {
		assert_true(world_event(world, &event, &len));
		assert_int_equal(len, sizeof(event.event));
		assert_int_equal(event.event.event.id, i);
	}
}

static void of_too_many_events_the_oldest_are_lost(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	union world_event event;
	uint32_t len;

	for (uint32_t i = 0; i < 40; i++)
		camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL,
				       i);
	world_settle(world);
	world_post(world, 40);
	for (uint32_t i = 8; i < 40; i++) {
		assert_true(world_event(world, &event, &len));
		assert_int_equal(event.event.event.id, i);
	}
	world_assert_no_event(world);
}

static void events_do_not_push_out_dequeued_buffers(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 1);
	world_qbuf(world, id, 0, WORLD_FRAME_LEN, world_alloc_buffer(world));
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	for (uint32_t i = 0; i < 40; i++)
		camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL,
				       i);
	world_settle(world);
	world_post(world, 1);
	assert_int_equal(world_dequeued(world, id).buffer.index, 0);
}

static void an_initial_event_comes_before_the_answer(void **state)
{
	struct v4l2_event_subscription subscription = {
		.type = V4L2_EVENT_CTRL,
		.flags = V4L2_EVENT_SUB_FL_SEND_INITIAL,
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	struct driver_fake_answer answer;
	union world_event event;
	uint32_t len;

	world_post(world, 1);
	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_SUBSCRIBE_EVENT),
			 &subscription, sizeof(subscription), 8);
	world_settle(world);
	assert_true(camera_fake_take_call(camera));
	camera_fake_send_event(camera, V4L2_EVENT_CTRL, 1);
	assert_true(world_event(world, &event, &len));
	assert_false(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					 &answer));
	camera_fake_obey(camera);
	assert_int_equal(world_answer(world).status, 0);
}

static uint32_t unsubscribe(struct world *world, uint32_t id, uint32_t type,
			    uint32_t of)
{
	struct v4l2_event_subscription end = {.type = type, .id = of};

	return world_ioctl(world, id, VIDIOC_UNSUBSCRIBE_EVENT, &end);
}

static void who_unsubscribes_is_told_nothing_more(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	union world_event event;
	uint32_t len;

	for (uint32_t i = 1; i < 4; i++)
		camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL,
				       i);
	world_settle(world);
	assert_int_equal(unsubscribe(world, id, V4L2_EVENT_CTRL, 2), 0);
	world_post(world, 4);
	for (uint32_t i = 1; i < 4; i += 2) {
		assert_true(world_event(world, &event, &len));
		assert_int_equal(event.event.event.id, i);
	}
	world_assert_no_event(world);
}

static void who_unsubscribes_from_all_is_told_nothing(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	camera_fake_send_event(camera_of(world, id), V4L2_EVENT_CTRL, 1);
	camera_fake_send_event(camera_of(world, id), V4L2_EVENT_EOS, 0);
	world_settle(world);
	assert_int_equal(unsubscribe(world, id, V4L2_EVENT_ALL, 0), 0);
	world_post(world, 2);
	world_assert_no_event(world);
}

static void every_kind_of_event_is_told_as_it_came(void **state)
{
	static const uint32_t types[] = {
		V4L2_EVENT_VSYNC,	  V4L2_EVENT_EOS,
		V4L2_EVENT_CTRL,	  V4L2_EVENT_FRAME_SYNC,
		V4L2_EVENT_SOURCE_CHANGE, V4L2_EVENT_MOTION_DET,
		V4L2_EVENT_PRIVATE_START,
	};
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_post(world, 8);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct session_event sent = {.hdr.type = SESSION_EVENT};
		union world_event event;
		uint32_t len;

		memset(&sent.event, 0x5c, sizeof(sent.event));
		sent.event.type = types[i];
		camera_fake_send(camera_of(world, id), &sent, sizeof(sent),
				 NULL, 0);
		assert_true(world_event(world, &event, &len));
		assert_int_equal(len, 144);
		assert_memory_equal(&event.event.event, &sent.event,
				    sizeof(sent.event));
	}
}

static void streamoff_withdraws_what_was_not_told(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 2, 4);
	world_qbuf(world, id, 0, WORLD_FRAME_LEN, world_alloc_buffer(world));
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	assert_int_equal(world_stream_off(world, id), 0);
	world_post(world, 1);
	world_assert_no_event(world);
}

static void no_frame_is_copied_once_streamoff_was_asked(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);
	struct camera_fake *camera = camera_of(world, id);
	const int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	world->obedient = false;
	world_send_ioctl(world, id, _IOC_NR(VIDIOC_STREAMOFF), &type,
			 sizeof(type), 8);
	world_settle(world);
	camera_fake_send_frame(camera, 0, 0);
	world_assert_no_event(world);
	assert_true(camera_fake_take_call(camera));
	camera_fake_obey(camera);
	assert_int_equal(world_answer(world).status, 0);
	assert_false(camera_fake_take_call(camera));
	assert_int_equal(camera->releases, 1);
}

static void streamoff_gives_queued_buffers_back(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	assert_int_equal(world_stream_off(world, id), 0);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), 0);
}

static void a_stream_starts_and_stops_fifty_times(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	for (unsigned int i = 0; i < 50; i++) {
		assert_int_equal(world_stream_off(world, id), 0);
		assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa),
				 0);
		camera_fake_send_slots(camera_of(world, id), 2 + i, 2);
		assert_int_equal(world_stream_on(world, id), 0);
		camera_fake_send_frame(camera_of(world, id), 1, i);
		assert_int_equal(world_dequeued(world, id).buffer.sequence, i);
		world_post(world, 1);
	}
}

static void a_camera_that_dies_in_mid_stream_ends_the_session(void **state)
{
	struct world *world = *state;
	union world_event event;
	uint64_t gpa;
	uint32_t len;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	camera_fake_send_frame(camera_of(world, id), 0, 0);
	camera_fake_die(camera_of(world, id));
	world_dequeued(world, id);
	assert_true(world_event(world, &event, &len));
	assert_int_equal(le32_to_cpu(event.hdr.event), VIRTIO_MEDIA_EVT_ERROR);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, gpa), EIO);
}

static void another_session_streams_after_the_first_broke(void **state)
{
	struct world *world = *state;
	uint64_t gpa;

	camera_fake_die(
		camera_of(world, world_stream_with_a_buffer(world, &gpa)));
	world_settle(world);
	world_stream(world, world_open(world), 2, 2);
}

static void a_guest_that_resets_in_mid_stream_streams_again(void **state)
{
	struct world *world = *state;
	uint64_t gpa;
	uint32_t id = world_stream_with_a_buffer(world, &gpa);

	driver_fake_reset(world->driver);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	id = world_stream_with_a_buffer(world, &gpa);
	camera_fake_send_frame(camera_of(world, id), 0, 8);
	assert_int_equal(world_dequeued(world, id).buffer.sequence, 8);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dequeued_buffer_waits_for_an_event_buffer),
		TEST(a_buffer_whose_event_waits_cannot_be_queued),
		TEST(an_event_buffer_that_is_too_small_goes_back_empty),
		TEST(many_useless_event_buffers_do_not_stop_an_event),
		TEST(nothing_is_told_of_a_closed_session),
		TEST(nothing_is_told_of_a_broken_session_once_closed),
		TEST(events_are_told_in_their_order),
		TEST(of_too_many_events_the_oldest_are_lost),
		TEST(events_do_not_push_out_dequeued_buffers),
		TEST(an_initial_event_comes_before_the_answer),
		TEST(who_unsubscribes_is_told_nothing_more),
		TEST(who_unsubscribes_from_all_is_told_nothing),
		TEST(every_kind_of_event_is_told_as_it_came),
		TEST(streamoff_withdraws_what_was_not_told),
		TEST(no_frame_is_copied_once_streamoff_was_asked),
		TEST(streamoff_gives_queued_buffers_back),
		TEST(a_stream_starts_and_stops_fifty_times),
		TEST(a_camera_that_dies_in_mid_stream_ends_the_session),
		TEST(another_session_streams_after_the_first_broke),
		TEST(a_guest_that_resets_in_mid_stream_streams_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
