// SPDX-License-Identifier: GPL-2.0-only
/* The window: its chunks, and how pages come into it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_mem.h"
#include "hyp_fake.h"
#include "ipc/daemon_proto.h"
#include "media/window.h"

#define MIB UINT64_C(0x100000)
#define PAGE 4096

/* Somebody who waits. @left: he puts his chunk when he is refused */
struct waiter {
	struct window_wait wait;
	unsigned int calls;
	int error;
	struct window_chunk *left;
};

/* The question that is open: @asked counts them all. @error: of the next call */
struct scene {
	struct hyp_fake *fake;
	struct guest_mem *mem;
	struct window *window;
	unsigned int asked;
	uint64_t offset;
	uint64_t len;
	int error;
	struct waiter waiters[3];
};

static int populate(void *owner, uint64_t offset, uint64_t len, uint32_t *tag)
{
	struct scene *scene = owner;

	if (scene->error < 0)
		return scene->error;
	scene->offset = offset;
	scene->len = len;
	*tag = 100 + ++scene->asked;
	return 0;
}

static void done(struct window_wait *wait, int error)
{
	struct waiter *waiter = (struct waiter *)wait;

	waiter->calls++;
	waiter->error = error;
	if (error < 0) {
		window_chunk_put(waiter->left);
		waiter->left = NULL;
	}
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct window_params params = {
		.base = HYP_FAKE_WINDOW,
		.len = HYP_FAKE_WINDOW_LEN,
		.populate = populate,
		.owner = scene,
	};

	assert_non_null(scene);
	scene->fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(scene->fake), 0,
					  &params.mem),
			 0);
	scene->mem = params.mem;
	assert_int_equal(window_create(&params, &scene->window), 0);
	for (size_t i = 0; i < 3; i++)
		window_wait_init(&scene->waiters[i].wait, done);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(window_allocated(scene->window), 0);
	window_destroy(scene->window);
	guest_mem_destroy(scene->mem);
	hyp_fake_destroy(scene->fake);
	free(scene);
	return 0;
}

static struct window_chunk *alloc(struct scene *scene, uint64_t len)
{
	struct window_chunk *chunk;

	assert_int_equal(window_alloc(scene->window, len, &chunk), 0);
	return chunk;
}

static struct waiter *wait_for(struct scene *scene, unsigned int who)
{
	window_populate(scene->window, &scene->waiters[who].wait);
	return &scene->waiters[who];
}

/* vmediad made the pages that were asked for, or says why not. */
static void answer(struct scene *scene, int error)
{
	if (error == 0)
		hyp_fake_populate(scene->fake, HYP_FAKE_WINDOW + scene->offset,
				  scene->len);
	assert_true(window_populated(scene->window, 100 + scene->asked, error));
}

static struct window_chunk *chunk_with_pages(struct scene *scene, uint64_t len)
{
	struct window_chunk *chunk = alloc(scene, len);

	wait_for(scene, 0);
	answer(scene, 0);
	return chunk;
}

/* Address space */

static void chunks_are_for_pages_of_any_size(void **state)
{
	struct window_chunk *first = alloc(*state, 1);
	struct window_chunk *second = alloc(*state, 0x10001);
	struct window_chunk *third = alloc(*state, 1);

	assert_int_equal(window_chunk_offset(first), 0);
	assert_int_equal(window_chunk_offset(second), 0x10000);
	assert_int_equal(window_chunk_offset(third), 0x30000);
	window_chunk_put(first);
	window_chunk_put(second);
	window_chunk_put(third);
}

static void a_chunk_is_as_long_as_it_was_asked_for(void **state)
{
	struct window_chunk *chunk = alloc(*state, 1843200);

	assert_int_equal(window_chunk_len(chunk), 1843200);
	window_chunk_put(chunk);
}

static void what_is_allocated_is_counted_as_rounded(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, 1);

	assert_int_equal(window_allocated(scene->window), 0x10000);
	window_chunk_put(chunk);
	assert_int_equal(window_allocated(scene->window), 0);
}

