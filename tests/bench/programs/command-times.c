// SPDX-License-Identifier: GPL-2.0-only
/*
 * command-times - how long VIDIOC_G_EXT_CTRLS of one control takes.
 *
 *	command-times DEVICE COUNT
 *
 * Prints "P50 P99 MAX" in nanoseconds.
 */
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include "samples.h"

int main(int argc, char **argv)
{
	struct v4l2_ext_control control = { .id = V4L2_CID_BRIGHTNESS };
	struct v4l2_ext_controls controls = {
		.count = 1,
		.controls = &control,
	};
	struct samples samples;
	size_t count;
	int fd;

	if (argc != 3)
		errx(2, "usage: command-times DEVICE COUNT");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(1, "%s", argv[1]);
	count = strtoul(argv[2], NULL, 10);
	samples = samples_of(count);
	while (samples.count < count) {
		int64_t before = now_ns(CLOCK_MONOTONIC);

		if (ioctl(fd, VIDIOC_G_EXT_CTRLS, &controls) < 0)
			err(1, "G_EXT_CTRLS");
		samples_add(&samples, now_ns(CLOCK_MONOTONIC) - before);
	}
	samples_print(&samples);
	return 0;
}
