// SPDX-License-Identifier: GPL-2.0-only
/* The door to a guest's memory, where its addresses name grants. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_mem.h"
#include "hyp/hyp.h"
#include "hyp_fake.h"

#define BANK0 HYP_FAKE_BANK0
#define CHUNK (64 * 1024)
#define PAGE HYP_PAGE_SIZE

struct fixture {
	struct hyp_fake *fake;
	struct guest_mem *mem;
};

static int set_up(void **state)
{
	static struct fixture f;

	f.fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(f.fake), 0, &f.mem), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	guest_mem_destroy(f->mem);
	hyp_fake_destroy(f->fake);
	return 0;
}

/* @len bytes that the guest grants. @ram: the guest's own view of them. */
static uint64_t grant(struct fixture *f, size_t len, bool writable,
		      unsigned char **ram)
{
	/* Not at the beginning of its page */
	const uint64_t gpa = hyp_fake_alloc(f->fake, 1, 77 + len) + 77;

	*ram = hyp_fake_ram(f->fake, gpa, len);
	return hyp_fake_grant(f->fake, gpa, len, writable);
}

static void what_the_guest_grants_is_read(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char buf[6];

	addr = grant(f, 6, true, &ram);
	memcpy(ram, "hello", 6);
	assert_int_equal(guest_mem_read(f->mem, addr, buf, 6), 0);
	assert_string_equal(buf, "hello");
}

static void what_is_written_to_a_grant_the_guest_sees(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;

	addr = grant(f, 6, true, &ram);
	assert_int_equal(guest_mem_write(f->mem, addr, "hello", 6), 0);
	assert_string_equal(ram, "hello");
}

static void grants_that_follow_each_other_are_one_range(void **state)
{
	const size_t len = 3 * CHUNK + 100;
	struct fixture *f = *state;
	unsigned char *ram, *buf = malloc(len);
	uint64_t addr;

	addr = grant(f, len, true, &ram);
	for (size_t i = 0; i < len; i++)
		buf[i] = i * 7 + i / 256;
	assert_int_equal(guest_mem_write(f->mem, addr, buf, len), 0);
	assert_memory_equal(ram, buf, len);
	memset(buf, 0, len);
	assert_int_equal(guest_mem_read(f->mem, addr, buf, len), 0);
	assert_memory_equal(ram, buf, len);
	free(buf);
}

static void a_copy_by_grants_maps_nothing(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char buf[16];

	addr = grant(f, sizeof(buf), true, &ram);
	assert_int_equal(guest_mem_read(f->mem, addr, buf, sizeof(buf)), 0);
	assert_int_equal(guest_mem_write(f->mem, addr, buf, sizeof(buf)), 0);
	assert_int_equal(hyp_fake_maps(f->fake), 0);
	assert_int_equal(hyp_fake_hyp(f->fake)->counts.granted_pages, 0);
	assert_int_equal(hyp_fake_hyp(f->fake)->counts.copied_pages, 2);
}

static void what_is_not_granted_is_a_fault(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char byte = 0;

	addr = grant(f, 1, true, &ram);
	hyp_fake_end_grant(f->fake, addr, 1);
	assert_int_equal(guest_mem_read(f->mem, addr, &byte, 1), -EFAULT);
	assert_int_equal(guest_mem_write(f->mem, addr, &byte, 1), -EFAULT);
}

static void a_range_beyond_what_is_granted_is_a_fault(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram, buf[2 * PAGE];
	uint64_t addr;

	addr = grant(f, 100, true, &ram);
	assert_int_equal(guest_mem_read(f->mem, addr, buf, 2 * PAGE), -EFAULT);
}

static void a_reference_beyond_all_is_a_fault(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char byte;

	/* One bit too many: cut off, it would be a good one. */
	addr = grant(f, 1, true, &ram) | UINT64_C(1) << 44;
	assert_int_equal(guest_mem_read(f->mem, addr, &byte, 1), -EFAULT);
}

static void a_length_that_wraps_is_a_fault(void **state)
{
	struct guest_mem_region *region = NULL;
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	void *out;

	addr = grant(f, 1, true, &ram);
	assert_int_equal(guest_mem_lend(f->mem, addr, SIZE_MAX, false, &region,
					&out),
			 -EFAULT);
	assert_null(region);
}

static void a_grant_for_reading_can_be_read(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char byte;

	addr = grant(f, 1, false, &ram);
	*ram = 7;
	assert_int_equal(guest_mem_read(f->mem, addr, &byte, 1), 0);
	assert_int_equal(byte, 7);
}

static void a_write_to_a_grant_for_reading_is_a_fault(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;

	addr = grant(f, 1, false, &ram);
	assert_int_equal(guest_mem_write(f->mem, addr, "x", 1), -EFAULT);
	hyp_fake_refuse_copies(f->fake);
	assert_int_equal(guest_mem_write(f->mem, addr, "x", 1), -EFAULT);
	assert_int_equal(*ram, 0);
}

/* As from the memory of a camera's driver */
static void where_the_hypervisor_cannot_copy_we_do(void **state)
{
	const size_t len = 2 * CHUNK + 100;
	struct fixture *f = *state;
	unsigned char *ram, *buf = malloc(len);
	uint64_t addr;

	hyp_fake_refuse_copies(f->fake);
	addr = grant(f, len, true, &ram);
	for (size_t i = 0; i < len; i++)
		buf[i] = i * 7 + i / 256;
	assert_int_equal(guest_mem_write(f->mem, addr, buf, len), 0);
	assert_memory_equal(ram, buf, len);
	memset(buf, 0, len);
	assert_int_equal(guest_mem_read(f->mem, addr, buf, len), 0);
	assert_memory_equal(ram, buf, len);
	free(buf);
}

