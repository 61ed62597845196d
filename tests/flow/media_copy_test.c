// SPDX-License-Identifier: GPL-2.0-only
/* What a copy costs: when memory is mapped, and how long a vCPU waits. */
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"
#include "buffer_driver.h"
#include "hyp/hyp.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define PAGE HYP_PAGE_SIZE

/* Ten times what may be copied, or mapped, between two looks at vCPUs */
#define FRAME_LEN (640 * 1024)
#define MOST_BYTES (64 * 1024)
#define FRAME_PAGES (FRAME_LEN / PAGE)
#define MOST_PAGES (MOST_BYTES / PAGE)

/* Of a frame in a slot; nowhere 0, as guest memory is before */
#define PAINT 0x5a

/**
 * struct scene - a buffer that fills while vCPUs may wait
 * @pieces: where it is in guest memory
 * @count: of them
 * @filled: bytes at the last look at vCPUs
 * @most: that came between two
 */
struct scene {
	struct world *world;
	struct virtio_media_sg_entry pieces[FRAME_PAGES];
	unsigned int count;
	size_t filled;
	size_t most;
};

/* A session whose frames are large, with a buffer that is not queued yet */
static uint32_t stream(struct world *world, uint32_t memory)
{
	const uint32_t id = world_open(world);
	uint32_t count = 1;

	camera_fake_set_format(camera_of(world, id), FRAME_LEN, 0);
	assert_int_equal(driver_reqbufs(world, id, CAPTURE, memory, &count), 0);
	camera_fake_send_slots(camera_of(world, id), 1, 1);
	assert_int_equal(world_stream_on(world, id), 0);
	memset(camera_of(world, id)->slots[0][0], PAINT, FRAME_LEN);
	world_post(world, 4);
	world_settle(world);
	return id;
}

static void frame(struct world *world, uint32_t id)
{
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	assert_int_equal(world_dequeued(world, id).buffer.bytesused, FRAME_LEN);
}

static void qbuf(struct world *world, uint32_t id, uint64_t gpa)
{
	assert_int_equal(world_qbuf(world, id, 0, FRAME_LEN, gpa), 0);
}

static uint64_t alloc(struct world *world)
{
	return hyp_fake_alloc(world->fake, 0, FRAME_LEN);
}

static uint64_t calls(struct world *world)
{
	return hyp_fake_hyp(world->fake)->counts.calls;
}

/* When */

static void a_buffer_is_mapped_when_the_driver_brings_it(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const size_t before = hyp_fake_mapped(world->fake);

	qbuf(world, id, alloc(world));
	assert_true(hyp_fake_mapped(world->fake) >= before + FRAME_PAGES);
}

static void a_frame_for_it_takes_no_more_than_its_interrupt(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	uint64_t before;

	qbuf(world, id, alloc(world));
	before = calls(world);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	assert_int_equal(calls(world) - before, 1);
}

static void a_buffer_that_comes_again_is_mapped_still(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const uint64_t gpa = alloc(world);
	unsigned int before;

	qbuf(world, id, gpa);
	before = hyp_fake_maps(world->fake);
	for (unsigned int i = 0; i < 10; i++) {
		frame(world, id);
		world_post(world, 1);
		qbuf(world, id, gpa);
	}
	assert_int_equal(hyp_fake_maps(world->fake), before);
}

/* Queue a buffer of this memory again, and see the loop at rest. */
static void assert_rests_after_qbuf(struct world *world, uint32_t id,
				    uint64_t gpa)
{
	struct event_base *base = hyp_fake_base(world->fake);
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_USERPTR, 0);
	int waits;

	qbuf(world, id, gpa);
	frame(world, id);
	waits = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
	driver_buffer_set(&buffer, 0, gpa, FRAME_LEN);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	hyp_fake_run_once(world->fake, 1000);
	assert_int_equal(event_base_get_num_events(base,
						   EVENT_BASE_COUNT_ADDED),
			 waits);
}

