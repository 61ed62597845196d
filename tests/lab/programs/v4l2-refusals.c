// SPDX-License-Identifier: GPL-2.0-only
/*
 * v4l2-refusals - asks a capture node for what it cannot have, and prints one
 * line for each: what was asked, and the errno that came back.
 *
 *	v4l2-refusals DEVICE
 *
 * It runs as well on a bare camera, which is what a guest's node is to be
 * like.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NO_SUCH_FORMAT v4l2_fourcc('N', 'O', 'P', 'E')
#define NO_SUCH_CONTROL 0x00dead00

static void tell(const char *what, int ret)
{
	printf("%s: %s\n", what, ret < 0 ? strerrorname_np(errno) : "ok");
}

static int request(int fd, unsigned int count)
{
	struct v4l2_requestbuffers req = {
		.count = count,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret = ioctl(fd, VIDIOC_REQBUFS, &req);

	return ret < 0 ? ret : (int)req.count;
}

static int buffer(int fd, unsigned long what, unsigned int index)
{
	struct v4l2_buffer buf = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	return ioctl(fd, what, &buf);
}

static int stream(int fd, unsigned long what)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	return ioctl(fd, what, &type);
}

static void formats(int fd)
{
	struct v4l2_fmtdesc desc = {
		.index = 9999,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	};
	struct v4l2_frmsizeenum size = { .pixel_format = NO_SUCH_FORMAT };
	struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_format output = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	v4l2_std_id std;

	tell("format number 9999", ioctl(fd, VIDIOC_ENUM_FMT, &desc));
	tell("sizes of no format", ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &size));
	tell("current format", ioctl(fd, VIDIOC_G_FMT, &fmt));
	fmt.fmt.pix.pixelformat = NO_SUCH_FORMAT;
	tell("no format, tried", ioctl(fd, VIDIOC_TRY_FMT, &fmt));
	printf("another is offered: %s\n",
	       fmt.fmt.pix.pixelformat != NO_SUCH_FORMAT ? "yes" : "no");
	tell("output format", ioctl(fd, VIDIOC_G_FMT, &output));
	tell("television standard", ioctl(fd, VIDIOC_G_STD, &std));
}

static void controls(int fd)
{
	struct v4l2_queryctrl query = { .id = NO_SUCH_CONTROL };
	struct v4l2_control ctrl = { .id = NO_SUCH_CONTROL };
	struct v4l2_ext_control one = { .id = NO_SUCH_CONTROL };
	struct v4l2_ext_controls many = { .count = 1, .controls = &one };

	tell("no control, queried", ioctl(fd, VIDIOC_QUERYCTRL, &query));
	tell("no control, read", ioctl(fd, VIDIOC_G_CTRL, &ctrl));
	tell("no control, set", ioctl(fd, VIDIOC_S_CTRL, &ctrl));
	tell("no control among many, set",
	     ioctl(fd, VIDIOC_S_EXT_CTRLS, &many));
	printf("the one to blame: %u\n", many.error_idx);
}

static void buffers(int fd, int other)
{
	struct v4l2_format fmt = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	int count;

	tell("streaming without buffers", stream(fd, VIDIOC_STREAMON));
	tell("no buffer, queued", buffer(fd, VIDIOC_QBUF, 0));
	count = request(fd, 40);
	tell("40 buffers", count);
	printf("no more than 32 come: %s\n",
	       count > 0 && count <= 32 ? "yes" : "no");
	tell("buffer 99, queried", buffer(fd, VIDIOC_QUERYBUF, 99));
	tell("buffer 99, queued", buffer(fd, VIDIOC_QBUF, 99));
	tell("buffers of a second file", request(other, 2));
	ioctl(fd, VIDIOC_G_FMT, &fmt);
	fmt.fmt.pix.width /= 2;
	tell("another format under buffers", ioctl(fd, VIDIOC_S_FMT, &fmt));
	tell("a buffer, queued", buffer(fd, VIDIOC_QBUF, 0));
	tell("the same again", buffer(fd, VIDIOC_QBUF, 0));
	tell("a frame, not streaming", buffer(fd, VIDIOC_DQBUF, 0));
	tell("streaming", stream(fd, VIDIOC_STREAMON));
	tell("buffers anew while streaming", request(fd, 2));
	tell("streaming, stopped", stream(fd, VIDIOC_STREAMOFF));
	tell("no buffers", request(fd, 0));
	tell("buffers of a second file, then", request(other, 2));
}

int main(int argc, char **argv)
{
	int fd, other;

	if (argc != 2) {
		fprintf(stderr, "usage: v4l2-refusals DEVICE\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_NONBLOCK);
	other = open(argv[1], O_RDWR | O_NONBLOCK);
	if (fd < 0 || other < 0) {
		perror(argv[1]);
		return 1;
	}
	formats(fd);
	controls(fd);
	buffers(fd, other);
	return 0;
}
