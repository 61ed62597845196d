// SPDX-License-Identifier: GPL-2.0-only
/* A session's share of the camera's frames: what it asks, what it is told */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/session.h"
#include "mode_scene.h"

#define YUYV V4L2_PIX_FMT_YUYV

static int enum_intervals(struct scene *scene, uint32_t index, uint32_t width,
			  struct v4l2_frmivalenum *interval)
{
	memset(interval, 0xff, sizeof(*interval));
	interval->index = index;
	interval->pixel_format = YUYV;
	interval->width = width;
	interval->height = 4;
	return client_ioctl(&scene->us, VIDIOC_ENUM_FRAMEINTERVALS, interval);
}

static void intervals_are_the_cameras_once_twice_up_to_a_second(void **state)
{
	static const uint32_t zero[2];
	struct scene *scene = *state;
	struct v4l2_frmivalenum interval;

	scene_keep(scene, ANOTHER);
	for (uint32_t i = 0; i < 30; i++) {
		assert_int_equal(enum_intervals(scene, i, 64, &interval), 0);
		assert_int_equal(interval.index, i);
		assert_int_equal(interval.type, V4L2_FRMIVAL_TYPE_DISCRETE);
		assert_int_equal(interval.discrete.denominator * (i + 1),
				 interval.discrete.numerator * 30);
		assert_memory_equal(interval.reserved, zero, sizeof(zero));
	}
	assert_int_equal(enum_intervals(scene, 30, 64, &interval), EINVAL);
	assert_int_equal(enum_intervals(scene, 0xffffffff, 64, &interval),
			 EINVAL);
	assert_int_equal(enum_intervals(scene, 0, 66, &interval), EINVAL);
}

static void intervals_are_the_drivers_when_nobody_else_keeps_the_mode(
	void **state)
{
	struct scene *scene = *state;
	struct v4l2_frmivalenum interval;

	for (int keeper = NOBODY; keeper <= OURSELVES; keeper++) {
		scene_keep(scene, keeper);
		assert_int_equal(enum_intervals(scene, 0, 66, &interval), 0);
		assert_int_equal(interval.discrete.denominator, 60);
		assert_int_equal(enum_intervals(scene, 3, 66, &interval),
				 EINVAL);
		scene_let_go(scene);
	}
}

static void intervals_are_the_drivers_if_it_does_not_tell_its_own(void **state)
{
	struct scene *scene = *state;
	struct v4l2_frmivalenum interval;

	scene_keep(scene, ANOTHER);
	scene->fake.fail_parm = ENOTTY;
	assert_int_equal(enum_intervals(scene, 0, 64, &interval), 0);
	assert_int_equal(interval.discrete.denominator, 60);
}

/* Return: what came back, as frames in a thousand seconds */
static unsigned int parm(struct scene *scene, struct camera_client *client,
			 unsigned long request, uint32_t numerator,
			 uint32_t denominator)
{
	struct v4l2_streamparm parm = { .type = scene->type };
	struct v4l2_fract *interval = &parm.parm.capture.timeperframe;

	interval->numerator = numerator;
	interval->denominator = denominator;
	assert_int_equal(client_ioctl(client, request, &parm), 0);
	assert_int_equal(parm.parm.capture.readbuffers, 0);
	assert_int_equal(parm.parm.capture.capturemode,
			 V4L2_MODE_HIGHQUALITY);
	assert_true(interval->numerator > 0);
	return 1000ull * interval->denominator / interval->numerator;
}

static unsigned int rate(struct scene *scene)
{
	return parm(scene, &scene->us, VIDIOC_G_PARM, 0, 0);
}

static void a_rate_is_the_cameras_or_a_share_of_it(void **state)
{
	static const struct {
		uint32_t numerator;
		uint32_t denominator;
		unsigned int camera;
		unsigned int share;
	} table[] = {
		{ 1, 15, 15, 15000 },    { 1, 10, 10, 10000 },
		{ 1, 7, 7, 7500 },       { 1, 60, 60, 30000 },
		{ 1, 1, 1, 1000 },       { 0, 0, 60, 30000 },
		{ 0, 30, 30, 30000 },    { 7, 0, 60, 30000 },
		{ 0xffffffff, 1, 1, 1000 },
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
			unsigned int expected = keeper_is_other(keeper) ?
							table[i].share :
							table[i].camera * 1000;

			scene->fake.parm_fps = 30;
			scene_keep(scene, keeper);
			assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM,
					      table[i].numerator,
					      table[i].denominator), expected);
			assert_int_equal(rate(scene), expected);
			assert_int_equal(scene->fake.parm_fps,
					 keeper_is_other(keeper) ? 30 :
							  table[i].camera);
			scene_let_go(scene);
		}
	}
}

