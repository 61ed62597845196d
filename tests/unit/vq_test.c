// SPDX-License-Identifier: GPL-2.0-only
/* Split virtqueues whose driver means well, however odd its ways. */
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
#include "hyp_fake.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

#define NEXT VRING_DESC_F_NEXT
#define WRITE VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT
#define SIZE DRIVER_FAKE_QUEUE_SIZE

static void assert_works(struct echo *echo)
{
	assert_false(driver_fake_status(echo->driver) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
}

/* Send @len bytes as the layout says, and see them come back. */
static void round_trip(struct echo *echo, size_t len,
		       const struct driver_fake_layout *layout)
{
	struct driver_fake_answer got;
	unsigned char *bytes = malloc(len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = i * 13 + i / 256;
	driver_fake_set_layout(echo->driver, layout);
	driver_fake_send(echo->driver, 0, bytes, len, len + 10);
	got = driver_fake_wait(echo->driver, 0);
	assert_int_equal(got.len, len);
	assert_memory_equal(got.data, bytes, len);
	free(bytes);
}

static void a_chain_of_single_bytes_is_put_together(void **state)
{
	const struct driver_fake_layout layout = { 1, 1, false, 0 };

	echo_start(*state, DRIVER_FAKE_ALL);
	round_trip(*state, 20, &layout);
}

static void pieces_of_different_sizes_are_put_together(void **state)
{
	const struct driver_fake_layout layout = { 7, 11, false, 1 };

	echo_start(*state, DRIVER_FAKE_ALL);
	round_trip(*state, 150, &layout);
}

static void a_long_request_crosses_pages(void **state)
{
	const struct driver_fake_layout layout = { 0, 5000, false, 1 };

	echo_start(*state, DRIVER_FAKE_ALL);
	round_trip(*state, 100000, &layout);
}

static void an_indirect_table_is_followed(void **state)
{
	const struct driver_fake_layout layout = { 100, 100, true, 1 };

	echo_start(*state, DRIVER_FAKE_ALL);
	round_trip(*state, 2000, &layout);
}

static void an_indirect_table_may_be_longer_than_the_ring(void **state)
{
	const struct driver_fake_layout layout = { 10, 10, true, 0 };

	echo_start(*state, DRIVER_FAKE_ALL);
	round_trip(*state, 10 * 2 * SIZE, &layout);
}

static void rings_wrap_around(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };

	echo_start(*state, DRIVER_FAKE_ALL);
	for (int i = 0; i < 5 * SIZE; i++)
		round_trip(*state, 8, &layout);
}

static void indices_wrap_around(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct driver_fake_answer got;
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_set_layout(echo->driver, &layout);
	for (int i = 0; i < 0x10010; i += 16) {
		for (int j = 0; j < 16; j++)
			driver_fake_send(echo->driver, 0, "x", 1, 1);
		for (int j = 0; j < 16; j++)
			got = driver_fake_wait(echo->driver, 0);
		assert_int_equal(got.len, 1);
	}
	assert_int_equal(driver_fake_ring(echo->driver, 0)->used->idx, 0x10);
}

static void the_smallest_ring_works(void **state)
{
	struct echo *echo = *state;
	const struct driver_fake_layout layout = { 1, 1, true, 0 };

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(echo->driver, 0, 1);
	driver_fake_driver_ok(echo->driver);
	for (int i = 0; i < 10; i++)
		round_trip(echo, 5, &layout);
}

static void the_largest_ring_fills_up(void **state)
{
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(echo->driver, 0, VIRTIO_QUEUE_SIZE);
	driver_fake_driver_ok(echo->driver);
	for (int i = 0; i < VIRTIO_QUEUE_SIZE; i++)
		driver_fake_post(echo->driver, 0, 1);
	hyp_fake_settle(echo->fake);
	assert_works(echo);
	for (int i = 0; i < VIRTIO_QUEUE_SIZE; i++)
		driver_fake_wait(echo->driver, 0);
	assert_int_equal(driver_fake_outstanding(echo->driver, 0), 0);
}

static void answers_may_come_in_another_order(void **state)
{
	struct driver_fake_answer got;
	struct echo *echo = *state;
	struct vq_chain *chain;
	unsigned int first, second;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	first = driver_fake_send(echo->driver, 0, "1", 2, 2);
	second = driver_fake_send(echo->driver, 0, "2", 2, 2);
	hyp_fake_settle(echo->fake);
	chain = echo->held[0];
	echo->held[0] = echo->held[1];
	echo->held[1] = chain;
	echo_answer_held(echo);
	got = driver_fake_wait(echo->driver, 0);
	assert_int_equal(got.token, second);
	assert_string_equal(got.data, "2");
	got = driver_fake_wait(echo->driver, 0);
	assert_int_equal(got.token, first);
}

static void an_answer_that_takes_time_interrupts_too(void **state)
{
	struct echo *echo = *state;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "1", 2, 2);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 0);
	echo_answer_held(echo);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void a_chain_says_how_much_is_left(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;
	char buf[4];

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "0123456789", 10, 20);
	hyp_fake_settle(echo->fake);
	chain = echo->held[0];
	assert_int_equal(vq_chain_readable(chain), 10);
	assert_int_equal(vq_chain_read(chain, buf, 4), 0);
	assert_int_equal(vq_chain_readable(chain), 6);
	assert_int_equal(vq_chain_writable(chain), 20);
	assert_int_equal(vq_chain_write(chain, buf, 3), 0);
	assert_int_equal(vq_chain_writable(chain), 17);
}

