// SPDX-License-Identifier: GPL-2.0-only
/* The registers of virtio-mmio, and the bus that they are on. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver_fake.h"
#include "echo_fake.h"
#include "hyp_fake.h"
#include "virtio/mmio.h"
#include "virtio/virtio.h"

#define CONFIG (ECHO_ADDR + VIRTIO_MMIO_CONFIG)

static uint32_t reg(struct echo *echo, uint32_t offset)
{
	return driver_fake_read(echo->driver, offset);
}

static void set_reg(struct echo *echo, uint32_t offset, uint32_t value)
{
	driver_fake_write(echo->driver, offset, value);
}

static void the_device_is_recognized(void **state)
{
	assert_int_equal(reg(*state, VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	assert_int_equal(reg(*state, VIRTIO_MMIO_VERSION), 2);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_ID), 48);
	assert_int_not_equal(reg(*state, VIRTIO_MMIO_VENDOR_ID), 0);
}

static void the_features_are_offered_in_words(void **state)
{
	set_reg(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_FEATURES),
			 1u << VIRTIO_RING_F_INDIRECT_DESC |
				 1u << VIRTIO_RING_F_EVENT_IDX);
	set_reg(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_FEATURES),
			 1u << (VIRTIO_F_VERSION_1 - 32) |
				 1u << (VIRTIO_F_ACCESS_PLATFORM - 32));
}

static void there_are_no_features_beyond_the_words(void **state)
{
	set_reg(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_FEATURES), 0);
	set_reg(*state, VIRTIO_MMIO_DEVICE_FEATURES_SEL, UINT32_MAX);
	assert_int_equal(reg(*state, VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

static void a_kind_of_device_has_features_of_its_own(void **state)
{
	struct echo *echo = *state;

	echo->features = 1 | DRIVER_FAKE_FEATURE(57);
	echo_make_device(echo, false);
	set_reg(echo, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	assert_int_equal(reg(echo, VIRTIO_MMIO_DEVICE_FEATURES),
			 1u | 1u << VIRTIO_RING_F_INDIRECT_DESC |
				 1u << VIRTIO_RING_F_EVENT_IDX);
	set_reg(echo, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_int_equal(reg(echo, VIRTIO_MMIO_DEVICE_FEATURES),
			 1u << (VIRTIO_F_VERSION_1 - 32) |
				 1u << (VIRTIO_F_ACCESS_PLATFORM - 32) |
				 1u << (57 - 32));
}

static void its_features_are_in_force_if_the_driver_takes_them(void **state)
{
	struct echo *echo = *state;

	echo->features = DRIVER_FAKE_FEATURE(57);
	echo_make_device(echo, false);
	assert_true(driver_fake_negotiate(echo->driver, DRIVER_FAKE_VERSION_1));
	assert_false(virtio_dev_negotiated(echo->dev, 57));
	assert_true(driver_fake_negotiate(echo->driver,
					  DRIVER_FAKE_VERSION_1 |
						  DRIVER_FAKE_FEATURE(57)));
	assert_true(virtio_dev_negotiated(echo->dev, 57));
}

static void what_another_kind_offers_cannot_be_taken(void **state)
{
	struct echo *echo = *state;

	assert_false(driver_fake_negotiate(echo->driver,
					   DRIVER_FAKE_VERSION_1 |
						   DRIVER_FAKE_FEATURE(57)));
}

static void a_queue_says_its_maximal_size(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_SEL, 1);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_NUM_MAX),
			 VIRTIO_QUEUE_SIZE);
}

static void a_queue_that_is_not_there_has_no_size(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_SEL, ECHO_QUEUES);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void a_queue_that_is_not_there_is_not_set_up(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_SEL, UINT32_MAX);
	set_reg(*state, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void queue_ready_reads_as_written(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 1);
	set_reg(*state, VIRTIO_MMIO_QUEUE_READY, 0);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void queues_are_told_apart(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_SEL, 1);
	set_reg(*state, VIRTIO_MMIO_QUEUE_READY, 1);
	set_reg(*state, VIRTIO_MMIO_QUEUE_SEL, 0);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void reset_makes_queues_unready(void **state)
{
	set_reg(*state, VIRTIO_MMIO_QUEUE_READY, 1);
	set_reg(*state, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(reg(*state, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void a_notification_of_no_queue_is_ignored(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	echo->notified[0] = 0;
	set_reg(echo, VIRTIO_MMIO_QUEUE_NOTIFY, ECHO_QUEUES);
	set_reg(echo, VIRTIO_MMIO_QUEUE_NOTIFY, 32);
	set_reg(echo, VIRTIO_MMIO_QUEUE_NOTIFY, UINT32_MAX);
	hyp_fake_settle(echo->fake);
	assert_int_equal(echo->notified[0], 0);
	assert_false(driver_fake_status(echo->driver) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void assert_no_shm(struct echo *echo, uint32_t id)
{
	set_reg(echo, VIRTIO_MMIO_SHM_SEL, id);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_LEN_LOW), UINT32_MAX);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_LEN_HIGH), UINT32_MAX);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_BASE_LOW), UINT32_MAX);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_BASE_HIGH), UINT32_MAX);
}

static void a_shared_memory_region_says_where_it_is(void **state)
{
	struct echo *echo = *state;

	echo->shm.base = 0x123456780000;
	echo->shm.len = 0x300200000;
	echo_make_device(echo, false);
	set_reg(echo, VIRTIO_MMIO_SHM_SEL, 0);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_LEN_LOW), 0x200000);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_LEN_HIGH), 3);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_BASE_LOW), 0x56780000);
	assert_int_equal(reg(echo, VIRTIO_MMIO_SHM_BASE_HIGH), 0x1234);
}

static void only_that_region_exists(void **state)
{
	struct echo *echo = *state;

	echo->shm.base = 0x100000000;
	echo->shm.len = 0x200000;
	echo_make_device(echo, false);
	assert_no_shm(echo, 1);
	assert_no_shm(echo, UINT32_MAX);
}

static void a_device_without_shared_memory_has_no_region(void **state)
{
	for (uint32_t id = 0; id < 3; id++)
		assert_no_shm(*state, id);
}

static void queue_reset_is_not_offered(void **state)
{
	set_reg(*state, 0x0c0, 1);
	assert_int_equal(reg(*state, 0x0c0), 0);
}

static void an_acknowledgement_clears_only_its_bits(void **state)
{
	struct echo *echo = *state;

	echo_start(echo, DRIVER_FAKE_ALL);
	virtio_dev_config_changed(echo->dev);
	driver_fake_send(echo->driver, 0, "x", 1, 1);
	hyp_fake_settle(echo->fake);
	assert_int_equal(reg(echo, VIRTIO_MMIO_INTERRUPT_STATUS), 3);
	set_reg(echo, VIRTIO_MMIO_INTERRUPT_ACK, 1);
	assert_int_equal(reg(echo, VIRTIO_MMIO_INTERRUPT_STATUS), 2);
}

static void what_is_not_defined_reads_as_nothing(void **state)
{
	static const uint32_t holes[] = {
		0x018, 0x01c, 0x028, 0x02c, 0x03c, 0x040, 0x048, 0x058, 0x074,
		0x0a8, 0x0c4, 0x0f8,
	};

	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		set_reg(*state, holes[i], UINT32_MAX);
		assert_int_equal(reg(*state, holes[i]), 0);
	}
}

static void what_is_only_read_is_not_written(void **state)
{
	struct echo *echo = *state;

	set_reg(echo, VIRTIO_MMIO_DEVICE_ID, 1);
	assert_int_equal(reg(echo, VIRTIO_MMIO_DEVICE_ID), 48);
	set_reg(echo, VIRTIO_MMIO_INTERRUPT_STATUS, 1);
	assert_int_equal(reg(echo, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
}

static void registers_are_read_in_32_bits_only(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(hyp_fake_read(echo->fake, ECHO_ADDR, 1), 0);
	assert_int_equal(hyp_fake_read(echo->fake, ECHO_ADDR, 2), 0);
	assert_int_equal(hyp_fake_read(echo->fake, ECHO_ADDR, 8), 0);
	assert_int_equal(hyp_fake_read(echo->fake, ECHO_ADDR + 2, 4), 0);
}

static void registers_are_written_in_32_bits_only(void **state)
{
	struct echo *echo = *state;

	hyp_fake_write(echo->fake, ECHO_ADDR + VIRTIO_MMIO_STATUS, 1, 1);
	hyp_fake_write(echo->fake, ECHO_ADDR + VIRTIO_MMIO_STATUS, 8, 1);
	assert_int_equal(driver_fake_status(echo->driver), 0);
}

static void configuration_is_read_by_bytes(void **state)
{
	struct echo *echo = *state;
	unsigned char config[sizeof(echo->config)];

	driver_fake_read_config(echo->driver, 0, config, sizeof(config));
	assert_memory_equal(config, echo->config, sizeof(config));
}

static void configuration_is_read_in_all_widths(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 2, 2), 0x0403);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 4, 4), 0x08070605);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 8, 8),
			 0x100f0e0d0c0b0a09);
}

static void beyond_the_configuration_is_nothing(void **state)
{
	struct echo *echo = *state;

	/* 42 bytes: the last word is half there. */
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 40, 4), 0x2a29);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 44, 4), 0);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 0xf8, 8), 0);
}