static void a_buffer_that_comes_again_takes_one_round_of_the_loop(void **state)
{
	struct world *world = *state;

	assert_rests_after_qbuf(world, stream(world, V4L2_MEMORY_USERPTR),
				alloc(world));
}

static void a_granted_buffer_takes_one_round_of_the_loop(void **state)
{
	struct world *world = *state;
	const uint64_t gpa = alloc(world);

	assert_rests_after_qbuf(world, stream(world, V4L2_MEMORY_USERPTR),
				hyp_fake_grant(world->fake, gpa, FRAME_LEN,
					       true));
}

static void a_stream_that_stops_leaves_it_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const uint64_t gpa = alloc(world);
	unsigned int before;

	qbuf(world, id, gpa);
	before = hyp_fake_maps(world->fake);
	assert_int_equal(world_stream_off(world, id), 0);
	qbuf(world, id, gpa);
	assert_int_equal(hyp_fake_maps(world->fake), before);
}

static void other_memory_takes_its_place(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const uint64_t other = alloc(world);
	size_t before;

	qbuf(world, id, alloc(world));
	frame(world, id);
	before = hyp_fake_mapped(world->fake);
	qbuf(world, id, other);
	assert_int_equal(hyp_fake_mapped(world->fake), before);
	frame(world, id);
	assert_int_equal(*(uint8_t *)hyp_fake_ram(world->fake, other, 1), PAINT);
}

static void the_end_of_a_buffer_unmaps_it(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	uint32_t none = 0;
	size_t before;

	qbuf(world, id, alloc(world));
	assert_int_equal(world_stream_off(world, id), 0);
	before = hyp_fake_mapped(world->fake);
	assert_int_equal(world_reqbufs(world, id, &none), 0);
	assert_int_equal(hyp_fake_mapped(world->fake), before - FRAME_PAGES);
}

static void a_changed_memory_map_has_it_mapped_anew(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const size_t before = hyp_fake_mapped(world->fake);

	qbuf(world, id, alloc(world));
	hyp_fake_invalidate(world->fake);
	world_settle(world);
	assert_true(hyp_fake_mapped(world->fake) <= before);
	frame(world, id);
	assert_true(hyp_fake_mapped(world->fake) >= FRAME_PAGES);
}

static void a_buffer_of_the_window_is_mapped_when_it_is_queued(void **state)
{
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_MMAP, 0);
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_MMAP);
	unsigned int before;

	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	before = hyp_fake_maps(world->fake);
	frame(world, id);
	assert_int_equal(hyp_fake_maps(world->fake), before);
}

static void what_is_granted_is_never_kept_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	const uint64_t gpa = alloc(world);
	const uint64_t addr =
		hyp_fake_grant(world->fake, gpa, FRAME_LEN, true);
	const size_t before = hyp_fake_mapped(world->fake);

	qbuf(world, id, addr);
	assert_true(hyp_fake_mapped(world->fake) < before + FRAME_PAGES);
	frame(world, id);
	/* Fails if anything of it is mapped. */
	hyp_fake_end_grant(world->fake, addr, FRAME_LEN);
}

static void a_command_is_answered_before_its_buffer_is_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_USERPTR, 0);
	struct driver_fake_answer answer;
	unsigned int before, interrupts;

	driver_buffer_set(&buffer, 0, alloc(world), FRAME_LEN);
	driver_send(world, id, VIDIOC_QBUF, &buffer);
	before = hyp_fake_mapped(world->fake);
	interrupts = driver_fake_interrupts(world->driver);
	while (driver_fake_interrupts(world->driver) == interrupts)
		hyp_fake_run_once(world->fake, 1);
	assert_true(driver_fake_collect(world->driver, VIRTIO_MEDIA_COMMANDQ,
					&answer));
	assert_true(hyp_fake_mapped(world->fake) < before + FRAME_PAGES / 2);
	world_settle(world);
	assert_true(hyp_fake_mapped(world->fake) >= before + FRAME_PAGES);
}