static void the_lowest_place_that_fits_is_taken(void **state)
{
	struct window_chunk *first = alloc(*state, MIB);
	struct window_chunk *second = alloc(*state, 2 * MIB);
	struct window_chunk *third = alloc(*state, MIB);
	struct window_chunk *large, *small;

	window_chunk_put(first);
	large = alloc(*state, 2 * MIB);
	small = alloc(*state, MIB);
	assert_int_equal(window_chunk_offset(large), 4 * MIB);
	assert_int_equal(window_chunk_offset(small), 0);
	window_chunk_put(second);
	window_chunk_put(third);
	window_chunk_put(large);
	window_chunk_put(small);
}

static void a_place_in_the_middle_is_found_again(void **state)
{
	struct window_chunk *first = alloc(*state, MIB);
	struct window_chunk *second = alloc(*state, MIB);
	struct window_chunk *third = alloc(*state, MIB);

	window_chunk_put(second);
	second = alloc(*state, MIB);
	assert_int_equal(window_chunk_offset(second), MIB);
	window_chunk_put(first);
	window_chunk_put(second);
	window_chunk_put(third);
}

static void a_full_window_has_no_place(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *all = alloc(scene, HYP_FAKE_WINDOW_LEN), *more;

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
	struct window_chunk *chunk = alloc(scene, 1);

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

/* Pages */

static void pages_are_asked_for_in_large_blocks(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *low = alloc(scene, 3 * MIB);
	struct window_chunk *chunk;

	wait_for(scene, 0);
	assert_int_equal(scene->offset, 0);
	assert_int_equal(scene->len, 4 * MIB);
	answer(scene, 0);
	chunk = alloc(scene, 2 * MIB);
	wait_for(scene, 0);
	assert_int_equal(scene->offset, 4 * MIB);
	assert_int_equal(scene->len, 2 * MIB);
	answer(scene, 0);
	window_chunk_put(low);
	window_chunk_put(chunk);
}

static void who_waits_hears_when_they_are_there(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB);
	struct waiter *waiter = wait_for(scene, 0);

	assert_int_equal(waiter->calls, 0);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	assert_int_equal(waiter->error, 0);
	window_chunk_put(chunk);
}

static void several_chunks_are_one_question(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunks[4];
	struct waiter *waiter;

	for (size_t i = 0; i < 4; i++)
		chunks[i] = alloc(scene, 2 * MIB);
	waiter = wait_for(scene, 0);
	assert_int_equal(scene->len, 8 * MIB);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	for (size_t i = 0; i < 4; i++)
		window_chunk_put(chunks[i]);
}

static void a_question_is_never_too_large(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, GUEST_POPULATE_MAX + 1);
	struct waiter *waiter = wait_for(scene, 0);

	assert_int_equal(scene->len, GUEST_POPULATE_MAX);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 0);
	assert_int_equal(scene->offset, GUEST_POPULATE_MAX);
	assert_int_equal(scene->len, WINDOW_BLOCK);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	window_chunk_put(chunk);
}

static void pages_that_are_there_are_not_asked_for(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;
	struct waiter *waiter;

	window_chunk_put(chunk_with_pages(scene, MIB));
	chunk = alloc(scene, 2 * MIB);
	waiter = wait_for(scene, 1);
	assert_int_equal(waiter->calls, 1);
	assert_int_equal(scene->asked, 1);
	window_chunk_put(chunk);
}

static void what_has_pages_is_counted(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;

	assert_int_equal(window_has_pages(scene->window), 0);
	chunk = chunk_with_pages(scene, 3 * MIB);
	assert_int_equal(window_has_pages(scene->window), 4 * MIB);
	window_chunk_put(chunk);
	assert_int_equal(window_has_pages(scene->window), 4 * MIB);
}

static void one_question_is_open_at_a_time(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *first = alloc(scene, 2 * MIB), *second;
	struct waiter *early = wait_for(scene, 0), *late;

	second = alloc(scene, 2 * MIB);
	late = wait_for(scene, 1);
	assert_int_equal(scene->asked, 1);
	answer(scene, 0);
	assert_int_equal(early->calls, 1);
	assert_int_equal(late->calls, 0);
	assert_int_equal(scene->asked, 2);
	answer(scene, 0);
	assert_int_equal(late->calls, 1);
	window_chunk_put(first);
	window_chunk_put(second);
}

