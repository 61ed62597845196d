// SPDX-License-Identifier: GPL-2.0-only
/*
 * copy-times - what a memcpy of a camera's frames costs: from the buffer that
 * the driver has just filled to one of several pieces of ordinary memory, in
 * turn, as buffers of a reader are.
 *
 *	copy-times DEVICE COUNT
 *
 * Prints "MEAN P50 P99 MAX": the time that the processor was at each of the
 * copies, in nanoseconds. Neither side is copied in the moment before, so
 * caches have of it what they have of any frame.
 */
#include <string.h>

#include "capture.h"
#include "samples.h"

static void *ordinary_memory(size_t len)
{
	void *bytes = malloc(len);

	if (!bytes)
		err(1, "%zu bytes", len);
	/* There before it is timed, as a reader's buffers are. */
	memset(bytes, 1, len);
	return bytes;
}

int main(int argc, char **argv)
{
	struct capture capture;
	struct samples samples;
	void *copy[VIDEO_MAX_FRAME];
	int64_t sum = 0;
	size_t count;

	if (argc != 3)
		errx(2, "usage: copy-times DEVICE COUNT");
	count = strtoul(argv[2], NULL, 10);
	samples = samples_of(count);
	capture_open(&capture, argv[1]);
	for (unsigned int i = 0; i < capture.count; i++)
		copy[i] = ordinary_memory(capture.len[i]);
	capture_stream(&capture, VIDIOC_STREAMON);
	while (samples.count < count) {
		struct v4l2_buffer buf = capture_take(&capture);
		int64_t before = now_ns(CLOCK_THREAD_CPUTIME_ID), took;

		memcpy(copy[buf.index], capture.bytes[buf.index],
		       buf.bytesused);
		/* It shall be done, though nobody reads what it wrote. */
		__asm__ volatile("" : : "r"(copy[buf.index]) : "memory");
		took = now_ns(CLOCK_THREAD_CPUTIME_ID) - before;
		samples_add(&samples, took);
		sum += took;
		capture_must(&capture, VIDIOC_QBUF, &buf, "QBUF");
	}
	capture_stream(&capture, VIDIOC_STREAMOFF);
	for (unsigned int i = 0; i < capture.count; i++)
		free(copy[i]);
	capture_close(&capture);
	printf("%lld ", (long long)(sum / (int64_t)count));
	samples_print(&samples);
	return 0;
}