/* How long */

static size_t count_filled(const struct scene *scene)
{
	size_t filled = 0;

	for (unsigned int i = 0; i < scene->count; i++) {
		const uint32_t len = le32_to_cpu(scene->pieces[i].len);
		const uint8_t *bytes = hyp_fake_ram(
			scene->world->fake, le64_to_cpu(scene->pieces[i].start),
			len);

		for (uint32_t j = 0; j < len; j++)
			filled += bytes[j] == PAINT;
	}
	return filled;
}

static void look(void *owner)
{
	struct scene *scene = owner;
	const size_t filled = count_filled(scene);

	if (filled - scene->filled > scene->most)
		scene->most = filled - scene->filled;
	scene->filled = filled;
}

/* Whatever it takes to fill it once more, no vCPU waits for long. */
static void assert_short_waits(struct scene *scene, uint32_t id)
{
	struct world *world = scene->world;

	for (unsigned int i = 0; i < scene->count; i++) {
		const uint64_t gpa = le64_to_cpu(scene->pieces[i].start);
		const uint32_t len = le32_to_cpu(scene->pieces[i].len);

		memset(hyp_fake_ram(world->fake, gpa, len), 0, len);
	}
	scene->filled = 0;
	scene->most = 0;
	hyp_fake_watch_polls(world->fake, look, scene);
	frame(world, id);
	look(scene);
	assert_true(scene->most <= MOST_BYTES);
	/* A page may have to be unmapped for each that is mapped. */
	assert_true(hyp_fake_most_pages(world->fake) <= 4 * MOST_PAGES);
	assert_int_equal(scene->filled, FRAME_LEN);
	hyp_fake_watch_polls(world->fake, NULL, NULL);
}

/* The buffer is @count pieces of guest memory, @step bytes apart */
static struct scene in_pieces(struct world *world, unsigned int count,
			      uint32_t step)
{
	struct scene scene = { .world = world, .count = count };
	const uint64_t gpa = hyp_fake_alloc(world->fake, 1, count * step);

	for (unsigned int i = 0; i < count; i++) {
		scene.pieces[i].start = cpu_to_le64(gpa + (uint64_t)i * step);
		scene.pieces[i].len = cpu_to_le32(FRAME_LEN / count);
	}
	return scene;
}

static void fill_pieces(struct world *world, unsigned int count, uint32_t step)
{
	struct scene scene = in_pieces(world, count, step);
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);

	assert_int_equal(world_qbuf_pieces(world, id, 0, FRAME_LEN,
					   scene.pieces, count),
			 0);
	assert_short_waits(&scene, id);
}

static void nobody_waits_long_for_a_buffer_in_one_piece(void **state)
{
	fill_pieces(*state, 1, FRAME_LEN);
}

static void nobody_waits_long_for_scattered_pages(void **state)
{
	fill_pieces(*state, FRAME_PAGES, 2 * PAGE);
}

/* They cannot be mapped in one sequence. */
static void nobody_waits_long_for_pieces_that_are_no_pages(void **state)
{
	struct world *world = *state;

	world_limit(world, QUOTA_MEMORY, FRAME_LEN);
	fill_pieces(world, FRAME_PAGES / 2, 2 * PAGE + 512);
}

static void nobody_waits_long_for_a_buffer_that_is_not_mapped_yet(void **state)
{
	struct world *world = *state;
	struct scene scene = in_pieces(world, 1, FRAME_LEN);
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);

	assert_int_equal(world_qbuf_pieces(world, id, 0, FRAME_LEN,
					   scene.pieces, 1),
			 0);
	hyp_fake_invalidate(world->fake);
	assert_short_waits(&scene, id);
}

static void nobody_waits_long_while_buffers_are_mapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);

	hyp_fake_watch_polls(world->fake, NULL, NULL);
	qbuf(world, id, alloc(world));
	assert_true(hyp_fake_most_pages(world->fake) <= 2 * MOST_PAGES);
}

