/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture node with mapped buffers, for the benchmarks' programs. Whatever is
 * refused ends the program.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <err.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CAPTURE_BUFFERS 4

/**
 * struct capture - what is open
 * @fd: the node
 * @count: of buffers
 * @bytes: of each buffer, mapped
 * @len: of each buffer
 */
struct capture {
	int fd;
	unsigned int count;
	void *bytes[VIDEO_MAX_FRAME];
	size_t len[VIDEO_MAX_FRAME];
};

static inline void capture_must(const struct capture *capture,
				unsigned long request, void *argument,
				const char *what)
{
	if (ioctl(capture->fd, request, argument) < 0)
		err(1, "%s", what);
}

static inline struct v4l2_buffer capture_buffer(unsigned int index)
{
	return (struct v4l2_buffer){
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
}

/* Buffers are mapped and queued; it does not stream yet. */
static inline void capture_open(struct capture *capture, const char *path)
{
	struct v4l2_requestbuffers req = {
		.count = CAPTURE_BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	capture->fd = open(path, O_RDWR);
	if (capture->fd < 0)
		err(1, "%s", path);
	capture_must(capture, VIDIOC_REQBUFS, &req, "REQBUFS");
	if (req.count > VIDEO_MAX_FRAME)
		errx(1, "%u buffers", req.count);
	capture->count = req.count;
	for (unsigned int i = 0; i < req.count; i++) {
		struct v4l2_buffer buf = capture_buffer(i);

		capture_must(capture, VIDIOC_QUERYBUF, &buf, "QUERYBUF");
		capture->len[i] = buf.length;
		capture->bytes[i] = mmap(NULL, buf.length, PROT_READ,
					 MAP_SHARED, capture->fd, buf.m.offset);
		if (capture->bytes[i] == MAP_FAILED)
			err(1, "mmap");
		capture_must(capture, VIDIOC_QBUF, &buf, "QBUF");
	}
}

static inline void capture_stream(struct capture *capture,
				  unsigned long request)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	capture_must(capture, request, &type, "STREAMON, STREAMOFF");
}

static inline struct v4l2_buffer capture_take(struct capture *capture)
{
	struct v4l2_buffer buf = capture_buffer(0);

	capture_must(capture, VIDIOC_DQBUF, &buf, "DQBUF");
	return buf;
}

static inline void capture_close(struct capture *capture)
{
	for (unsigned int i = 0; i < capture->count; i++)
		munmap(capture->bytes[i], capture->len[i]);
	close(capture->fd);
}

#endif
