// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory that is kept mapped, piece by piece. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_pages.h"
#include "hyp/hyp.h"
#include "hyp_fake.h"

#define PAGE HYP_PAGE_SIZE
#define PIECE_PAGES 16
#define PIECE ((size_t)PIECE_PAGES * PAGE)

struct scene {
	struct hyp_fake *fake;
	struct guest_mem *mem;
	struct guest_pages *pages;
};

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(scene->fake), 0,
					  &scene->mem),
			 0);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	guest_pages_destroy(scene->pages);
	guest_mem_destroy(scene->mem);
	hyp_fake_destroy(scene->fake);
	free(scene);
	return 0;
}

static int create(struct scene *scene, const struct guest_range *ranges,
		  size_t count)
{
	return guest_pages_create(scene->mem, ranges, count, false,
				  &scene->pages);
}

/* @len bytes, which are allocated whole, from @offset of their first page on */
static uint64_t create_one(struct scene *scene, size_t offset, size_t len)
{
	const struct guest_range range = {
		.gpa = hyp_fake_alloc(scene->fake, 0, offset + len) + offset,
		.len = len,
	};

	assert_int_equal(create(scene, &range, 1), 0);
	return range.gpa;
}

static void map_all(struct scene *scene)
{
	while (guest_pages_map_next(scene->pages) > 0)
		;
}

static void *bytes_at(struct scene *scene, size_t offset, size_t *len)
{
	void *bytes;

	assert_int_equal(guest_pages_bytes(scene->pages, offset, &bytes, len),
			 0);
	return bytes;
}

static void bytes_are_the_guests(void **state)
{
	struct scene *scene = *state;
	const uint64_t gpa = create_one(scene, 100, 3 * PIECE);
	size_t len;

	memcpy(bytes_at(scene, PIECE + 5, &len), "picture", 8);
	assert_string_equal(hyp_fake_ram(scene->fake, gpa + PIECE + 5, 8),
			    "picture");
}

static void a_piece_says_how_far_it_goes(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 100, 3 * PIECE);
	bytes_at(scene, 0, &len);
	assert_int_equal(len, PIECE - 100);
	bytes_at(scene, PIECE, &len);
	assert_int_equal(len, PIECE - 100);
}

static void scattered_pages_are_one_sequence(void **state)
{
	struct scene *scene = *state;
	const uint64_t low = hyp_fake_alloc(scene->fake, 0, 2 * PAGE);
	const uint64_t high = hyp_fake_alloc(scene->fake, 1, 3 * PAGE);
	const struct guest_range ranges[] = {
		{high + 2 * PAGE - 7, 7},
		{low, 2 * PAGE},
		{high, PAGE / 2},
	};
	size_t len;
	char *bytes;

	assert_int_equal(create(scene, ranges, 3), 0);
	assert_int_equal(guest_pages_len(scene->pages), 7 + 2 * PAGE + PAGE / 2);
	bytes = bytes_at(scene, 0, &len);
	memcpy(bytes, "1234567abc", 10);
	bytes[7 + 2 * PAGE] = 'x';
	assert_memory_equal(hyp_fake_ram(scene->fake, high + 2 * PAGE - 7, 7),
			    "1234567", 7);
	assert_memory_equal(hyp_fake_ram(scene->fake, low, 3), "abc", 3);
	assert_memory_equal(hyp_fake_ram(scene->fake, high, 1), "x", 1);
}

static void ranges_that_leave_a_gap_are_no_sequence(void **state)
{
	struct scene *scene = *state;
	const uint64_t gpa = hyp_fake_alloc(scene->fake, 0, 4 * PAGE);
	const struct guest_range early[] = {{gpa, 10}, {gpa + PAGE, PAGE}};
	const struct guest_range late[] = {{gpa, PAGE}, {gpa + PAGE + 10, 10}};

	assert_int_equal(create(scene, early, 2), -EOPNOTSUPP);
	assert_int_equal(create(scene, late, 2), -EOPNOTSUPP);
}

static void what_is_granted_is_not_kept(void **state)
{
	struct scene *scene = *state;
	const struct guest_range range = {UINT64_C(1) << 63 | PAGE, PAGE};

	assert_int_equal(create(scene, &range, 1), -EOPNOTSUPP);
}

static void what_no_guest_can_have_is_a_fault(void **state)
{
	struct scene *scene = *state;
	const struct guest_range far = {UINT64_C(1) << 62, PAGE};
	const struct guest_range wraps = {PAGE, SIZE_MAX};

	assert_int_equal(create(scene, &far, 1), -EFAULT);
	assert_int_equal(create(scene, &wraps, 1), -EFAULT);
	assert_int_equal(create(scene, &far, 0), -EINVAL);
}

static void nothing_is_mapped_before_it_is_needed(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 0, 3 * PIECE);
	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
	bytes_at(scene, 2 * PIECE, &len);
	assert_int_equal(hyp_fake_mapped(scene->fake), PIECE_PAGES);
}

static void pieces_are_mapped_ahead_one_at_a_time(void **state)
{
	struct scene *scene = *state;

	create_one(scene, 0, 2 * PIECE + PAGE);
	assert_int_equal(guest_pages_map_next(scene->pages), 1);
	assert_int_equal(hyp_fake_mapped(scene->fake), PIECE_PAGES);
	assert_int_equal(guest_pages_map_next(scene->pages), 1);
	assert_int_equal(guest_pages_map_next(scene->pages), 1);
	assert_int_equal(hyp_fake_mapped(scene->fake), 2 * PIECE_PAGES + 1);
	assert_int_equal(guest_pages_map_next(scene->pages), 0);
}

