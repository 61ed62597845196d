// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session is told of the mode, and what it may change: the table of
 * docs/sharing.md, on a fake camera with even widths, YUYV and UYVY.
 */
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
#include "camera/session.h"
#include "camera_client.h"
#include "source_fake.h"

#define YUYV V4L2_PIX_FMT_YUYV
#define UYVY V4L2_PIX_FMT_UYVY
#define NV12 V4L2_PIX_FMT_NV12

/**
 * struct scene - the session that is tested, and somebody else
 * @type: buffer type of the camera
 */
struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client us;
	struct camera_client other;
	uint32_t type;
};

static struct scene *begin(bool multiplanar)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	if (multiplanar)
		source_fake_multiplanar(&scene->fake);
	scene->type = source_buf_type(&scene->fake.source);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->us, &scene->world, 2);
	client_open(&scene->other, &scene->world, 2);
	return scene;
}

static int setup(void **state)
{
	*state = begin(false);
	return 0;
}

static int setup_multiplanar(void **state)
{
	*state = begin(true);
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->us);
	client_close(&scene->other);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	assert_int_equal(scene->fake.handles, 0);
	assert_int_equal(scene->fake.num_slots, 0);
	free(scene);
	return 0;
}

static int buffers(struct camera_client *client, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		count, source_buf_type(client->world->source),
		V4L2_MEMORY_USERPTR,
	};

	return client_ioctl(client, VIDIOC_REQBUFS, &req);
}

static void pin(struct scene *scene, uint32_t pixelformat, uint32_t width,
		uint32_t fps)
{
	const struct camera_mode mode = {
		.pixelformat = pixelformat,
		.width = width,
		.height = 4,
		.numerator = fps ? 1 : 0,
		.denominator = fps,
	};

	mode_set_pinned(&scene->world.camera.mode, &mode);
}

static void unpin(struct scene *scene)
{
	static const struct camera_mode none;

	mode_set_pinned(&scene->world.camera.mode, &none);
}

/* A format as a client writes or reads it, whatever the planes */
struct size {
	uint32_t pixelformat;
	uint32_t width;
	uint32_t height;
};

static int format(struct camera_client *client, unsigned long request,
		  struct size *size)
{
	uint32_t type = source_buf_type(client->world->source);
	struct v4l2_format format = { .type = type };
	int ret;

	if (type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
		format.fmt.pix.pixelformat = size->pixelformat;
		format.fmt.pix.width = size->width;
		format.fmt.pix.height = size->height;
	} else {
		format.fmt.pix_mp.pixelformat = size->pixelformat;
		format.fmt.pix_mp.width = size->width;
		format.fmt.pix_mp.height = size->height;
	}
	ret = client_ioctl(client, request, &format);
	if (type == V4L2_BUF_TYPE_VIDEO_CAPTURE)
		*size = (struct size){ format.fmt.pix.pixelformat,
				       format.fmt.pix.width,
				       format.fmt.pix.height };
	else
		*size = (struct size){ format.fmt.pix_mp.pixelformat,
				       format.fmt.pix_mp.width,
				       format.fmt.pix_mp.height };
	return ret;
}

static struct size current(struct scene *scene)
{
	struct size size = { 0 };

	assert_int_equal(format(&scene->us, VIDIOC_G_FMT, &size), 0);
	return size;
}

/* Who keeps the mode, YUYV 64x4 */
enum keeper { NOBODY, OURSELVES, ANOTHER, BOTH, CONFIGURATION, NUM_KEEPERS };

static void keep(struct scene *scene, enum keeper keeper)
{
	if (keeper == OURSELVES || keeper == BOTH)
		assert_int_equal(buffers(&scene->us, 4), 0);
	if (keeper == ANOTHER || keeper == BOTH)
		assert_int_equal(buffers(&scene->other, 4), 0);
	if (keeper == CONFIGURATION)
		pin(scene, YUYV, 64, 30);
}

static void let_go(struct scene *scene)
{
	assert_int_equal(buffers(&scene->us, 0), 0);
	assert_int_equal(buffers(&scene->other, 0), 0);
	unpin(scene);
}

