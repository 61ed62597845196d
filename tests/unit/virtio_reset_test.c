// SPDX-License-Identifier: GPL-2.0-only
/* How a device's life ends, and begins anew. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver_fake.h"
#include "echo_fake.h"
#include "hyp/guest_mem.h"
#include "hyp_fake.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

#define NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET
#define FEATURES_OK VIRTIO_CONFIG_S_FEATURES_OK
#define DRIVER_OK VIRTIO_CONFIG_S_DRIVER_OK
#define FAILED VIRTIO_CONFIG_S_FAILED

/* Make the driver break the rules: an available entry beyond the table. */
static void offer_nonsense(struct echo *echo)
{
	driver_fake_offer(echo->driver, 0, 999);
	driver_fake_notify(echo->driver, 0);
	hyp_fake_settle(echo->fake);
}

static void reset_reads_as_done_at_once(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(driver_fake_status(echo->driver), 0);
	assert_false(virtio_dev_running(echo->dev));
}

static void reset_is_told_once_and_before_the_next_start(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_reset(echo->driver);
	driver_fake_reset(echo->driver);
	/* echo_fake fails if the next start comes first. */
	echo_start(echo, DRIVER_FAKE_ALL);
	assert_int_equal(echo->resets, 1);
	assert_int_equal(echo->started, 2);
}

static void a_reset_before_the_start_is_not_told(void **state)
{
	struct echo *echo = *state;

	driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL);
	driver_fake_reset(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->resets, 0);
}

static void reset_forgets_what_was_negotiated(void **state)
{
	struct echo *echo = *state;

	driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL);
	driver_fake_reset(echo->driver);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, FEATURES_OK);
	assert_int_equal(driver_fake_status(echo->driver), 0);
}

static void reset_takes_back_the_interrupt(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	driver_fake_reset(echo->driver);
	assert_int_equal(driver_fake_read(echo->driver,
					  VIRTIO_MMIO_INTERRUPT_STATUS),
			 0);
}

static void reset_takes_back_the_interrupt_to_come(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	virtio_dev_config_changed(echo->dev);
	driver_fake_reset(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 0);
}

static void reset_unmaps_the_rings(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	assert_true(hyp_fake_mapped(echo->fake) > 0);
	driver_fake_reset(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void after_reset_there_is_nothing_to_take(void **state)
{
	struct echo *echo = *state;
	struct vq_chain *chain;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_offer(echo->driver, 0, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, 0);
	hyp_fake_settle(echo->fake);
	assert_int_equal(vq_pop(virtio_dev_queue(echo->dev, 0), &chain),
			 -EAGAIN);
}

static void after_reset_a_held_chain_reaches_no_memory(void **state)
{
	struct echo *echo = *state;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->num_held, 1);
	driver_fake_reset(echo->driver);
	/* The reset op answers what is held. */
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->last_read, -ESTALE);
	assert_int_equal(echo->last_write, -ESTALE);
}

static void a_chain_held_over_a_restart_is_not_answered(void **state)
{
	struct echo *echo = *state;
	struct driver_fake_answer got;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	driver_fake_reset(echo->driver);
	driver_fake_negotiate(echo->driver, DRIVER_FAKE_VERSION_1);
	driver_fake_setup_queue(echo->driver, 0, 8);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_false(driver_fake_collect(echo->driver, 0, &got));
}

static void a_head_held_over_a_restart_may_be_offered_anew(void **state)
{
	struct echo *echo = *state;
	unsigned int before, after;

	echo->holds = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	before = driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	echo_start(echo, DRIVER_FAKE_ALL);
	after = driver_fake_send(echo->driver, 0, "again", 6, 64);
	assert_int_equal(after, before);
	hyp_fake_settle(echo->fake);
	echo_answer_held(echo);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "again");
}

static void reset_forgets_where_the_rings_were(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_SEL, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_QUEUE_READY, 1);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_true(driver_fake_status(echo->driver) & NEEDS_RESET);
}

static void yield_answers_accesses_and_goes_on(void **state)
{
	struct echo *echo = *state;

	echo->yields = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_write_at_poll(echo->fake,
			       ECHO_ADDR + VIRTIO_MMIO_QUEUE_NOTIFY, 1);
	echo->notified[1] = 0;
	hyp_fake_settle(echo->fake);
	assert_true(echo->yielded);
	assert_int_equal(echo->notified[1], 1);
}

static void yield_tells_of_a_reset(void **state)
{
	struct echo *echo = *state;

	echo->yields = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_write_at_poll(echo->fake, ECHO_ADDR + VIRTIO_MMIO_STATUS, 0);
	hyp_fake_settle(echo->fake);
	assert_false(echo->yielded);
	assert_int_equal(echo->last_write, -ESTALE);
}

