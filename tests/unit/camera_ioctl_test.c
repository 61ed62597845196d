// SPDX-License-Identifier: GPL-2.0-only
/* What sessions may ask of a camera that they share */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "pair_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CTRL_PLAIN 0x00980900

static int reqbufs(struct camera_client *client, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

static int set_size(struct camera_client *client, unsigned long request,
		    unsigned int width, unsigned int *got)
{
	struct v4l2_format format = {
		.type = CAPTURE,
		.fmt.pix = {
			.width = width,
			.height = 4,
			.pixelformat = V4L2_PIX_FMT_YUYV,
			.field = V4L2_FIELD_NONE,
		},
	};
	int ret;

	ret = client_ioctl(client, request, &format);
	*got = format.fmt.pix.width;
	return ret;
}

static void without_buffers_anybody_sets_the_format(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(set_size(&scene->one, VIDIOC_S_FMT, 128, &got), 0);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 256, &got), 0);
	assert_int_equal(scene->fake.format.fmt.pix.width, 256);
}

static void buffers_of_another_keep_the_format(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 128, &got), EBUSY);
	assert_int_equal(scene->fake.format.fmt.pix.width, 64);
}

static void own_buffers_keep_the_format_too(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(set_size(&scene->one, VIDIOC_S_FMT, 128, &got), EBUSY);
}

static void the_format_that_is_set_may_be_set(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 64, &got), 0);
	/* 65 is not possible: it comes down to 64. */
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 65, &got), 0);
	assert_int_equal(got, 64);
	assert_int_not_equal(scene->fake.last_request, VIDIOC_S_FMT);
}

static void a_try_finds_what_another_needs(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(set_size(&scene->two, VIDIOC_TRY_FMT, 128, &got), 0);
	assert_int_equal(got, 64);
	assert_int_equal(set_size(&scene->one, VIDIOC_TRY_FMT, 128, &got), 0);
	assert_int_equal(got, 128);
}

static void freed_buffers_free_the_format(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(reqbufs(&scene->one, 0), 0);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 128, &got), 0);
}

static void a_session_that_ends_frees_the_format(void **state)
{
	struct scene *scene = *state;
	unsigned int got;

	assert_int_equal(reqbufs(&scene->one, 4), 0);
	client_close(&scene->one);
	assert_int_equal(set_size(&scene->two, VIDIOC_S_FMT, 128, &got), 0);
}

static void the_input_is_kept_likewise(void **state)
{
	struct scene *scene = *state;
	int input = 1;

	assert_int_equal(client_ioctl(&scene->two, VIDIOC_S_INPUT, &input), 0);
	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_S_INPUT, &input), 0);
	input = 0;
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_S_INPUT, &input),
			 EBUSY);
	assert_int_equal(scene->fake.input, 1);
}

static void the_rate_of_another_is_shared_not_changed(void **state)
{
	struct scene *scene = *state;
	struct v4l2_streamparm parm = { .type = CAPTURE };

	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = 5;
	assert_int_equal(reqbufs(&scene->one, 4), 0);
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_S_PARM, &parm), 0);
	assert_int_equal(parm.parm.capture.timeperframe.denominator, 5);
	assert_int_equal(scene->fake.parm_fps, 30);

	parm.parm.capture.timeperframe.denominator = 5;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_S_PARM, &parm), 0);
	assert_int_equal(scene->fake.parm_fps, 5);
	assert_int_equal(parm.parm.capture.readbuffers, 0);
}

static void an_input_is_what_the_driver_says(void **state)
{
	struct scene *scene = *state;
	struct v4l2_input input = { 0 };

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_ENUMINPUT, &input),
			 0);
	assert_int_equal(input.type, V4L2_INPUT_TYPE_TUNER);
	assert_int_equal(input.tuner, 3);
	assert_int_equal(input.std, V4L2_STD_PAL);
	assert_int_equal(input.capabilities, V4L2_IN_CAP_STD);
}

static void buffers_are_counted_as_asked(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 40,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req), 0);
	assert_int_equal(req.count, 40);
	assert_int_equal(scene->fake.starts, 0);
}

static void buffers_of_another_type_are_refused(void **state)
{
	struct scene *scene = *state;
	struct v4l2_requestbuffers req = {
		.count = 4,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS, &req),
			 EINVAL);
	assert_false(arbiter_is_kept(&scene->world.camera.mode.arbiter));
}

static void what_memory_buffers_have_is_vmedia_guests_to_say(void **state)
{
	static const uint32_t memories[] = {
		V4L2_MEMORY_MMAP, V4L2_MEMORY_USERPTR, V4L2_MEMORY_DMABUF,
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
		struct v4l2_requestbuffers req = {
			.count = 4,
			.type = CAPTURE,
			.memory = memories[i],
		};

		assert_int_equal(client_ioctl(&scene->one, VIDIOC_REQBUFS,
					      &req), 0);
		assert_int_equal(req.memory, memories[i]);
		assert_int_equal(req.capabilities, 0);
	}
}

static void buffers_cannot_change_while_streaming(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(client_stream(&scene->one), 0);
	assert_int_equal(reqbufs(&scene->one, 0), EBUSY);
	assert_int_equal(reqbufs(&scene->one, 8), EBUSY);
}

static void streaming_needs_buffers(void **state)
{
	struct scene *scene = *state;
	int type = CAPTURE;

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_STREAMON, &type),
			 EINVAL);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_STREAMOFF, &type), 0);
}

