// SPDX-License-Identifier: GPL-2.0-only
/*
 * v4l2-memory - does one thing after the other with the memory of a capture
 * node's buffers, as an application would.
 *
 *	v4l2-memory DEVICE STEP...
 *
 * The STEPs, besides those of steps.h, which says how they are told:
 *
 *	buffers:N (REQBUFS), create:N (CREATE_BUFS): how many come
 *	queue:N (the buffers 0 to N-1), on, off
 *	take	a frame: its number. Its buffer is the one in use then
 *	use:N	buffer N is the one in use; 0 is at first
 *	queued	whether it is
 *	close	the node
 *	export, drop: a dma-buf of the buffer; closes it
 *	map, map-export: the buffer, or its dma-buf, for reading and writing
 *	write	a byte of what is mapped: the signal that ended it, or "ok"
 *	protect	asks once more that it can be written
 *	save:FILE: all its bytes
 *	unmap, unmap-half: the latter half stays
 *	fork:FILE, join: a child that has what is mapped, and nothing else, until
 *		FILE is there, and then reads it; the signal that ended it, or "ok"
 *	turn:DEVICE=FILE: the dma-buf goes into a memory-to-memory node, and what
 *		that makes of it into FILE
 *	fill	the dma-buf is for the node to fill, by a second file
 */
#include <linux/videodev2.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "steps.h"

#define PAGE_SIZE 4096

/**
 * struct state - a node, and what an application has of its buffers
 * @device: the node's path
 * @fd: of the node
 * @index: of the buffer in use
 * @dmabuf: what was exported last
 * @bytes: what is mapped, or NULL
 * @size: of it
 * @child: that was forked last
 */
struct state {
	const char *device;
	int fd;
	unsigned int index;
	int dmabuf;
	uint8_t *bytes;
	size_t size;
	pid_t child;
};

static void tell_number(int ret, unsigned int number)
{
	if (ret < 0)
		tell(ret);
	else
		printf("%u\n", number);
}

static int request(int fd, unsigned int type, unsigned int memory,
		   unsigned int *count)
{
	struct v4l2_requestbuffers req = {
		.count = *count,
		.type = type,
		.memory = memory,
	};
	int ret = ioctl(fd, VIDIOC_REQBUFS, &req);

	*count = req.count;
	return ret;
}

static int buffer(const struct state *state, unsigned long what,
		  struct v4l2_buffer *buf)
{
	buf->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	buf->memory = V4L2_MEMORY_MMAP;
	return ioctl(state->fd, what, buf);
}

static int query(const struct state *state, struct v4l2_buffer *buf)
{
	*buf = (struct v4l2_buffer){ .index = state->index };
	return buffer(state, VIDIOC_QUERYBUF, buf);
}

/* Buffers, and frames in them */

static void do_buffers(struct state *state, const char *value)
{
	unsigned int count = strtoul(value, NULL, 10);
	int ret = request(state->fd, V4L2_BUF_TYPE_VIDEO_CAPTURE,
			  V4L2_MEMORY_MMAP, &count);

	tell_number(ret, count);
}

static void do_create(struct state *state, const char *value)
{
	struct v4l2_create_buffers create = {
		.count = strtoul(value, NULL, 10),
		.memory = V4L2_MEMORY_MMAP,
		.format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	};
	int ret = ioctl(state->fd, VIDIOC_G_FMT, &create.format);

	if (ret == 0)
		ret = ioctl(state->fd, VIDIOC_CREATE_BUFS, &create);
	tell_number(ret, create.count);
}

static void do_queue(struct state *state, const char *value)
{
	unsigned int count = strtoul(value, NULL, 10);
	int ret = 0;

	for (unsigned int i = 0; i < count && ret == 0; i++) {
		struct v4l2_buffer buf = { .index = i };

		ret = buffer(state, VIDIOC_QBUF, &buf);
	}
	tell(ret);
}

static void do_on(struct state *state, const char *value)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	(void)value;
	tell(ioctl(state->fd, VIDIOC_STREAMON, &type));
}

static void do_off(struct state *state, const char *value)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	(void)value;
	tell(ioctl(state->fd, VIDIOC_STREAMOFF, &type));
}

