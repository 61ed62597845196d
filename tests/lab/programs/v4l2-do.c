// SPDX-License-Identifier: GPL-2.0-only
/*
 * v4l2-do - does one thing after the other with a capture node.
 *
 *	v4l2-do DEVICE STEP...
 *
 * The STEPs, besides those of steps.h, which says how they are told. The first
 * file is opened by a step, too:
 *
 *	open	one more file; what follows is done with it
 *	use:N	what follows is done with file N, 0 is the first
 *	close	this file
 *	format:WxH, try:WxH, format, sizes, intervals, rate:FPS, rate
 *	input:N
 *	buffers:N (REQBUFS), create:N (CREATE_BUFS): how many come
 *	queue:N (the buffers 0 to N-1), on, off
 *	take:N	N frames, not given back; "none" if one does not come in 3 s
 *	get:ID, set:ID=VALUE, extset:ID=VALUE, exttry:ID=VALUE, control:ID
 *	subscribe:ID, event: to a control's changes; the new value, or "none" if
 *		nothing changes in 10 s
 *	priority:N
 *	flood:SECONDS, reopen:SECONDS: a command, or open() and close(), as fast
 *		as can be: how many
 */
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

#include "steps.h"

#define MAX_FILES 1024
#define PATIENCE_MS 3000
#define EVENT_PATIENCE_MS 10000

/**
 * struct state - what is open
 * @device: its path
 * @fd: of each file, -1 once it is closed
 * @count: that were opened
 * @now: index of the one in use
 */
struct state {
	const char *device;
	int fd[MAX_FILES];
	unsigned int count;
	unsigned int now;
};

static int fd_of(const struct state *files)
{
	return files->count ? files->fd[files->now] : -1;
}

static void tell_number(int ret, unsigned int number)
{
	if (ret < 0)
		tell(ret);
	else
		printf("%u\n", number);
}

static void do_open(struct state *files, const char *value)
{
	int fd;

	(void)value;
	if (files->count == MAX_FILES) {
		puts("too many");
		return;
	}
	fd = open(files->device, O_RDWR | O_NONBLOCK);
	if (fd >= 0) {
		files->now = files->count++;
		files->fd[files->now] = fd;
	}
	tell(fd);
}

static void do_use(struct state *files, const char *value)
{
	unsigned int index = strtoul(value, NULL, 10);

	if (index >= files->count) {
		puts("there is none");
		return;
	}
	files->now = index;
	puts("ok");
}

static void do_close(struct state *files, const char *value)
{
	(void)value;
	tell(close(fd_of(files)));
	if (files->count)
		files->fd[files->now] = -1;
}

static void tell_format(int ret, const struct v4l2_format *format)
{
	const struct v4l2_pix_format *pix = &format->fmt.pix;

	if (ret < 0)
		tell(ret);
	else
		printf("%.4s %ux%u\n", (const char *)&pix->pixelformat,
		       pix->width, pix->height);
}

static void format_as(struct state *files, const char *value,
		      unsigned long request)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_pix_format *pix = &format.fmt.pix;
	int ret = ioctl(fd_of(files), VIDIOC_G_FMT, &format);

	if (ret == 0 && value) {
		sscanf(value, "%ux%u", &pix->width, &pix->height);
		pix->bytesperline = 0;
		pix->sizeimage = 0;
		ret = ioctl(fd_of(files), request, &format);
	}
	tell_format(ret, &format);
}

static void do_format(struct state *files, const char *value)
{
	format_as(files, value, VIDIOC_S_FMT);
}

static void do_try(struct state *files, const char *value)
{
	format_as(files, value, VIDIOC_TRY_FMT);
}

static void do_sizes(struct state *files, const char *value)
{
	struct v4l2_frmsizeenum size = { .pixel_format = V4L2_PIX_FMT_YUYV };

	(void)value;
	while (ioctl(fd_of(files), VIDIOC_ENUM_FRAMESIZES, &size) == 0) {
		printf("%ux%u ", size.discrete.width, size.discrete.height);
		size.index++;
	}
	tell_number(0, size.index);
}

