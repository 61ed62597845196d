// SPDX-License-Identifier: GPL-2.0-only
/* What is set on a shared camera besides its mode, and what is only asked */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "mode_scene.h"

static struct settings_fake settings;

static int begin(void **state, int (*setup)(void **state))
{
	struct scene *scene;
	int ret;

	ret = setup(state);
	scene = *state;
	settings_fake_init(&settings);
	scene->fake.settings = &settings;
	return ret;
}

static int setting_setup(void **state)
{
	return begin(state, scene_setup);
}

static int setting_setup_multiplanar(void **state)
{
	return begin(state, scene_setup_multiplanar);
}

#define SETTING(test)                                                        \
	cmocka_unit_test_setup_teardown(test, setting_setup, scene_teardown), \
	{ #test " (multi-planar)", test, setting_setup_multiplanar,          \
	  scene_teardown, NULL }

static int s_std(struct scene *scene, bool other)
{
	v4l2_std_id std = other ? V4L2_STD_NTSC : V4L2_STD_PAL;

	return client_ioctl(&scene->us, VIDIOC_S_STD, &std);
}

static int s_timings(struct scene *scene, bool other)
{
	struct v4l2_dv_timings timings = settings.timings;

	timings.bt.flags = 0;
	timings.bt.height += other;
	return client_ioctl(&scene->us, VIDIOC_S_DV_TIMINGS, &timings);
}

static int s_selection(struct scene *scene, bool other)
{
	struct v4l2_selection selection = {
		.type = scene->type,
		.target = V4L2_SEL_TGT_CROP,
		.r = settings.crop,
	};

	selection.r.left += other;
	return client_ioctl(&scene->us, VIDIOC_S_SELECTION, &selection);
}

static int s_crop(struct scene *scene, bool other)
{
	struct v4l2_crop crop = { .type = scene->type, .c = settings.crop };

	crop.c.top += other;
	return client_ioctl(&scene->us, VIDIOC_S_CROP, &crop);
}

static int s_audio(struct scene *scene, bool other)
{
	struct v4l2_audio audio = { .index = other };

	return client_ioctl(&scene->us, VIDIOC_S_AUDIO, &audio);
}

static int s_tuner(struct scene *scene, bool other)
{
	struct v4l2_tuner tuner = {
		.audmode = other ? V4L2_TUNER_MODE_LANG1 : settings.audmode,
	};

	return client_ioctl(&scene->us, VIDIOC_S_TUNER, &tuner);
}

static int s_frequency(struct scene *scene, bool other)
{
	struct v4l2_frequency frequency = {
		.type = V4L2_TUNER_ANALOG_TV,
		.frequency = settings.frequency + other,
	};

	return client_ioctl(&scene->us, VIDIOC_S_FREQUENCY, &frequency);
}

static int s_edid(struct scene *scene)
{
	uint8_t blocks[128] = { 0 };
	struct v4l2_edid edid = { .blocks = 1 };

	return client_ioctl_tail(&scene->us, VIDIOC_S_EDID, &edid, blocks,
				 sizeof(blocks));
}

static int seek(struct scene *scene)
{
	struct v4l2_hw_freq_seek request = { .type = V4L2_TUNER_ANALOG_TV };

	return client_ioctl(&scene->us, VIDIOC_S_HW_FREQ_SEEK, &request);
}

/**
 * struct setter - an ioctl that sets something
 * @set: what is set, or something else. Return: its errno.
 * @sizes: it can make frames another size
 */
static const struct setter {
	int (*set)(struct scene *scene, bool other);
	bool sizes;
} setters[] = {
	{ s_std, true },       { s_timings, true }, { s_selection, true },
	{ s_crop, true },      { s_audio, false },  { s_tuner, false },
	{ s_frequency, false },
};

static void without_buffers_anybody_sets_everything(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(setters); i++) {
		assert_int_equal(setters[i].set(scene, true), 0);
		assert_int_equal(settings.sets, i + 1);
	}
	assert_int_equal(settings.std, V4L2_STD_NTSC);
}

static void what_is_set_stays_while_somebody_else_keeps_the_mode(void **state)
{
	struct scene *scene = *state;

	for (int keeper = ANOTHER; keeper < NUM_KEEPERS; keeper++) {
		scene_keep(scene, keeper);
		for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
			assert_int_equal(setters[i].set(scene, true), EBUSY);
		scene_let_go(scene);
	}
	assert_int_equal(settings.sets, 0);
}

