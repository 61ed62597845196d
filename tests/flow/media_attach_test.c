// SPDX-License-Identifier: GPL-2.0-only
/* What a device is to a driver: its dialect, its window and its clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "media_world.h"

#define CLOCK_FEATURE DRIVER_FAKE_FEATURE(VIRTIO_MEDIA_F_CLOCK)
#define CLOCK (WORLD_ADDR + VIRTIO_MMIO_CONFIG + 40)
#define MIB UINT64_C(0x100000)

static const struct guest_attach usual = {
	.hdr.type = GUEST_ATTACH,
	.devid = 1,
	.device_id = VIRTIO_MEDIA_DEVICE_ID,
	.irq = WORLD_IRQ,
	.base = WORLD_ADDR,
	.window = HYP_FAKE_WINDOW,
	.window_len = 8 * MIB,
	.identity = {.present = 1, .shared = 1, .card = "fake"},
};

static void attach(struct world *world, const struct guest_attach *message)
{
	world_tell(world, message, sizeof(*message));
	if (!world->driver)
		world->driver = driver_fake_create(world->fake, WORLD_ADDR,
						   WORLD_IRQ);
}

static int set_up(void **state)
{
	*state = world_create(false);
	return 0;
}

static uint32_t reg(struct world *world, uint32_t offset)
{
	return driver_fake_read(world->driver, offset);
}

static void start(struct world *world, uint64_t features)
{
	attach(world, &usual);
	driver_fake_start(world->driver, VIRTIO_MEDIA_NUM_QUEUES, features);
}

static uint64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void a_device_speaks_the_dialect_of_its_id(void **state)
{
	struct guest_attach draft = usual;

	draft.device_id = VIRTIO_MEDIA_DRAFT_DEVICE_ID;
	attach(*state, &draft);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_ID), 42);
}

static void its_window_is_shared_memory_region_0(void **state)
{
	struct world *world = *state;

	attach(world, &usual);
	driver_fake_write(world->driver, VIRTIO_MMIO_SHM_SEL, 0);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_LEN_LOW), 8 * MIB);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_LEN_HIGH), 0);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_BASE_LOW), 0);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_BASE_HIGH), 1);
}

static void without_a_window_there_is_no_region(void **state)
{
	struct guest_attach bare = usual;
	struct world *world = *state;

	bare.window_len = 0;
	attach(world, &bare);
	driver_fake_write(world->driver, VIRTIO_MMIO_SHM_SEL, 0);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_LEN_LOW), UINT32_MAX);
	assert_int_equal(reg(world, VIRTIO_MMIO_SHM_LEN_HIGH), UINT32_MAX);
}

static void nobody_asks_for_pages_that_no_buffer_needs(void **state)
{
	struct world *world = *state;
	struct guest_open none;

	start(world, DRIVER_FAKE_ALL);
	world_open(world);
	/* It fails the test at any question but that of a session. */
	assert_false(world_asked(world, &none));
}

static void pages_that_were_not_asked_for_do_no_harm(void **state)
{
	const struct guest_populated answer = {
		.hdr.type = GUEST_POPULATED,
		.tag = 5,
	};
	struct world *world = *state;

	start(world, DRIVER_FAKE_ALL);
	world_tell(world, &answer, sizeof(answer));
	assert_int_equal(world->ended, -1);
	world_open(world);
}

static void the_clock_is_offered(void **state)
{
	struct world *world = *state;

	attach(world, &usual);
	driver_fake_write(world->driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_true(reg(world, VIRTIO_MMIO_DEVICE_FEATURES) &
		    1u << (VIRTIO_MEDIA_F_CLOCK - 32));
}

static void a_driver_that_takes_it_reads_the_time(void **state)
{
	struct world *world = *state;
	uint64_t before, low, high;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	before = monotonic();
	low = hyp_fake_read32(world->fake, CLOCK);
	high = hyp_fake_read32(world->fake, CLOCK + 4);
	assert_in_range(high << 32 | low, before, monotonic());
}

static void it_may_read_it_in_one(void **state)
{
	struct world *world = *state;
	uint64_t before, told;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	before = monotonic();
	told = hyp_fake_read(world->fake, CLOCK, 8);
	assert_in_range(told, before, monotonic());
}

static void the_upper_half_is_of_the_same_time(void **state)
{
	struct world *world = *state;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	assert_int_equal(hyp_fake_read32(world->fake, CLOCK + 4), 0);
	hyp_fake_read32(world->fake, CLOCK);
	assert_int_equal(hyp_fake_read32(world->fake, CLOCK + 4),
			 monotonic() >> 32);
}

static void a_driver_that_does_not_take_it_reads_nothing_there(void **state)
{
	struct world *world = *state;

	start(world, DRIVER_FAKE_ALL);
	assert_int_equal(hyp_fake_read(world->fake, CLOCK, 8), 0);
}

static void nor_does_the_next_driver(void **state)
{
	struct world *world = *state;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	hyp_fake_read32(world->fake, CLOCK);
	driver_fake_reset(world->driver);
	assert_int_equal(hyp_fake_read32(world->fake, CLOCK + 4), 0);
}

static void the_passing_of_time_is_no_change_of_configuration(void **state)
{
	struct world *world = *state;
	struct virtio_media_config config;
	uint32_t before;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	before = reg(world, VIRTIO_MMIO_CONFIG_GENERATION);
	hyp_fake_read32(world->fake, CLOCK);
	driver_fake_read_config(world->driver, 0, &config, sizeof(config));
	assert_string_equal((char *)config.card, "fake");
	assert_int_equal(reg(world, VIRTIO_MMIO_CONFIG_GENERATION), before);
	assert_int_equal(driver_fake_take_interrupt(world->driver), 0);
}

static void a_camera_that_changes_leaves_the_clock(void **state)
{
	const struct guest_camera camera = {
		.hdr.type = GUEST_CAMERA,
		.devid = 1,
		.identity = {.present = 1, .card = "another"},
	};
	struct world *world = *state;
	uint64_t before, told;

	start(world, DRIVER_FAKE_ALL | CLOCK_FEATURE);
	world_tell(world, &camera, sizeof(camera));
	before = monotonic();
	told = hyp_fake_read(world->fake, CLOCK, 8);
	assert_in_range(told, before, monotonic());
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_speaks_the_dialect_of_its_id),
		TEST(its_window_is_shared_memory_region_0),
		TEST(without_a_window_there_is_no_region),
		TEST(nobody_asks_for_pages_that_no_buffer_needs),
		TEST(pages_that_were_not_asked_for_do_no_harm),
		TEST(the_clock_is_offered),
		TEST(a_driver_that_takes_it_reads_the_time),
		TEST(it_may_read_it_in_one),
		TEST(the_upper_half_is_of_the_same_time),
		TEST(a_driver_that_does_not_take_it_reads_nothing_there),
		TEST(nor_does_the_next_driver),
		TEST(the_passing_of_time_is_no_change_of_configuration),
		TEST(a_camera_that_changes_leaves_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