static void a_rate_that_can_be_set_is_promised(void **state)
{
	struct v4l2_streamparm parm;
	struct scene *scene = *state;

	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		scene_keep(scene, keeper);
		parm = (struct v4l2_streamparm){ .type = scene->type };
		assert_int_equal(client_ioctl(&scene->us, VIDIOC_G_PARM,
					      &parm), 0);
		assert_int_equal(parm.parm.capture.capability,
				 keeper_is_other(keeper) ? V4L2_CAP_TIMEPERFRAME : 0);
		scene_let_go(scene);
	}
}

static void a_driver_without_rates_gives_its_errno_and_all_frames(void **state)
{
	static const int errors[] = { ENOTTY, EINVAL };
	struct scene *scene = *state;
	struct v4l2_streamparm parm = { .type = scene->type };

	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = 5;
	assert_int_equal(client_stream(&scene->other), 0);
	assert_int_equal(client_stream(&scene->us), 0);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		scene->fake.fail_parm = errors[i];
		assert_int_equal(client_ioctl(&scene->us, VIDIOC_G_PARM,
					      &parm), errors[i]);
		assert_int_equal(client_ioctl(&scene->us, VIDIOC_S_PARM,
					      &parm), errors[i]);
	}
	for (int i = 0; i < 2; i++)
		source_fake_fill(&scene->fake);
	client_pump(&scene->us);
	assert_int_equal(scene->us.num_frames, 2);
}

static void a_driver_that_knows_no_interval_gives_all_frames(void **state)
{
	struct scene *scene = *state;
	struct v4l2_streamparm parm = { .type = scene->type };

	scene_keep(scene, ANOTHER);
	scene->fake.parm_fps = 0;
	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = 5;
	assert_int_equal(client_ioctl(&scene->us, VIDIOC_S_PARM, &parm), 0);
	assert_int_equal(parm.parm.capture.timeperframe.denominator, 0);
	assert_int_equal(parm.parm.capture.capability, 0);
}

/* camera_be kept the first rate that anybody set until it was restarted. */
static void a_rate_is_not_frozen(void **state)
{
	struct scene *scene = *state;

	for (unsigned int fps = 60; fps >= 15; fps /= 2) {
		scene_keep(scene, ANOTHER);
		parm(scene, &scene->other, VIDIOC_S_PARM, 1, fps);
		assert_int_equal(rate(scene), fps * 1000);
		scene_let_go(scene);
	}
}

static void a_share_follows_the_cameras_rate(void **state)
{
	struct scene *scene = *state;
	struct stream_reader *reader;

	scene_keep(scene, ANOTHER);
	assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10), 10000);
	reader = &container_of(scene->world.camera.sessions.next,
			       struct session, link)->reader;
	assert_int_equal(reader->divisor, 3);
	parm(scene, &scene->other, VIDIOC_S_PARM, 1, 60);
	assert_int_equal(reader->divisor, 6);
	assert_int_equal(rate(scene), 10000);
	parm(scene, &scene->other, VIDIOC_S_PARM, 1, 5);
	assert_int_equal(reader->divisor, 1);
	assert_int_equal(rate(scene), 5000);
	parm(scene, &scene->other, VIDIOC_S_PARM, 1, 20);
	assert_int_equal(reader->divisor, 2);
}

static void a_share_outlives_who_kept_the_mode(void **state)
{
	struct scene *scene = *state;

	scene_keep(scene, BOTH);
	assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10), 10000);
	assert_int_equal(scene_buffers(&scene->other, 0), 0);
	assert_int_equal(rate(scene), 10000);
	/* Alone, it sets the camera, and has all that it makes. */
	assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM, 1, 15), 15000);
	assert_int_equal(scene->fake.parm_fps, 15);
	assert_int_equal(rate(scene), 15000);
}

static void sessions_have_shares_of_their_own(void **state)
{
	struct scene *scene = *state;

	scene_pin(scene, YUYV, 64, 30);
	parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10);
	parm(scene, &scene->other, VIDIOC_S_PARM, 1, 15);
	assert_int_equal(rate(scene), 10000);
	assert_int_equal(parm(scene, &scene->other, VIDIOC_G_PARM, 0, 0),
			 15000);
	client_close(&scene->us);
	client_open(&scene->us, &scene->world, 2);
	assert_int_equal(rate(scene), 30000);
}

static struct stream_reader *stream_at(struct scene *scene,
				       struct camera_client *client,
				       unsigned int fps)
{
	struct list *link = scene->world.camera.sessions.next;

	if (client == &scene->other)
		link = link->next;
	parm(scene, client, VIDIOC_S_PARM, 1, fps);
	assert_int_equal(client_stream(client), 0);
	return &container_of(link, struct session, link)->reader;
}

static void fill(struct scene *scene)
{
	source_fake_fill(&scene->fake);
	client_pump(&scene->us);
	client_pump(&scene->other);
}