static bool others(enum keeper keeper)
{
	return keeper == ANOTHER || keeper == BOTH || keeper == CONFIGURATION;
}

/*
 * xen.md 6.3: camera_be's lock counted cameras, not domains, so that with one
 * camera and two guests it never held; and once held, it was never undone.
 */
static void the_format_is_set_kept_answered_or_refused(void **state)
{
	static const struct {
		struct size asked;
		struct size got;
		int error[NUM_KEEPERS];
	} table[] = {
		/* The mode itself, and what comes down to it */
		{ { YUYV, 64, 4 }, { YUYV, 64, 4 }, { 0, 0, 0, 0, 0 } },
		{ { YUYV, 65, 4 }, { YUYV, 64, 4 }, { 0, 0, 0, 0, 0 } },
		{ { NV12, 64, 4 }, { YUYV, 64, 4 }, { 0, 0, 0, 0, 0 } },
		/* What is possible to the letter, but not now */
		{ { YUYV, 128, 4 }, { YUYV, 128, 4 },
		  { 0, EBUSY, EBUSY, EBUSY, 0 } },
		{ { YUYV, 64, 8 }, { YUYV, 64, 8 },
		  { 0, EBUSY, EBUSY, EBUSY, 0 } },
		{ { UYVY, 64, 4 }, { UYVY, 64, 4 },
		  { 0, EBUSY, EBUSY, EBUSY, 0 } },
		/* What would come down to something else */
		{ { YUYV, 129, 4 }, { YUYV, 128, 4 },
		  { 0, EBUSY, 0, EBUSY, 0 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff },
		  { YUYV, 4096, 0xffffffff }, { 0, EBUSY, 0, EBUSY, 0 } },
		{ { 0, 0, 0 }, { YUYV, 2, 0 }, { 0, EBUSY, 0, EBUSY, 0 } },
	};
	static const struct size mode = { YUYV, 64, 4 };
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
			struct size expected = keeper == NOBODY ?
						       table[i].got :
						       mode;
			struct size size = mode, now;

			assert_int_equal(format(&scene->us, VIDIOC_S_FMT,
						&size), 0);
			keep(scene, keeper);
			size = table[i].asked;
			assert_int_equal(format(&scene->us, VIDIOC_S_FMT,
						&size),
					 table[i].error[keeper]);
			if (table[i].error[keeper] == 0)
				assert_memory_equal(&size, &expected,
						    sizeof(size));
			now = current(scene);
			assert_memory_equal(&now, &expected, sizeof(now));
			let_go(scene);
		}
	}
}

static void a_try_finds_what_can_be_had_now(void **state)
{
	struct scene *scene = *state;

	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		struct size size = { UYVY, 128, 8 };

		keep(scene, keeper);
		assert_int_equal(format(&scene->us, VIDIOC_TRY_FMT, &size), 0);
		assert_int_equal(size.width, others(keeper) ? 64 : 128);
		assert_int_equal(size.height, others(keeper) ? 4 : 8);
		assert_int_equal(size.pixelformat,
				 others(keeper) ? YUYV : UYVY);
		let_go(scene);
	}
}

static int enum_fmt(struct scene *scene, uint32_t index,
		    struct v4l2_fmtdesc *desc)
{
	*desc = (struct v4l2_fmtdesc){ .index = index, .type = scene->type };
	return client_ioctl(&scene->us, VIDIOC_ENUM_FMT, desc);
}

static void formats_are_those_that_can_be_had_now(void **state)
{
	struct scene *scene = *state;
	struct size size = { UYVY, 64, 4 };
	struct v4l2_fmtdesc desc;

	/* Not the driver's first, so that its place is told from ours */
	assert_int_equal(format(&scene->us, VIDIOC_S_FMT, &size), 0);
	for (int keeper = 0; keeper < CONFIGURATION; keeper++) {
		keep(scene, keeper);
		assert_int_equal(enum_fmt(scene, 0, &desc), 0);
		assert_int_equal(desc.pixelformat,
				 others(keeper) ? UYVY : YUYV);
		assert_int_equal(desc.index, 0);
		assert_string_equal((char *)desc.description,
				    others(keeper) ? "second" : "first");
		assert_int_equal(desc.flags & V4L2_FMT_FLAG_EMULATED,
				 others(keeper) ? V4L2_FMT_FLAG_EMULATED : 0);
		assert_int_equal(enum_fmt(scene, 1, &desc),
				 others(keeper) ? EINVAL : 0);
		let_go(scene);
	}
}