static void do_take(struct state *state, const char *value)
{
	struct v4l2_buffer buf = { 0 };
	int ret = buffer(state, VIDIOC_DQBUF, &buf);

	(void)value;
	if (ret == 0)
		state->index = buf.index;
	tell_number(ret, buf.sequence);
}

static void do_use(struct state *state, const char *value)
{
	state->index = strtoul(value, NULL, 10);
	puts("ok");
}

static void do_queued(struct state *state, const char *value)
{
	struct v4l2_buffer buf;
	int ret = query(state, &buf);

	(void)value;
	if (ret < 0)
		tell(ret);
	else
		puts(buf.flags & V4L2_BUF_FLAG_QUEUED ? "yes" : "no");
}

static void do_close(struct state *state, const char *value)
{
	(void)value;
	tell(close(state->fd));
	state->fd = -1;
}

/* Their memory */

static void do_export(struct state *state, const char *value)
{
	struct v4l2_exportbuffer export = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.index = state->index,
		.flags = O_RDWR | O_CLOEXEC,
	};
	int ret = ioctl(state->fd, VIDIOC_EXPBUF, &export);

	(void)value;
	if (ret == 0)
		state->dmabuf = export.fd;
	tell(ret);
}

static void do_drop(struct state *state, const char *value)
{
	(void)value;
	tell(close(state->dmabuf));
	state->dmabuf = -1;
}

static void map(struct state *state, int fd, off_t offset, size_t size)
{
	void *bytes;

	if (state->bytes) {
		puts("mapped already");
		return;
	}
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (bytes == MAP_FAILED) {
		tell(-1);
		return;
	}
	state->bytes = bytes;
	state->size = size;
	puts("ok");
}

static void do_map(struct state *state, const char *value)
{
	struct v4l2_buffer buf;
	int ret = query(state, &buf);

	(void)value;
	if (ret < 0)
		tell(ret);
	else
		map(state, state->fd, buf.m.offset, buf.length);
}

static void do_map_export(struct state *state, const char *value)
{
	off_t size = lseek(state->dmabuf, 0, SEEK_END);

	(void)value;
	if (size < 0)
		tell(-1);
	else
		map(state, state->dmabuf, 0, (size_t)size);
}

static sigjmp_buf refused;

static void on_signal(int number)
{
	siglongjmp(refused, number);
}

static void do_write(struct state *state, const char *value)
{
	volatile uint8_t *byte = state->bytes;
	int number = sigsetjmp(refused, 1);

	(void)value;
	if (number == 0) {
		signal(SIGSEGV, on_signal);
		signal(SIGBUS, on_signal);
		*byte ^= 0xff;
		puts("ok");
	} else {
		printf("SIG%s\n", sigabbrev_np(number));
	}
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
}

static void do_protect(struct state *state, const char *value)
{
	(void)value;
	tell(mprotect(state->bytes, state->size, PROT_READ | PROT_WRITE));
}

/* Returns as a system call does. */
static int save(const char *path, const uint8_t *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t written = 1;

	if (fd < 0)
		return -1;
	while (size && written > 0) {
		written = write(fd, bytes, size);
		bytes += written;
		size -= written > 0 ? (size_t)written : 0;
	}
	return close(fd) < 0 || size ? -1 : 0;
}

static void do_save(struct state *state, const char *value)
{
	tell(save(value, state->bytes, state->size));
}

static void do_unmap(struct state *state, const char *value)
{
	(void)value;
	tell(munmap(state->bytes, state->size));
	state->bytes = NULL;
}

static void do_unmap_half(struct state *state, const char *value)
{
	size_t half = state->size / 2 / PAGE_SIZE * PAGE_SIZE;

	(void)value;
	tell(munmap(state->bytes, half));
	state->bytes += half;
	state->size -= half;
}

static void live_as_child(const struct state *state, const char *path)
{
	const volatile uint8_t *bytes = state->bytes;

	close(state->fd);
	close(state->dmabuf);
	while (access(path, F_OK) < 0)
		usleep(20000);
	for (size_t i = 0; i < state->size; i += PAGE_SIZE)
		(void)bytes[i];
}

static void do_fork(struct state *state, const char *value)
{
	state->child = fork();
	if (state->child == 0) {
		live_as_child(state, value);
		_exit(0);
	}
	tell(state->child);
}