static uint32_t take(struct camera_client *client)
{
	struct session_frame frame = client_take_frame(client);

	client_release(client, &frame);
	return frame.sequence;
}

static void each_gets_its_share_of_one_capture(void **state)
{
	struct scene *scene = *state;
	struct stream_reader *ours, *others;

	scene_pin(scene, YUYV, 64, 30);
	others = stream_at(scene, &scene->other, 15);
	/* Whoever joins late begins with the next frame. */
	fill(scene);
	assert_int_equal(take(&scene->other), 0);
	ours = stream_at(scene, &scene->us, 10);

	for (uint32_t i = 1; i < 61; i++) {
		fill(scene);
		assert_int_equal(scene->other.num_frames, i % 2 == 0);
		if (i % 2 == 0)
			assert_int_equal(take(&scene->other), i);
		assert_int_equal(scene->us.num_frames, (i - 1) % 3 == 0);
		if ((i - 1) % 3 == 0)
			assert_int_equal(take(&scene->us), i);
	}
	assert_int_equal(others->lent, 31);
	assert_int_equal(others->skipped, 30);
	assert_int_equal(ours->lent, 20);
	assert_int_equal(ours->skipped, 40);
	assert_int_equal(scene->world.camera.stream.captured, 61);
}

static void a_share_changes_while_it_streams(void **state)
{
	static const uint32_t given[] = { 0, 1, 4, 7 };
	struct scene *scene = *state;
	unsigned int next = 0;

	scene_pin(scene, YUYV, 64, 30);
	stream_at(scene, &scene->us, 30);
	for (int i = 0; i < 8; i++) {
		if (i == 1)
			parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10);
		fill(scene);
		if (scene->us.num_frames > 0)
			assert_int_equal(take(&scene->us), given[next++]);
	}
	assert_int_equal(next, ARRAY_SIZE(given));
}

static void what_is_missed_is_counted_by_its_cause(void **state)
{
	static const struct {
		unsigned int slots;
		uint64_t lent;
		uint64_t missed_held;
		uint64_t missed_short;
	} table[] = {
		/* It keeps the two that it may hold. */
		{ 5, 2, 4, 0 },
		{ 4, 2, 4, 0 },
		/* With a second one the driver would be left with one. */
		{ 3, 1, 0, 5 },
	};
	struct scene *scene = *state;
	struct stream_reader *ours;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		scene->fake.give_slots = table[i].slots;
		ours = stream_at(scene, &scene->us, 30);
		for (int j = 0; j < 6; j++)
			fill(scene);
		assert_int_equal(ours->lent, table[i].lent);
		assert_int_equal(ours->skipped, 0);
		assert_int_equal(ours->missed_held, table[i].missed_held);
		assert_int_equal(ours->missed_short, table[i].missed_short);
		client_close(&scene->us);
		client_open(&scene->us, &scene->world, 2);
		client_close(&scene->other);
		client_open(&scene->other, &scene->world, 2);
	}
}

static void what_the_driver_loses_is_counted(void **state)
{
	static const uint32_t told[] = { 3, 4, 7, 7, 8, 2, 3, 5 };
	static const uint64_t lost[] = { 0, 0, 2, 2, 2, 2, 2, 3 };
	struct scene *scene = *state;
	struct stream *stream = &scene->world.camera.stream;

	stream_at(scene, &scene->us, 30);
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		scene->fake.sequence = told[i];
		fill(scene);
		take(&scene->us);
		assert_int_equal(stream->lost, lost[i]);
		assert_int_equal(stream->captured, i + 1);
	}
	/* A capture that begins anew has lost nothing by that. */
	assert_int_equal(client_stop(&scene->us), 0);
	assert_int_equal(client_stream(&scene->us), 0);
	scene->fake.sequence = 100;
	fill(scene);
	assert_int_equal(stream->lost, 3);
	assert_int_equal(stream->captured, ARRAY_SIZE(told) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(intervals_are_the_cameras_once_twice_up_to_a_second),
		SCENE(intervals_are_the_drivers_when_nobody_else_keeps_the_mode),
		SCENE(intervals_are_the_drivers_if_it_does_not_tell_its_own),
		SCENE(a_rate_is_the_cameras_or_a_share_of_it),
		SCENE(a_rate_that_can_be_set_is_promised),
		SCENE(a_driver_without_rates_gives_its_errno_and_all_frames),
		SCENE(a_driver_that_knows_no_interval_gives_all_frames),
		SCENE(a_rate_is_not_frozen),
		SCENE(a_share_follows_the_cameras_rate),
		SCENE(a_share_outlives_who_kept_the_mode),
		SCENE(sessions_have_shares_of_their_own),
		SCENE(each_gets_its_share_of_one_capture),
		SCENE(a_share_changes_while_it_streams),
		SCENE(what_is_missed_is_counted_by_its_cause),
		SCENE(what_the_driver_loses_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