static int enum_sizes(struct scene *scene, uint32_t index,
		      uint32_t pixelformat, struct v4l2_frmsizeenum *size)
{
	memset(size, 0xff, sizeof(*size));
	size->index = index;
	size->pixel_format = pixelformat;
	return client_ioctl(&scene->us, VIDIOC_ENUM_FRAMESIZES, size);
}

static void sizes_are_those_that_can_be_had_now(void **state)
{
	static const uint32_t zero[2];
	struct scene *scene = *state;
	struct v4l2_frmsizeenum size;

	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		keep(scene, keeper);
		assert_int_equal(enum_sizes(scene, 0, UYVY, &size),
				 others(keeper) ? EINVAL : 0);
		assert_int_equal(enum_sizes(scene, 1, YUYV, &size), EINVAL);
		assert_int_equal(enum_sizes(scene, 0, YUYV, &size), 0);
		if (others(keeper)) {
			assert_int_equal(size.type,
					 V4L2_FRMSIZE_TYPE_DISCRETE);
			assert_int_equal(size.discrete.width, 64);
			assert_int_equal(size.discrete.height, 4);
			assert_memory_equal(size.reserved, zero, sizeof(zero));
		} else {
			assert_int_equal(size.type,
					 V4L2_FRMSIZE_TYPE_STEPWISE);
		}
		let_go(scene);
	}
}

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

	keep(scene, ANOTHER);
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
		keep(scene, keeper);
		assert_int_equal(enum_intervals(scene, 0, 66, &interval), 0);
		assert_int_equal(interval.discrete.denominator, 60);
		assert_int_equal(enum_intervals(scene, 3, 66, &interval),
				 EINVAL);
		let_go(scene);
	}
}

static void intervals_are_the_drivers_if_it_does_not_tell_its_own(void **state)
{
	struct scene *scene = *state;
	struct v4l2_frmivalenum interval;

	keep(scene, ANOTHER);
	scene->fake.fail_parm = ENOTTY;
	assert_int_equal(enum_intervals(scene, 0, 64, &interval), 0);
	assert_int_equal(interval.discrete.denominator, 60);
}

static void the_input_stays_while_somebody_needs_it(void **state)
{
	static const struct {
		int input;
		int error[NUM_KEEPERS];
	} table[] = {
		{ 0, { 0, 0, 0, 0, 0 } },
		{ 1, { 0, EBUSY, EBUSY, EBUSY, EBUSY } },
		/* One that does not exist is not busy. */
		{ 2, { EINVAL, EINVAL, EINVAL, EINVAL, EINVAL } },
		{ -1, { EINVAL, EINVAL, EINVAL, EINVAL, EINVAL } },
		{ 0x7fffffff, { EINVAL, EINVAL, EINVAL, EINVAL, EINVAL } },
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
			int input = table[i].input;

			scene->fake.input = 0;
			keep(scene, keeper);
			assert_int_equal(client_ioctl(&scene->us,
						      VIDIOC_S_INPUT, &input),
					 table[i].error[keeper]);
			if (table[i].error[keeper] == 0)
				assert_int_equal(scene->fake.input,
						 table[i].input);
			else
				assert_int_equal(scene->fake.input, 0);
			let_go(scene);
		}
	}
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
			unsigned int expected = others(keeper) ?
							table[i].share :
							table[i].camera * 1000;

			scene->fake.parm_fps = 30;
			keep(scene, keeper);
			assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM,
					      table[i].numerator,
					      table[i].denominator), expected);
			assert_int_equal(rate(scene), expected);
			assert_int_equal(scene->fake.parm_fps,
					 others(keeper) ? 30 :
							  table[i].camera);
			let_go(scene);
		}
	}
}