static void crooked_reads_of_the_configuration_give_nothing(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 1, 2), 0);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG + 4, 8), 0);
}

static void the_device_hears_of_a_read_before_it_is_answered(void **state)
{
	struct echo *echo = *state;

	echo->counts_reads = true;
	hyp_fake_read(echo->fake, CONFIG, 1);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG, 1), 2);
}

static void what_a_read_brings_about_is_no_change_of_configuration(void **state)
{
	struct echo *echo = *state;
	const uint32_t before = reg(echo, VIRTIO_MMIO_CONFIG_GENERATION);

	echo->counts_reads = true;
	hyp_fake_read(echo->fake, CONFIG, 4);
	assert_int_equal(reg(echo, VIRTIO_MMIO_CONFIG_GENERATION), before);
}

static void the_configuration_cannot_be_written(void **state)
{
	struct echo *echo = *state;

	hyp_fake_write(echo->fake, CONFIG, 4, 0);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG, 4), 0x04030201);
}

/* The bus */

static void an_access_to_nobody_reads_as_all_ones(void **state)
{
	struct echo *echo = *state;

	hyp_fake_write32(echo->fake, ECHO_ADDR - 4, 1);
	assert_int_equal(hyp_fake_read32(echo->fake, ECHO_ADDR - 4),
			 UINT32_MAX);
	assert_int_equal(hyp_fake_read32(echo->fake,
					 ECHO_ADDR + MMIO_DEVICE_LEN),
			 UINT32_MAX);
}

