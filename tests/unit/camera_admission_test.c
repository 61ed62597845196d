// SPDX-License-Identifier: GPL-2.0-only
/* Who streams needs bytes a second, and asks vmediad for them first */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/bandwidth.h"
#include "pair_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

/* 512 bytes, 30 times a second, as the fake source has it */
#define FAKE_BYTES (512 * 30)

/* What a stream needs: sizes of planes, interval */
static const struct {
	uint32_t type;
	uint32_t num_planes;
	uint32_t sizes[VIDEO_MAX_PLANES];
	struct v4l2_fract interval;
	uint64_t bytes;
} needs[] = {
	{ CAPTURE, 1, { 512 }, { 1, 30 }, 15360 },
	{ CAPTURE, 1, { 1000 }, { 1001, 30000 }, 29971 },
	{ CAPTURE, 1, { 1000 }, { 2, 1 }, 500 },
	{ CAPTURE, 1, { 1 }, { 3, 1 }, 1 },
	{ CAPTURE, 1, { 0 }, { 1, 30 }, 0 },
	/* Not known: as most cameras */
	{ CAPTURE, 1, { 512 }, { 0, 0 }, 15360 },
	{ CAPTURE, 1, { 512 }, { 0, 5 }, 15360 },
	{ CAPTURE, 1, { 512 }, { 5, 0 }, 15360 },
	{ CAPTURE_MPLANE, 2, { 600, 300 }, { 1, 10 }, 9000 },
	{ CAPTURE_MPLANE, 0, { 600 }, { 1, 10 }, 0 },
	/* More planes than there can be */
	{ CAPTURE_MPLANE, 255, { 1, 1, 1, 1, 1, 1, 1, 1 }, { 1, 10 }, 80 },
	{ CAPTURE, 1, { UINT32_MAX }, { 1, UINT32_MAX },
	  (uint64_t)UINT32_MAX * UINT32_MAX },
	{ CAPTURE_MPLANE, 8, { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
	  UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	  { 1, UINT32_MAX }, UINT64_MAX },
};

static void a_stream_needs_its_frames_as_often_as_they_come(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		struct v4l2_format format = { .type = needs[i].type };

		if (format.type == CAPTURE)
			format.fmt.pix.sizeimage = needs[i].sizes[0];
		else
			format.fmt.pix_mp.num_planes = needs[i].num_planes;
		for (int j = 0; j < VIDEO_MAX_PLANES &&
		     format.type == CAPTURE_MPLANE; j++)
			format.fmt.pix_mp.plane_fmt[j].sizeimage =
				needs[i].sizes[j];
		assert_true(bandwidth_of(&format, &needs[i].interval) ==
			    needs[i].bytes);
	}
}

static int stream_on(struct camera_client *client)
{
	int type = CAPTURE;

	return client_ioctl(client, VIDIOC_STREAMON, &type);
}

