// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame2png - raw YUYV frames as a PNG, for people; several side by side.
 *
 *	frame2png WIDTHxHEIGHT PICTURE.png FRAME.yuyv...
 */
#include <libyuv/convert_argb.h>
#include <libyuv/convert_from_argb.h>
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE 16384
#define MAX_FRAMES 8
#define GAP 8 /* pixels between two frames, white */

/**
 * struct picture - what is written
 * @width: of one frame
 * @height: of all
 * @count: of frames
 * @stride: bytes of a line of @rgb
 * @rgb: blue, green, red
 */
struct picture {
	int width;
	int height;
	int count;
	int stride;
	uint8_t *rgb;
};

static int read_frame(const char *path, uint8_t *frame, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t got;
	int more;

	if (!file) {
		perror(path);
		return -1;
	}
	got = fread(frame, 1, size, file);
	more = fgetc(file) != EOF;
	fclose(file);
	if (got != size || more) {
		fprintf(stderr, "%s: not a frame of %zu bytes\n", path, size);
		return -1;
	}
	return 0;
}

/* One frame into its place. */
static int place(const struct picture *picture, int index, const char *path)
{
	const int width = picture->width;
	const size_t pixels = (size_t)width * picture->height;
	uint8_t *yuyv = malloc(pixels * 2);
	uint8_t *argb = malloc(pixels * 4);
	int err = -1;

	if (yuyv && argb && read_frame(path, yuyv, pixels * 2) == 0) {
		YUY2ToARGB(yuyv, width * 2, argb, width * 4, width,
			   picture->height);
		/* libyuv names the order in a word: RGB24 is B, G, R in memory */
		ARGBToRGB24(argb, width * 4,
			    picture->rgb + (size_t)index * (width + GAP) * 3,
			    picture->stride, width, picture->height);
		err = 0;
	}
	free(yuyv);
	free(argb);
	return err;
}

static int write_png(const struct picture *picture, const char *path)
{
	png_image image;

	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	image.width = picture->stride / 3;
	image.height = picture->height;
	image.format = PNG_FORMAT_BGR;
	if (!png_image_write_to_file(&image, path, 0, picture->rgb, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		return -1;
	}
	return 0;
}

static int convert(struct picture *picture, const char *to, char **frames)
{
	size_t size;
	int err = 0;

	picture->stride = (picture->count * (picture->width + GAP) - GAP) * 3;
	size = (size_t)picture->stride * picture->height;
	picture->rgb = malloc(size);
	if (!picture->rgb)
		return -1;
	memset(picture->rgb, 0xff, size);
	for (int i = 0; i < picture->count && err == 0; i++)
		err = place(picture, i, frames[i]);
	if (err == 0)
		err = write_png(picture, to);
	free(picture->rgb);
	return err;
}

int main(int argc, char **argv)
{
	struct picture picture = { .count = argc - 3 };
	int end = 0;

	if (picture.count < 1 || picture.count > MAX_FRAMES ||
	    sscanf(argv[1], "%dx%d%n", &picture.width, &picture.height,
		   &end) != 2 ||
	    argv[1][end] != '\0' || picture.width < 2 ||
	    picture.width % 2 != 0 || picture.width > MAX_SIDE ||
	    picture.height < 1 || picture.height > MAX_SIDE) {
		fprintf(stderr,
			"usage: frame2png WIDTHxHEIGHT PICTURE.png FRAME.yuyv...\n");
		return 2;
	}
	return convert(&picture, argv[2], argv + 3) == 0 ? 0 : 1;
}
