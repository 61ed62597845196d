// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "camera/pattern.h"
#include "camera/pattern_mode.h"

static uint8_t *draw(struct pattern *pattern, unsigned int width,
		     unsigned int height, uint32_t number)
{
	uint8_t *picture = malloc((size_t)width * height * 2);

	pattern_init(pattern, width, height, picture);
	pattern_draw(pattern, picture, number, 12345678);
	return picture;
}

static void a_picture_tells_its_number(void **state)
{
	static const unsigned int sizes[][2] = {
		{ 64, 64 }, { 66, 65 }, { 320, 240 }, { 640, 480 },
		{ 1280, 720 }, { 4096, 64 }, { 64, 2304 },
	};
	struct pattern pattern;
	uint32_t number = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *picture =
			draw(&pattern, sizes[i][0], sizes[i][1], 0xdeadbeef);

		assert_true(pattern_read(picture, sizes[i][0], sizes[i][1],
					 &number));
		assert_int_equal(number, 0xdeadbeef);
		free(picture);
	}
}

static void each_changed_byte_is_noticed(void **state)
{
	struct pattern pattern;
	uint8_t *picture = draw(&pattern, 128, 64, 42);
	size_t first = 16 * 128 * 2;
	uint32_t number = 0;

	for (size_t i = first; i < pattern_bytes(&pattern); i += 97) {
		picture[i] ^= 1;
		assert_false(pattern_read(picture, 128, 64, &number));
		assert_int_equal(number, 42);
		picture[i] ^= 1;
	}
	free(picture);
}

static void a_slot_drawn_again_is_right_again(void **state)
{
	struct pattern pattern;
	uint8_t *picture = draw(&pattern, 640, 480, 8888888);
	uint32_t number = 0;

	for (uint32_t i = 0; i < 5; i++) {
		pattern_draw(&pattern, picture, i, i * 1111111);
		assert_true(pattern_read(picture, 640, 480, &number));
		assert_int_equal(number, i);
	}
	free(picture);
}

/* As RFC 1950 says it, byte by byte */
static uint32_t adler32(const uint8_t *data, size_t bytes)
{
	uint32_t a = 1, b = 0;

	while (bytes-- > 0) {
		a = (a + *data++) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void the_checksum_is_the_adler32_of_the_rfc(void **state)
{
	struct pattern pattern;
	uint8_t *picture = draw(&pattern, 640, 480, 7);
	size_t stride = 640 * 2;
	uint32_t code = 0;

	for (unsigned int i = 0; i < 32; i++)
		code = code << 1 | (picture[8 * stride + i * 40] >= 128);
	assert_int_equal(code, adler32(picture + 16 * stride, 464 * stride));
	free(picture);
}

static void two_numbers_are_two_pictures(void **state)
{
	struct pattern pattern;
	uint8_t *one = draw(&pattern, 320, 240, 1);
	uint8_t *two = draw(&pattern, 320, 240, 2);
	size_t code = 16 * 320 * 2;

	/* Also for people: below the blocks */
	assert_memory_not_equal(one + code, two + code,
				pattern_bytes(&pattern) - code);
	free(one);
	free(two);
}

static void words_that_are_no_mode_are_refused(void **state)
{
	static const char *const words[] = {
		"", "x", "640", "640x", "x480", "640x480@", "640x480@0",
		"640x480@121", "641x480", "62x480", "640x62", "4098x480",
		"640x2305", "640x480x", "640x480@30x", "-640x480", "640x+480",
		" 640x480", "99999999999x480", "640x480@30@30",
	};
	struct pattern_mode mode;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_not_equal(pattern_mode_parse(&mode, words[i]), 0);
}

static void a_mode_is_read_from_words(void **state)
{
	struct pattern_mode mode;

	assert_int_equal(pattern_mode_parse(&mode, "1280x720"), 0);
	assert_int_equal(mode.current_width, 1280);
	assert_int_equal(mode.current_height, 720);
	assert_int_equal(mode.current_fps, 30);
	assert_int_equal(pattern_mode_parse(&mode, "640x480@5"), 0);
	assert_int_equal(mode.current_fps, 5);
}

static void sizes_are_the_largest_and_the_usual_smaller_ones(void **state)
{
	static const unsigned int widths[] = { 1280, 640, 320 };
	struct pattern_mode mode;
	struct v4l2_frmsizeenum size = { 0 };

	assert_int_equal(pattern_mode_parse(&mode, "1280x720"), 0);
	for (unsigned int i = 0; i < 3; i++) {
		size.index = i;
		size.pixel_format = V4L2_PIX_FMT_YUYV;
		assert_int_equal(pattern_mode_ioctl(&mode, false,
						    VIDIOC_ENUM_FRAMESIZES,
						    &size), 0);
		assert_int_equal(size.discrete.width, widths[i]);
	}
	size.index = 3;
	assert_int_not_equal(pattern_mode_ioctl(&mode, false,
						VIDIOC_ENUM_FRAMESIZES, &size),
			     0);
}

static void the_nearest_size_is_set(void **state)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct pattern_mode mode;

	assert_int_equal(pattern_mode_parse(&mode, "1280x720"), 0);
	format.fmt.pix.width = 0xffffffff;
	format.fmt.pix.height = 700;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
	assert_int_equal(pattern_mode_ioctl(&mode, false, VIDIOC_S_FMT,
					    &format), 0);
	assert_int_equal(format.fmt.pix.pixelformat, V4L2_PIX_FMT_YUYV);
	assert_int_equal(format.fmt.pix.width, 1280);

	format.fmt.pix.width = 700;
	format.fmt.pix.height = 400;
	assert_int_equal(pattern_mode_ioctl(&mode, false, VIDIOC_S_FMT,
					    &format), 0);
	assert_int_equal(mode.current_width, 640);
	assert_int_equal(format.fmt.pix.sizeimage, 640 * 480 * 2);
}

static void the_nearest_rate_is_set(void **state)
{
	static const unsigned int rates[][3] = {
		{ 1, 30, 30 }, { 1, 7, 5 }, { 1, 12, 15 }, { 1, 1000, 60 },
		{ 10, 1, 5 }, { 0, 0, 60 }, { 0xffffffff, 0xffffffff, 5 },
	};
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_fract *interval = &parm.parm.capture.timeperframe;
	struct pattern_mode mode;

	assert_int_equal(pattern_mode_parse(&mode, "1280x720@60"), 0);
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		interval->numerator = rates[i][0];
		interval->denominator = rates[i][1];
		assert_int_equal(pattern_mode_ioctl(&mode, false,
						    VIDIOC_S_PARM, &parm), 0);
		assert_int_equal(interval->denominator, rates[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_tells_its_number),
		cmocka_unit_test(each_changed_byte_is_noticed),
		cmocka_unit_test(a_slot_drawn_again_is_right_again),
		cmocka_unit_test(the_checksum_is_the_adler32_of_the_rfc),
		cmocka_unit_test(two_numbers_are_two_pictures),
		cmocka_unit_test(words_that_are_no_mode_are_refused),
		cmocka_unit_test(a_mode_is_read_from_words),
		cmocka_unit_test(
			sizes_are_the_largest_and_the_usual_smaller_ones),
		cmocka_unit_test(the_nearest_size_is_set),
		cmocka_unit_test(the_nearest_rate_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