static void do_intervals(struct state *files, const char *value)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_frmivalenum interval = { 0 };

	(void)value;
	ioctl(fd_of(files), VIDIOC_G_FMT, &format);
	interval.pixel_format = format.fmt.pix.pixelformat;
	interval.width = format.fmt.pix.width;
	interval.height = format.fmt.pix.height;
	while (ioctl(fd_of(files), VIDIOC_ENUM_FRAMEINTERVALS, &interval) == 0) {
		printf("%u/%u ", interval.discrete.numerator,
		       interval.discrete.denominator);
		interval.index++;
	}
	tell_number(0, interval.index);
}

static void do_rate(struct state *files, const char *value)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_fract *interval = &parm.parm.capture.timeperframe;
	int ret;

	if (value) {
		interval->numerator = 1;
		interval->denominator = strtoul(value, NULL, 10);
		ret = ioctl(fd_of(files), VIDIOC_S_PARM, &parm);
	} else {
		ret = ioctl(fd_of(files), VIDIOC_G_PARM, &parm);
	}
	if (ret < 0 || interval->numerator == 0)
		tell(ret);
	else
		printf("%.1f\n", (double)interval->denominator /
					 interval->numerator);
}

static void do_input(struct state *files, const char *value)
{
	int input = strtol(value, NULL, 10);

	tell(ioctl(fd_of(files), VIDIOC_S_INPUT, &input));
}

static void do_buffers(struct state *files, const char *value)
{
	struct v4l2_requestbuffers req = {
		.count = strtoul(value, NULL, 10),
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret = ioctl(fd_of(files), VIDIOC_REQBUFS, &req);

	tell_number(ret, req.count);
}

static void do_create(struct state *files, const char *value)
{
	struct v4l2_create_buffers create = {
		.count = strtoul(value, NULL, 10),
		.memory = V4L2_MEMORY_MMAP,
		.format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	};
	int ret = ioctl(fd_of(files), VIDIOC_G_FMT, &create.format);

	if (ret == 0)
		ret = ioctl(fd_of(files), VIDIOC_CREATE_BUFS, &create);
	tell_number(ret, create.count);
}

static int buffer(int fd, unsigned long request, unsigned int index)
{
	struct v4l2_buffer buf = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};

	return ioctl(fd, request, &buf);
}

static void do_queue(struct state *files, const char *value)
{
	unsigned int count = strtoul(value, NULL, 10);
	int ret = 0;

	for (unsigned int i = 0; i < count && ret == 0; i++)
		ret = buffer(fd_of(files), VIDIOC_QBUF, i);
	tell(ret);
}

static void stream(struct state *files, unsigned long request)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	tell(ioctl(fd_of(files), request, &type));
}

static void do_on(struct state *files, const char *value)
{
	(void)value;
	stream(files, VIDIOC_STREAMON);
}

static void do_off(struct state *files, const char *value)
{
	(void)value;
	stream(files, VIDIOC_STREAMOFF);
}

static void do_take(struct state *files, const char *value)
{
	struct pollfd pollfd = { .fd = fd_of(files), .events = POLLIN };
	unsigned int count = strtoul(value, NULL, 10);
	int ret = 0;

	for (unsigned int i = 0; i < count && ret == 0; i++) {
		if (poll(&pollfd, 1, PATIENCE_MS) == 0) {
			puts("none");
			return;
		}
		ret = buffer(pollfd.fd, VIDIOC_DQBUF, 0);
	}
	tell(ret);
}

static void do_get(struct state *files, const char *value)
{
	struct v4l2_control control = { .id = strtoul(value, NULL, 0) };
	int ret = ioctl(fd_of(files), VIDIOC_G_CTRL, &control);

	tell_number(ret, control.value);
}

/* What came of ID=VALUE is the value that it was brought to. */
static struct v4l2_control assignment(const char *value)
{
	struct v4l2_control control = { 0 };
	char *end;

	control.id = strtoul(value, &end, 0);
	control.value = *end == '=' ? strtol(end + 1, NULL, 0) : 0;
	return control;
}

static void do_set(struct state *files, const char *value)
{
	struct v4l2_control control = assignment(value);
	int ret = ioctl(fd_of(files), VIDIOC_S_CTRL, &control);

	tell_number(ret, control.value);
}

