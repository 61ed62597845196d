// SPDX-License-Identifier: GPL-2.0-only
/* A device's life as its driver sees it: status, features, interrupts. */
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

static void a_request_is_answered(void **state)
{
	struct echo *echo = *state;
	struct driver_fake_answer got;
	unsigned int token;

	echo_start(echo, DRIVER_FAKE_ALL);
	token = driver_fake_send(echo->driver, 0, "hello", 6, 64);
	got = driver_fake_wait(echo->driver, 0);
	assert_int_equal(got.token, token);
	assert_int_equal(got.len, 6);
	assert_string_equal(got.data, "hello");
}

static void an_answer_interrupts_with_the_used_bit(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
	assert_int_equal(driver_fake_take_interrupt(echo->driver),
			 VIRTIO_MMIO_INT_VRING);
}

static void an_acknowledged_interrupt_is_gone(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	driver_fake_take_interrupt(echo->driver);
	assert_int_equal(driver_fake_take_interrupt(echo->driver), 0);
}

static void a_batch_of_answers_interrupts_once(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	for (int i = 0; i < 10; i++)
		driver_fake_send(echo->driver, 0, "hello", 6, 64);
	for (int i = 0; i < 3; i++)
		driver_fake_send(echo->driver, 1, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void nothing_is_done_before_the_access_is_answered(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo->notified[0] = 0;
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	assert_int_equal(driver_fake_notifications(echo->driver, 0), 1);
	assert_int_equal(echo->notified[0], 0);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[0], 1);
}

static void a_driver_without_version_1_is_refused(void **state)
{
	struct echo *echo = *state;

	assert_false(driver_fake_negotiate(echo->driver,
					   DRIVER_FAKE_EVENT_IDX));
}

static void a_feature_that_is_not_offered_is_refused(void **state)
{
	const uint64_t packed = DRIVER_FAKE_FEATURE(VIRTIO_F_RING_PACKED);
	struct echo *echo = *state;

	assert_false(driver_fake_negotiate(echo->driver,
					   DRIVER_FAKE_VERSION_1 | packed));
}

static void a_driver_may_do_without_access_platform(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_VERSION_1);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "hello");
}

static void access_platform_alone_makes_no_grants(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL | DRIVER_FAKE_ACCESS_PLATFORM);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "hello");
}

static void a_refused_driver_may_try_again(void **state)
{
	struct echo *echo = *state;

	assert_false(driver_fake_negotiate(echo->driver, 0));
	assert_true(driver_fake_negotiate(echo->driver,
					  DRIVER_FAKE_VERSION_1));
}

static void a_driver_may_change_its_mind_about_features(void **state)
{
	struct echo *echo = *state;

	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES,
			  UINT32_MAX);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, FEATURES_OK);
	assert_int_equal(driver_fake_status(echo->driver), FEATURES_OK);
}

static void features_beyond_the_words_are_ignored(void **state)
{
	struct echo *echo = *state;

	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES,
			  UINT32_MAX);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, FEATURES_OK);
	assert_int_equal(driver_fake_status(echo->driver), FEATURES_OK);
}

static void features_are_fixed_by_features_ok(void **state)
{
	struct echo *echo = *state;

	assert_true(driver_fake_negotiate(echo->driver,
					  DRIVER_FAKE_VERSION_1));
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_fake_write(echo->driver, VIRTIO_MMIO_DRIVER_FEATURES,
			  DRIVER_FAKE_EVENT_IDX);
	for (unsigned int i = 0; i < ECHO_QUEUES; i++)
		driver_fake_setup_queue(echo->driver, i, 8);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);

	/* With EVENT_IDX in force, 0xffff would silence the device. */
	driver_fake_ring(echo->driver, 0)->avail->ring[8] = 0xffff;
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
}

static void driver_ok_without_features_ok_is_ignored(void **state)
{
	struct echo *echo = *state;

	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS, DRIVER_OK);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_status(echo->driver), 0);
	assert_int_equal(echo->started, 0);
}

static void status_bits_cannot_be_cleared_one_by_one(void **state)
{
	struct echo *echo = *state;

	driver_fake_negotiate(echo->driver, DRIVER_FAKE_VERSION_1);
	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS,
			  VIRTIO_CONFIG_S_DRIVER);
	assert_true(driver_fake_status(echo->driver) & FEATURES_OK);
}

static void the_driver_cannot_set_needs_reset(void **state)
{
	struct echo *echo = *state;

	driver_fake_write(echo->driver, VIRTIO_MMIO_STATUS,
			  VIRTIO_CONFIG_S_DRIVER | NEEDS_RESET);
	assert_int_equal(driver_fake_status(echo->driver),
			 VIRTIO_CONFIG_S_DRIVER);
}

static void driver_ok_starts_the_device_once(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_driver_ok(echo->driver);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->started, 1);
}

static void what_was_available_before_driver_ok_is_found(void **state)
{
	struct echo *echo = *state;

	driver_fake_negotiate(echo->driver, DRIVER_FAKE_VERSION_1);
	driver_fake_setup_queue(echo->driver, 0, 8);
	driver_fake_send(echo->driver, 0, "early", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[0], 0);
	driver_fake_driver_ok(echo->driver);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "early");
}