static void pages_are_mapped_when_each_piece_is(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 0, 2 * PIECE);
	bytes_at(scene, PIECE, &len);
	assert_false(guest_pages_are_mapped(scene->pages));
	bytes_at(scene, 0, &len);
	assert_true(guest_pages_are_mapped(scene->pages));
}

static void after_invalidation_each_piece_has_to_be_mapped(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 0, 2 * PIECE);
	map_all(scene);
	guest_mem_invalidate(scene->mem);
	assert_false(guest_pages_are_mapped(scene->pages));
	bytes_at(scene, PIECE, &len);
	assert_false(guest_pages_are_mapped(scene->pages));
	bytes_at(scene, 0, &len);
	assert_true(guest_pages_are_mapped(scene->pages));
}

static void what_stays_is_mapped_whatever_the_guest_changes(void **state)
{
	struct scene *scene = *state;
	const struct guest_range range = {
		.gpa = hyp_fake_alloc(scene->fake, 0, 2 * PIECE),
		.len = 2 * PIECE,
	};

	assert_int_equal(guest_pages_create(scene->mem, &range, 1, true,
					    &scene->pages),
			 0);
	assert_int_equal(guest_pages_map_next(scene->pages), 1);
	guest_mem_invalidate(scene->mem);
	assert_int_equal(guest_pages_map_next(scene->pages), 1);
	assert_true(guest_pages_are_mapped(scene->pages));
	assert_int_equal(guest_pages_map_next(scene->pages), 0);
}

static void what_is_mapped_stays_mapped(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 0, 3 * PIECE);
	map_all(scene);
	assert_int_equal(hyp_fake_maps(scene->fake), 3);
	for (unsigned int i = 0; i < 3; i++)
		bytes_at(scene, i * PIECE, &len);
	assert_int_equal(hyp_fake_maps(scene->fake), 3);
}

static void no_limit_takes_it_away(void **state)
{
	struct scene *scene = *state;
	const uint64_t other = hyp_fake_alloc(scene->fake, 1, PIECE);
	char byte;

	create_one(scene, 0, 3 * PIECE);
	map_all(scene);
	guest_mem_set_limit(scene->mem, PIECE);
	assert_int_equal(guest_mem_read(scene->mem, other, &byte, 1), 0);
	assert_true(hyp_fake_mapped(scene->fake) >= 3 * PIECE_PAGES);
}

static void a_fault_in_one_piece_leaves_the_others(void **state)
{
	struct scene *scene = *state;
	const uint64_t gpa = create_one(scene, 0, 3 * PIECE);
	size_t len;
	void *bytes;

	hyp_fake_make_hole(scene->fake, gpa + PIECE);
	bytes_at(scene, 0, &len);
	assert_int_equal(guest_pages_bytes(scene->pages, PIECE, &bytes, &len),
			 -EFAULT);
	bytes_at(scene, 2 * PIECE, &len);
}

static void after_invalidation_a_piece_is_mapped_anew_when_used(void **state)
{
	struct scene *scene = *state;
	size_t len;

	create_one(scene, 0, 3 * PIECE);
	map_all(scene);
	guest_mem_invalidate(scene->mem);
	bytes_at(scene, 0, &len);
	assert_int_equal(hyp_fake_maps(scene->fake), 4);
	bytes_at(scene, 0, &len);
	assert_int_equal(hyp_fake_maps(scene->fake), 4);
	assert_int_equal(hyp_fake_mapped(scene->fake), 3 * PIECE_PAGES);
}

static void trim_unmaps_what_invalidation_left(void **state)
{
	struct scene *scene = *state;
	unsigned int polls;

	create_one(scene, 0, 3 * PIECE);
	map_all(scene);
	guest_mem_invalidate(scene->mem);
	polls = hyp_fake_polls(scene->fake);
	guest_mem_trim(scene->mem);
	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
	assert_int_equal(hyp_fake_polls(scene->fake), polls + 3);
}

static void the_end_looks_for_waiting_vcpus(void **state)
{
	struct scene *scene = *state;
	unsigned int polls;

	create_one(scene, 0, 3 * PIECE);
	map_all(scene);
	polls = hyp_fake_polls(scene->fake);
	guest_pages_destroy(scene->pages);
	scene->pages = NULL;
	assert_int_equal(hyp_fake_polls(scene->fake), polls + 3);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_are_the_guests),
		TEST(a_piece_says_how_far_it_goes),
		TEST(scattered_pages_are_one_sequence),
		TEST(ranges_that_leave_a_gap_are_no_sequence),
		TEST(what_is_granted_is_not_kept),
		TEST(what_no_guest_can_have_is_a_fault),
		TEST(nothing_is_mapped_before_it_is_needed),
		TEST(pieces_are_mapped_ahead_one_at_a_time),
		TEST(pages_are_mapped_when_each_piece_is),
		TEST(after_invalidation_each_piece_has_to_be_mapped),
		TEST(what_stays_is_mapped_whatever_the_guest_changes),
		TEST(what_is_mapped_stays_mapped),
		TEST(no_limit_takes_it_away),
		TEST(a_fault_in_one_piece_leaves_the_others),
		TEST(after_invalidation_a_piece_is_mapped_anew_when_used),
		TEST(trim_unmaps_what_invalidation_left),
		TEST(the_end_looks_for_waiting_vcpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