static void who_needs_nothing_new_waits_for_what_is_on_its_way(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, 2 * MIB);
	struct waiter *late;

	wait_for(scene, 0);
	late = wait_for(scene, 1);
	assert_int_equal(late->calls, 0);
	answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(scene->asked, 1);
	window_chunk_put(chunk);
}

static void a_refusal_is_no_memory(void **state)
{
	struct scene *scene = *state;
	struct waiter *waiter;

	scene->waiters[0].left = alloc(scene, MIB);
	waiter = wait_for(scene, 0);
	answer(scene, -EDQUOT);
	assert_int_equal(waiter->error, -ENOMEM);
	assert_int_equal(window_has_pages(scene->window), 0);
}

static void a_question_that_cannot_be_sent_is_no_memory(void **state)
{
	struct scene *scene = *state;
	struct waiter *waiter;

	scene->error = -EPIPE;
	scene->waiters[0].left = alloc(scene, MIB);
	waiter = wait_for(scene, 0);
	assert_int_equal(waiter->calls, 1);
	assert_int_equal(waiter->error, -ENOMEM);
}

static void a_refusal_is_only_for_who_needed_the_pages(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *small;
	struct waiter *early, *late;

	scene->waiters[0].left = alloc(scene, 16 * MIB);
	early = wait_for(scene, 0);
	small = alloc(scene, MIB);
	late = wait_for(scene, 1);
	answer(scene, -ENOMEM);
	assert_int_equal(early->error, -ENOMEM);
	assert_int_equal(late->calls, 0);
	assert_int_equal(scene->offset, 16 * MIB);
	answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(late->error, 0);
	window_chunk_put(small);
}

static void what_was_refused_is_asked_for_again_if_it_is_kept(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB);
	struct waiter *waiter;

	wait_for(scene, 0);
	answer(scene, -ENOMEM);
	waiter = wait_for(scene, 1);
	assert_int_equal(scene->asked, 2);
	assert_int_equal(waiter->calls, 0);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	window_chunk_put(chunk);
}

static void what_is_shared_is_asked_for_again_by_the_next(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB);
	struct waiter *late;

	wait_for(scene, 0);
	late = wait_for(scene, 1);
	answer(scene, -ENOMEM);
	assert_int_equal(scene->asked, 2);
	answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(late->error, 0);
	window_chunk_put(chunk);
}

static void who_cancels_is_not_called(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB);
	struct waiter *waiter = wait_for(scene, 0);

	window_wait_cancel(&waiter->wait);
	window_chunk_put(chunk);
	answer(scene, 0);
	assert_int_equal(waiter->calls, 0);
	assert_int_equal(window_has_pages(scene->window), 2 * MIB);
}

static void a_refusal_for_who_cancelled_is_nobodys(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB), *other;
	struct waiter *early = wait_for(scene, 0), *late;

	other = alloc(scene, MIB);
	late = wait_for(scene, 1);
	window_wait_cancel(&early->wait);
	window_chunk_put(chunk);
	answer(scene, -ENOMEM);
	assert_int_equal(late->calls, 0);
	answer(scene, 0);
	assert_int_equal(late->error, 0);
	window_chunk_put(other);
}

static void a_wait_that_is_none_can_be_cancelled(void **state)
{
	struct scene *scene = *state;

	window_wait_cancel(&scene->waiters[0].wait);
	window_chunk_put(chunk_with_pages(scene, MIB));
	window_wait_cancel(&scene->waiters[0].wait);
	assert_int_equal(scene->waiters[0].calls, 1);
}

static void an_answer_to_no_question_is_not_taken(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = alloc(scene, MIB);

	assert_false(window_populated(scene->window, 0, 0));
	wait_for(scene, 0);
	assert_false(window_populated(scene->window, 7, 0));
	answer(scene, 0);
	assert_false(window_populated(scene->window, 101, 0));
	window_chunk_put(chunk);
}

