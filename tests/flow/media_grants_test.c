// SPDX-License-Identifier: GPL-2.0-only
/* A guest with grant_usage=1: all that it shares it grants, and takes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "hyp/hyp.h"
#include "media_world.h"

#define PAGE HYP_PAGE_SIZE

/* Pages that were mapped by their number before the guest used grants */
static uint64_t foreign_pages;

static int set_up(void **state)
{
	struct world *world;

	world_set_up(state);
	world = *state;
	foreign_pages = hyp_fake_hyp(world->fake)->counts.foreign_pages;
	driver_fake_use_grants(world->driver);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES,
			  DRIVER_FAKE_ALL);
	return 0;
}

/* Whatever was done, it took no more of them. */
static int tear_down(void **state)
{
	struct world *world = *state;

	assert_int_equal(hyp_fake_hyp(world->fake)->counts.foreign_pages,
			 foreign_pages);
	return world_tear_down(state);
}

static void paint(struct camera_fake *camera, unsigned int slot)
{
	for (uint32_t i = 0; i < camera->plane_size[0]; i++)
		camera->slots[slot][0][i] = i * 7 + i / 256;
}

/* A session that streams, with a buffer that the guest granted. @ram: the
 * guest's view of it. Return: the session's id. */
static uint32_t stream(struct world *world, bool writable, uint64_t *addr,
		       void **ram)
{
	const uint32_t id = world_open(world);
	const uint64_t gpa = world_alloc_buffer(world);

	*ram = hyp_fake_ram(world->fake, gpa, WORLD_FRAME_LEN);
	*addr = hyp_fake_grant(world->fake, gpa, WORLD_FRAME_LEN, writable);
	world_stream(world, id, 2, 4);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, *addr), 0);
	world_post(world, 4);
	return id;
}

static void a_frame_lands_in_a_granted_buffer(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;
	const uint32_t id = stream(world, true, &addr, &ram);
	struct camera_fake *camera = camera_of(world, id);

	paint(camera, 2);
	camera_fake_send_frame(camera, 2, 5);
	world_dequeued(world, id);
	assert_memory_equal(ram, camera->slots[2][0], WORLD_FRAME_LEN);
}

/* Its slots are then copied by us: hyp_fake fails if that left a page mapped. */
static void a_dequeued_buffer_the_guest_may_take_back(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;
	uint32_t id;

	hyp_fake_refuse_copies(world->fake);
	id = stream(world, true, &addr, &ram);
	paint(camera_of(world, id), 2);
	camera_fake_send_frame(camera_of(world, id), 2, 5);
	world_dequeued(world, id);
	hyp_fake_end_grant(world->fake, addr, WORLD_FRAME_LEN);
	assert_memory_equal(ram, camera_of(world, id)->slots[2][0],
			    WORLD_FRAME_LEN);
}

/* As a driver has to, one whose memory came in single pages */
static void a_buffer_of_scattered_grants_is_filled_in_order(void **state)
{
	const unsigned int count = WORLD_FRAME_LEN / PAGE + 1;
	struct virtio_media_sg_entry pieces[WORLD_FRAME_LEN / PAGE + 1];
	struct world *world = *state;
	const uint32_t id = world_open(world);
	struct camera_fake *camera = camera_of(world, id);
	void *ram[WORLD_FRAME_LEN / PAGE + 1];

	for (unsigned int i = 0; i < count; i++) {
		const uint64_t gpa = hyp_fake_alloc(world->fake, i % 2, PAGE);

		ram[i] = hyp_fake_ram(world->fake, gpa, PAGE);
		pieces[i].start = cpu_to_le64(
			hyp_fake_grant(world->fake, gpa, PAGE, true));
		pieces[i].len = cpu_to_le32(PAGE);
	}
	world_stream(world, id, 2, 4);
	assert_int_equal(world_qbuf_pieces(world, id, 0, WORLD_FRAME_LEN,
					   pieces, count),
			 0);
	world_post(world, 1);
	paint(camera, 2);
	camera_fake_send_frame(camera, 2, 5);
	world_dequeued(world, id);
	for (size_t at = 0; at < WORLD_FRAME_LEN; at++)
		assert_int_equal(((uint8_t *)ram[at / PAGE])[at % PAGE],
				 camera->slots[2][0][at]);
}

static void a_buffer_for_reading_only_comes_back_as_an_error(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;
	const uint32_t id = stream(world, false, &addr, &ram);

	paint(camera_of(world, id), 2);
	camera_fake_send_frame(camera_of(world, id), 2, 5);
	assert_true(world_dequeued(world, id).buffer.flags &
		    V4L2_BUF_FLAG_ERROR);
	assert_int_equal(((uint8_t *)ram)[1], 0);
}

static void a_buffer_that_was_taken_back_comes_back_as_an_error(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;
	const uint32_t id = stream(world, true, &addr, &ram);

	hyp_fake_end_grant(world->fake, addr, WORLD_FRAME_LEN);
	camera_fake_send_frame(camera_of(world, id), 2, 5);
	assert_true(world_dequeued(world, id).buffer.flags &
		    V4L2_BUF_FLAG_ERROR);
}

static void the_stream_ends_and_nothing_is_in_use(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;
	const uint32_t id = stream(world, true, &addr, &ram);

	camera_fake_send_frame(camera_of(world, id), 2, 5);
	world_dequeued(world, id);
	assert_int_equal(world_stream_off(world, id), 0);
	hyp_fake_end_grant(world->fake, addr, WORLD_FRAME_LEN);
}

/* With the driver's buffers still queued, and its rings */
static void a_reset_in_mid_stream_leaves_nothing_in_use(void **state)
{
	struct world *world = *state;
	uint64_t addr;
	void *ram;

	stream(world, true, &addr, &ram);
	driver_fake_reset(world->driver);
	hyp_fake_end_grant(world->fake, addr, WORLD_FRAME_LEN);
	assert_int_equal(hyp_fake_mapped(world->fake), 0);
}

static void what_it_took_is_reported(void **state)
{
	struct world *world = *state;
	struct guest_session_report session;
	struct guest_report before, after;
	unsigned int count;
	uint64_t addr;
	void *ram;
	const uint32_t id = stream(world, true, &addr, &ram);

	before = world_query(world, &session, 1, &count);
	camera_fake_send_frame(camera_of(world, id), 2, 5);
	world_settle(world);
	after = world_query(world, &session, 1, &count);
	/* The frame, and the event's buffer */
	assert_int_equal(after.copied_pages - before.copied_pages,
			 WORLD_FRAME_LEN / PAGE + 1 + 1);
	assert_int_equal(after.granted_pages, before.granted_pages);
	assert_true(after.granted_pages > 0);
	assert_int_equal(after.foreign_pages, foreign_pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frame_lands_in_a_granted_buffer),
		TEST(a_dequeued_buffer_the_guest_may_take_back),
		TEST(a_buffer_of_scattered_grants_is_filled_in_order),
		TEST(a_buffer_for_reading_only_comes_back_as_an_error),
		TEST(a_buffer_that_was_taken_back_comes_back_as_an_error),
		TEST(the_stream_ends_and_nothing_is_in_use),
		TEST(a_reset_in_mid_stream_leaves_nothing_in_use),
		TEST(what_it_took_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
