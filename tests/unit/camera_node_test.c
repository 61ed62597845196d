// SPDX-License-Identifier: GPL-2.0-only
/* What a V4L2 node of the host is to a guest */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "camera/node_kind.h"

#define STREAMING V4L2_CAP_STREAMING
#define CAPTURE V4L2_CAP_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_CAP_VIDEO_CAPTURE_MPLANE

static int identify(uint32_t device_caps, const char *name,
		    struct camera_identity *identity)
{
	const struct v4l2_capability cap = {
		.card = "a card",
		.capabilities = 0xffffffff,
		.device_caps = device_caps,
	};

	return node_kind_identify(&cap, name, identity);
}

static struct camera_identity of(uint32_t device_caps)
{
	struct camera_identity identity;

	assert_int_equal(identify(device_caps, "video0", &identity), 0);
	return identity;
}

static void what_only_captures_video_is_shared(void **state)
{
	assert_true(of(CAPTURE | STREAMING).shared);
	assert_true(of(CAPTURE_MPLANE | STREAMING).shared);
	assert_int_equal(of(CAPTURE | STREAMING).device_caps,
			 CAPTURE | STREAMING);
}

static void everything_else_that_streams_is_direct(void **state)
{
	static const uint32_t caps[] = {
		V4L2_CAP_VIDEO_M2M, V4L2_CAP_VIDEO_M2M_MPLANE,
		V4L2_CAP_VIDEO_OUTPUT, V4L2_CAP_VIDEO_OUTPUT_MPLANE,
		V4L2_CAP_VBI_CAPTURE, V4L2_CAP_VBI_OUTPUT,
		V4L2_CAP_SLICED_VBI_CAPTURE, V4L2_CAP_SLICED_VBI_OUTPUT,
		V4L2_CAP_SDR_CAPTURE, V4L2_CAP_SDR_OUTPUT,
		V4L2_CAP_META_CAPTURE, V4L2_CAP_META_OUTPUT,
		CAPTURE | V4L2_CAP_TOUCH, CAPTURE | V4L2_CAP_VIDEO_OUTPUT,
		CAPTURE | V4L2_CAP_VIDEO_M2M,
	};

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct camera_identity identity = of(caps[i] | STREAMING);

		assert_false(identity.shared);
		assert_int_equal(identity.device_caps, caps[i] | STREAMING);
	}
}

static void of_a_shared_node_only_the_pictures_are_told(void **state)
{
	struct camera_identity identity;

	identity = of(CAPTURE | V4L2_CAP_META_CAPTURE | V4L2_CAP_VBI_CAPTURE |
		      V4L2_CAP_SLICED_VBI_CAPTURE | STREAMING);
	assert_true(identity.shared);
	assert_int_equal(identity.device_caps, CAPTURE | STREAMING);
}

static void a_node_of_both_kinds_of_planes_is_single_planar(void **state)
{
	assert_int_equal(of(CAPTURE | CAPTURE_MPLANE | STREAMING).device_caps,
			 CAPTURE | STREAMING);
}

static void signals_are_told_of_both_kinds(void **state)
{
	const uint32_t signal = V4L2_CAP_TUNER | V4L2_CAP_AUDIO |
				V4L2_CAP_HW_FREQ_SEEK;

	assert_int_equal(of(CAPTURE | STREAMING | signal).device_caps,
			 CAPTURE | STREAMING | signal);
	assert_int_equal(of(V4L2_CAP_VBI_CAPTURE | STREAMING | signal)
				 .device_caps,
			 V4L2_CAP_VBI_CAPTURE | STREAMING | signal);
}

static void what_does_not_cross_is_not_told(void **state)
{
	const uint32_t more = V4L2_CAP_READWRITE | V4L2_CAP_ASYNCIO |
			      V4L2_CAP_VIDEO_OVERLAY |
			      V4L2_CAP_VIDEO_OUTPUT_OVERLAY | V4L2_CAP_IO_MC |
			      V4L2_CAP_DEVICE_CAPS;

	assert_int_equal(of(CAPTURE | STREAMING | more).device_caps,
			 CAPTURE | STREAMING);
	assert_int_equal(of(V4L2_CAP_VIDEO_OUTPUT | STREAMING | more)
				 .device_caps,
			 V4L2_CAP_VIDEO_OUTPUT | STREAMING);
}

