// SPDX-License-Identifier: GPL-2.0-only
/* The window: its chunks, and what they are mapped to. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_pages.h"
#include "hyp/hyp.h"
#include "window_scene.h"

/* Address space */

static void chunks_are_for_pages_of_any_size(void **state)
{
	struct window_chunk *first = scene_alloc(*state, 1);
	struct window_chunk *second = scene_alloc(*state, 0x10001);
	struct window_chunk *third = scene_alloc(*state, 1);

	assert_int_equal(window_chunk_offset(first), 0);
	assert_int_equal(window_chunk_offset(second), 0x10000);
	assert_int_equal(window_chunk_offset(third), 0x30000);
	window_chunk_put(first);
	window_chunk_put(second);
	window_chunk_put(third);
}

static void a_chunk_is_as_long_as_it_was_asked_for(void **state)
{
	struct window_chunk *chunk = scene_alloc(*state, 1843200);

	assert_int_equal(window_chunk_len(chunk), 1843200);
	window_chunk_put(chunk);
}

static void what_is_allocated_is_counted_as_rounded(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, 1);

	assert_int_equal(window_allocated(scene->window), 0x10000);
	window_chunk_put(chunk);
}

static void the_lowest_place_that_fits_is_taken(void **state)
{
	struct window_chunk *first = scene_alloc(*state, MIB);
	struct window_chunk *second = scene_alloc(*state, 2 * MIB);
	struct window_chunk *third = scene_alloc(*state, MIB);
	struct window_chunk *large, *small;

	window_chunk_put(first);
	large = scene_alloc(*state, 2 * MIB);
	small = scene_alloc(*state, MIB);
	assert_int_equal(window_chunk_offset(large), 4 * MIB);
	assert_int_equal(window_chunk_offset(small), 0);
	window_chunk_put(second);
	window_chunk_put(third);
	window_chunk_put(large);
	window_chunk_put(small);
}

static void a_place_in_the_middle_is_found_again(void **state)
{
	struct window_chunk *first = scene_alloc(*state, MIB);
	struct window_chunk *second = scene_alloc(*state, MIB);
	struct window_chunk *third = scene_alloc(*state, MIB);

	window_chunk_put(second);
	second = scene_alloc(*state, MIB);
	assert_int_equal(window_chunk_offset(second), MIB);
	window_chunk_put(first);
	window_chunk_put(second);
	window_chunk_put(third);
}

static void a_full_window_has_no_place(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *all = scene_alloc(scene, HYP_FAKE_WINDOW_LEN);
	struct window_chunk *more;

	assert_int_equal(window_alloc(scene->window, 1, &more), -ENOMEM);
	window_chunk_put(all);
}

static void nothing_larger_than_the_window_fits(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;

	assert_int_equal(window_alloc(scene->window, HYP_FAKE_WINDOW_LEN + 1,
				      &chunk),
			 -ENOMEM);
	assert_int_equal(window_alloc(scene->window, UINT64_MAX, &chunk),
			 -ENOMEM);
}

static void a_chunk_of_nothing_is_refused(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;

	assert_int_equal(window_alloc(scene->window, 0, &chunk), -EINVAL);
}

static void a_chunk_lives_as_long_as_somebody_has_it(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, 1);

	assert_ptr_equal(window_chunk_get(chunk), chunk);
	window_chunk_put(chunk);
	assert_int_equal(window_allocated(scene->window), 0x10000);
	window_chunk_put(chunk);
}

static void a_window_that_cannot_be_populated_evenly_is_refused(void **state)
{
	struct window_params params = {.base = MIB, .len = 2 * MIB};
	struct window *window;

	assert_int_equal(window_create(&params, &window), -EINVAL);
	params.base = 0;
	params.len = 3 * MIB;
	assert_int_equal(window_create(&params, &window), -EINVAL);
	params.len = 0;
	assert_int_equal(window_create(&params, &window), -EINVAL);
}

/* Mappings */

static void a_chunk_is_the_guests_memory_at_its_place(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *low = scene_alloc(scene, MIB);
	struct window_chunk *chunk = scene_chunk_with_pages(scene, MIB);
	size_t len;
	void *bytes;

	assert_int_equal(guest_pages_bytes(window_chunk_pages(chunk), 0, &bytes,
					   &len),
			 0);
	memcpy(bytes, "picture", 8);
	assert_string_equal(hyp_fake_ram(scene->fake, HYP_FAKE_WINDOW + MIB, 8),
			    "picture");
	window_chunk_put(low);
	window_chunk_put(chunk);
}

static void it_has_as_many_bytes_as_were_asked_for(void **state)
{
	struct window_chunk *chunk = scene_alloc(*state, 5000);

	assert_int_equal(guest_pages_len(window_chunk_pages(chunk)), 5000);
	window_chunk_put(chunk);
}

static void it_is_unmapped_when_the_last_one_lets_go(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_chunk_with_pages(scene, MIB);

	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
	while (guest_pages_map_next(window_chunk_pages(chunk)) > 0)
		;
	window_chunk_put(window_chunk_get(chunk));
	assert_int_equal(hyp_fake_mapped(scene->fake), MIB / HYP_PAGE_SIZE);
	window_chunk_put(chunk);
	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
}

static void it_stays_mapped_when_the_guests_memory_map_changes(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_chunk_with_pages(scene, MIB);
	size_t len;
	void *bytes;

	assert_int_equal(guest_pages_bytes(window_chunk_pages(chunk), 0, &bytes,
					   &len),
			 0);
	guest_mem_invalidate(scene->mem);
	guest_mem_trim(scene->mem);
	memcpy(bytes, "picture", 8);
	assert_string_equal(hyp_fake_ram(scene->fake, HYP_FAKE_WINDOW, 8),
			    "picture");
	window_chunk_put(chunk);
}

static void without_pages_it_cannot_be_mapped(void **state)
{
	struct window_chunk *chunk = scene_alloc(*state, MIB);

	assert_int_equal(guest_pages_map_next(window_chunk_pages(chunk)),
			 -EFAULT);
	window_chunk_put(chunk);
}

static void pages_that_the_guest_gave_up_cannot_be_mapped(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_chunk_with_pages(scene, MIB);

	hyp_fake_make_hole(scene->fake, HYP_FAKE_WINDOW + HYP_PAGE_SIZE);
	assert_int_equal(guest_pages_map_next(window_chunk_pages(chunk)),
			 -EFAULT);
	window_chunk_put(chunk);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chunks_are_for_pages_of_any_size),
		TEST(a_chunk_is_as_long_as_it_was_asked_for),
		TEST(what_is_allocated_is_counted_as_rounded),
		TEST(the_lowest_place_that_fits_is_taken),
		TEST(a_place_in_the_middle_is_found_again),
		TEST(a_full_window_has_no_place),
		TEST(nothing_larger_than_the_window_fits),
		TEST(a_chunk_of_nothing_is_refused),
		TEST(a_chunk_lives_as_long_as_somebody_has_it),
		TEST(a_window_that_cannot_be_populated_evenly_is_refused),
		TEST(a_chunk_is_the_guests_memory_at_its_place),
		TEST(it_has_as_many_bytes_as_were_asked_for),
		TEST(it_is_unmapped_when_the_last_one_lets_go),
		TEST(it_stays_mapped_when_the_guests_memory_map_changes),
		TEST(without_pages_it_cannot_be_mapped),
		TEST(pages_that_the_guest_gave_up_cannot_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