static void an_access_across_the_end_is_nobodys(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(hyp_fake_read(echo->fake,
				       ECHO_ADDR + MMIO_DEVICE_LEN - 4, 8),
			 UINT64_MAX);
}

static void an_access_of_a_strange_size_is_nobodys(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(hyp_fake_read(echo->fake, CONFIG, 0), 0);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG, 3), 0xffffff);
	assert_int_equal(hyp_fake_read(echo->fake, CONFIG, 16), UINT64_MAX);
}

static void a_device_comes_into_sight_when_it_is_added(void **state)
{
	struct echo *echo = *state;

	assert_true(hyp_fake_io_mapped(echo->fake, ECHO_ADDR));
	assert_true(hyp_fake_io_mapped(echo->fake,
				       ECHO_ADDR + MMIO_DEVICE_LEN - 1));
	assert_false(hyp_fake_io_mapped(echo->fake,
					ECHO_ADDR + MMIO_DEVICE_LEN));
}

static void a_place_is_taken_once(void **state)
{
	struct echo *echo = *state;

	assert_int_equal(mmio_bus_add(echo->bus, ECHO_ADDR + 0x100, echo->dev),
			 -EEXIST);
	assert_int_equal(mmio_bus_add(echo->bus, ECHO_ADDR - 0x100, echo->dev),
			 -EEXIST);
}

