// SPDX-License-Identifier: GPL-2.0-only
/* A guest that sends whatever comes: thousands of commands of random bytes, some
 * of them nearly right. The sanitizers watch; the device goes on. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <vmedia/ioctls.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "codec_scene.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define COMMANDS 4000
#define ROOM 512

#define NR(name, payload, dir, tail) _IOC_NR(VIDIOC_##name),

static const uint32_t nrs[] = {VMEDIA_IOCTLS(NR)};

/* Which ioctls change a queue: these come more often. */
static const uint32_t queue_nrs[] = {
	_IOC_NR(VIDIOC_REQBUFS),     _IOC_NR(VIDIOC_CREATE_BUFS),
	_IOC_NR(VIDIOC_QUERYBUF),    _IOC_NR(VIDIOC_QBUF),
	_IOC_NR(VIDIOC_PREPARE_BUF), _IOC_NR(VIDIOC_EXPBUF),
	_IOC_NR(VIDIOC_STREAMON),    _IOC_NR(VIDIOC_STREAMOFF),
};

struct noise {
	uint32_t state;
};

/* Marsaglia's xorshift: the same noise each time */
static uint32_t next(struct noise *noise)
{
	noise->state ^= noise->state << 13;
	noise->state ^= noise->state >> 17;
	noise->state ^= noise->state << 5;
	return noise->state;
}

static uint32_t below(struct noise *noise, uint32_t end)
{
	return next(noise) % end;
}

static void put(uint8_t *bytes, size_t at, uint32_t value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

/* Fields that all of these have at the same place, made plausible */
static void make_plausible(struct noise *noise, uint32_t nr, uint8_t *payload)
{
	static const uint32_t memories[] = {
		V4L2_MEMORY_MMAP, V4L2_MEMORY_USERPTR, V4L2_MEMORY_DMABUF};
	const uint32_t memory = memories[below(noise, ARRAY_SIZE(memories))];

	switch (nr) {
	case _IOC_NR(VIDIOC_REQBUFS):
		put(payload, 0, below(noise, 40));
		put(payload, 4, CAPTURE);
		put(payload, 8, memory);
		break;
	case _IOC_NR(VIDIOC_QUERYBUF):
	case _IOC_NR(VIDIOC_QBUF):
	case _IOC_NR(VIDIOC_PREPARE_BUF):
		put(payload, 0, below(noise, 4));
		put(payload, 4, CAPTURE);
		put(payload, 60, memory);
		put(payload, 72, below(noise, 2 * WORLD_FRAME_LEN));
		put(payload, 12, next(noise) & ~V4L2_BUF_FLAG_REQUEST_FD);
		break;
	default:
		put(payload, 0, CAPTURE);
	}
}

static void send_noise(struct world *world, struct noise *noise, uint32_t id)
{
	uint8_t bytes[16 + ROOM];
	uint32_t nr = nrs[below(noise, ARRAY_SIZE(nrs))];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = next(noise);
	if (below(noise, 2))
		nr = queue_nrs[below(noise, ARRAY_SIZE(queue_nrs))];
	put(bytes, 0,
	    below(noise, 8) ? VIRTIO_MEDIA_CMD_IOCTL : below(noise, 8));
	put(bytes, 8, below(noise, 16) ? id : next(noise));
	put(bytes, 12, below(noise, 16) ? nr : next(noise));
	if (below(noise, 4))
		make_plausible(noise, nr, bytes + 16);
	world_send(world, bytes, 16 + below(noise, ROOM + 1),
		   below(noise, 8) ? ROOM : 1 + below(noise, ROOM));
}

/* A stream that has buffers in the window. Return: its session */
static uint32_t start(struct world *world)
{
	const uint32_t id = world_open(world);
	uint32_t count = 3;

	driver_reqbufs(world, id, CAPTURE, V4L2_MEMORY_MMAP, &count);
	driver_stream(world, id, VIDIOC_STREAMON, CAPTURE);
	return id;
}

static bool is_open(struct world *world, uint32_t id)
{
	int input;

	return world_ioctl(world, id, VIDIOC_G_INPUT, &input) == 0;
}

static void make_noise(struct world *world, uint32_t seed)
{
	struct noise noise = {.state = seed};
	struct driver_fake_answer answer;
	struct guest_open question;
	uint32_t id = start(world);

	for (int i = 0; i < COMMANDS; i++) {
		send_noise(world, &noise, id);
		while (world_asked(world, &question))
			world_grant(world, &question);
		assert_true(driver_fake_collect(
			world->driver, VIRTIO_MEDIA_COMMANDQ, &answer));
		if (i % 64 == 0 && !is_open(world, id))
			id = start(world);
	}
	assert_int_equal(driver_fake_status(world->driver) &
				 VIRTIO_CONFIG_S_NEEDS_RESET,
			 0);
	assert_true(is_open(world, world_open(world)));
}

static void noise_hurts_no_camera(void **state)
{
	make_noise(*state, 1);
}

static void noise_hurts_no_codec(void **state)
{
	make_noise(*state, 2);
}

static void noise_hurts_no_device_of_the_draft(void **state)
{
	make_noise(*state, 3);
}

#define TEST(test, set_up) \
	cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(noise_hurts_no_camera, world_set_up_window),
		TEST(noise_hurts_no_codec, world_set_up_codec),
		TEST(noise_hurts_no_device_of_the_draft, world_set_up_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