static void a_rate_that_can_be_set_is_promised(void **state)
{
	struct v4l2_streamparm parm;
	struct scene *scene = *state;

	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		keep(scene, keeper);
		parm = (struct v4l2_streamparm){ .type = scene->type };
		assert_int_equal(client_ioctl(&scene->us, VIDIOC_G_PARM,
					      &parm), 0);
		assert_int_equal(parm.parm.capture.capability,
				 others(keeper) ? V4L2_CAP_TIMEPERFRAME : 0);
		let_go(scene);
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

	keep(scene, ANOTHER);
	scene->fake.parm_fps = 0;
	parm.parm.capture.timeperframe.numerator = 1;
	parm.parm.capture.timeperframe.denominator = 5;
	assert_int_equal(client_ioctl(&scene->us, VIDIOC_S_PARM, &parm), 0);
	assert_int_equal(parm.parm.capture.timeperframe.denominator, 0);
	assert_int_equal(parm.parm.capture.capability, 0);
}

/* automotive.md 1.2 #4: the first rate that was set held until a restart. */
static void a_rate_is_not_frozen(void **state)
{
	struct scene *scene = *state;

	for (unsigned int fps = 60; fps >= 15; fps /= 2) {
		keep(scene, ANOTHER);
		parm(scene, &scene->other, VIDIOC_S_PARM, 1, fps);
		assert_int_equal(rate(scene), fps * 1000);
		let_go(scene);
	}
}

static void a_share_follows_the_cameras_rate(void **state)
{
	struct scene *scene = *state;
	struct stream_reader *reader;

	keep(scene, ANOTHER);
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

	keep(scene, BOTH);
	assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10), 10000);
	assert_int_equal(buffers(&scene->other, 0), 0);
	assert_int_equal(rate(scene), 10000);
	/* Alone, it sets the camera, and has all that it makes. */
	assert_int_equal(parm(scene, &scene->us, VIDIOC_S_PARM, 1, 15), 15000);
	assert_int_equal(scene->fake.parm_fps, 15);
	assert_int_equal(rate(scene), 15000);
}

static void sessions_have_shares_of_their_own(void **state)
{
	struct scene *scene = *state;

	pin(scene, YUYV, 64, 30);
	parm(scene, &scene->us, VIDIOC_S_PARM, 1, 10);
	parm(scene, &scene->other, VIDIOC_S_PARM, 1, 15);
	assert_int_equal(rate(scene), 10000);
	assert_int_equal(parm(scene, &scene->other, VIDIOC_G_PARM, 0, 0),
			 15000);
	client_close(&scene->us);
	client_open(&scene->us, &scene->world, 2);
	assert_int_equal(rate(scene), 30000);
}

static void a_pinned_mode_is_set_at_once(void **state)
{
	static const struct size pinned = { UYVY, 128, 4 };
	struct scene *scene = *state;
	struct camera_mode mode;
	struct size now;

	pin(scene, UYVY, 128, 15);
	now = current(scene);
	assert_memory_equal(&now, &pinned, sizeof(now));
	assert_int_equal(scene->fake.parm_fps, 15);
	assert_int_equal(scene->fake.handles, 2);

	assert_int_equal(mode_current(&scene->world.camera.mode, &mode), 0);
	assert_int_equal(mode.pixelformat, UYVY);
	assert_int_equal(mode.width, 128);
	assert_int_equal(mode.height, 4);
	assert_int_equal(mode.numerator, 1);
	assert_int_equal(mode.denominator, 15);
}

static void a_pinned_mode_of_any_rate_leaves_the_rate(void **state)
{
	struct scene *scene = *state;

	scene->fake.parm_fps = 25;
	pin(scene, UYVY, 128, 0);
	assert_int_equal(current(scene).width, 128);
	assert_int_equal(scene->fake.parm_fps, 25);
}

