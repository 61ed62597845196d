// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame-times - streams from a capture node, and prints when each frame was
 * taken and when it came.
 *
 *	frame-times DEVICE COUNT
 *
 * A line per frame: its sequence, its timestamp, and the time before and after
 * it was dequeued, each in nanoseconds of CLOCK_MONOTONIC. The timestamp is of
 * microseconds. Ends with 1 if anything is refused.
 *
 * Every buffer is mapped and its first byte is read, so that it runs as well
 * where memory is different: it is also built for 32-bit systems.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#define BUFFERS 4

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void must(int fd, unsigned long request, void *argument, const char *what)
{
	if (ioctl(fd, request, argument) < 0)
		err(1, "%s", what);
}

static struct v4l2_buffer buffer(unsigned int index)
{
	return (struct v4l2_buffer){
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
}

static const volatile uint8_t *map(int fd, unsigned int index)
{
	struct v4l2_buffer buf = buffer(index);
	void *bytes;

	must(fd, VIDIOC_QUERYBUF, &buf, "QUERYBUF");
	bytes = mmap(NULL, buf.length, PROT_READ, MAP_SHARED, fd, buf.m.offset);
	if (bytes == MAP_FAILED)
		err(1, "mmap");
	return bytes;
}

static int64_t timestamp(const struct v4l2_buffer *buf)
{
	return buf->timestamp.tv_sec * INT64_C(1000000000) +
	       buf->timestamp.tv_usec * INT64_C(1000);
}

static void take(int fd, const volatile uint8_t *const *bytes)
{
	struct v4l2_buffer buf = buffer(0);
	int64_t before = now();

	must(fd, VIDIOC_DQBUF, &buf, "DQBUF");
	(void)bytes[buf.index][0];
	printf("%u %lld %lld %lld\n", buf.sequence, (long long)timestamp(&buf),
	       (long long)before, (long long)now());
	must(fd, VIDIOC_QBUF, &buf, "QBUF");
}

int main(int argc, char **argv)
{
	struct v4l2_requestbuffers req = {
		.count = BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	const volatile uint8_t *bytes[VIDEO_MAX_FRAME];
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	int fd;

	if (argc != 3)
		errx(2, "usage: frame-times DEVICE COUNT");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(1, "%s", argv[1]);
	must(fd, VIDIOC_REQBUFS, &req, "REQBUFS");
	if (req.count > VIDEO_MAX_FRAME)
		errx(1, "%u buffers", req.count);
	for (unsigned int i = 0; i < req.count; i++) {
		struct v4l2_buffer buf = buffer(i);

		bytes[i] = map(fd, i);
		must(fd, VIDIOC_QBUF, &buf, "QBUF");
	}
	must(fd, VIDIOC_STREAMON, &type, "STREAMON");
	for (int i = 0; i < atoi(argv[2]); i++)
		take(fd, bytes);
	must(fd, VIDIOC_STREAMOFF, &type, "STREAMOFF");
	return 0;
}