/* Mappings */

static void a_chunk_is_the_guests_memory_at_its_place(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *low = alloc(scene, MIB);
	struct window_chunk *chunk = chunk_with_pages(scene, MIB);
	void *bytes;

	assert_int_equal(window_chunk_map(chunk, &bytes), 0);
	memcpy(bytes, "picture", 8);
	assert_string_equal(hyp_fake_ram(scene->fake, HYP_FAKE_WINDOW + MIB, 8),
			    "picture");
	window_chunk_put(low);
	window_chunk_put(chunk);
}

static void it_is_mapped_when_it_is_needed_and_once(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = chunk_with_pages(scene, MIB);
	void *first, *second;

	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
	assert_int_equal(window_chunk_map(chunk, &first), 0);
	assert_int_equal(window_chunk_map(chunk, &second), 0);
	assert_ptr_equal(first, second);
	assert_int_equal(hyp_fake_mapped(scene->fake), MIB / PAGE);
	window_chunk_put(chunk);
}

static void it_is_unmapped_when_the_last_one_lets_go(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = chunk_with_pages(scene, MIB);
	void *bytes;

	assert_int_equal(window_chunk_map(chunk, &bytes), 0);
	window_chunk_put(window_chunk_get(chunk));
	assert_int_equal(hyp_fake_mapped(scene->fake), MIB / PAGE);
	window_chunk_put(chunk);
	assert_int_equal(hyp_fake_mapped(scene->fake), 0);
}

static void it_stays_mapped_when_the_guests_memory_map_changes(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = chunk_with_pages(scene, MIB);
	void *bytes;

	assert_int_equal(window_chunk_map(chunk, &bytes), 0);
	guest_mem_invalidate(scene->mem);
	guest_mem_trim(scene->mem);
	memcpy(bytes, "picture", 8);
	assert_string_equal(hyp_fake_ram(scene->fake, HYP_FAKE_WINDOW, 8),
			    "picture");
	window_chunk_put(chunk);
}

static void without_pages_it_cannot_be_mapped(void **state)
{
	struct window_chunk *chunk = alloc(*state, MIB);
	void *bytes;

	assert_int_equal(window_chunk_map(chunk, &bytes), -EFAULT);
	window_chunk_put(chunk);
}

static void pages_that_the_guest_gave_up_cannot_be_mapped(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = chunk_with_pages(scene, MIB);
	void *bytes;

	hyp_fake_make_hole(scene->fake, HYP_FAKE_WINDOW + PAGE);
	assert_int_equal(window_chunk_map(chunk, &bytes), -EFAULT);
	window_chunk_put(chunk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		TEST(pages_are_asked_for_in_large_blocks),
		TEST(who_waits_hears_when_they_are_there),
		TEST(several_chunks_are_one_question),
		TEST(a_question_is_never_too_large),
		TEST(pages_that_are_there_are_not_asked_for),
		TEST(what_has_pages_is_counted),
		TEST(one_question_is_open_at_a_time),
		TEST(who_needs_nothing_new_waits_for_what_is_on_its_way),
		TEST(a_refusal_is_no_memory),
		TEST(a_question_that_cannot_be_sent_is_no_memory),
		TEST(a_refusal_is_only_for_who_needed_the_pages),
		TEST(what_was_refused_is_asked_for_again_if_it_is_kept),
		TEST(what_is_shared_is_asked_for_again_by_the_next),
		TEST(who_cancels_is_not_called),
		TEST(a_refusal_for_who_cancelled_is_nobodys),
		TEST(a_wait_that_is_none_can_be_cancelled),
		TEST(an_answer_to_no_question_is_not_taken),
		TEST(a_chunk_is_the_guests_memory_at_its_place),
		TEST(it_is_mapped_when_it_is_needed_and_once),
		TEST(it_is_unmapped_when_the_last_one_lets_go),
		TEST(it_stays_mapped_when_the_guests_memory_map_changes),
		TEST(without_pages_it_cannot_be_mapped),
		TEST(pages_that_the_guest_gave_up_cannot_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
