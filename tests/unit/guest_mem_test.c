// SPDX-License-Identifier: GPL-2.0-only
/* The door to a guest's memory: ranges, holes, the cache, loans. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_mem.h"
#include "hyp/hyp.h"
#include "hyp_fake.h"

#define BANK0 HYP_FAKE_BANK0
#define BANK0_END (HYP_FAKE_BANK0 + HYP_FAKE_BANK_LEN)
#define BANK1 HYP_FAKE_BANK1
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

static void what_the_guest_wrote_is_read(void **state)
{
	struct fixture *f = *state;
	char buf[6];

	memcpy(hyp_fake_ram(f->fake, BANK0 + 123, 6), "hello", 6);
	assert_int_equal(guest_mem_read(f->mem, BANK0 + 123, buf, 6), 0);
	assert_string_equal(buf, "hello");
}

static void what_is_written_the_guest_sees(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(guest_mem_write(f->mem, BANK1 + 5, "hello", 6), 0);
	assert_string_equal(hyp_fake_ram(f->fake, BANK1 + 5, 6), "hello");
}

static void banks_are_told_apart(void **state)
{
	struct fixture *f = *state;
	char byte;

	/* As far apart as they are, they meet in the cache's hash. */
	*(char *)hyp_fake_ram(f->fake, BANK0, 1) = 1;
	*(char *)hyp_fake_ram(f->fake, BANK1, 1) = 2;
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(byte, 1);
	assert_int_equal(guest_mem_read(f->mem, BANK1, &byte, 1), 0);
	assert_int_equal(byte, 2);
}

static void a_range_over_many_chunks_comes_in_order(void **state)
{
	const size_t len = 3 * CHUNK + 100;
	struct fixture *f = *state;
	unsigned char *ram = hyp_fake_ram(f->fake, BANK0 + 77, len);
	unsigned char *buf = malloc(len);

	for (size_t i = 0; i < len; i++)
		ram[i] = i * 7 + i / 256;
	assert_int_equal(guest_mem_read(f->mem, BANK0 + 77, buf, len), 0);
	assert_memory_equal(buf, ram, len);
	free(buf);
}

static void the_last_byte_of_a_bank_can_be_read(void **state)
{
	struct fixture *f = *state;
	char byte;

	assert_int_equal(guest_mem_read(f->mem, BANK0_END - 1, &byte, 1), 0);
}

static void a_range_into_the_hole_is_a_fault(void **state)
{
	struct fixture *f = *state;
	char buf[2];

	assert_int_equal(guest_mem_read(f->mem, BANK0_END - 1, buf, 2),
			 -EFAULT);
	assert_int_equal(guest_mem_write(f->mem, BANK0_END - 1, buf, 2),
			 -EFAULT);
}

static void a_range_that_wraps_is_a_fault(void **state)
{
	struct fixture *f = *state;
	char buf[16];

	assert_int_equal(guest_mem_read(f->mem, UINT64_MAX - 7, buf, 16),
			 -EFAULT);
	assert_int_equal(guest_mem_read(f->mem, (UINT64_C(1) << 48) - 8, buf,
					16),
			 -EFAULT);
	assert_int_equal(hyp_fake_maps(f->fake), 0);
}

static void a_length_that_wraps_is_a_fault(void **state)
{
	struct fixture *f = *state;
	struct guest_mem_region *region = NULL;
	void *out;

	assert_int_equal(guest_mem_lend(f->mem, BANK0, SIZE_MAX, true, &region,
					&out),
			 -EFAULT);
	assert_null(region);
}

static void no_bytes_are_never_a_fault(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(guest_mem_read(f->mem, 0, NULL, 0), 0);
	assert_int_equal(hyp_fake_maps(f->fake), 0);
}

static void neighbours_are_mapped_together_and_once(void **state)
{
	struct fixture *f = *state;
	char byte;

	for (uint64_t at = 0; at < CHUNK; at += PAGE)
		assert_int_equal(guest_mem_read(f->mem, BANK0 + at, &byte, 1),
				 0);
	assert_int_equal(hyp_fake_maps(f->fake), 1);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK);
}

static void pages_beside_a_hole_are_mapped_one_by_one(void **state)
{
	struct fixture *f = *state;
	char byte;

	hyp_fake_make_hole(f->fake, BANK0 + 3 * PAGE);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(guest_mem_read(f->mem, BANK0 + 4 * PAGE, &byte, 1),
			 0);
	assert_int_equal(guest_mem_read(f->mem, BANK0 + 3 * PAGE, &byte, 1),
			 -EFAULT);
	assert_int_equal(guest_mem_mapped(f->mem), 2 * PAGE);
}

