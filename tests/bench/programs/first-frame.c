// SPDX-License-Identifier: GPL-2.0-only
/*
 * first-frame - how long it takes from STREAMON until the first frame is there.
 *
 *	first-frame DEVICE COUNT
 *
 * All is opened and closed COUNT times. Prints "P50 P99 MAX" in nanoseconds.
 */
#include "capture.h"
#include "samples.h"

int main(int argc, char **argv)
{
	struct capture capture;
	struct samples samples;
	size_t count;

	if (argc != 3)
		errx(2, "usage: first-frame DEVICE COUNT");
	count = strtoul(argv[2], NULL, 10);
	samples = samples_of(count);
	while (samples.count < count) {
		int64_t before;

		capture_open(&capture, argv[1]);
		before = now_ns(CLOCK_MONOTONIC);
		capture_stream(&capture, VIDIOC_STREAMON);
		capture_take(&capture);
		samples_add(&samples, now_ns(CLOCK_MONOTONIC) - before);
		capture_stream(&capture, VIDIOC_STREAMOFF);
		capture_close(&capture);
	}
	samples_print(&samples);
	return 0;
}