static void streamon_twice_is_once(void **state)
{
	struct scene *scene = *state;
	int type = CAPTURE;

	assert_int_equal(client_stream(&scene->one), 0);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_STREAMON, &type), 0);
	assert_int_equal(scene->one.num_slots_messages, 1);
}

static int create_bufs(struct camera_client *client, unsigned int count,
		       unsigned int sizeimage)
{
	struct v4l2_create_buffers create = {
		.count = count,
		.memory = V4L2_MEMORY_USERPTR,
		.format.type = CAPTURE,
		.format.fmt.pix.sizeimage = sizeimage,
	};

	return client_ioctl(client, VIDIOC_CREATE_BUFS, &create);
}

static void buffers_too_small_for_the_format_are_not_created(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(create_bufs(&scene->one, 1, 511), EINVAL);
	assert_false(arbiter_is_kept(&scene->world.camera.mode.arbiter));
	assert_int_equal(create_bufs(&scene->one, 1, 1024), 0);
	assert_true(arbiter_is_kept(&scene->world.camera.mode.arbiter));
}

static void asking_what_could_be_created_takes_nothing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(create_bufs(&scene->one, 0, 0), 0);
	assert_false(arbiter_is_kept(&scene->world.camera.mode.arbiter));
}

static void other_types_are_not_this_cameras(void **state)
{
	static const uint32_t types[] = {
		0, V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_BUF_TYPE_VIDEO_OVERLAY,
		V4L2_BUF_TYPE_VBI_CAPTURE, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
		V4L2_BUF_TYPE_META_CAPTURE, 0xffffffff,
	};
	static const unsigned long requests[] = {
		VIDIOC_G_FMT, VIDIOC_S_FMT, VIDIOC_TRY_FMT, VIDIOC_G_PARM,
		VIDIOC_S_PARM, VIDIOC_STREAMON, VIDIOC_STREAMOFF,
	};
	struct scene *scene = *state;
	uint32_t payload[64] = { 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (size_t j = 0; j < sizeof(requests) / sizeof(requests[0]);
		     j++) {
			payload[0] = types[i];
			assert_int_equal(client_ioctl(&scene->one, requests[j],
						      payload), EINVAL);
		}
	}
	assert_int_equal(scene->fake.last_request, 0);
}

static void an_ioctl_that_does_not_cross_is_unknown(void **state)
{
	struct scene *scene = *state;
	uint8_t payload[256] = { 0 };

	assert_int_equal(client_ioctl(&scene->one, VIDIOC_QUERYCAP, payload),
			 ENOTTY);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_QBUF, payload),
			 ENOTTY);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_QUERYBUF, payload),
			 ENOTTY);
	assert_int_equal(client_ioctl(&scene->one, _IOWR('V', 255, int),
				      payload), ENOTTY);
}

static void the_drivers_errno_arrives(void **state)
{
	struct scene *scene = *state;
	struct v4l2_control control = { .id = CTRL_PLAIN };

	scene->fake.fail_ioctl = ERANGE;
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_S_CTRL, &control),
			 ERANGE);
}

static void an_initial_event_comes_before_the_answer(void **state)
{
	struct scene *scene = *state;
	struct v4l2_event_subscription sub = { .type = V4L2_EVENT_CTRL };

	scene->fake.event_on_subscribe = true;
	/* The fake sends to the handle opened last. */
	assert_int_equal(client_ioctl(&scene->two, VIDIOC_SUBSCRIBE_EVENT,
				      &sub), 0);
	assert_int_equal(scene->two.events_at_reply, 1);
}

static int subscribe(struct camera_client *client, uint32_t type, uint32_t id)
{
	struct v4l2_event_subscription sub = { .type = type, .id = id };

	return client_ioctl(client, VIDIOC_SUBSCRIBE_EVENT, &sub);
}

/* The kernel keeps one for each id that it is told, and is told no end. */
static void events_have_no_more_ids_than_a_device_has_inputs(void **state)
{
	struct scene *scene = *state;
	const uint32_t change = V4L2_EVENT_SOURCE_CHANGE;

	assert_int_equal(subscribe(&scene->one, change, 0), 0);
	assert_int_equal(subscribe(&scene->one, change, 63), 0);
	assert_int_equal(subscribe(&scene->one, change, 64), EINVAL);
	assert_int_equal(subscribe(&scene->one, V4L2_EVENT_CTRL, CTRL_PLAIN),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(without_buffers_anybody_sets_the_format),
		SCENE(buffers_of_another_keep_the_format),
		SCENE(own_buffers_keep_the_format_too),
		SCENE(the_format_that_is_set_may_be_set),
		SCENE(a_try_finds_what_another_needs),
		SCENE(freed_buffers_free_the_format),
		SCENE(a_session_that_ends_frees_the_format),
		SCENE(the_input_is_kept_likewise),
		SCENE(the_rate_of_another_is_shared_not_changed),
		SCENE(an_input_is_what_the_driver_says),
		SCENE(buffers_are_counted_as_asked),
		SCENE(buffers_of_another_type_are_refused),
		SCENE(what_memory_buffers_have_is_vmedia_guests_to_say),
		SCENE(buffers_cannot_change_while_streaming),
		SCENE(streaming_needs_buffers),
		SCENE(streamon_twice_is_once),
		SCENE(buffers_too_small_for_the_format_are_not_created),
		SCENE(asking_what_could_be_created_takes_nothing),
		SCENE(other_types_are_not_this_cameras),
		SCENE(an_ioctl_that_does_not_cross_is_unknown),
		SCENE(the_drivers_errno_arrives),
		SCENE(an_initial_event_comes_before_the_answer),
		SCENE(events_have_no_more_ids_than_a_device_has_inputs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
