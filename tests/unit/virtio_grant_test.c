// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that shares its memory by grants. It takes each back as soon as it
 * may, and finds out if that was too soon for the device.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver_fake.h"
#include "echo_fake.h"
#include "hyp/hyp.h"
#include "hyp_fake.h"
#include "virtio/virtio.h"

#define NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET
#define FAILED VIRTIO_CONFIG_S_FAILED
#define NEXT VRING_DESC_F_NEXT
#define WRITE VRING_DESC_F_WRITE

static int set_up(void **state)
{
	struct echo *echo;

	echo_set_up(state);
	echo = *state;
	driver_fake_use_grants(echo->driver);
	echo_start(echo, DRIVER_FAKE_ALL);
	return 0;
}

/* Any foreign mapping would be one too many. */
static int tear_down(void **state)
{
	struct echo *echo = *state;
	const struct hyp_counts counts = hyp_fake_hyp(echo->fake)->counts;

	echo_tear_down(state);
	assert_int_equal(counts.foreign_pages, 0);
	return 0;
}

static void assert_works(struct echo *echo)
{
	driver_fake_send(echo->driver, 0, "again", 6, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "again");
}

static void a_request_is_answered(void **state)
{
	assert_works(*state);
}

static void a_long_request_in_many_pieces_is_answered(void **state)
{
	const struct driver_fake_layout layout = {
		.read_piece = 1000,
		.write_piece = 5000,
		.indirect = true,
	};
	const size_t len = 50000;
	struct echo *echo = *state;
	unsigned char *bytes = malloc(len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = i * 7 + i / 256;
	driver_fake_set_layout(echo->driver, &layout);
	driver_fake_send(echo->driver, 0, bytes, len, len);
	assert_memory_equal(driver_fake_wait(echo->driver, 0).data, bytes, len);
	free(bytes);
}

static void a_request_where_the_hypervisor_cannot_copy_is_answered(void **state)
{
	struct echo *echo = *state;

	hyp_fake_refuse_copies(echo->fake);
	assert_works(echo);
}

static void only_the_rings_stay_mapped(void **state)
{
	struct echo *echo = *state;
	const size_t rings = hyp_fake_mapped(echo->fake);

	hyp_fake_refuse_copies(echo->fake);
	assert_works(echo);
	assert_int_equal(hyp_fake_mapped(echo->fake), rings);
}

/* The driver ends all its grants there, without another word. */
static void rings_are_free_when_the_reset_is_answered(void **state)
{
	struct echo *echo = *state;

	driver_fake_reset(echo->driver);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void a_ring_is_free_when_its_queue_is_not_ready(void **state)
{
	struct echo *echo = *state;

	for (unsigned int i = 0; i < ECHO_QUEUES; i++) {
		driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_SEL, i);
		driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	}
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void rings_are_free_when_the_driver_gives_up(void **state)
{
	struct echo *echo = *state;

	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS,
			  driver_fake_status(echo->driver) | FAILED);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void rings_are_free_when_the_device_breaks(void **state)
{
	struct echo *echo = *state;

	driver_fake_offer(echo->driver, 0, 999);
	driver_fake_notify(echo->driver, 0);
	hyp_fake_settle(echo->fake);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void rings_are_free_when_a_reset_comes_between(void **state)
{
	struct echo *echo = *state;

	echo->yields = true;
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_write_at_poll(echo->fake, ECHO_ADDR + VIRTIO_MMIO_STATUS, 0);
	hyp_fake_settle(echo->fake);
	assert_false(echo->yielded);
	assert_int_equal(echo->last_write, -ESTALE);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void requests_go_on_after_a_restart(void **state)
{
	struct echo *echo = *state;

	for (int life = 0; life < 3; life++) {
		echo_start(echo, DRIVER_FAKE_ALL);
		assert_works(echo);
	}
}

static void requests_go_on_after_the_memory_map_changed(void **state)
{
	struct echo *echo = *state;

	hyp_fake_invalidate(echo->fake);
	hyp_fake_settle(echo->fake);
	assert_works(echo);
}

/* A ring that the driver grants for reading only cannot be the used one. */
static void a_used_ring_for_reading_only_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t gpa = hyp_fake_alloc(echo->fake, 0, 4096);
	const uint64_t addr = hyp_fake_grant(echo->fake, gpa, 4096, false);

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(echo->driver, 0, 8);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_USED_LOW, addr);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_USED_HIGH,
			  addr >> 32);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 1);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_true(driver_fake_status(echo->driver) & NEEDS_RESET);
}

static void an_answer_where_only_reading_is_granted_is_lost(void **state)
{
	struct echo *echo = *state;
	const uint64_t gpa = hyp_fake_alloc(echo->fake, 0, 4096);
	const uint64_t addr = hyp_fake_grant(echo->fake, gpa, 4096, false);

	echo_set_desc(echo, 0, addr, 8, NEXT, 1);
	echo_set_desc(echo, 1, addr, 8, WRITE, 0);
	echo_offer(echo, 0);
	assert_int_equal(echo->last_read, 0);
	assert_int_equal(echo->last_write, -EFAULT);
	assert_true(virtio_dev_running(echo->dev));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_answered),
		TEST(a_long_request_in_many_pieces_is_answered),
		TEST(a_request_where_the_hypervisor_cannot_copy_is_answered),
		TEST(only_the_rings_stay_mapped),
		TEST(rings_are_free_when_the_reset_is_answered),
		TEST(a_ring_is_free_when_its_queue_is_not_ready),
		TEST(rings_are_free_when_the_driver_gives_up),
		TEST(rings_are_free_when_the_device_breaks),
		TEST(rings_are_free_when_a_reset_comes_between),
		TEST(requests_go_on_after_a_restart),
		TEST(requests_go_on_after_the_memory_map_changed),
		TEST(a_used_ring_for_reading_only_breaks_the_device),
		TEST(an_answer_where_only_reading_is_granted_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
