// SPDX-License-Identifier: GPL-2.0-only
/*
 * pattern-check - are these pictures of the pattern source, every byte?
 *
 *	pattern-check WIDTHxHEIGHT <FRAMES
 *
 * Prints the frame number that each picture carries. Fails at the first whose
 * checksum is not that of its bytes (dom0-backend/camera/pattern.h says where
 * both stand).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SIDE 4096
#define CODE_ROWS 16
#define NUMBER_ROW 4 /* the middle of its eight */
#define CHECKSUM_ROW 12

static uint32_t read_code(const uint8_t *frame, unsigned int width,
			  unsigned int row)
{
	unsigned int block = (width / 32) & ~1u;
	uint32_t code = 0;

	for (unsigned int i = 0; i < 32; i++) {
		size_t pixel = (size_t)row * width + i * block + block / 2;

		code = code << 1 | (frame[pixel * 2] >= 128);
	}
	return code;
}

static uint32_t adler32(const uint8_t *bytes, size_t count)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < count; i++) {
		a = (a + bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static bool check_frame(const uint8_t *frame, unsigned int width,
			unsigned int height)
{
	size_t code = (size_t)width * CODE_ROWS * 2;
	size_t size = (size_t)width * height * 2;
	uint32_t sum = adler32(frame + code, size - code);

	printf("%u\n", read_code(frame, width, NUMBER_ROW));
	return sum == read_code(frame, width, CHECKSUM_ROW);
}

int main(int argc, char **argv)
{
	unsigned int width, height;
	uint8_t *frame;
	size_t size;

	if (argc != 2 || sscanf(argv[1], "%ux%u", &width, &height) != 2 ||
	    width < 64 || width > MAX_SIDE || height < 64 || height > MAX_SIDE) {
		fprintf(stderr, "usage: pattern-check WIDTHxHEIGHT <FRAMES\n");
		return 2;
	}
	size = (size_t)width * height * 2;
	frame = malloc(size);
	if (!frame)
		return 1;
	while (fread(frame, 1, size, stdin) == size) {
		if (!check_frame(frame, width, height)) {
			fprintf(stderr, "its checksum is wrong\n");
			return 1;
		}
	}
	free(frame);
	return 0;
}