static void a_page_beside_a_hole_is_mapped_once(void **state)
{
	struct fixture *f = *state;
	unsigned int maps;
	char byte;

	hyp_fake_make_hole(f->fake, BANK0 + 3 * PAGE);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	maps = hyp_fake_maps(f->fake);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(hyp_fake_maps(f->fake), maps);
}

static void want_of_memory_is_not_a_fault_of_the_guest(void **state)
{
	struct fixture *f = *state;
	char byte;

	hyp_fake_fail(f->fake, HYP_FAKE_MAP_PAGES, 1, -ENOMEM);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), -ENOMEM);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
}

static void a_limit_from_the_start_holds(void **state)
{
	struct fixture *f = *state;
	struct guest_mem *mem;
	char byte;

	assert_int_equal(guest_mem_create(hyp_fake_hyp(f->fake), CHUNK, &mem),
			 0);
	guest_mem_read(mem, BANK0, &byte, 1);
	guest_mem_read(mem, BANK1, &byte, 1);
	assert_int_equal(guest_mem_mapped(mem), CHUNK);
	guest_mem_destroy(mem);
}

static void the_limit_holds_while_much_is_read(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_set_limit(f->mem, 4 * CHUNK);
	for (uint64_t at = 0; at < HYP_FAKE_BANK_LEN; at += CHUNK) {
		assert_int_equal(guest_mem_read(f->mem, BANK0 + at, &byte, 1),
				 0);
		assert_true(guest_mem_mapped(f->mem) <= 4 * CHUNK);
	}
}

static void the_limit_holds_beside_a_hole(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_set_limit(f->mem, 4 * CHUNK);
	for (uint64_t at = 0; at < HYP_FAKE_BANK_LEN; at += CHUNK)
		hyp_fake_make_hole(f->fake, BANK0 + at);
	for (uint64_t i = PAGE; i < CHUNK; i += PAGE) {
		for (uint64_t at = i; at < HYP_FAKE_BANK_LEN; at += CHUNK) {
			assert_int_equal(guest_mem_read(f->mem, BANK0 + at,
							&byte, 1),
					 0);
			assert_true(guest_mem_mapped(f->mem) <= 4 * CHUNK);
		}
	}
}

static void a_limit_below_one_chunk_lets_one_chunk_in(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_set_limit(f->mem, 1);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK);
}

static void what_was_used_last_stays(void **state)
{
	struct fixture *f = *state;
	unsigned int maps;
	char byte;

	guest_mem_set_limit(f->mem, 2 * CHUNK);
	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_read(f->mem, BANK0 + CHUNK, &byte, 1);
	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_read(f->mem, BANK0 + 2 * CHUNK, &byte, 1);
	maps = hyp_fake_maps(f->fake);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(hyp_fake_maps(f->fake), maps);
}

static void a_copy_larger_than_the_limit_works(void **state)
{
	const size_t len = 8 * CHUNK;
	struct fixture *f = *state;
	unsigned char *buf = malloc(len);

	guest_mem_set_limit(f->mem, CHUNK);
	memset(hyp_fake_ram(f->fake, BANK0, len), 0x5a, len);
	assert_int_equal(guest_mem_read(f->mem, BANK0, buf, len), 0);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(buf[i], 0x5a);
	free(buf);
}

static void after_invalidation_memory_is_mapped_anew(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_invalidate(f->mem);
	hyp_fake_make_hole(f->fake, BANK0);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), -EFAULT);
}

static void trim_unmaps_what_invalidation_left(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_invalidate(f->mem);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK);
	guest_mem_trim(f->mem);
	assert_int_equal(guest_mem_mapped(f->mem), 0);
}

static void invalidation_makes_the_next_access_unmap_little(void **state)
{
	struct fixture *f = *state;
	char byte;

	for (uint64_t at = 0; at < 8 * CHUNK; at += CHUNK)
		guest_mem_read(f->mem, BANK0 + at, &byte, 1);
	guest_mem_invalidate(f->mem);
	guest_mem_read(f->mem, BANK0 + CHUNK, &byte, 1);
	assert_int_equal(guest_mem_mapped(f->mem), 8 * CHUNK);
	guest_mem_trim(f->mem);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK);
}