static void what_is_set_may_be_set(void **state)
{
	struct scene *scene = *state;

	for (int keeper = ANOTHER; keeper < NUM_KEEPERS; keeper++) {
		scene_keep(scene, keeper);
		for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
			assert_int_equal(setters[i].set(scene, false), 0);
		scene_let_go(scene);
	}
}

static void own_buffers_keep_what_makes_their_size(void **state)
{
	struct scene *scene = *state;

	scene_keep(scene, OURSELVES);
	for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
		assert_int_equal(setters[i].set(scene, true),
				 setters[i].sizes ? EBUSY : 0);
}

/* The driver's queue is at work then, and it knows. */
static void who_streams_alone_is_answered_by_the_driver(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(client_stream(&scene->us), 0);
	for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
		assert_int_equal(setters[i].set(scene, true), 0);
}

static void what_the_driver_does_not_have_is_never_busy(void **state)
{
	struct scene *scene = *state;

	scene->fake.fail_ioctl = ENOTTY;
	for (int keeper = 0; keeper < NUM_KEEPERS; keeper++) {
		if (keeper == CONFIGURATION)
			continue;
		scene_keep(scene, keeper);
		for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
			assert_int_equal(setters[i].set(scene, true), ENOTTY);
		assert_int_equal(s_edid(scene), ENOTTY);
		assert_int_equal(seek(scene), ENOTTY);
		scene_let_go(scene);
	}
}

static void timings_come_back_as_they_are_set(void **state)
{
	struct scene *scene = *state;
	struct v4l2_dv_timings timings = settings.timings;

	scene_keep(scene, ANOTHER);
	timings.bt.flags = 0;
	assert_int_equal(client_ioctl(&scene->us, VIDIOC_S_DV_TIMINGS,
				      &timings), 0);
	assert_int_equal(timings.bt.flags, V4L2_DV_FL_IS_CE_VIDEO);
}

static void an_edid_is_not_changed_under_a_stream_of_others(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(s_edid(scene), 0);
	assert_int_equal(settings.edid_blocks, 1);
	scene_keep(scene, ANOTHER);
	assert_int_equal(s_edid(scene), EBUSY);
	assert_int_equal(settings.sets, 1);
}

static void no_station_is_sought_under_a_stream_of_others(void **state)
{
	struct scene *scene = *state;

	scene->fake.source.identity.device_caps |= V4L2_CAP_HW_FREQ_SEEK;
	assert_int_equal(seek(scene), 0);
	scene_keep(scene, ANOTHER);
	assert_int_equal(seek(scene), EBUSY);
	assert_int_equal(settings.seeks, 1);
}

static void who_has_less_than_the_highest_priority_sets_nothing(void **state)
{
	struct scene *scene = *state;
	uint32_t priority = V4L2_PRIORITY_BACKGROUND;

	assert_int_equal(client_ioctl(&scene->us, VIDIOC_S_PRIORITY,
				      &priority), 0);
	for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
		assert_int_equal(setters[i].set(scene, false), EBUSY);
	assert_int_equal(s_edid(scene), EBUSY);
	assert_int_equal(seek(scene), EBUSY);
}

static void what_sizes_frames_waits_for_who_is_about_to_stream(void **state)
{
	struct scene *scene = *state;
	int type = scene->type;

	assert_int_equal(scene_buffers(&scene->us, 2), 0);
	scene->world.holds = true;
	assert_int_equal(client_ioctl(&scene->us, VIDIOC_STREAMON, &type), -1);
	for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
		assert_int_equal(setters[i].set(scene, false),
				 setters[i].sizes ? EBUSY : 0);
	world_answer(&scene->world, 0);
}

static void whatever_only_asks_goes_to_the_driver(void **state)
{
	static const unsigned long requests[] = {
		VIDIOC_G_STD, VIDIOC_ENUMSTD, VIDIOC_QUERYSTD,
		VIDIOC_G_DV_TIMINGS, VIDIOC_ENUM_DV_TIMINGS,
		VIDIOC_QUERY_DV_TIMINGS, VIDIOC_DV_TIMINGS_CAP,
		VIDIOC_ENUMAUDIO, VIDIOC_G_AUDIO, VIDIOC_G_TUNER,
		VIDIOC_G_FREQUENCY, VIDIOC_ENUM_FREQ_BANDS, VIDIOC_CROPCAP,
		VIDIOC_G_CROP, VIDIOC_G_SLICED_VBI_CAP, VIDIOC_G_INPUT,
		VIDIOC_ENUMINPUT,
	};
	struct scene *scene = *state;

	scene_keep(scene, ANOTHER);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		uint32_t payload[64] = { 0 };

		if (requests[i] == VIDIOC_CROPCAP ||
		    requests[i] == VIDIOC_G_CROP)
			payload[0] = scene->type;
		assert_int_equal(client_ioctl(&scene->us, requests[i],
					      payload), 0);
		assert_int_equal(scene->fake.last_request, requests[i]);
	}
}