static void ext_as(struct state *files, const char *value,
		   unsigned long request)
{
	struct v4l2_control wanted = assignment(value);
	struct v4l2_ext_control control = {
		.id = wanted.id,
		.value = wanted.value,
	};
	struct v4l2_ext_controls controls = {
		.count = 1,
		.controls = &control,
	};
	int ret = ioctl(fd_of(files), request, &controls);

	tell_number(ret, control.value);
}

static void do_extset(struct state *files, const char *value)
{
	ext_as(files, value, VIDIOC_S_EXT_CTRLS);
}

static void do_exttry(struct state *files, const char *value)
{
	ext_as(files, value, VIDIOC_TRY_EXT_CTRLS);
}

static void do_control(struct state *files, const char *value)
{
	struct v4l2_queryctrl query = { .id = strtoul(value, NULL, 0) };
	int ret = ioctl(fd_of(files), VIDIOC_QUERYCTRL, &query);
	bool fixed = query.flags & V4L2_CTRL_FLAG_READ_ONLY;

	if (ret < 0)
		tell(ret);
	else
		printf("%d..%d%s\n", query.minimum, query.maximum,
		       fixed ? " read-only" : "");
}

static void do_subscribe(struct state *files, const char *value)
{
	struct v4l2_event_subscription subscription = {
		.type = V4L2_EVENT_CTRL,
		.id = strtoul(value, NULL, 0),
	};

	tell(ioctl(fd_of(files), VIDIOC_SUBSCRIBE_EVENT, &subscription));
}

static void do_event(struct state *files, const char *value)
{
	struct pollfd pollfd = { .fd = fd_of(files), .events = POLLPRI };
	struct v4l2_event event = { 0 };
	int ret;

	(void)value;
	if (poll(&pollfd, 1, EVENT_PATIENCE_MS) == 0) {
		puts("none");
		return;
	}
	ret = ioctl(pollfd.fd, VIDIOC_DQEVENT, &event);
	tell_number(ret, event.u.ctrl.value);
}

static void do_priority(struct state *files, const char *value)
{
	unsigned int priority = strtoul(value, NULL, 10);

	tell(ioctl(fd_of(files), VIDIOC_S_PRIORITY, &priority));
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void do_flood(struct state *files, const char *value)
{
	struct v4l2_control control = { .id = V4L2_CID_BRIGHTNESS };
	long end = now_ms() + strtol(value, NULL, 10) * 1000;
	unsigned int count = 0;
	int ret = 0;

	while (ret == 0 && now_ms() < end) {
		ret = ioctl(fd_of(files), VIDIOC_G_CTRL, &control);
		count++;
	}
	tell_number(ret, count);
}

static void do_reopen(struct state *files, const char *value)
{
	long end = now_ms() + strtol(value, NULL, 10) * 1000;
	unsigned int count = 0;
	int fd = 0;

	while (fd >= 0 && now_ms() < end) {
		fd = open(files->device, O_RDWR);
		if (fd >= 0)
			close(fd);
		count++;
	}
	tell_number(fd, count);
}

static const struct step steps[] = {
	{ "open", do_open, false },
	{ "use", do_use, true },
	{ "close", do_close, false },
	{ "format", do_format, false },
	{ "try", do_try, true },
	{ "sizes", do_sizes, false },
	{ "intervals", do_intervals, false },
	{ "rate", do_rate, false },
	{ "input", do_input, true },
	{ "buffers", do_buffers, true },
	{ "create", do_create, true },
	{ "queue", do_queue, true },
	{ "on", do_on, false },
	{ "off", do_off, false },
	{ "take", do_take, true },
	{ "get", do_get, true },
	{ "set", do_set, true },
	{ "extset", do_extset, true },
	{ "exttry", do_exttry, true },
	{ "control", do_control, true },
	{ "subscribe", do_subscribe, true },
	{ "event", do_event, false },
	{ "priority", do_priority, true },
	{ "flood", do_flood, true },
	{ "reopen", do_reopen, true },
};

int main(int argc, char **argv)
{
	struct state files = { .device = argc > 1 ? argv[1] : NULL };

	if (argc < 3) {
		fprintf(stderr, "usage: v4l2-do DEVICE STEP...\n");
		return 2;
	}
	return do_steps(&files, steps, sizeof(steps) / sizeof(steps[0]), argv + 2);
}