static void do_join(struct state *state, const char *value)
{
	int status;

	(void)value;
	if (waitpid(state->child, &status, 0) < 0)
		tell(-1);
	else if (WIFSIGNALED(status))
		printf("SIG%s\n", sigabbrev_np(WTERMSIG(status)));
	else
		puts("ok");
}

/* The dma-buf in other queues */

/* With @buf, of type and memory as it says, as its only buffer a queue streams. */
static int start(int fd, struct v4l2_buffer *buf, const struct v4l2_format *like)
{
	struct v4l2_format format = *like;
	unsigned int count = 1;

	format.type = buf->type;
	if (ioctl(fd, VIDIOC_S_FMT, &format) < 0 ||
	    request(fd, buf->type, buf->memory, &count) < 0)
		return -1;
	if (buf->memory == V4L2_MEMORY_MMAP && ioctl(fd, VIDIOC_QUERYBUF, buf) < 0)
		return -1;
	buf->length = format.fmt.pix.sizeimage;
	buf->bytesused = format.fmt.pix.sizeimage;
	if (ioctl(fd, VIDIOC_QBUF, buf) < 0)
		return -1;
	return ioctl(fd, VIDIOC_STREAMON, &buf->type);
}

static int turn(const struct state *state, int m2m, const char *path)
{
	struct v4l2_format like = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_buffer in = {
		.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = state->dmabuf,
	};
	struct v4l2_buffer out = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	void *bytes;
	int ret;

	if (ioctl(state->fd, VIDIOC_G_FMT, &like) < 0 ||
	    start(m2m, &in, &like) < 0 || start(m2m, &out, &like) < 0)
		return -1;
	bytes = mmap(NULL, out.length, PROT_READ, MAP_SHARED, m2m, out.m.offset);
	if (bytes == MAP_FAILED)
		return -1;
	ret = ioctl(m2m, VIDIOC_DQBUF, &out);
	if (ret == 0)
		ret = save(path, bytes, out.bytesused);
	munmap(bytes, out.length);
	return ret;
}

static void do_turn(struct state *state, const char *value)
{
	const char *path = strchr(value, '=');
	char *device;
	int m2m;

	if (!path) {
		puts("into which file?");
		return;
	}
	device = strndup(value, (size_t)(path - value));
	m2m = open(device, O_RDWR | O_CLOEXEC);
	free(device);
	tell(m2m < 0 ? -1 : turn(state, m2m, path + 1));
	close(m2m);
}

static void do_fill(struct state *state, const char *value)
{
	struct v4l2_format like = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_buffer buf = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = state->dmabuf,
	};
	int fd = open(state->device, O_RDWR | O_CLOEXEC);
	int ret = fd;

	(void)value;
	if (ret >= 0)
		ret = ioctl(fd, VIDIOC_G_FMT, &like);
	if (ret >= 0)
		ret = start(fd, &buf, &like);
	tell(ret);
	close(fd);
}

static const struct step steps[] = {
	{ "buffers", do_buffers, true },
	{ "create", do_create, true },
	{ "queue", do_queue, true },
	{ "on", do_on, false },
	{ "off", do_off, false },
	{ "take", do_take, false },
	{ "use", do_use, true },
	{ "queued", do_queued, false },
	{ "close", do_close, false },
	{ "export", do_export, false },
	{ "drop", do_drop, false },
	{ "map", do_map, false },
	{ "map-export", do_map_export, false },
	{ "write", do_write, false },
	{ "protect", do_protect, false },
	{ "save", do_save, true },
	{ "unmap", do_unmap, false },
	{ "unmap-half", do_unmap_half, false },
	{ "fork", do_fork, true },
	{ "join", do_join, false },
	{ "turn", do_turn, true },
	{ "fill", do_fill, false },
};

int main(int argc, char **argv)
{
	struct state state = { .dmabuf = -1 };

	if (argc < 3) {
		fprintf(stderr, "usage: v4l2-memory DEVICE STEP...\n");
		return 2;
	}
	state.device = argv[1];
	state.fd = open(state.device, O_RDWR | O_CLOEXEC);
	if (state.fd < 0) {
		perror(state.device);
		return 1;
	}
	return do_steps(&state, steps, sizeof(steps) / sizeof(steps[0]), argv + 2);
}