static void a_pinned_mode_waits_for_the_last_with_buffers(void **state)
{
	struct scene *scene = *state;

	keep(scene, BOTH);
	pin(scene, UYVY, 128, 15);
	assert_int_equal(current(scene).width, 64);
	assert_int_equal(buffers(&scene->us, 0), 0);
	assert_int_equal(current(scene).width, 64);
	client_close(&scene->other);
	assert_int_equal(current(scene).width, 128);
	assert_int_equal(scene->fake.parm_fps, 15);
}

static void a_pinned_mode_that_is_taken_back_is_set_no_more(void **state)
{
	struct scene *scene = *state;
	struct size size = { YUYV, 256, 4 };

	keep(scene, ANOTHER);
	pin(scene, UYVY, 128, 15);
	unpin(scene);
	assert_int_equal(buffers(&scene->other, 0), 0);
	assert_int_equal(current(scene).width, 64);
	assert_int_equal(format(&scene->us, VIDIOC_S_FMT, &size), 0);
	assert_int_equal(current(scene).width, 256);
}

static void a_pinned_mode_is_set_when_the_camera_appears(void **state)
{
	struct scene *scene = *state;

	source_fake_vanish(&scene->fake);
	pin(scene, UYVY, 128, 15);
	assert_int_equal(scene->fake.parm_fps, 30);
	source_fake_return(&scene->fake);
	assert_int_equal(scene->fake.parm_fps, 15);

	/* And each time that it does, as a camera forgets its mode. */
	source_fake_vanish(&scene->fake);
	scene->fake.parm_fps = 30;
	source_fake_return(&scene->fake);
	assert_int_equal(scene->fake.parm_fps, 15);
}

static void a_mode_that_the_driver_does_not_give_is_told_as_it_is(void **state)
{
	struct scene *scene = *state;
	struct camera_mode mode;

	pin(scene, NV12, 131, 30);
	assert_int_equal(current(scene).width, 130);
	assert_int_equal(current(scene).pixelformat, YUYV);
	assert_int_equal(mode_current(&scene->world.camera.mode, &mode), 0);
	assert_int_equal(mode.width, 130);
	assert_true(mode_is_pinned(&scene->world.camera.mode));
}

static void a_camera_that_is_away_has_no_mode(void **state)
{
	struct scene *scene = *state;
	struct camera_mode mode = { .width = 42 };

	source_fake_vanish(&scene->fake);
	assert_int_equal(mode_current(&scene->world.camera.mode, &mode),
			 -ENODEV);
	assert_int_equal(mode.width, 42);
}

#define SCENE(test)                                                \
	cmocka_unit_test_setup_teardown(test, setup, teardown),    \
	{ #test " (multi-planar)", test, setup_multiplanar, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_format_is_set_kept_answered_or_refused),
		SCENE(a_try_finds_what_can_be_had_now),
		SCENE(formats_are_those_that_can_be_had_now),
		SCENE(sizes_are_those_that_can_be_had_now),
		SCENE(intervals_are_the_cameras_once_twice_up_to_a_second),
		SCENE(intervals_are_the_drivers_when_nobody_else_keeps_the_mode),
		SCENE(intervals_are_the_drivers_if_it_does_not_tell_its_own),
		SCENE(the_input_stays_while_somebody_needs_it),
		SCENE(a_rate_is_the_cameras_or_a_share_of_it),
		SCENE(a_rate_that_can_be_set_is_promised),
		SCENE(a_driver_without_rates_gives_its_errno_and_all_frames),
		SCENE(a_driver_that_knows_no_interval_gives_all_frames),
		SCENE(a_rate_is_not_frozen),
		SCENE(a_share_follows_the_cameras_rate),
		SCENE(a_share_outlives_who_kept_the_mode),
		SCENE(sessions_have_shares_of_their_own),
		SCENE(a_pinned_mode_is_set_at_once),
		SCENE(a_pinned_mode_of_any_rate_leaves_the_rate),
		SCENE(a_pinned_mode_waits_for_the_last_with_buffers),
		SCENE(a_pinned_mode_that_is_taken_back_is_set_no_more),
		SCENE(a_pinned_mode_is_set_when_the_camera_appears),
		SCENE(a_mode_that_the_driver_does_not_give_is_told_as_it_is),
		SCENE(a_camera_that_is_away_has_no_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