static void trim_looks_for_waiting_vcpus(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_read(f->mem, BANK0 + CHUNK, &byte, 1);
	guest_mem_invalidate(f->mem);
	guest_mem_trim(f->mem);
	assert_int_equal(hyp_fake_polls(f->fake), 2);
}

static void trim_leaves_what_is_good(void **state)
{
	struct fixture *f = *state;
	char byte;

	guest_mem_read(f->mem, BANK0, &byte, 1);
	guest_mem_trim(f->mem);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK);
}

static void a_loan_over_a_page_border_is_one_piece(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	void *out;

	memcpy(hyp_fake_ram(f->fake, BANK0 + PAGE - 3, 6), "hello", 6);
	assert_int_equal(guest_mem_lend(f->mem, BANK0 + PAGE - 3, 6, true,
					&region, &out),
			 0);
	assert_string_equal(out, "hello");
	assert_int_equal(guest_mem_mapped(f->mem), 2 * PAGE);
	guest_mem_return(f->mem, region);
	assert_int_equal(guest_mem_mapped(f->mem), 0);
}

static void a_loan_is_shared_with_the_guest(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	void *out;

	assert_int_equal(guest_mem_lend(f->mem, BANK1, 16, true, &region, &out),
			 0);
	strcpy(hyp_fake_ram(f->fake, BANK1, 16), "later");
	assert_string_equal(out, "later");
	guest_mem_return(f->mem, region);
}

static void a_loan_survives_invalidation(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	void *out;

	assert_int_equal(guest_mem_lend(f->mem, BANK1, 16, true, &region, &out),
			 0);
	guest_mem_invalidate(f->mem);
	guest_mem_trim(f->mem);
	assert_int_equal(guest_mem_mapped(f->mem), PAGE);
	guest_mem_return(f->mem, region);
}

static void a_loan_of_nothing_is_refused(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	void *out;

	assert_int_equal(guest_mem_lend(f->mem, BANK0, 0, true, &region,
					&out),
			 -EINVAL);
}

static void a_loan_that_reaches_into_the_hole_is_a_fault(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	void *out;

	assert_int_equal(guest_mem_lend(f->mem, BANK0_END - 8, 16, true, &region,
					&out),
			 -EFAULT);
	assert_int_equal(guest_mem_mapped(f->mem), 0);
}

static void a_loan_does_not_count_against_the_limit(void **state)
{
	struct guest_mem_region *region;
	struct fixture *f = *state;
	char byte;
	void *out;

	guest_mem_set_limit(f->mem, CHUNK);
	assert_int_equal(guest_mem_lend(f->mem, BANK1, PAGE, true, &region,
					&out),
			 0);
	assert_int_equal(guest_mem_read(f->mem, BANK0, &byte, 1), 0);
	assert_int_equal(guest_mem_mapped(f->mem), CHUNK + PAGE);
	guest_mem_return(f->mem, region);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_guest_wrote_is_read),
		TEST(what_is_written_the_guest_sees),
		TEST(banks_are_told_apart),
		TEST(a_range_over_many_chunks_comes_in_order),
		TEST(the_last_byte_of_a_bank_can_be_read),
		TEST(a_range_into_the_hole_is_a_fault),
		TEST(a_range_that_wraps_is_a_fault),
		TEST(a_length_that_wraps_is_a_fault),
		TEST(no_bytes_are_never_a_fault),
		TEST(neighbours_are_mapped_together_and_once),
		TEST(pages_beside_a_hole_are_mapped_one_by_one),
		TEST(a_page_beside_a_hole_is_mapped_once),
		TEST(want_of_memory_is_not_a_fault_of_the_guest),
		TEST(a_limit_from_the_start_holds),
		TEST(the_limit_holds_while_much_is_read),
		TEST(the_limit_holds_beside_a_hole),
		TEST(a_limit_below_one_chunk_lets_one_chunk_in),
		TEST(what_was_used_last_stays),
		TEST(a_copy_larger_than_the_limit_works),
		TEST(after_invalidation_memory_is_mapped_anew),
		TEST(trim_unmaps_what_invalidation_left),
		TEST(invalidation_makes_the_next_access_unmap_little),
		TEST(trim_looks_for_waiting_vcpus),
		TEST(trim_leaves_what_is_good),
		TEST(a_loan_over_a_page_border_is_one_piece),
		TEST(a_loan_is_shared_with_the_guest),
		TEST(a_loan_survives_invalidation),
		TEST(a_loan_of_nothing_is_refused),
		TEST(a_loan_that_reaches_into_the_hole_is_a_fault),
		TEST(a_loan_does_not_count_against_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