static void nobody_waits_long_while_buffers_are_unmapped(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);

	qbuf(world, id, alloc(world));
	hyp_fake_watch_polls(world->fake, NULL, NULL);
	world_close(world, id);
	assert_true(hyp_fake_most_pages(world->fake) <= 2 * MOST_PAGES);
}

static void nobody_waits_long_for_the_window(void **state)
{
	struct driver_buffer buffer =
		driver_buffer(CAPTURE, V4L2_MEMORY_MMAP, 0);
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_MMAP);
	struct scene scene = { .world = world, .count = 1 };

	scene.pieces[0].start =
		cpu_to_le64(HYP_FAKE_WINDOW +
			    driver_offset(world, id, CAPTURE, 0, 0));
	scene.pieces[0].len = cpu_to_le32(FRAME_LEN);
	assert_int_equal(driver_run(world, id, VIDIOC_QBUF, &buffer), 0);
	assert_short_waits(&scene, id);
}

static void fill_granted(struct world *world)
{
	struct scene scene = in_pieces(world, 1, FRAME_LEN);
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);

	qbuf(world, id,
	     hyp_fake_grant(world->fake, le64_to_cpu(scene.pieces[0].start),
			    FRAME_LEN, true));
	assert_short_waits(&scene, id);
}

static void nobody_waits_long_for_copies_by_grants(void **state)
{
	fill_granted(*state);
}

static void nobody_waits_long_for_grants_that_have_to_be_mapped(void **state)
{
	struct world *world = *state;

	hyp_fake_refuse_copies(world->fake);
	fill_granted(world);
}

/* By a process that ends it would get the answer of no device. */
static void a_vcpu_that_waits_at_the_end_is_left_to_a_successor(void **state)
{
	struct world *world = *state;
	const uint32_t id = stream(world, V4L2_MEMORY_USERPTR);
	unsigned int before;

	qbuf(world, id, alloc(world));
	before = hyp_fake_polls(world->fake);
	guest_destroy(world->guest);
	world->guest = NULL;
	assert_int_equal(hyp_fake_polls(world->fake), before);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define WINDOW_TEST(test)                                          \
	cmocka_unit_test_setup_teardown(test, world_set_up_window, \
					world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_buffer_is_mapped_when_the_driver_brings_it),
		TEST(a_frame_for_it_takes_no_more_than_its_interrupt),
		TEST(a_buffer_that_comes_again_is_mapped_still),
		TEST(a_buffer_that_comes_again_takes_one_round_of_the_loop),
		TEST(a_granted_buffer_takes_one_round_of_the_loop),
		TEST(a_stream_that_stops_leaves_it_mapped),
		TEST(other_memory_takes_its_place),
		TEST(the_end_of_a_buffer_unmaps_it),
		TEST(a_changed_memory_map_has_it_mapped_anew),
		WINDOW_TEST(a_buffer_of_the_window_is_mapped_when_it_is_queued),
		TEST(what_is_granted_is_never_kept_mapped),
		TEST(a_command_is_answered_before_its_buffer_is_mapped),
		TEST(nobody_waits_long_for_a_buffer_in_one_piece),
		TEST(nobody_waits_long_for_scattered_pages),
		TEST(nobody_waits_long_for_pieces_that_are_no_pages),
		TEST(nobody_waits_long_for_a_buffer_that_is_not_mapped_yet),
		TEST(nobody_waits_long_while_buffers_are_mapped),
		TEST(nobody_waits_long_while_buffers_are_unmapped),
		WINDOW_TEST(nobody_waits_long_for_the_window),
		TEST(nobody_waits_long_for_copies_by_grants),
		TEST(nobody_waits_long_for_grants_that_have_to_be_mapped),
		TEST(a_vcpu_that_waits_at_the_end_is_left_to_a_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
