// SPDX-License-Identifier: GPL-2.0-only
/* Split virtqueues whose driver means harm: the device stops, nothing else. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver_fake.h"
#include "echo_fake.h"
#include "hyp_fake.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

#define NEXT VRING_DESC_F_NEXT
#define WRITE VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT
#define SIZE DRIVER_FAKE_QUEUE_SIZE

static void assert_broken(struct echo *echo)
{
	assert_true(driver_fake_status(echo->driver) &
		    VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_int_equal(echo->resets, 1);
}

static void assert_works(struct echo *echo)
{
	assert_false(driver_fake_status(echo->driver) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
}

/* Hostile rings */

static void a_jump_of_the_available_index_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_ring(echo->driver, 0)->avail->idx = SIZE + 1;
	driver_fake_notify(echo->driver, 0);
	hyp_fake_settle(echo->fake);
	assert_broken(echo);
}

static void an_available_entry_beyond_the_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_offer(echo, SIZE);
	assert_broken(echo);
}

static void a_head_offered_twice_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 3, echo_page(echo), 8, 0, 0);
	echo_offer(echo, 3);
	echo_offer(echo, 3);
	assert_broken(echo);
}

static void a_chain_that_loops_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, page, 8, NEXT, 1);
	echo_set_desc(echo, 1, page, 8, NEXT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_loop_of_empty_descriptors_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, 0, 0, NEXT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_next_beyond_the_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), 8, NEXT, SIZE);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void readable_behind_writable_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, page, 8, NEXT | WRITE, 1);
	echo_set_desc(echo, 1, page, 8, 0, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_descriptor_that_wraps_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, UINT64_MAX - 3, 8, 0, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_chain_of_too_many_bytes_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, page, 16 * 1024 * 1024, NEXT, 1);
	echo_set_desc(echo, 1, page, 1, 0, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_chain_of_too_many_descriptors_breaks_the_device(void **state)
{
	const unsigned int count = 1024;
	struct echo *echo = *state;
	const uint64_t table = hyp_fake_alloc(echo->fake, 0, 16 * count);

	echo_start(echo, DRIVER_FAKE_ALL);
	for (unsigned int i = 0; i < count; i++)
		echo_set_indirect(echo, table, i, table, 1,
				  i < count - 1 ? NEXT : 0, i + 1);
	echo_set_desc(echo, 0, table, 1, NEXT, 1);
	echo_set_desc(echo, 1, table, 16 * count, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void who_takes_a_broken_chain_is_told(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), 8, NEXT, SIZE);
	driver_fake_offer(echo->driver, 0, 0);
	assert_int_equal(vq_pop(virtio_dev_queue(echo->dev, 0), &chain), -EIO);
	assert_int_equal(vq_pop(virtio_dev_queue(echo->dev, 0), &chain),
			 -EAGAIN);
}

static void lengths_that_wrap_break_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, page, UINT32_MAX, NEXT, 1);
	echo_set_desc(echo, 1, page, UINT32_MAX, WRITE, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void indirect_without_the_feature_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t table = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	echo_set_indirect(echo, table, 0, table, 8, 0, 0);
	echo_set_desc(echo, 0, table, 16, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void indirect_with_next_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t table = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_indirect(echo, table, 0, table, 8, 0, 0);
	echo_set_desc(echo, 0, table, 16, INDIRECT | NEXT, 1);
	echo_set_desc(echo, 1, table, 8, 0, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void an_indirect_table_in_another_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t table = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_indirect(echo, table, 0, table, 16, INDIRECT, 0);
	echo_set_desc(echo, 0, table, 16, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void an_indirect_table_of_half_entries_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), 24, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void an_empty_indirect_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), 0, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_huge_indirect_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), UINT32_MAX & ~15u, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void an_indirect_table_in_the_hole_breaks_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, HYP_FAKE_BANK0 + HYP_FAKE_BANK_LEN, 16, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_next_beyond_an_indirect_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t table = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_indirect(echo, table, 0, table, 8, NEXT, 2);
	echo_set_desc(echo, 0, table, 32, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_loop_in_an_indirect_table_breaks_the_device(void **state)
{
	struct echo *echo = *state;
	const uint64_t table = echo_page(echo);

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_indirect(echo, table, 0, table, 8, NEXT, 1);
	echo_set_indirect(echo, table, 1, table, 8, NEXT, 0);
	echo_set_desc(echo, 0, table, 32, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_broken(echo);
}

static void a_buffer_in_the_hole_hurts_only_its_request(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, HYP_FAKE_BANK0 + HYP_FAKE_BANK_LEN, 8, NEXT, 1);
	echo_set_desc(echo, 1, echo_page(echo), 8, WRITE, 0);
	echo_offer(echo, 0);
	assert_works(echo);
	assert_int_equal(echo->last_read, -EFAULT);
	assert_int_equal(driver_fake_ring(echo->driver, 0)->used->idx, 1);
}

static void an_answer_into_the_hole_hurts_only_its_request(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, echo_page(echo), 8, NEXT, 1);
	echo_set_desc(echo, 1, HYP_FAKE_BANK0 + HYP_FAKE_BANK_LEN, 8, WRITE, 0);
	echo_offer(echo, 0);
	assert_works(echo);
	assert_int_equal(echo->last_write, -EFAULT);
	assert_int_equal(driver_fake_ring(echo->driver, 0)->used->ring[0].len,
			 0);
}

static void a_buffer_that_is_not_granted_hurts_only_its_request(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, UINT64_C(1) << 63 | 8 << 12, 8, NEXT, 1);
	echo_set_desc(echo, 1, echo_page(echo), 8, WRITE, 0);
	echo_offer(echo, 0);
	assert_works(echo);
	assert_int_equal(echo->last_read, -EFAULT);
}