static int get_buffers(struct camera_client *client, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = CAPTURE,
		.memory = V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

/* STREAMON is sent, and not answered. */
static void begin_to_wait(struct scene *scene)
{
	scene->world.holds = true;
	assert_int_equal(get_buffers(&scene->one, 4), 0);
	assert_int_equal(stream_on(&scene->one), -1);
}

static void a_stream_begins_when_vmediad_says_so(void **state)
{
	struct scene *scene = *state;
	const struct session_reply *reply = (const void *)scene->one.reply;

	begin_to_wait(scene);
	assert_int_equal(scene->world.num_admits, 1);
	assert_int_equal(scene->world.admit.serial, 1);
	assert_int_equal(scene->world.admit.bytes, FAKE_BYTES);
	assert_int_equal(scene->fake.starts, 0);

	world_answer(&scene->world, 0);
	client_pump(&scene->one);
	assert_int_equal(scene->one.replies, 2);
	assert_int_equal(reply->error, 0);
	assert_int_equal(reply->hdr.tag, 1001);
	assert_int_equal(scene->one.slots_at_reply, 1);
	assert_int_equal(scene->fake.starts, 1);
}

static void a_stream_that_is_refused_does_not_begin(void **state)
{
	struct scene *scene = *state;

	scene->world.refuses = ENOSPC;
	assert_int_equal(client_stream(&scene->one), ENOSPC);
	assert_int_equal(scene->fake.starts, 0);
	assert_int_equal(scene->one.num_slots_messages, 0);
	/* Nothing was admitted, so nothing is given back. */
	assert_int_equal(scene->world.num_rates, 0);

	scene->world.refuses = 0;
	assert_int_equal(stream_on(&scene->one), 0);
}

static const struct {
	unsigned long request;
	int error;
} waiting[] = {
	{ VIDIOC_REQBUFS, EBUSY },
	{ VIDIOC_CREATE_BUFS, EBUSY },
	{ VIDIOC_STREAMON, EBUSY },
	{ VIDIOC_STREAMOFF, EBUSY },
	{ VIDIOC_S_FMT, EBUSY },
	{ VIDIOC_S_PARM, EBUSY },
	{ VIDIOC_G_FMT, 0 },
	{ VIDIOC_G_PARM, 0 },
	{ VIDIOC_G_CTRL, 0 },
};

static void what_it_asked_for_stays_while_it_waits(void **state)
{
	struct scene *scene = *state;

	begin_to_wait(scene);
	for (size_t i = 0; i < ARRAY_SIZE(waiting); i++) {
		uint32_t payload[64] = { CAPTURE };

		assert_int_equal(client_ioctl(&scene->one, waiting[i].request,
					      payload), waiting[i].error);
	}
	assert_int_equal(scene->world.num_admits, 1);
}

static void others_go_on_while_one_waits(void **state)
{
	struct scene *scene = *state;

	begin_to_wait(scene);
	scene->world.holds = false;
	assert_int_equal(client_stream(&scene->two), 0);
	assert_true(source_fake_fill(&scene->fake) >= 0);
	client_pump(&scene->two);
	assert_int_equal(scene->two.num_frames, 1);
}

static void who_is_gone_is_not_admitted(void **state)
{
	struct scene *scene = *state;

	begin_to_wait(scene);
	client_close(&scene->one);
	world_answer(&scene->world, 0);
	assert_int_equal(scene->fake.starts, 0);
	assert_int_equal(scene->world.num_closed, 1);
}

static void who_is_evicted_while_it_waits_is_told(void **state)
{
	struct scene *scene = *state;
	const struct camera_end end = {
		.hdr.type = CAMERA_END,
		.serial = 1,
		.error = EACCES,
	};

	begin_to_wait(scene);
	world_tell(&scene->world, &end, sizeof(end));
	client_pump(&scene->one);
	assert_int_equal(scene->one.error, EACCES);
	world_answer(&scene->world, 0);
	assert_int_equal(scene->fake.starts, 0);
}

static void a_camera_that_goes_away_ends_who_waits(void **state)
{
	struct scene *scene = *state;

	begin_to_wait(scene);
	source_fake_vanish(&scene->fake);
	client_pump(&scene->one);
	assert_int_equal(scene->one.error, ENODEV);
	world_answer(&scene->world, 0);
	assert_int_equal(scene->fake.starts, 0);
}

static void an_answer_that_nobody_waits_for_is_none(void **state)
{
	struct scene *scene = *state;
	struct camera_admitted answer = { .hdr.type = CAMERA_ADMITTED };
	unsigned int replies;

	assert_int_equal(get_buffers(&scene->one, 4), 0);
	replies = scene->one.replies;
	for (answer.serial = 0; answer.serial < 5; answer.serial++)
		world_tell(&scene->world, &answer, sizeof(answer));
	client_pump(&scene->one);
	assert_int_equal(scene->fake.starts, 0);
	assert_int_equal(scene->one.replies, replies);
}

static void half_an_answer_is_none(void **state)
{
	struct scene *scene = *state;
	const struct camera_admitted answer = {
		.hdr.type = CAMERA_ADMITTED,
		.serial = 1,
	};

	begin_to_wait(scene);
	world_tell(&scene->world, &answer, sizeof(answer) - 1);
	assert_int_equal(scene->fake.starts, 0);
}

static void a_stream_that_stops_gives_back_what_it_had(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(client_stream(&scene->one), 0);
	assert_int_equal(scene->world.num_rates, 0);
	assert_int_equal(client_stop(&scene->one), 0);
	assert_int_equal(scene->world.num_rates, 1);
	assert_int_equal(scene->world.rate.serial, 1);
	assert_int_equal(scene->world.rate.bytes, 0);
	/* Once */
	assert_int_equal(client_stop(&scene->one), 0);
	assert_int_equal(scene->world.num_rates, 1);
}

static void a_stream_that_cannot_begin_gives_back_what_it_had(void **state)
{
	struct scene *scene = *state;

	scene->fake.fail_start = ENOMEM;
	assert_int_equal(client_stream(&scene->one), ENOMEM);
	assert_int_equal(scene->world.num_rates, 1);
	assert_int_equal(scene->world.rate.bytes, 0);
}

static int set_rate(struct camera_client *client, unsigned int *fps)
{
	struct v4l2_streamparm parm = { .type = CAPTURE };
	int ret;

	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = *fps;
	ret = client_ioctl(client, VIDIOC_S_PARM, &parm);
	*fps = parm.parm.capture.timeperframe.denominator;
	return ret;
}

static void a_stream_may_have_less_than_was_admitted_but_not_more(void **state)
{
	struct scene *scene = *state;
	unsigned int fps = 10;

	/* The other one keeps the mode: a share of its frames is asked for. */
	assert_int_equal(get_buffers(&scene->two, 4), 0);
	assert_int_equal(set_rate(&scene->one, &fps), 0);
	assert_int_equal(client_stream(&scene->one), 0);
	assert_int_equal(scene->world.admit.bytes, 512 * 10);

	fps = 15;
	assert_int_equal(set_rate(&scene->one, &fps), EBUSY);
	assert_int_equal(scene->world.num_rates, 0);
	fps = 5;
	assert_int_equal(set_rate(&scene->one, &fps), 0);
	assert_int_equal(fps, 5);
	assert_int_equal(scene->world.num_rates, 1);
	assert_int_equal(scene->world.rate.bytes, 512 * 5);
	/* What was given back is not there any more. */
	fps = 10;
	assert_int_equal(set_rate(&scene->one, &fps), EBUSY);
}

static void a_rate_that_is_refused_stays_what_it_was(void **state)
{
	struct scene *scene = *state;
	struct v4l2_streamparm parm = { .type = CAPTURE };
	unsigned int fps = 10;

	assert_int_equal(get_buffers(&scene->two, 4), 0);
	assert_int_equal(set_rate(&scene->one, &fps), 0);
	assert_int_equal(client_stream(&scene->one), 0);
	fps = 30;
	assert_int_equal(set_rate(&scene->one, &fps), EBUSY);
	assert_int_equal(client_ioctl(&scene->one, VIDIOC_G_PARM, &parm), 0);
	assert_int_equal(parm.parm.capture.timeperframe.denominator, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_needs_its_frames_as_often_as_they_come),
		SCENE(a_stream_begins_when_vmediad_says_so),
		SCENE(a_stream_that_is_refused_does_not_begin),
		SCENE(what_it_asked_for_stays_while_it_waits),
		SCENE(others_go_on_while_one_waits),
		SCENE(who_is_gone_is_not_admitted),
		SCENE(who_is_evicted_while_it_waits_is_told),
		SCENE(a_camera_that_goes_away_ends_who_waits),
		SCENE(an_answer_that_nobody_waits_for_is_none),
		SCENE(half_an_answer_is_none),
		SCENE(a_stream_that_stops_gives_back_what_it_had),
		SCENE(a_stream_that_cannot_begin_gives_back_what_it_had),
		SCENE(a_stream_may_have_less_than_was_admitted_but_not_more),
		SCENE(a_rate_that_is_refused_stays_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
