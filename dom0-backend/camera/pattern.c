// SPDX-License-Identifier: GPL-2.0-only
#include "camera/pattern.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "camera/font.h"

#define CODE_BITS 32
#define CODE_BAND_ROWS (PATTERN_CODE_ROWS / 2)

/* "12:34:56.789" and the columns between the characters */
#define TEXT_CHARS 12
#define TEXT_COLUMNS (TEXT_CHARS * (FONT_WIDTH + 1))
/* Two lines of text and a row around each */
#define TEXT_ROWS (2 * FONT_HEIGHT + 3)

#define LUMA_WHITE 235
#define LUMA_BLACK 16
#define CHROMA_GREY 128

/* RFC 1950: the largest prime below 65536, and how many bytes can be summed
 * before 32 bits overflow */
#define ADLER_BASE 65521
#define ADLER_RUN 5552

/* White, yellow, cyan, green, magenta, red, blue, black in BT.601 */
static const uint8_t pattern_bars[8][3] = {
	{ 235, 128, 128 }, { 210, 16, 146 }, { 170, 166, 16 }, { 145, 54, 34 },
	{ 106, 202, 222 }, { 81, 90, 240 },  { 41, 240, 110 }, { 16, 128, 128 },
};

static struct pattern_sum sum_bytes(const uint8_t *data, size_t bytes)
{
	struct pattern_sum sum = { .bytes = bytes };

	while (bytes > 0) {
		size_t run = MIN(bytes, (size_t)ADLER_RUN);

		for (size_t i = 0; i < run; i++) {
			sum.a += data[i];
			sum.b += sum.a;
		}
		sum.a %= ADLER_BASE;
		sum.b %= ADLER_BASE;
		data += run;
		bytes -= run;
	}
	return sum;
}

/* The sum of one stretch followed by another, without looking at the bytes:
 * only what changes from frame to frame is summed for each frame. */
static struct pattern_sum sum_join(struct pattern_sum first,
				   struct pattern_sum second)
{
	uint64_t carried = (uint64_t)first.a * (second.bytes % ADLER_BASE);

	return (struct pattern_sum){
		.a = (first.a + second.a) % ADLER_BASE,
		.b = (first.b + second.b + carried) % ADLER_BASE,
		.bytes = first.bytes + second.bytes,
	};
}

static uint32_t sum_value(struct pattern_sum sum)
{
	static const struct pattern_sum start = { .a = 1 };

	sum = sum_join(start, sum);
	return sum.b << 16 | sum.a;
}

static size_t row_bytes(unsigned int width)
{
	return (size_t)width * 2;
}

static void draw_luma(uint8_t *row, unsigned int x, unsigned int pixels,
		      uint8_t luma)
{
	for (unsigned int i = x; i < x + pixels; i++)
		row[2 * i] = luma;
}

static void draw_black_row(uint8_t *row, unsigned int width)
{
	for (unsigned int x = 0; x < width; x++) {
		row[2 * x] = LUMA_BLACK;
		row[2 * x + 1] = CHROMA_GREY;
	}
}

static unsigned int block_pixels(unsigned int width)
{
	return width / CODE_BITS & ~1u;
}

static void draw_code(const struct pattern *pattern, uint8_t *band,
		      uint32_t value)
{
	unsigned int block = block_pixels(pattern->width);
	size_t stride = row_bytes(pattern->width);

	draw_black_row(band, pattern->width);
	for (unsigned int i = 0; i < CODE_BITS; i++) {
		if (value >> (CODE_BITS - 1 - i) & 1)
			draw_luma(band, i * block, block, LUMA_WHITE);
	}
	for (unsigned int y = 1; y < CODE_BAND_ROWS; y++)
		memcpy(band + y * stride, band, stride);
}

static uint32_t read_code(const uint8_t *band, unsigned int width)
{
	const uint8_t *row = band + CODE_BAND_ROWS / 2 * row_bytes(width);
	unsigned int block = block_pixels(width);
	uint32_t value = 0;

	for (unsigned int i = 0; i < CODE_BITS; i++) {
		unsigned int x = i * block + block / 2;

		value = value << 1 | (row[2 * x] >= 128);
	}
	return value;
}

static unsigned int text_scale(unsigned int width, unsigned int height)
{
	unsigned int scale = MIN(width / (TEXT_COLUMNS + 8),
				 (height - PATTERN_CODE_ROWS) / TEXT_ROWS / 2);

	return MAX(scale, 1u);
}

