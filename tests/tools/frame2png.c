// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame2png - a raw YUYV frame as a PNG, for people.
 *
 *	frame2png WIDTHxHEIGHT FRAME.yuyv PICTURE.png
 */
#include <libyuv/convert_argb.h>
#include <libyuv/convert_from_argb.h>
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE 16384

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

static int write_png(const char *path, const uint8_t *rgb, int width,
		     int height)
{
	png_image image;

	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	image.width = width;
	image.height = height;
	image.format = PNG_FORMAT_BGR;
	if (!png_image_write_to_file(&image, path, 0, rgb, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		return -1;
	}
	return 0;
}

static int convert(const char *from, const char *to, int width, int height)
{
	size_t pixels = (size_t)width * height;
	uint8_t *yuyv = malloc(pixels * 2);
	uint8_t *argb = malloc(pixels * 4);
	uint8_t *rgb = malloc(pixels * 3);
	int err = -1;

	if (yuyv && argb && rgb && read_frame(from, yuyv, pixels * 2) == 0) {
		YUY2ToARGB(yuyv, width * 2, argb, width * 4, width, height);
		/* libyuv names the order in a word: RGB24 is B, G, R in memory */
		ARGBToRGB24(argb, width * 4, rgb, width * 3, width, height);
		err = write_png(to, rgb, width, height);
	}
	free(yuyv);
	free(argb);
	free(rgb);
	return err;
}

int main(int argc, char **argv)
{
	int width, height, end = 0;

	if (argc != 4 ||
	    sscanf(argv[1], "%dx%d%n", &width, &height, &end) != 2 ||
	    argv[1][end] != '\0' || width < 2 || width % 2 != 0 ||
	    width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
		fprintf(stderr,
			"usage: frame2png WIDTHxHEIGHT FRAME.yuyv PICTURE.png\n");
		return 2;
	}
	return convert(argv[2], argv[3], width, height) == 0 ? 0 : 1;
}