static void two_devices_are_told_apart(void **state)
{
	static const unsigned char config[4] = { 0xaa, 0xbb, 0xcc, 0xdd };
	const uint64_t addr = ECHO_ADDR + MMIO_DEVICE_LEN;
	struct echo *echo = *state;
	const struct virtio_dev_params params = {
		.base = hyp_fake_base(echo->fake),
		.hyp = hyp_fake_hyp(echo->fake),
		.mem = echo->mem,
		.device_id = 42,
		.irq = ECHO_IRQ + 1,
		.config = config,
		.config_len = sizeof(config),
	};
	struct virtio_dev *second;

	assert_int_equal(virtio_dev_create(&params, &second), 0);
	assert_int_equal(mmio_bus_add(echo->bus, addr, second), 0);
	assert_int_equal(hyp_fake_read32(echo->fake,
					 addr + VIRTIO_MMIO_CONFIG),
			 0xddccbbaa);
	assert_int_equal(hyp_fake_read32(echo->fake, CONFIG), 0x04030201);
	mmio_bus_remove(echo->bus, second);
	virtio_dev_destroy(second);
	assert_int_equal(hyp_fake_read32(echo->fake, CONFIG), 0x04030201);
}

static void a_device_that_cannot_be_mapped_is_not_added(void **state)
{
	const uint64_t addr = ECHO_ADDR + MMIO_DEVICE_LEN;
	struct echo *echo = *state;

	hyp_fake_fail(echo->fake, HYP_FAKE_MAP_IO, 1, -ENOSPC);
	assert_int_equal(mmio_bus_add(echo->bus, addr, echo->dev), -ENOSPC);
	assert_int_equal(hyp_fake_read32(echo->fake, addr), UINT32_MAX);
}

static void a_removed_device_still_gets_answers(void **state)
{
	struct echo *echo = *state;

	mmio_bus_remove(echo->bus, echo->dev);
	assert_int_equal(hyp_fake_read32(echo->fake, ECHO_ADDR), UINT32_MAX);
	assert_true(hyp_fake_io_mapped(echo->fake, ECHO_ADDR));
}

static void after_the_bus_nobody_is_asked(void **state)
{
	struct echo *echo = *state;

	mmio_bus_remove(echo->bus, echo->dev);
	mmio_bus_destroy(echo->bus);
	/* The sanitizer finds it if the bus is. */
	hyp_fake_read32(echo->fake, ECHO_ADDR);
	hyp_fake_invalidate(echo->fake);
	assert_int_equal(mmio_bus_create(hyp_fake_base(echo->fake),
					 hyp_fake_hyp(echo->fake), echo->mem,
					 &echo->bus),
			 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, echo_set_up, echo_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_device_is_recognized),
		TEST(the_features_are_offered_in_words),
		TEST(there_are_no_features_beyond_the_words),
		TEST(a_kind_of_device_has_features_of_its_own),
		TEST(its_features_are_in_force_if_the_driver_takes_them),
		TEST(what_another_kind_offers_cannot_be_taken),
		TEST(a_queue_says_its_maximal_size),
		TEST(a_queue_that_is_not_there_has_no_size),
		TEST(a_queue_that_is_not_there_is_not_set_up),
		TEST(queue_ready_reads_as_written),
		TEST(queues_are_told_apart),
		TEST(reset_makes_queues_unready),
		TEST(a_notification_of_no_queue_is_ignored),
		TEST(a_shared_memory_region_says_where_it_is),
		TEST(only_that_region_exists),
		TEST(a_device_without_shared_memory_has_no_region),
		TEST(queue_reset_is_not_offered),
		TEST(an_acknowledgement_clears_only_its_bits),
		TEST(what_is_not_defined_reads_as_nothing),
		TEST(what_is_only_read_is_not_written),
		TEST(registers_are_read_in_32_bits_only),
		TEST(registers_are_written_in_32_bits_only),
		TEST(configuration_is_read_by_bytes),
		TEST(configuration_is_read_in_all_widths),
		TEST(beyond_the_configuration_is_nothing),
		TEST(crooked_reads_of_the_configuration_give_nothing),
		TEST(the_device_hears_of_a_read_before_it_is_answered),
		TEST(what_a_read_brings_about_is_no_change_of_configuration),
		TEST(the_configuration_cannot_be_written),
		TEST(an_access_to_nobody_reads_as_all_ones),
		TEST(an_access_across_the_end_is_nobodys),
		TEST(an_access_of_a_strange_size_is_nobodys),
		TEST(a_device_comes_into_sight_when_it_is_added),
		TEST(a_place_is_taken_once),
		TEST(two_devices_are_told_apart),
		TEST(a_device_that_cannot_be_mapped_is_not_added),
		TEST(a_removed_device_still_gets_answers),
		TEST(after_the_bus_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