static void reading_too_much_takes_nothing(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;
	char buf[11];

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "0123456789", 10, 20);
	hyp_fake_settle(echo->fake);
	chain = echo->held[0];
	assert_int_equal(vq_chain_read(chain, buf, 11), -ENODATA);
	assert_int_equal(vq_chain_readable(chain), 10);
}

static void writing_too_much_writes_nothing(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;
	char buf[21] = { 0 };

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "0123456789", 10, 20);
	hyp_fake_settle(echo->fake);
	chain = echo->held[0];
	assert_int_equal(vq_chain_write(chain, buf, 21), -ENOSPC);
	vq_chain_complete(chain);
	echo->num_held = 0;
	assert_int_equal(driver_fake_wait(echo->driver, 0).len, 0);
}

static void a_request_without_room_is_completed(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "close", 6, 0);
	assert_int_equal(driver_fake_wait(echo->driver, 0).len, 0);
}

static void an_empty_descriptor_adds_nothing(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo);
	struct vq_chain *chain;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_desc(echo, 0, page, 0, NEXT, 1);
	echo_set_desc(echo, 1, page, 5, NEXT, 2);
	echo_set_desc(echo, 2, UINT64_MAX, 0, NEXT | WRITE, 3);
	echo_set_desc(echo, 3, page, 9, WRITE, 0);
	echo_offer(echo, 0);
	assert_works(echo);
	chain = echo->held[0];
	assert_int_equal(vq_chain_readable(chain), 5);
	assert_int_equal(vq_chain_writable(chain), 9);
	echo_answer_held(echo);
	assert_int_equal(echo->last_read, 0);
	assert_int_equal(echo->last_write, 0);
}

static void an_indirect_descriptor_may_follow_plain_ones(void **state)
{
	struct echo *echo = *state;
	const uint64_t page = echo_page(echo), table = echo_page(echo);
	struct vq_chain *chain;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	echo_set_indirect(echo, table, 0, page, 7, NEXT, 1);
	echo_set_indirect(echo, table, 1, page, 8, WRITE, 0);
	echo_set_desc(echo, 0, page, 5, NEXT, 1);
	echo_set_desc(echo, 1, table, 32, INDIRECT, 0);
	echo_offer(echo, 0);
	assert_works(echo);
	chain = echo->held[0];
	assert_int_equal(vq_chain_readable(chain), 12);
	assert_int_equal(vq_chain_writable(chain), 8);
}

static void again_looks_for_what_was_left(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo->notified[0] = 0;
	vq_again(virtio_dev_queue(echo->dev, 0));
	assert_int_equal(echo->notified[0], 0);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[0], 1);
	echo->notified[1] = 0;
	vq_again(virtio_dev_queue(echo->dev, 1));
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[1], 1);
}

