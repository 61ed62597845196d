// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session is told of the mode, and what it may change: the table of
 * docs/sharing.md, on a fake camera with even widths, YUYV and UYVY.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "mode_scene.h"

#define YUYV V4L2_PIX_FMT_YUYV
#define UYVY V4L2_PIX_FMT_UYVY
#define NV12 V4L2_PIX_FMT_NV12

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

/*
 * camera_be's lock counted cameras, not domains, so that with one
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
			scene_keep(scene, keeper);
			size = table[i].asked;
			assert_int_equal(format(&scene->us, VIDIOC_S_FMT,
						&size),
					 table[i].error[keeper]);
			if (table[i].error[keeper] == 0)
				assert_memory_equal(&size, &expected,
						    sizeof(size));
			now = current(scene);
			assert_memory_equal(&now, &expected, sizeof(now));
			scene_let_go(scene);
		}
	}
}

static void a_try_finds_what_can_be_had_now(void **state)
{
	struct scene *scene = *state;

	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		struct size size = { UYVY, 128, 8 };

		scene_keep(scene, keeper);
		assert_int_equal(format(&scene->us, VIDIOC_TRY_FMT, &size), 0);
		assert_int_equal(size.width, keeper_is_other(keeper) ? 64 : 128);
		assert_int_equal(size.height, keeper_is_other(keeper) ? 4 : 8);
		assert_int_equal(size.pixelformat,
				 keeper_is_other(keeper) ? YUYV : UYVY);
		scene_let_go(scene);
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
		scene_keep(scene, keeper);
		assert_int_equal(enum_fmt(scene, 0, &desc), 0);
		assert_int_equal(desc.pixelformat,
				 keeper_is_other(keeper) ? UYVY : YUYV);
		assert_int_equal(desc.index, 0);
		assert_string_equal((char *)desc.description,
				    keeper_is_other(keeper) ? "second" : "first");
		assert_int_equal(desc.flags & V4L2_FMT_FLAG_EMULATED,
				 keeper_is_other(keeper) ? V4L2_FMT_FLAG_EMULATED : 0);
		assert_int_equal(enum_fmt(scene, 1, &desc),
				 keeper_is_other(keeper) ? EINVAL : 0);
		scene_let_go(scene);
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
		scene_keep(scene, keeper);
		assert_int_equal(enum_sizes(scene, 0, UYVY, &size),
				 keeper_is_other(keeper) ? EINVAL : 0);
		assert_int_equal(enum_sizes(scene, 1, YUYV, &size), EINVAL);
		assert_int_equal(enum_sizes(scene, 0, YUYV, &size), 0);
		if (keeper_is_other(keeper)) {
			assert_int_equal(size.type,
					 V4L2_FRMSIZE_TYPE_DISCRETE);
			assert_int_equal(size.discrete.width, 64);
			assert_int_equal(size.discrete.height, 4);
			assert_memory_equal(size.reserved, zero, sizeof(zero));
		} else {
			assert_int_equal(size.type,
					 V4L2_FRMSIZE_TYPE_STEPWISE);
		}
		scene_let_go(scene);
	}
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
			scene_keep(scene, keeper);
			assert_int_equal(client_ioctl(&scene->us,
						      VIDIOC_S_INPUT, &input),
					 table[i].error[keeper]);
			if (table[i].error[keeper] == 0)
				assert_int_equal(scene->fake.input,
						 table[i].input);
			else
				assert_int_equal(scene->fake.input, 0);
			scene_let_go(scene);
		}
	}
}

static void a_pinned_mode_is_set_at_once(void **state)
{
	static const struct size pinned = { UYVY, 128, 4 };
	struct scene *scene = *state;
	struct camera_mode mode;
	struct size now;

	scene_pin(scene, UYVY, 128, 15);
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
	scene_pin(scene, UYVY, 128, 0);
	assert_int_equal(current(scene).width, 128);
	assert_int_equal(scene->fake.parm_fps, 25);
}

static void a_pinned_mode_waits_for_the_last_with_buffers(void **state)
{
	struct scene *scene = *state;

	scene_keep(scene, BOTH);
	scene_pin(scene, UYVY, 128, 15);
	assert_int_equal(current(scene).width, 64);
	assert_int_equal(scene_buffers(&scene->us, 0), 0);
	assert_int_equal(current(scene).width, 64);
	client_close(&scene->other);
	assert_int_equal(current(scene).width, 128);
	assert_int_equal(scene->fake.parm_fps, 15);
}

static void a_pinned_mode_that_is_taken_back_is_set_no_more(void **state)
{
	struct scene *scene = *state;
	struct size size = { YUYV, 256, 4 };

	scene_keep(scene, ANOTHER);
	scene_pin(scene, UYVY, 128, 15);
	scene_unpin(scene);
	assert_int_equal(scene_buffers(&scene->other, 0), 0);
	assert_int_equal(current(scene).width, 64);
	assert_int_equal(format(&scene->us, VIDIOC_S_FMT, &size), 0);
	assert_int_equal(current(scene).width, 256);
}

static void a_pinned_mode_is_set_when_the_camera_appears(void **state)
{
	struct scene *scene = *state;

	source_fake_vanish(&scene->fake);
	scene_pin(scene, UYVY, 128, 15);
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

	scene_pin(scene, NV12, 131, 30);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_format_is_set_kept_answered_or_refused),
		SCENE(a_try_finds_what_can_be_had_now),
		SCENE(formats_are_those_that_can_be_had_now),
		SCENE(sizes_are_those_that_can_be_had_now),
		SCENE(the_input_stays_while_somebody_needs_it),
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