static void an_edid_is_read_whoever_keeps_the_mode(void **state)
{
	struct scene *scene = *state;
	uint8_t blocks[256] = { 0 };
	struct v4l2_edid edid = { .blocks = 2 };

	scene_keep(scene, ANOTHER);
	settings.edid_byte = 9;
	assert_int_equal(client_ioctl_tail(&scene->us, VIDIOC_G_EDID, &edid,
					   blocks, sizeof(blocks)), 0);
	assert_int_equal(blocks[0], 9);
	assert_int_equal(blocks[255], 9);
}

/* The reply is laid out by the blocks that were asked for. */
static void how_many_blocks_there_are_is_told_without_one(void **state)
{
	struct scene *scene = *state;
	struct v4l2_edid edid = { .blocks = 0 };

	assert_int_equal(client_ioctl_tail(&scene->us, VIDIOC_G_EDID, &edid,
					   NULL, 0), 0);
	assert_int_equal(edid.blocks, 2);
}

static void a_rectangle_of_another_queue_is_refused(void **state)
{
	static const unsigned long requests[] = {
		VIDIOC_CROPCAP, VIDIOC_G_CROP, VIDIOC_S_CROP,
		VIDIOC_G_SELECTION, VIDIOC_S_SELECTION,
	};
	static const uint32_t types[] = {
		0, V4L2_BUF_TYPE_VIDEO_OUTPUT, V4L2_BUF_TYPE_VIDEO_OVERLAY,
		V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE, 0xffffffff,
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(types); j++) {
			uint32_t payload[64] = { types[j] };

			assert_int_equal(client_ioctl(&scene->us, requests[i],
						      payload), EINVAL);
		}
	}
	assert_int_equal(scene->fake.last_request, 0);
}

static void a_camera_has_no_outputs_and_takes_no_commands(void **state)
{
	static const unsigned long requests[] = {
		VIDIOC_ENUMOUTPUT, VIDIOC_G_OUTPUT, VIDIOC_S_OUTPUT,
		VIDIOC_ENUMAUDOUT, VIDIOC_G_AUDOUT, VIDIOC_S_AUDOUT,
		VIDIOC_G_MODULATOR, VIDIOC_S_MODULATOR, VIDIOC_ENCODER_CMD,
		VIDIOC_TRY_ENCODER_CMD, VIDIOC_DECODER_CMD,
		VIDIOC_TRY_DECODER_CMD, VIDIOC_QBUF,
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		uint32_t payload[64] = { 0 };

		assert_int_equal(client_ioctl(&scene->us, requests[i],
					      payload), ENOTTY);
	}
	assert_int_equal(scene->fake.last_request, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTING(without_buffers_anybody_sets_everything),
		SETTING(what_is_set_stays_while_somebody_else_keeps_the_mode),
		SETTING(what_is_set_may_be_set),
		SETTING(own_buffers_keep_what_makes_their_size),
		SETTING(who_streams_alone_is_answered_by_the_driver),
		SETTING(what_the_driver_does_not_have_is_never_busy),
		SETTING(timings_come_back_as_they_are_set),
		SETTING(an_edid_is_not_changed_under_a_stream_of_others),
		SETTING(no_station_is_sought_under_a_stream_of_others),
		SETTING(who_has_less_than_the_highest_priority_sets_nothing),
		SETTING(what_sizes_frames_waits_for_who_is_about_to_stream),
		SETTING(whatever_only_asks_goes_to_the_driver),
		SETTING(an_edid_is_read_whoever_keeps_the_mode),
		SETTING(how_many_blocks_there_are_is_told_without_one),
		SETTING(a_rectangle_of_another_queue_is_refused),
		SETTING(a_camera_has_no_outputs_and_takes_no_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