static void a_look_takes_nothing(void **state)
{
	struct echo *echo = *state;
	struct vq *vq = virtio_dev_queue(echo->dev, 0);
	struct vq_chain *chain;

	assert_int_equal(vq_peek(vq), -EAGAIN);
	echo_start(echo, DRIVER_FAKE_ALL);
	assert_int_equal(vq_peek(vq), -EAGAIN);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(vq_peek(vq), 0);
	assert_int_equal(vq_pop(vq, &chain), 0);
	assert_int_equal(vq_peek(vq), -EAGAIN);
	vq_chain_complete(chain);
}

/* Who wants to be told of what */

static void a_look_at_nothing_asks_to_be_told(void **state)
{
	struct echo *echo = *state;
	struct vq *vq = virtio_dev_queue(echo->dev, 0);
	struct vq_chain *chain;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	assert_int_equal(vq_pop(vq, &chain), 0);
	assert_int_equal(vq_peek(vq), -EAGAIN);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	assert_int_equal(driver_fake_notifications(echo->driver, 0), 2);
	vq_chain_complete(chain);
	hyp_fake_settle(echo->fake);
}

static void no_interrupt_comes_if_the_flag_says_so(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	driver_fake_want_interrupts(echo->driver, 0, false);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	driver_fake_wait(echo->driver, 0);
	assert_int_equal(driver_fake_interrupts(echo->driver), 0);
}