static void what_was_copied_the_guest_may_take_back(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;

	hyp_fake_refuse_copies(f->fake);
	addr = grant(f, 5 * PAGE, true, &ram);
	assert_int_equal(guest_mem_write(f->mem, addr, "hello", 6), 0);
	hyp_fake_end_grant(f->fake, addr, 5 * PAGE);
	assert_int_equal(guest_mem_mapped(f->mem), 0);
}

static void we_read_a_grant_for_reading_ourselves(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char byte;

	hyp_fake_refuse_copies(f->fake);
	addr = grant(f, 1, false, &ram);
	*ram = 7;
	assert_int_equal(guest_mem_read(f->mem, addr, &byte, 1), 0);
	assert_int_equal(byte, 7);
}

static void each_address_says_what_it_is(void **state)
{
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	char buf[6];

	addr = grant(f, 6, true, &ram);
	memcpy(ram, "grant", 6);
	memcpy(hyp_fake_ram(f->fake, BANK0, 6), "hello", 6);
	assert_int_equal(guest_mem_read(f->mem, BANK0, buf, 6), 0);
	assert_string_equal(buf, "hello");
	assert_int_equal(guest_mem_read(f->mem, addr, buf, 6), 0);
	assert_string_equal(buf, "grant");
	assert_int_equal(hyp_fake_hyp(f->fake)->counts.foreign_pages,
			 CHUNK / PAGE);
}

static void a_grant_is_lent_in_one_piece(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	unsigned char *ram, *bytes;
	uint64_t addr;
	void *out;

	addr = grant(f, 2 * PAGE, true, &ram);
	assert_int_equal(guest_mem_lend(f->mem, addr, 2 * PAGE, true, &region,
					&out),
			 0);
	bytes = out;
	ram[2 * PAGE - 1] = 7;
	assert_int_equal(bytes[2 * PAGE - 1], 7);
	bytes[0] = 8;
	assert_int_equal(ram[0], 8);
	assert_int_equal(guest_mem_mapped(f->mem), 3 * PAGE);
	guest_mem_return(f->mem, region);
	assert_int_equal(guest_mem_mapped(f->mem), 0);
}

static void a_grant_for_reading_is_lent_for_reading(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	void *out;

	addr = grant(f, 6, false, &ram);
	memcpy(ram, "hello", 6);
	assert_int_equal(guest_mem_lend(f->mem, addr, 6, true, &region, &out),
			 -EFAULT);
	assert_int_equal(guest_mem_lend(f->mem, addr, 6, false, &region, &out),
			 0);
	assert_string_equal(out, "hello");
	guest_mem_return(f->mem, region);
}

static void a_returned_grant_the_guest_may_take_back(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	void *out;

	addr = grant(f, PAGE, true, &ram);
	assert_int_equal(guest_mem_lend(f->mem, addr, PAGE, true, &region,
					&out),
			 0);
	guest_mem_return(f->mem, region);
	hyp_fake_end_grant(f->fake, addr, PAGE);
}

static void a_loan_says_whether_it_is_a_grant(void **state)
{
	struct guest_mem_region *granted, *plain;
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	void *out;

	addr = grant(f, PAGE, true, &ram);
	guest_mem_lend(f->mem, addr, PAGE, true, &granted, &out);
	guest_mem_lend(f->mem, BANK0, PAGE, true, &plain, &out);
	assert_true(guest_mem_is_granted(granted));
	assert_false(guest_mem_is_granted(plain));
	assert_false(guest_mem_is_granted(NULL));
	guest_mem_return(f->mem, granted);
	guest_mem_return(f->mem, plain);
}

static void want_of_memory_for_a_grant_is_told_as_such(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	unsigned char *ram;
	uint64_t addr;
	void *out;

	addr = grant(f, PAGE, true, &ram);
	hyp_fake_fail(f->fake, HYP_FAKE_MAP_GRANTS, 1, -ENOMEM);
	assert_int_equal(guest_mem_lend(f->mem, addr, PAGE, true, &region,
					&out),
			 -ENOMEM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_guest_grants_is_read),
		TEST(what_is_written_to_a_grant_the_guest_sees),
		TEST(grants_that_follow_each_other_are_one_range),
		TEST(a_copy_by_grants_maps_nothing),
		TEST(what_is_not_granted_is_a_fault),
		TEST(a_range_beyond_what_is_granted_is_a_fault),
		TEST(a_reference_beyond_all_is_a_fault),
		TEST(a_length_that_wraps_is_a_fault),
		TEST(a_grant_for_reading_can_be_read),
		TEST(a_write_to_a_grant_for_reading_is_a_fault),
		TEST(where_the_hypervisor_cannot_copy_we_do),
		TEST(what_was_copied_the_guest_may_take_back),
		TEST(we_read_a_grant_for_reading_ourselves),
		TEST(each_address_says_what_it_is),
		TEST(a_grant_is_lent_in_one_piece),
		TEST(a_grant_for_reading_is_lent_for_reading),
		TEST(a_returned_grant_the_guest_may_take_back),
		TEST(a_loan_says_whether_it_is_a_grant),
		TEST(want_of_memory_for_a_grant_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
