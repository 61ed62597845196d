// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ioctls whose payload is all there is: as long as tests/vectors/ioctls.txt
 * says, written by whom it says. Those of buffers have texts of their own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "media_world.h"
#include "vector.h"

#define MAX_IOCTLS 128
#define MAX_SIZE 4096

/* These the device answers itself, in part. */
static bool is_of_buffers(const struct vector_ioctl *ioctl)
{
	static const char *const names[] = {"REQBUFS", "CREATE_BUFS",
					    "STREAMON", "STREAMOFF"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(ioctl->name, names[i]) == 0)
			return true;
	}
	return strcmp(ioctl->tail, "NONE") != 0;
}

static size_t sent(const struct vector_ioctl *ioctl)
{
	return strchr(ioctl->dir, 'W') ? ioctl->size : 0;
}

static size_t written(const struct vector_ioctl *ioctl)
{
	return strchr(ioctl->dir, 'R') ? ioctl->size : 0;
}

static void paint(uint8_t *bytes, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = i * 5 + seed;
}

static void for_each(void **state,
		     void (*check)(struct world *world, uint32_t id,
				   const struct vector_ioctl *ioctl))
{
	struct vector_ioctl ioctls[MAX_IOCTLS];
	const unsigned int count = vector_ioctls(ioctls, MAX_IOCTLS);
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world->obedient = false;
	for (unsigned int i = 0; i < count; i++) {
		if (!is_of_buffers(&ioctls[i]))
			check(world, id, &ioctls[i]);
	}
}

static void cross(struct world *world, uint32_t id,
		  const struct vector_ioctl *ioctl)
{
	struct camera_fake *camera = camera_of(world, id);
	uint8_t asked[MAX_SIZE], said[MAX_SIZE];
	struct world_answer answer;

	paint(asked, ioctl->size, 11);
	paint(said, ioctl->size, 77);
	world_send_ioctl(world, id, ioctl->nr, asked, sent(ioctl),
			 8 + written(ioctl));
	world_settle(world);
	if (!camera_fake_take_call(camera))
		fail_msg("%s does not reach the camera", ioctl->name);
	assert_int_equal(camera->call.head.nr, ioctl->nr);
	assert_int_equal(camera->call.data_len, ioctl->size);
	assert_memory_equal(camera->call.data, asked, sent(ioctl));
	camera_fake_reply(camera, camera->call.head.hdr.tag, 0, written(ioctl),
			  said, written(ioctl));
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	assert_int_equal(answer.len, 8 + written(ioctl));
	assert_memory_equal(answer.payload, said, written(ioctl));
}

static void every_ioctl_crosses_both_ways(void **state)
{
	for_each(state, cross);
}

/* Return: its status; it must say no more, and the camera must not be asked. */
static uint32_t refused(struct world *world, uint32_t id,
			const struct vector_ioctl *ioctl, size_t len,
			size_t room)
{
	const uint8_t asked[MAX_SIZE] = {0};
	struct world_answer answer;

	world_send_ioctl(world, id, ioctl->nr, asked, len, room);
	answer = world_answer(world);
	assert_int_equal(answer.len, 8);
	assert_false(camera_fake_take_call(camera_of(world, id)));
	return answer.status;
}

static void send_less(struct world *world, uint32_t id,
		      const struct vector_ioctl *ioctl)
{
	if (sent(ioctl) > 0)
		assert_int_equal(refused(world, id, ioctl, sent(ioctl) - 1,
					 8 + written(ioctl)),
				 EINVAL);
}

static void a_payload_that_lacks_a_byte_is_refused(void **state)
{
	for_each(state, send_less);
}

static void leave_less(struct world *world, uint32_t id,
		       const struct vector_ioctl *ioctl)
{
	if (written(ioctl) > 0)
		assert_int_equal(refused(world, id, ioctl, sent(ioctl),
					 8 + written(ioctl) - 1),
				 EINVAL);
}

static void room_that_lacks_a_byte_is_refused(void **state)
{
	for_each(state, leave_less);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_ioctl_crosses_both_ways),
		TEST(a_payload_that_lacks_a_byte_is_refused),
		TEST(room_that_lacks_a_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
