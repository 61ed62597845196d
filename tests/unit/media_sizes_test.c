// SPDX-License-Identifier: GPL-2.0-only
/* How large buffers are by their format, and which a node has. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <vmedia/limits.h>

#include "base/util.h"
#include "media/layout.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define CAPTURE_MPLANE V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE

static int layout_of(uint32_t type, unsigned int num_planes, uint32_t size)
{
	struct v4l2_format format = {.type = type};
	struct queue_layout made;

	format.fmt.pix_mp.num_planes = num_planes;
	for (unsigned int i = 0; i < VIDEO_MAX_PLANES; i++)
		format.fmt.pix_mp.plane_fmt[i].sizeimage = size;
	if (type == CAPTURE)
		format.fmt.pix.sizeimage = size;
	return layout_of_format(&format, &made);
}

static void a_frame_has_between_one_byte_and_the_limit(void **state)
{
	assert_int_equal(layout_of(CAPTURE, 0, 0), -EINVAL);
	assert_int_equal(layout_of(CAPTURE, 0, 1), 0);
	assert_int_equal(layout_of(CAPTURE, 0, VMEDIA_MAX_BUFFER_BYTES), 0);
	assert_int_equal(layout_of(CAPTURE, 0, VMEDIA_MAX_BUFFER_BYTES + 1),
			 -EINVAL);
	assert_int_equal(layout_of(CAPTURE, 0, 0xffffffff), -EINVAL);
}

static void planes_share_the_limit(void **state)
{
	const uint32_t quarter = VMEDIA_MAX_BUFFER_BYTES / 4;

	assert_int_equal(layout_of(CAPTURE_MPLANE, 4, quarter), 0);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 4, quarter + 1), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 8, 0x80000000), -EINVAL);
}

static void there_are_one_to_eight_planes(void **state)
{
	assert_int_equal(layout_of(CAPTURE_MPLANE, 0, 1000), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 8, 1000), 0);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 9, 1000), -EINVAL);
	assert_int_equal(layout_of(CAPTURE_MPLANE, 255, 1000), -EINVAL);
}

static uint32_t size_of(const struct v4l2_format *format)
{
	struct queue_layout made = {0};

	if (layout_of_format(format, &made) < 0)
		return 0;
	assert_int_equal(made.num_planes, 1);
	return made.size[0];
}

static void each_kind_of_data_says_its_size_in_its_own_way(void **state)
{
	const struct v4l2_format vbi = {
		.type = V4L2_BUF_TYPE_VBI_CAPTURE,
		.fmt.vbi = {.samples_per_line = 1440, .count = {12, 12}},
	};
	const struct v4l2_format sliced = {
		.type = V4L2_BUF_TYPE_SLICED_VBI_OUTPUT,
		.fmt.sliced.io_size = 1536,
	};
	const struct v4l2_format sdr = {
		.type = V4L2_BUF_TYPE_SDR_CAPTURE,
		.fmt.sdr.buffersize = 65536,
	};
	const struct v4l2_format meta = {
		.type = V4L2_BUF_TYPE_META_OUTPUT,
		.fmt.meta.buffersize = 16,
	};

	assert_int_equal(size_of(&vbi), 1440 * 24);
	assert_int_equal(size_of(&sliced), 1536);
	assert_int_equal(size_of(&sdr), 65536);
	assert_int_equal(size_of(&meta), 16);
}

static void lines_of_vbi_cannot_wrap(void **state)
{
	static const uint32_t numbers[][3] = {
		{0x10000, 0x10000, 0},
		{0x80000000, 1, 1},
		{1, 0xffffffff, 1},
		{0xffffffff, 0xffffffff, 0xffffffff},
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct v4l2_format vbi = {
			.type = V4L2_BUF_TYPE_VBI_CAPTURE,
			.fmt.vbi = {.samples_per_line = numbers[i][0],
				    .count = {numbers[i][1], numbers[i][2]}},
		};

		assert_int_equal(size_of(&vbi), 0);
	}
}

/* The capabilities of nodes, and the types of buffers they have */
static const struct {
	uint32_t caps;
	unsigned int count;
	uint32_t types[4];
} nodes[] = {
	{V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING, 1, {CAPTURE}},
	{V4L2_CAP_VIDEO_CAPTURE_MPLANE, 1, {CAPTURE_MPLANE}},
	{V4L2_CAP_VIDEO_OUTPUT, 1, {V4L2_BUF_TYPE_VIDEO_OUTPUT}},
	{V4L2_CAP_VIDEO_OUTPUT_MPLANE, 1, {V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE}},
	{V4L2_CAP_VIDEO_M2M, 2, {CAPTURE, V4L2_BUF_TYPE_VIDEO_OUTPUT}},
	{V4L2_CAP_VIDEO_M2M_MPLANE,
	 2,
	 {CAPTURE_MPLANE, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE}},
	{V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE |
		 V4L2_CAP_READWRITE,
	 2,
	 {V4L2_BUF_TYPE_VBI_CAPTURE, V4L2_BUF_TYPE_SLICED_VBI_CAPTURE}},
	{V4L2_CAP_SDR_OUTPUT, 1, {V4L2_BUF_TYPE_SDR_OUTPUT}},
	{V4L2_CAP_META_CAPTURE, 1, {V4L2_BUF_TYPE_META_CAPTURE}},
	{V4L2_CAP_RADIO | V4L2_CAP_TUNER, 0, {0}},
	{0xffffffff, 12, {0}},
};

static void a_node_has_the_buffers_that_its_capabilities_mean(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		uint32_t types[LAYOUT_MAX_TYPES];

		print_message("node %zu\n", i);
		assert_int_equal(layout_types(nodes[i].caps, types),
				 nodes[i].count);
		for (size_t j = 0; j < MIN(nodes[i].count, 4u); j++) {
			if (nodes[i].types[j])
				assert_int_equal(types[j], nodes[i].types[j]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_has_between_one_byte_and_the_limit),
		cmocka_unit_test(planes_share_the_limit),
		cmocka_unit_test(there_are_one_to_eight_planes),
		cmocka_unit_test(
			each_kind_of_data_says_its_size_in_its_own_way),
		cmocka_unit_test(lines_of_vbi_cannot_wrap),
		cmocka_unit_test(
			a_node_has_the_buffers_that_its_capabilities_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
