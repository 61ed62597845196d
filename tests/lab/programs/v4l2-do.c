// SPDX-License-Identifier: GPL-2.0-only
/*
 * v4l2-do - does one thing after the other with a capture node, and prints a
 * line for each: what was done, and what came of it, errno by its name.
 *
 *	v4l2-do DEVICE STEP...
 *
 * A STEP is WORD or WORD:VALUE. The first file is opened by a step, too:
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
 *	note:FILE, until:FILE, sleep:SECONDS: makes a file, waits for one
 *
 * It ends with 0 whatever was refused: the lines are what counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILES 1024
#define PATIENCE_MS 3000
#define EVENT_PATIENCE_MS 10000

/**
 * struct files - what is open
 * @device: its path
 * @fd: of each file, -1 once it is closed
 * @count: that were opened
 * @now: index of the one in use
 */
struct files {
	const char *device;
	int fd[MAX_FILES];
	unsigned int count;
	unsigned int now;
};

static int fd_of(const struct files *files)
{
	return files->count ? files->fd[files->now] : -1;
}

static void tell(int ret)
{
	if (ret < 0)
		puts(strerrorname_np(errno));
	else
		puts("ok");
}

static void tell_number(int ret, unsigned int number)
{
	if (ret < 0)
		tell(ret);
	else
		printf("%u\n", number);
}

static void do_open(struct files *files, const char *value)
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

static void do_use(struct files *files, const char *value)
{
	unsigned int index = strtoul(value, NULL, 10);

	if (index >= files->count) {
		puts("there is none");
		return;
	}
	files->now = index;
	puts("ok");
}

static void do_close(struct files *files, const char *value)
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

static void format_as(struct files *files, const char *value,
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

static void do_format(struct files *files, const char *value)
{
	format_as(files, value, VIDIOC_S_FMT);
}

static void do_try(struct files *files, const char *value)
{
	format_as(files, value, VIDIOC_TRY_FMT);
}

static void do_sizes(struct files *files, const char *value)
{
	struct v4l2_frmsizeenum size = { .pixel_format = V4L2_PIX_FMT_YUYV };

	(void)value;
	while (ioctl(fd_of(files), VIDIOC_ENUM_FRAMESIZES, &size) == 0) {
		printf("%ux%u ", size.discrete.width, size.discrete.height);
		size.index++;
	}
	tell_number(0, size.index);
}

static void do_intervals(struct files *files, const char *value)
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

static void do_rate(struct files *files, const char *value)
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

static void do_input(struct files *files, const char *value)
{
	int input = strtol(value, NULL, 10);

	tell(ioctl(fd_of(files), VIDIOC_S_INPUT, &input));
}

static void do_buffers(struct files *files, const char *value)
{
	struct v4l2_requestbuffers req = {
		.count = strtoul(value, NULL, 10),
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int ret = ioctl(fd_of(files), VIDIOC_REQBUFS, &req);

	tell_number(ret, req.count);
}

static void do_create(struct files *files, const char *value)
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

static void do_queue(struct files *files, const char *value)
{
	unsigned int count = strtoul(value, NULL, 10);
	int ret = 0;

	for (unsigned int i = 0; i < count && ret == 0; i++)
		ret = buffer(fd_of(files), VIDIOC_QBUF, i);
	tell(ret);
}

static void stream(struct files *files, unsigned long request)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	tell(ioctl(fd_of(files), request, &type));
}

static void do_on(struct files *files, const char *value)
{
	(void)value;
	stream(files, VIDIOC_STREAMON);
}

static void do_off(struct files *files, const char *value)
{
	(void)value;
	stream(files, VIDIOC_STREAMOFF);
}

static void do_take(struct files *files, const char *value)
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

static void do_get(struct files *files, const char *value)
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

static void do_set(struct files *files, const char *value)
{
	struct v4l2_control control = assignment(value);
	int ret = ioctl(fd_of(files), VIDIOC_S_CTRL, &control);

	tell_number(ret, control.value);
}

static void ext_as(struct files *files, const char *value,
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

static void do_extset(struct files *files, const char *value)
{
	ext_as(files, value, VIDIOC_S_EXT_CTRLS);
}

static void do_exttry(struct files *files, const char *value)
{
	ext_as(files, value, VIDIOC_TRY_EXT_CTRLS);
}

static void do_control(struct files *files, const char *value)
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

static void do_subscribe(struct files *files, const char *value)
{
	struct v4l2_event_subscription subscription = {
		.type = V4L2_EVENT_CTRL,
		.id = strtoul(value, NULL, 0),
	};

	tell(ioctl(fd_of(files), VIDIOC_SUBSCRIBE_EVENT, &subscription));
}

static void do_event(struct files *files, const char *value)
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

static void do_priority(struct files *files, const char *value)
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

static void do_flood(struct files *files, const char *value)
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

static void do_reopen(struct files *files, const char *value)
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

static void do_note(struct files *files, const char *value)
{
	int fd = open(value, O_WRONLY | O_CREAT, 0600);

	(void)files;
	tell(fd);
	if (fd >= 0)
		close(fd);
}

static void do_until(struct files *files, const char *value)
{
	(void)files;
	while (access(value, F_OK) < 0)
		usleep(20000);
	puts("ok");
}

static void do_sleep(struct files *files, const char *value)
{
	(void)files;
	usleep(strtod(value, NULL) * 1e6);
	puts("ok");
}

/* @needs_value: it makes no sense without one */
static const struct step {
	const char *word;
	void (*run)(struct files *files, const char *value);
	bool needs_value;
} steps[] = {
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
	{ "note", do_note, true },
	{ "until", do_until, true },
	{ "sleep", do_sleep, true },
};

static const struct step *find_step(const char *text)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *step = &steps[i];

		if (strlen(step->word) == len &&
		    strncmp(text, step->word, len) == 0 &&
		    (text[len] == ':' || !step->needs_value))
			return step;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct files files = { .device = argc > 1 ? argv[1] : NULL };

	if (argc < 3) {
		fprintf(stderr, "usage: v4l2-do DEVICE STEP...\n");
		return 2;
	}
	/* Whoever reads along sees each step when it is done. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++) {
		const struct step *step = find_step(argv[i]);
		const char *value = strchr(argv[i], ':');

		if (!step) {
			fprintf(stderr, "v4l2-do: what is %s?\n", argv[i]);
			return 2;
		}
		printf("%s: ", argv[i]);
		step->run(&files, value ? value + 1 : NULL);
	}
	return 0;
}
