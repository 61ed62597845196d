// SPDX-License-Identifier: GPL-2.0-only
/* Sessions on the pattern source, from introduction to the last picture */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <errno.h>

#include <cmocka.h>

#include "camera/pattern.h"
#include "camera_client.h"

static int setup(void **state)
{
	struct camera_world *world = calloc(1, sizeof(*world));
	struct event_base *base = event_base_new();
	struct source *source;

	assert_int_equal(source_pattern_create(base, *state, &source), 0);
	world_init(world, base, source);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct camera_world *world = *state;

	world_finish(world);
	source_destroy(world->source);
	event_base_free(world->base);
	free(world);
	return 0;
}

static void the_daemon_is_told_what_the_camera_is(void **state)
{
	struct camera_state told;

	assert_true(world_state(*state, &told));
	assert_int_equal(told.hdr.type, CAMERA_STATE);
	assert_int_equal(told.identity.present, 1);
	assert_int_equal(told.identity.device_caps,
			 V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING |
				 V4L2_CAP_EXT_PIX_FORMAT);
}

static void the_format_can_be_asked(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct camera_client client;

	client_open(&client, *state, 2);
	assert_int_equal(client_ioctl(&client, VIDIOC_G_FMT, &format), 0);
	assert_int_equal(format.fmt.pix.width, 320);
	assert_int_equal(format.fmt.pix.sizeimage, 320 * 240 * 2);
	client_close(&client);
}

static void check_picture(struct camera_client *client,
			  const struct session_frame *frame)
{
	size_t bytes = client->slots.plane_size[0];
	uint32_t number = 0;
	uint8_t *picture;

	picture = mmap(NULL, bytes, PROT_READ, MAP_SHARED,
		       client->slot_fds[frame->slot], 0);
	assert_ptr_not_equal(picture, MAP_FAILED);
	assert_true(pattern_read(picture, 320, 240, &number));
	assert_int_equal(number, frame->sequence);
	munmap(picture, bytes);
}

static void pictures_arrive_whole_and_in_order(void **state)
{
	struct camera_client client;
	int64_t last = -1;

	client_open(&client, *state, 2);
	assert_int_equal(client_stream(&client), 0);
	assert_int_equal(client.slots_at_reply, 1);
	assert_int_equal(client.slots.num_slots, client.num_slot_fds);

	for (int i = 0; i < 30; i++) {
		struct session_frame frame;

		assert_true(client_wait_frame(&client));
		frame = client_take_frame(&client);
		assert_int_equal(frame.generation, client.slots.generation);
		assert_int_equal(frame.bytesused[0], 320 * 240 * 2);
		assert_true((int64_t)frame.sequence > last);
		last = frame.sequence;
		check_picture(&client, &frame);
		client_release(&client, &frame);
	}
	client_close(&client);
}

static void slots_that_are_added_hold_whole_pictures(void **state)
{
	struct camera_client one, late;
	uint32_t seen = 0;

	client_open(&one, *state, 2);
	assert_int_equal(client_stream(&one), 0);
	client_open(&late, *state, 2);
	assert_int_equal(client_stream(&late), 0);
	client_pump(&one);
	assert_int_equal(one.num_slot_fds, 7);
	assert_int_equal(late.num_slot_fds, 7);

	for (int i = 0; i < 30; i++) {
		struct session_frame frame;

		assert_true(client_wait_frame(&one));
		frame = client_take_frame(&one);
		check_picture(&one, &frame);
		client_release(&one, &frame);
		seen |= 1u << frame.slot;
	}

	assert_int_not_equal(seen & ~0x1fu, 0);
	client_close(&one);
	client_close(&late);
}

static void a_slot_cannot_be_written_by_its_readers(void **state)
{
	struct camera_client client;

	client_open(&client, *state, 2);
	assert_int_equal(client_stream(&client), 0);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			      client.slot_fds[0], 0), MAP_FAILED);
	client_close(&client);
}

static void streaming_starts_and_stops_many_times(void **state)
{
	struct camera_client client;

	client_open(&client, *state, 2);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(client_stream(&client), 0);
		assert_true(client_wait_frame(&client));
		assert_int_equal(client_stop(&client), 0);
		client.num_frames = 0;
		client_pump(&client);
		assert_int_equal(client.num_frames, 0);
	}
	client_close(&client);
}

static void slots_that_are_held_are_filled_start_after_start(void **state)
{
	struct v4l2_requestbuffers req = {
		.count = 2,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	struct camera_client client;
	int type = req.type;

	client_open(&client, *state, 2);
	assert_int_equal(client_ioctl(&client, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, client.num_slot_fds);
	/* They are no dma-bufs: one that wants to grant them cannot. */
	assert_int_equal(client.slots.dma_buf, 0);
	for (int i = 0; i < 5; i++) {
		struct session_frame frame;

		assert_int_equal(client_ioctl(&client, VIDIOC_STREAMON, &type),
				 0);
		assert_true(client_wait_frame(&client));
		frame = client_take_frame(&client);
		check_picture(&client, &frame);
		assert_int_equal(client_stop(&client), 0);
		client.num_frames = 0;
	}
	assert_int_equal(client.num_slots_messages, 1);
	client_close(&client);
}

static void a_size_that_is_set_is_streamed(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct camera_client client;

	client_open(&client, *state, 2);
	format.fmt.pix.width = 640;
	format.fmt.pix.height = 480;
	assert_int_equal(client_ioctl(&client, VIDIOC_S_FMT, &format), 0);
	assert_int_equal(client_stream(&client), 0);
	assert_int_equal(client.slots.plane_size[0], 640 * 480 * 2);
	client_close(&client);
}

#define WITH(test, source)                                           \
	cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, \
						 (char *)source)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(the_daemon_is_told_what_the_camera_is, "pattern:320x240"),
		WITH(the_format_can_be_asked, "pattern:320x240"),
		WITH(pictures_arrive_whole_and_in_order, "pattern:320x240@100"),
		WITH(slots_that_are_added_hold_whole_pictures,
		     "pattern:320x240@100"),
		WITH(a_slot_cannot_be_written_by_its_readers,
		     "pattern:320x240"),
		WITH(streaming_starts_and_stops_many_times,
		     "pattern:320x240@100"),
		WITH(slots_that_are_held_are_filled_start_after_start,
		     "pattern:320x240@100"),
		WITH(a_size_that_is_set_is_streamed, "pattern:1280x720"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