/* Hostile set-up */

/* Take queue 0 as set up, with one register written anew. */
static void start_with(struct echo *echo, uint32_t reg, uint32_t value)
{
	struct driver_fake *driver = echo->driver;

	assert_true(driver_fake_negotiate(driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(driver, 0, SIZE);
	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_READY, 0);
	driver_fake_write(driver, reg, value);
	driver_fake_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
	driver_fake_driver_ok(driver);
	hyp_fake_settle(echo->fake);
}

static void assert_never_started(struct echo *echo)
{
	assert_true(driver_fake_status(echo->driver) &
		    VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_int_equal(echo->started, 0);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void a_size_that_is_no_power_of_two_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_NUM, 63);
	assert_never_started(*state);
}

static void a_size_of_nothing_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_NUM, 0);
	assert_never_started(*state);
}

static void a_size_above_the_maximum_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_NUM, 512);
	assert_never_started(*state);
}

static void a_crooked_descriptor_table_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_DESC_LOW, HYP_FAKE_BANK0 + 8);
	assert_never_started(*state);
}

static void a_crooked_available_ring_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_AVAIL_LOW, HYP_FAKE_BANK0 + 1);
	assert_never_started(*state);
}

static void a_crooked_used_ring_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_USED_LOW, HYP_FAKE_BANK0 + 2);
	assert_never_started(*state);
}

static void a_ring_in_the_hole_is_refused(void **state)
{
	start_with(*state, VIRTIO_MMIO_QUEUE_USED_HIGH, 0x7fff);
	assert_never_started(*state);
}

static void a_ring_that_wraps_is_refused(void **state)
{
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(echo->driver, 0, SIZE);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_DESC_LOW,
			  0xfffffff0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_DESC_HIGH,
			  UINT32_MAX);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 1);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_never_started(echo);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_jump_of_the_available_index_breaks_the_device),
		TEST(an_available_entry_beyond_the_table_breaks_the_device),
		TEST(a_head_offered_twice_breaks_the_device),
		TEST(a_chain_that_loops_breaks_the_device),
		TEST(a_loop_of_empty_descriptors_breaks_the_device),
		TEST(a_next_beyond_the_table_breaks_the_device),
		TEST(readable_behind_writable_breaks_the_device),
		TEST(a_descriptor_that_wraps_breaks_the_device),
		TEST(a_chain_of_too_many_bytes_breaks_the_device),
		TEST(a_chain_of_too_many_descriptors_breaks_the_device),
		TEST(who_takes_a_broken_chain_is_told),
		TEST(lengths_that_wrap_break_the_device),
		TEST(indirect_without_the_feature_breaks_the_device),
		TEST(indirect_with_next_breaks_the_device),
		TEST(an_indirect_table_in_another_breaks_the_device),
		TEST(an_indirect_table_of_half_entries_breaks_the_device),
		TEST(an_empty_indirect_table_breaks_the_device),
		TEST(a_huge_indirect_table_breaks_the_device),
		TEST(an_indirect_table_in_the_hole_breaks_the_device),
		TEST(a_next_beyond_an_indirect_table_breaks_the_device),
		TEST(a_loop_in_an_indirect_table_breaks_the_device),
		TEST(a_buffer_in_the_hole_hurts_only_its_request),
		TEST(an_answer_into_the_hole_hurts_only_its_request),
		TEST(a_buffer_that_is_not_granted_hurts_only_its_request),
		TEST(a_size_that_is_no_power_of_two_is_refused),
		TEST(a_size_of_nothing_is_refused),
		TEST(a_size_above_the_maximum_is_refused),
		TEST(a_crooked_descriptor_table_is_refused),
		TEST(a_crooked_available_ring_is_refused),
		TEST(a_crooked_used_ring_is_refused),
		TEST(a_ring_in_the_hole_is_refused),
		TEST(a_ring_that_wraps_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