static void yield_tells_of_a_reset_and_a_new_start(void **state)
{
	struct echo *echo = *state;
	const uint64_t addr = ECHO_ADDR + VIRTIO_MMIO_STATUS;

	echo->yields = true;
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_write_at_poll(echo->fake, addr, 0);
	hyp_fake_write_at_poll(echo->fake,
			       ECHO_ADDR + VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	hyp_fake_write_at_poll(echo->fake,
			       ECHO_ADDR + VIRTIO_MMIO_DRIVER_FEATURES, 1);
	hyp_fake_write_at_poll(echo->fake, addr, FEATURES_OK);
	hyp_fake_write_at_poll(echo->fake, addr, DRIVER_OK);
	hyp_fake_settle(echo->fake);
	assert_false(echo->yielded);
	assert_int_equal(echo->started, 2);
}

static void a_broken_device_says_needs_reset(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	offer_nonsense(echo);
	assert_true(driver_fake_status(echo->driver) & NEEDS_RESET);
	assert_int_equal(echo->resets, 1);
}

static void a_broken_device_sends_a_configuration_interrupt(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	offer_nonsense(echo);
	assert_true(driver_fake_take_interrupt(echo->driver) &
		    VIRTIO_MMIO_INT_CONFIG);
}

static void a_broken_device_does_nothing_more(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	offer_nonsense(echo);
	echo->notified[1] = 0;
	driver_fake_send(echo->driver, 1, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[1], 0);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void a_device_breaks_once(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	virtio_dev_break(echo->dev, "for a reason");
	hyp_fake_settle(echo->fake);
	virtio_dev_break(echo->dev, "for another");
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void a_broken_queue_silences_the_other(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo->notified[1] = 0;
	driver_fake_send(echo->driver, 1, "hello", 6, 64);
	offer_nonsense(echo);
	assert_int_equal(echo->notified[1], 0);
}

static void reset_mends_a_broken_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	offer_nonsense(echo);
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "again", 6, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "again");
}

static void a_driver_that_gives_up_stops_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS,
			  driver_fake_status(echo->driver) | FAILED);
	assert_false(virtio_dev_running(echo->dev));
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->resets, 1);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

static void a_successor_needs_a_reset_and_says_so(void **state)
{
	struct echo *echo = *state;

	echo_make_device(echo, true);
	hyp_fake_settle(echo->fake);
	assert_true(driver_fake_status(echo->driver) & NEEDS_RESET);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
	assert_int_equal(driver_fake_take_interrupt(echo->driver),
			 VIRTIO_MMIO_INT_CONFIG);
	assert_int_equal(echo->started, 0);
}

static void a_successor_works_after_the_reset(void **state)
{
	struct echo *echo = *state;

	echo_make_device(echo, true);
	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "again", 6, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "again");
}

static void requests_go_on_after_a_restart(void **state)
{
	struct echo *echo = *state;

	for (int life = 0; life < 3; life++) {
		echo_start(echo, DRIVER_FAKE_ALL);
		for (int i = 0; i < 5; i++) {
			driver_fake_send(echo->driver, 0, "again", 6, 64);
			driver_fake_wait(echo->driver, 0);
		}
	}
}

static void a_restart_alone_interrupts_nobody(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	driver_fake_wait(echo->driver, 0);
	hyp_fake_settle(echo->fake);
	echo_start(echo, DRIVER_FAKE_VERSION_1);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_reads_as_done_at_once),
		TEST(reset_is_told_once_and_before_the_next_start),
		TEST(a_reset_before_the_start_is_not_told),
		TEST(reset_forgets_what_was_negotiated),
		TEST(reset_takes_back_the_interrupt),
		TEST(reset_takes_back_the_interrupt_to_come),
		TEST(reset_unmaps_the_rings),
		TEST(after_reset_there_is_nothing_to_take),
		TEST(after_reset_a_held_chain_reaches_no_memory),
		TEST(a_chain_held_over_a_restart_is_not_answered),
		TEST(a_head_held_over_a_restart_may_be_offered_anew),
		TEST(reset_forgets_where_the_rings_were),
		TEST(yield_answers_accesses_and_goes_on),
		TEST(yield_tells_of_a_reset),
		TEST(yield_tells_of_a_reset_and_a_new_start),
		TEST(a_broken_device_says_needs_reset),
		TEST(a_broken_device_sends_a_configuration_interrupt),
		TEST(a_broken_device_does_nothing_more),
		TEST(a_device_breaks_once),
		TEST(a_broken_queue_silences_the_other),
		TEST(reset_mends_a_broken_device),
		TEST(a_driver_that_gives_up_stops_the_device),
		TEST(a_successor_needs_a_reset_and_says_so),
		TEST(a_successor_works_after_the_reset),
		TEST(requests_go_on_after_a_restart),
		TEST(a_restart_alone_interrupts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
