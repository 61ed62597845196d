// SPDX-License-Identifier: GPL-2.0-only
/*
 * raw-frames - pictures for an encoder, the same wherever it runs.
 *
 *	raw-frames WIDTHxHEIGHT COUNT >FILE
 *
 * YU12 without padding: stripes that move from frame to frame, with noise of a
 * fixed seed, so that no two frames and no two blocks compress alike.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SIDE 4096
#define NOISE_BITS 3

static uint32_t next_noise(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> (32 - NOISE_BITS);
}

static void draw_plane(uint8_t *plane, unsigned int width, unsigned int height,
		       unsigned int frame, uint32_t *noise)
{
	for (unsigned int y = 0; y < height; y++)
		for (unsigned int x = 0; x < width; x++)
			plane[y * width + x] = (uint8_t)(
				((x + y / 2 + frame * 4) & 0x7c) + 64 +
				next_noise(noise));
}

int main(int argc, char **argv)
{
	unsigned int width, height, count, frame;
	uint32_t noise = 1;
	uint8_t *picture;
	size_t luma, size;

	if (argc != 3 || sscanf(argv[1], "%ux%u", &width, &height) != 2 ||
	    sscanf(argv[2], "%u", &count) != 1 || width % 2 || height % 2 ||
	    width > MAX_SIDE || height > MAX_SIDE) {
		fprintf(stderr, "usage: raw-frames WIDTHxHEIGHT COUNT >FILE\n");
		return 2;
	}
	luma = (size_t)width * height;
	size = luma + luma / 2;
	picture = malloc(size);
	if (!picture)
		return 1;
	for (frame = 0; frame < count; frame++) {
		draw_plane(picture, width, height, frame, &noise);
		draw_plane(picture + luma, width / 2, height / 2, frame, &noise);
		draw_plane(picture + luma + luma / 4, width / 2, height / 2,
			   frame, &noise);
		if (fwrite(picture, 1, size, stdout) != size)
			return 1;
	}
	free(picture);
	return fflush(stdout) ? 1 : 0;
}