static void new_configuration_is_told_to_a_running_driver(void **state)
{
	struct echo *echo = *state;
	uint32_t before;

	echo_start(echo, DRIVER_FAKE_ALL);
	before = driver_fake_read(echo->driver, VIRTIO_MMIO_CONFIG_GENERATION);
	virtio_dev_config_changed(echo->dev);
	hyp_fake_settle(echo->fake);
	assert_int_not_equal(driver_fake_read(echo->driver,
					      VIRTIO_MMIO_CONFIG_GENERATION),
			     before);
	assert_int_equal(driver_fake_take_interrupt(echo->driver),
			 VIRTIO_MMIO_INT_CONFIG);
}

static void new_configuration_is_not_told_before_driver_ok(void **state)
{
	struct echo *echo = *state;

	driver_fake_negotiate(echo->driver, DRIVER_FAKE_ALL);
	virtio_dev_config_changed(echo->dev);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_interrupts(echo->driver), 0);
}

static void an_interrupt_that_fails_leaves_its_bit(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	hyp_fake_fail(echo->fake, HYP_FAKE_INTERRUPT, 1, -EINVAL);
	driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	assert_int_equal(driver_fake_read(echo->driver,
					  VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_MMIO_INT_VRING);
}

static void a_changed_memory_map_has_the_rings_mapped_anew(void **state)
{
	struct echo *echo = *state;
	unsigned int maps;
	size_t mapped;

	echo_start(echo, DRIVER_FAKE_ALL);
	maps = hyp_fake_maps(echo->fake);
	mapped = hyp_fake_mapped(echo->fake);
	hyp_fake_invalidate(echo->fake);
	hyp_fake_settle(echo->fake);
	assert_int_equal(hyp_fake_maps(echo->fake), maps + 3 * ECHO_QUEUES);
	assert_int_equal(hyp_fake_mapped(echo->fake), mapped);

	/* Once is enough. */
	maps = hyp_fake_maps(echo->fake);
	driver_fake_notify(echo->driver, 0);
	hyp_fake_settle(echo->fake);
	assert_int_equal(hyp_fake_maps(echo->fake), maps);
}

static void requests_go_on_after_the_memory_map_changed(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	driver_fake_send(echo->driver, 0, "one", 4, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "one");
	hyp_fake_invalidate(echo->fake);
	driver_fake_send(echo->driver, 0, "two", 4, 64);
	assert_string_equal(driver_fake_wait(echo->driver, 0).data, "two");
}

static void a_changed_memory_map_empties_the_cache(void **state)
{
	struct echo *echo = *state;
	size_t mapped;

	echo_start(echo, DRIVER_FAKE_ALL);
	mapped = hyp_fake_mapped(echo->fake);
	driver_fake_send(echo->driver, 0, "one", 4, 64);
	driver_fake_wait(echo->driver, 0);
	assert_true(hyp_fake_mapped(echo->fake) > mapped);
	hyp_fake_invalidate(echo->fake);
	hyp_fake_settle(echo->fake);
	assert_int_equal(hyp_fake_mapped(echo->fake), mapped);
}

static void rings_that_vanish_break_the_device(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	hyp_fake_fail(echo->fake, HYP_FAKE_MAP_PAGES, 2, -EFAULT);
	hyp_fake_invalidate(echo->fake);
	hyp_fake_settle(echo->fake);
	assert_true(driver_fake_status(echo->driver) & NEEDS_RESET);
	assert_int_equal(hyp_fake_mapped(echo->fake), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_answered),
		TEST(an_answer_interrupts_with_the_used_bit),
		TEST(an_acknowledged_interrupt_is_gone),
		TEST(a_batch_of_answers_interrupts_once),
		TEST(nothing_is_done_before_the_access_is_answered),
		TEST(a_driver_without_version_1_is_refused),
		TEST(a_feature_that_is_not_offered_is_refused),
		TEST(a_driver_may_do_without_access_platform),
		TEST(access_platform_alone_makes_no_grants),
		TEST(a_refused_driver_may_try_again),
		TEST(a_driver_may_change_its_mind_about_features),
		TEST(features_beyond_the_words_are_ignored),
		TEST(features_are_fixed_by_features_ok),
		TEST(driver_ok_without_features_ok_is_ignored),
		TEST(status_bits_cannot_be_cleared_one_by_one),
		TEST(the_driver_cannot_set_needs_reset),
		TEST(driver_ok_starts_the_device_once),
		TEST(what_was_available_before_driver_ok_is_found),
		TEST(new_configuration_is_told_to_a_running_driver),
		TEST(new_configuration_is_not_told_before_driver_ok),
		TEST(an_interrupt_that_fails_leaves_its_bit),
		TEST(a_changed_memory_map_has_the_rings_mapped_anew),
		TEST(requests_go_on_after_the_memory_map_changed),
		TEST(a_changed_memory_map_empties_the_cache),
		TEST(rings_that_vanish_break_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