static void an_interrupt_comes_if_the_flag_allows_it(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void no_interrupt_comes_before_the_used_event(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_ring(echo->driver, 0)->avail->ring[SIZE] = 2;
	driver_fake_send(echo->driver, 0, "0", 1, 1);
	hyp_fake_settle(echo->fake);
	driver_fake_send(echo->driver, 0, "1", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 0);
	driver_fake_send(echo->driver, 0, "2", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void a_batch_that_passes_the_used_event_interrupts(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_ring(echo->driver, 0)->avail->ring[SIZE] = 2;
	for (int i = 0; i < 5; i++)
		driver_fake_send(echo->driver, 0, "x", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void the_flag_means_nothing_with_event_idx(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_ring(echo->driver, 0)->avail->flags =
		VRING_AVAIL_F_NO_INTERRUPT;
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void one_notification_is_enough_for_a_batch(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	for (int i = 0; i < 10; i++)
		driver_fake_send(echo->driver, 0, "x", 1, 1);
	assert_int_equal(driver_fake_notifications(echo->driver, 0), 1);
	hyp_fake_settle(echo->fake);
	for (int i = 0; i < 10; i++)
		driver_fake_wait(echo->driver, 0);
}

static void every_request_to_an_idle_device_is_noticed(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	for (int i = 0; i < 10; i++)
		round_trip(echo, 4, &layout);
	assert_int_equal(driver_fake_notifications(echo->driver, 0), 10);
}

static void a_busy_device_asks_for_quiet_without_event_idx(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	for (unsigned int i = 1; i <= 2; i++) {
		driver_fake_send(echo->driver, 0, "x", 1, 1);
		assert_int_equal(vq_pop(virtio_dev_queue(echo->dev, 0),
					&chain),
				 0);
		driver_fake_send(echo->driver, 0, "x", 1, 1);
		assert_int_equal(driver_fake_notifications(echo->driver, 0),
				 i);
		vq_chain_complete(chain);
		hyp_fake_settle(echo->fake);
	}
}

static void an_idle_device_ends_the_quiet_without_event_idx(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	for (int i = 0; i < 10; i++)
		round_trip(echo, 4, &layout);
	assert_int_equal(driver_fake_notifications(echo->driver, 0), 10);
}

/* A queue's life */

static void a_ready_queue_keeps_its_set_up(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_setup_queue(echo->driver, 0, SIZE);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_DESC_LOW, 1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_NUM, 3);
	driver_fake_driver_ok(echo->driver);
	round_trip(echo, 8, &layout);
}

static void a_queue_of_unwritten_size_is_the_largest(void **state)
{
	struct echo *echo = *state;
	struct driver_fake *driver = echo->driver;

	/* Once as new, once after a set-up and a reset */
	for (int i = 0; i < 2; i++) {
		const uint64_t rings = hyp_fake_alloc(echo->fake, 0, 3 * 4096);

		driver_fake_negotiate(driver, DRIVER_FAKE_ALL);
		driver_fake_write(driver, VIRTIO_MMIO_QUEUE_SEL, 0);
		driver_fake_write(driver, VIRTIO_MMIO_QUEUE_DESC_LOW, rings);
		driver_fake_write(driver, VIRTIO_MMIO_QUEUE_AVAIL_LOW,
				  rings + 4096);
		driver_fake_write(driver, VIRTIO_MMIO_QUEUE_USED_LOW,
				  rings + 2 * 4096);
		driver_fake_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
		driver_fake_driver_ok(driver);
		hyp_fake_settle(echo->fake);
		assert_works(echo);
		driver_fake_negotiate(driver, DRIVER_FAKE_ALL);
		driver_fake_setup_queue(driver, 0, 0x10);
	}
}

static void a_queue_that_is_not_ready_rests(void **state)
{
	struct echo *echo = *state;
	size_t mapped;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	hyp_fake_settle(echo->fake);
	mapped = hyp_fake_mapped(echo->fake);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_SEL, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	hyp_fake_settle(echo->fake);
	assert_true(hyp_fake_mapped(echo->fake) < mapped);
	echo_answer_held(echo);
	assert_int_equal(echo->last_write, -ESTALE);
	assert_int_equal(driver_fake_ring(echo->driver, 0)->used->idx, 0);
	assert_int_equal(echo->resets, 0);
}

static void an_address_may_be_corrected(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_SEL, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_USED_LOW,
			  UINT32_MAX);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_USED_HIGH,
			  UINT32_MAX);
	driver_fake_setup_queue(echo->driver, 0, SIZE);
	driver_fake_driver_ok(echo->driver);
	round_trip(echo, 8, &layout);
}

static void a_queue_may_become_ready_late(void **state)
{
	const struct driver_fake_layout layout = { 0, 0, false, 0 };
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL));
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	driver_fake_setup_queue(echo->driver, 0, SIZE);
	hyp_fake_settle(echo->fake);
	round_trip(echo, 8, &layout);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chain_of_single_bytes_is_put_together),
		TEST(pieces_of_different_sizes_are_put_together),
		TEST(a_long_request_crosses_pages),
		TEST(an_indirect_table_is_followed),
		TEST(an_indirect_table_may_be_longer_than_the_ring),
		TEST(rings_wrap_around),
		TEST(indices_wrap_around),
		TEST(the_smallest_ring_works),
		TEST(the_largest_ring_fills_up),
		TEST(answers_may_come_in_another_order),
		TEST(an_answer_that_takes_time_interrupts_too),
		TEST(a_chain_says_how_much_is_left),
		TEST(reading_too_much_takes_nothing),
		TEST(writing_too_much_writes_nothing),
		TEST(a_request_without_room_is_completed),
		TEST(an_empty_descriptor_adds_nothing),
		TEST(an_indirect_descriptor_may_follow_plain_ones),
		TEST(again_looks_for_what_was_left),
		TEST(a_look_takes_nothing),
		TEST(a_look_at_nothing_asks_to_be_told),
		TEST(no_interrupt_comes_if_the_flag_says_so),
		TEST(an_interrupt_comes_if_the_flag_allows_it),
		TEST(no_interrupt_comes_before_the_used_event),
		TEST(a_batch_that_passes_the_used_event_interrupts),
		TEST(the_flag_means_nothing_with_event_idx),
		TEST(one_notification_is_enough_for_a_batch),
		TEST(every_request_to_an_idle_device_is_noticed),
		TEST(a_busy_device_asks_for_quiet_without_event_idx),
		TEST(an_idle_device_ends_the_quiet_without_event_idx),
		TEST(a_ready_queue_keeps_its_set_up),
		TEST(a_queue_of_unwritten_size_is_the_largest),
		TEST(a_queue_that_is_not_ready_rests),
		TEST(an_address_may_be_corrected),
		TEST(a_queue_may_become_ready_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