static void draw_text(const struct pattern *pattern, uint8_t *picture,
		      unsigned int top, const char *text)
{
	unsigned int scale = text_scale(pattern->width, pattern->height);
	unsigned int left = 4 * scale;

	for (; *text; text++, left += (FONT_WIDTH + 1) * scale) {
		const uint8_t *glyph = font_glyph(*text);

		if (left + FONT_WIDTH * scale > pattern->width)
			return;
		for (unsigned int i = 0; i < FONT_WIDTH * FONT_HEIGHT * scale;
		     i++) {
			unsigned int y = i / FONT_WIDTH;
			unsigned int x = i % FONT_WIDTH;
			uint8_t *row = picture +
				       (top + y) * row_bytes(pattern->width);

			if (glyph[y / scale] >> (FONT_WIDTH - 1 - x) & 1)
				draw_luma(row, left + x * scale, scale,
					  LUMA_WHITE);
		}
	}
}

static void draw_box(const struct pattern *pattern, uint8_t *picture,
		     uint32_t number, uint32_t msec)
{
	unsigned int scale = text_scale(pattern->width, pattern->height);
	size_t stride = row_bytes(pattern->width);
	char text[32];

	for (unsigned int y = 0; y < pattern->box_rows; y++)
		draw_black_row(picture + (pattern->box_top + y) * stride,
			       pattern->width);

	snprintf(text, sizeof(text), "%010u", number);
	draw_text(pattern, picture, pattern->box_top + scale, text);
	snprintf(text, sizeof(text), "%02u:%02u:%02u.%03u",
		 msec / 3600000 % 24, msec / 60000 % 60, msec / 1000 % 60,
		 msec % 1000);
	draw_text(pattern, picture,
		  pattern->box_top + (FONT_HEIGHT + 2) * scale, text);
}

void pattern_draw_bars(const struct pattern *pattern, uint8_t *picture)
{
	size_t stride = row_bytes(pattern->width);
	uint8_t *first = picture + PATTERN_CODE_ROWS * stride;

	for (unsigned int y = 0; y < PATTERN_CODE_ROWS; y++)
		draw_black_row(picture + y * stride, pattern->width);
	for (unsigned int x = 0; x < pattern->width; x++) {
		/* Both pixels of a pair share their colour. */
		const uint8_t *bar =
			pattern_bars[(x & ~1u) * 8 / pattern->width];

		first[2 * x] = bar[0];
		first[2 * x + 1] = bar[1 + (x & 1)];
	}
	for (unsigned int y = 1; y < pattern->height - PATTERN_CODE_ROWS; y++)
		memcpy(first + y * stride, first, stride);
}

void pattern_init(struct pattern *pattern, unsigned int width,
		  unsigned int height, uint8_t *picture)
{
	size_t stride = row_bytes(width);
	unsigned int box_end;

	assert(width >= PATTERN_MIN_WIDTH && width <= PATTERN_MAX_WIDTH);
	assert(height >= PATTERN_MIN_HEIGHT && height <= PATTERN_MAX_HEIGHT);
	assert(width % 2 == 0);

	memset(pattern, 0, sizeof(*pattern));
	pattern->width = width;
	pattern->height = height;
	pattern->box_rows = TEXT_ROWS * text_scale(width, height);
	pattern->box_top = PATTERN_CODE_ROWS +
			   (height - PATTERN_CODE_ROWS - pattern->box_rows) / 2;
	box_end = pattern->box_top + pattern->box_rows;

	pattern_draw_bars(pattern, picture);
	pattern->above = sum_bytes(picture + PATTERN_CODE_ROWS * stride,
				   (pattern->box_top - PATTERN_CODE_ROWS) *
					   stride);
	pattern->below = sum_bytes(picture + box_end * stride,
				   (height - box_end) * stride);
}

void pattern_draw(const struct pattern *pattern, uint8_t *picture,
		  uint32_t number, uint32_t msec)
{
	size_t stride = row_bytes(pattern->width);
	struct pattern_sum sum;

	draw_box(pattern, picture, number, msec);
	sum = sum_bytes(picture + pattern->box_top * stride,
			pattern->box_rows * stride);
	sum = sum_join(sum_join(pattern->above, sum), pattern->below);

	draw_code(pattern, picture, number);
	draw_code(pattern, picture + CODE_BAND_ROWS * stride, sum_value(sum));
}

bool pattern_read(const uint8_t *picture, unsigned int width,
		  unsigned int height, uint32_t *number)
{
	size_t stride = row_bytes(width);
	struct pattern_sum sum;

	*number = read_code(picture, width);
	sum = sum_bytes(picture + PATTERN_CODE_ROWS * stride,
			(height - PATTERN_CODE_ROWS) * stride);
	return read_code(picture + CODE_BAND_ROWS * stride, width) ==
	       sum_value(sum);
}