static void a_radio_need_not_stream(void **state)
{
	const uint32_t caps = V4L2_CAP_RADIO | V4L2_CAP_TUNER;
	struct camera_identity identity;

	assert_int_equal(identify(caps | V4L2_CAP_READWRITE, "radio0",
				  &identity), 0);
	assert_int_equal(identity.device_caps, caps);
	assert_false(identity.shared);
}

static void radio_data_is_told_of_if_it_needs_no_read(void **state)
{
	const uint32_t caps = V4L2_CAP_RADIO | V4L2_CAP_TUNER;
	const uint32_t rds = V4L2_CAP_RDS_CAPTURE | V4L2_CAP_RDS_OUTPUT;

	assert_int_equal(of(caps | rds).device_caps, caps | rds);
	assert_int_equal(of(caps | rds | V4L2_CAP_READWRITE).device_caps,
			 caps);
}

static void what_can_neither_stream_nor_be_tuned_is_refused(void **state)
{
	static const uint32_t caps[] = {
		0, STREAMING, CAPTURE, CAPTURE | V4L2_CAP_READWRITE,
		V4L2_CAP_VIDEO_M2M, V4L2_CAP_VIDEO_OVERLAY | STREAMING,
	};
	struct camera_identity identity;

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		assert_int_equal(identify(caps[i], "video0", &identity),
				 -ENOTSUP);
}

static void the_type_is_that_of_the_nodes_name(void **state)
{
	static const struct {
		const char *name;
		uint32_t type;
	} names[] = {
		{ "video12", 0 }, { "vbi0", 1 },      { "radio3", 2 },
		{ "swradio0", 4 }, { "v4l-touch1", 5 }, { "rear", 0 },
	};
	struct camera_identity identity;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(identify(V4L2_CAP_VBI_CAPTURE | STREAMING,
					  names[i].name, &identity), 0);
		assert_int_equal(identity.device_type, names[i].type);
	}
}

static void an_old_driver_has_capabilities_of_the_whole_device(void **state)
{
	const struct v4l2_capability cap = {
		.capabilities = CAPTURE | STREAMING,
		.device_caps = V4L2_CAP_VIDEO_M2M,
	};
	struct camera_identity identity;

	assert_int_equal(node_kind_identify(&cap, "video0", &identity), 0);
	assert_int_equal(identity.device_caps, CAPTURE | STREAMING);
}

static void a_card_need_not_end(void **state)
{
	struct v4l2_capability cap = { .capabilities = CAPTURE | STREAMING };
	struct camera_identity identity;

	memset(cap.card, 'x', sizeof(cap.card));
	assert_int_equal(node_kind_identify(&cap, "video0", &identity), 0);
	assert_int_equal(strlen(identity.card), sizeof(identity.card) - 1);
}

static void a_codec_has_a_context_for_each_open_file(void **state)
{
	struct camera_identity codec = of(V4L2_CAP_VIDEO_M2M_MPLANE |
					  STREAMING);
	struct camera_identity output = of(V4L2_CAP_VIDEO_OUTPUT | STREAMING);

	assert_true(node_kind_is_m2m(&codec));
	assert_false(node_kind_is_m2m(&output));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_captures_video_is_shared),
		cmocka_unit_test(everything_else_that_streams_is_direct),
		cmocka_unit_test(of_a_shared_node_only_the_pictures_are_told),
		cmocka_unit_test(
			a_node_of_both_kinds_of_planes_is_single_planar),
		cmocka_unit_test(signals_are_told_of_both_kinds),
		cmocka_unit_test(what_does_not_cross_is_not_told),
		cmocka_unit_test(a_radio_need_not_stream),
		cmocka_unit_test(radio_data_is_told_of_if_it_needs_no_read),
		cmocka_unit_test(
			what_can_neither_stream_nor_be_tuned_is_refused),
		cmocka_unit_test(the_type_is_that_of_the_nodes_name),
		cmocka_unit_test(
			an_old_driver_has_capabilities_of_the_whole_device),
		cmocka_unit_test(a_card_need_not_end),
		cmocka_unit_test(a_codec_has_a_context_for_each_open_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
