// SPDX-License-Identifier: GPL-2.0-only
/*
 * cycles WHAT WAY BYTES COUNT - do the same COUNT times, on the fake hypervisor,
 * for who counts the instructions.
 *
 * WHAT	register	a trapped register is read
 *	control		G_EXT_CTRLS of one control, which the camera answers
 *	qbuf		QBUF of a buffer that was queued before
 *	frame		a frame comes, is given to the guest and told
 *	memcpy		the bytes of a frame are copied, and nothing else
 * WAY	pages or window: where the guest's buffers are
 *
 * What is to be counted happens within measured_round(), and nothing else does:
 * what the loop does for it, but for the first few times, and not what the
 * driver and the camera do, which are the test's.
 */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buffer_driver.h"

/* Until all that is kept for the next time is kept */
#define WARM_UP 4

/**
 * struct bench - what is done over and over
 * @id: of a session that streams
 * @buffer: its only one
 * @bytes: of a frame
 * @from: so many
 * @to: likewise
 * @interrupts: when it was done last
 * @measuring: rounds count
 */
struct bench {
	struct world *world;
	uint32_t id;
	struct driver_buffer buffer;
	uint32_t bytes;
	uint8_t *from;
	uint8_t *to;
	unsigned int interrupts;
	bool measuring;
};

struct what {
	const char *name;
	void (*run)(struct bench *bench);
};

/* Callgrind must see it begin and end: it calls, and does not jump. */
static __attribute__((noinline)) void
measured_round(void (*step)(struct bench *bench), struct bench *bench)
{
	step(bench);
	__asm__ volatile("" ::: "memory");
}

static void loop_step(struct bench *bench)
{
	event_base_loop(hyp_fake_base(bench->world->fake), EVLOOP_ONCE);
}

static void do_step(struct bench *bench, void (*step)(struct bench *bench))
{
	if (bench->measuring)
		measured_round(step, bench);
	else
		step(bench);
}

static void until_interrupt(struct bench *bench)
{
	struct driver_fake *driver = bench->world->driver;

	while (driver_fake_interrupts(driver) == bench->interrupts)
		do_step(bench, loop_step);
	bench->interrupts = driver_fake_interrupts(driver);
}

static void collect(struct bench *bench, unsigned int queue)
{
	struct driver_fake_answer answer;

	if (!driver_fake_collect(bench->world->driver, queue, &answer))
		fail_msg("no answer");
}

static void read_step(struct bench *bench)
{
	driver_fake_read(bench->world->driver, VIRTIO_MMIO_STATUS);
}

static void read_register(struct bench *bench)
{
	do_step(bench, read_step);
}

static void get_control(struct bench *bench)
{
	struct camera_fake *camera = camera_of(bench->world, bench->id);
	struct {
		struct v4l2_ext_controls head;
		struct v4l2_ext_control control;
	} __attribute__((packed)) payload = {
		.head.count = 1,
		.control.id = V4L2_CID_BRIGHTNESS,
	};

	world_send_ioctl(bench->world, bench->id, _IOC_NR(VIDIOC_G_EXT_CTRLS),
			 &payload, sizeof(payload), 8 + sizeof(payload));
	while (!camera_fake_take_call(camera))
		do_step(bench, loop_step);
	camera_fake_obey(camera);
	until_interrupt(bench);
	collect(bench, VIRTIO_MEDIA_COMMANDQ);
}

static void queue_buffer(struct bench *bench)
{
	driver_send(bench->world, bench->id, VIDIOC_QBUF, &bench->buffer);
	until_interrupt(bench);
	collect(bench, VIRTIO_MEDIA_COMMANDQ);
}

static void send_frame(struct bench *bench)
{
	camera_fake_send_frame(camera_of(bench->world, bench->id), 0, 0);
	until_interrupt(bench);
	collect(bench, VIRTIO_MEDIA_EVENTQ);
	world_post(bench->world, 1);
}

static void without_counting(struct bench *bench,
			     void (*run)(struct bench *bench))
{
	const bool measuring = bench->measuring;

	bench->measuring = false;
	run(bench);
	world_settle(bench->world);
	bench->interrupts = driver_fake_interrupts(bench->world->driver);
	bench->measuring = measuring;
}

static void queue_only(struct bench *bench)
{
	queue_buffer(bench);
	without_counting(bench, send_frame);
}

static void frame_only(struct bench *bench)
{
	without_counting(bench, queue_buffer);
	send_frame(bench);
}

static void copy_step(struct bench *bench)
{
	memcpy(bench->to, bench->from, bench->bytes);
}

static void copy(struct bench *bench)
{
	do_step(bench, copy_step);
}

static const struct what whats[] = {
	{ "register", read_register }, { "control", get_control },
	{ "qbuf", queue_only },	       { "frame", frame_only },
	{ "memcpy", copy },
};

static void start(struct bench *bench, bool window)
{
	const uint32_t memory = window ? V4L2_MEMORY_MMAP : V4L2_MEMORY_USERPTR;
	struct world *world = bench->world;
	const uint32_t type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	uint32_t count = 1;

	world->obedient = true;
	bench->id = world_open(world);
	camera_fake_set_format(camera_of(world, bench->id), bench->bytes, 0);
	assert_int_equal(
		driver_reqbufs(world, bench->id, type, memory, &count), 0);
	camera_fake_send_slots(camera_of(world, bench->id), 1, 1);
	assert_int_equal(world_stream_on(world, bench->id), 0);
	bench->buffer = driver_buffer(type, memory, 0);
	if (!window)
		driver_buffer_set(&bench->buffer, 0,
				  hyp_fake_alloc(world->fake, 0, bench->bytes),
				  bench->bytes);
	world_post(world, 4);
	world_settle(world);
	bench->interrupts = driver_fake_interrupts(world->driver);
}

static const struct what *find(const char *name)
{
	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		if (strcmp(whats[i].name, name) == 0)
			return &whats[i];
	}
	fprintf(stderr, "cycles: what is %s?\n", name);
	exit(EXIT_FAILURE);
}

static void *allocate(size_t bytes)
{
	void *memory = calloc(1, bytes);

	assert_non_null(memory);
	return memory;
}

int main(int argc, char **argv)
{
	const bool window = argc == 5 && strcmp(argv[2], "window") == 0;
	struct bench bench = { 0 };
	const struct what *what;
	void *state;
	int count;

	if (argc != 5) {
		fputs("usage: cycles WHAT WAY BYTES COUNT\n", stderr);
		return EXIT_FAILURE;
	}
	what = find(argv[1]);
	bench.bytes = strtoul(argv[3], NULL, 10);
	count = strtol(argv[4], NULL, 10);
	bench.from = allocate(bench.bytes);
	bench.to = allocate(bench.bytes);
	if (window)
		world_set_up_window(&state);
	else
		world_set_up(&state);
	bench.world = state;
	start(&bench, window);
	for (int i = -WARM_UP; i < count; i++) {
		bench.measuring = i >= 0;
		what->run(&bench);
	}
	world_tear_down(&state);
	free(bench.from);
	free(bench.to);
	return EXIT_SUCCESS;
}
