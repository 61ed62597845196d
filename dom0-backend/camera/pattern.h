/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern.h - a test picture that tells what it is.
 *
 * YUYV (V4L2_PIX_FMT_YUYV), two bytes a pixel, no padding between rows:
 *
 *   rows 0-7    frame number, 32 bits  \  32 blocks each, most significant
 *   rows 8-15   checksum, 32 bits      /  bit at the left
 *   rows 16-    eight colour bars; in the middle a black box with the frame
 *               number and the time of day (UTC) in digits, for people
 *
 * A block is (width / 32) & ~1 pixels wide; what is left of the row is black.
 * A 1 is white (Y 235), a 0 is black (Y 16); Cb and Cr are 128. A reader
 * samples the middle of a block and takes Y >= 128 for a 1, so that the frame
 * number survives scaling and compression. The checksum does not and is not
 * meant to: it proves that every byte is the camera's. It is the Adler-32
 * (RFC 1950; adler32() of zlib) of all bytes from row 16 to the end.
 */
#ifndef CAMERA_PATTERN_H
#define CAMERA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_CODE_ROWS 16

/* Smaller, the code has no room; the digits are cut off rather than refused. */
#define PATTERN_MIN_WIDTH 64
#define PATTERN_MIN_HEIGHT 64
#define PATTERN_MAX_WIDTH 4096
#define PATTERN_MAX_HEIGHT 2304

/** struct pattern_sum - Adler-32 of a stretch, before its start value */
struct pattern_sum {
	uint32_t a;
	uint32_t b;
	size_t bytes;
};

/**
 * struct pattern - a size of picture, and what does not change in it
 * @box_top: first row of the box, @box_rows its height
 * @above: sum of the bars above the box
 * @below: sum of the bars below it
 */
struct pattern {
	unsigned int width;
	unsigned int height;
	unsigned int box_top;
	unsigned int box_rows;
	struct pattern_sum above;
	struct pattern_sum below;
};

/** pattern_bytes() - of one picture */
static inline size_t pattern_bytes(const struct pattern *pattern)
{
	return (size_t)pattern->width * pattern->height * 2;
}

/**
 * pattern_init() - get ready for pictures of this size
 * @width: even, within the limits above, as @height
 * @picture: room for one; afterwards it holds the bars
 */
void pattern_init(struct pattern *pattern, unsigned int width,
		  unsigned int height, uint8_t *picture);

/** pattern_draw_bars() - what all pictures have in common, once per slot */
void pattern_draw_bars(const struct pattern *pattern, uint8_t *picture);

/**
 * pattern_draw() - make @picture, which has the bars, the next frame
 * @number: in digits and in blocks
 * @msec: time of day, milliseconds since midnight
 */
void pattern_draw(const struct pattern *pattern, uint8_t *picture,
		  uint32_t number, uint32_t msec);

/**
 * pattern_read() - what does this picture say?
 * @picture: of width * height * 2 bytes
 * @number: the frame number, also if the checksum is wrong
 * Return: true if the checksum is right.
 */
bool pattern_read(const uint8_t *picture, unsigned int width,
		  unsigned int height, uint32_t *number);

#endif /* CAMERA_PATTERN_H */
