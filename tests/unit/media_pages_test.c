// SPDX-License-Identifier: GPL-2.0-only
/* How pages come into the window: who asks for them, and who hears of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ipc/daemon_proto.h"
#include "window_scene.h"

static void pages_are_asked_for_in_large_blocks(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *low = scene_alloc(scene, 3 * MIB);
	struct window_chunk *chunk;

	scene_wait(scene, 0);
	assert_int_equal(scene->offset, 0);
	assert_int_equal(scene->len, 4 * MIB);
	scene_answer(scene, 0);
	chunk = scene_alloc(scene, 2 * MIB);
	scene_wait(scene, 0);
	assert_int_equal(scene->offset, 4 * MIB);
	assert_int_equal(scene->len, 2 * MIB);
	scene_answer(scene, 0);
	window_chunk_put(low);
	window_chunk_put(chunk);
}

static void who_waits_hears_when_they_are_there(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB);
	struct waiter *waiter = scene_wait(scene, 0);

	assert_int_equal(waiter->calls, 0);
	scene_answer(scene, 0);
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
		chunks[i] = scene_alloc(scene, 2 * MIB);
	waiter = scene_wait(scene, 0);
	assert_int_equal(scene->len, 8 * MIB);
	scene_answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	for (size_t i = 0; i < 4; i++)
		window_chunk_put(chunks[i]);
}

static void a_question_is_never_too_large(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, GUEST_POPULATE_MAX + 1);
	struct waiter *waiter = scene_wait(scene, 0);

	assert_int_equal(scene->len, GUEST_POPULATE_MAX);
	scene_answer(scene, 0);
	assert_int_equal(waiter->calls, 0);
	assert_int_equal(scene->offset, GUEST_POPULATE_MAX);
	assert_int_equal(scene->len, WINDOW_BLOCK);
	scene_answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	window_chunk_put(chunk);
}

static void pages_that_are_there_are_not_asked_for(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;
	struct waiter *waiter;

	window_chunk_put(scene_chunk_with_pages(scene, MIB));
	chunk = scene_alloc(scene, 2 * MIB);
	waiter = scene_wait(scene, 1);
	assert_int_equal(waiter->calls, 1);
	assert_int_equal(scene->asked, 1);
	window_chunk_put(chunk);
}

static void what_has_pages_is_counted(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk;

	assert_int_equal(window_has_pages(scene->window), 0);
	chunk = scene_chunk_with_pages(scene, 3 * MIB);
	assert_int_equal(window_has_pages(scene->window), 4 * MIB);
	window_chunk_put(chunk);
	assert_int_equal(window_has_pages(scene->window), 4 * MIB);
}

static void one_question_is_open_at_a_time(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *first = scene_alloc(scene, 2 * MIB), *second;
	struct waiter *early = scene_wait(scene, 0), *late;

	second = scene_alloc(scene, 2 * MIB);
	late = scene_wait(scene, 1);
	assert_int_equal(scene->asked, 1);
	scene_answer(scene, 0);
	assert_int_equal(early->calls, 1);
	assert_int_equal(late->calls, 0);
	assert_int_equal(scene->asked, 2);
	scene_answer(scene, 0);
	assert_int_equal(late->calls, 1);
	window_chunk_put(first);
	window_chunk_put(second);
}

static void who_needs_nothing_new_waits_for_what_is_on_its_way(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, 2 * MIB);
	struct waiter *late;

	scene_wait(scene, 0);
	late = scene_wait(scene, 1);
	assert_int_equal(late->calls, 0);
	scene_answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(scene->asked, 1);
	window_chunk_put(chunk);
}

static void a_refusal_is_no_memory(void **state)
{
	struct scene *scene = *state;
	struct waiter *waiter;

	scene->waiters[0].left = scene_alloc(scene, MIB);
	waiter = scene_wait(scene, 0);
	scene_answer(scene, -EDQUOT);
	assert_int_equal(waiter->error, -ENOMEM);
	assert_int_equal(window_has_pages(scene->window), 0);
}

static void a_question_that_cannot_be_sent_is_no_memory(void **state)
{
	struct scene *scene = *state;
	struct waiter *waiter;

	scene->error = -EPIPE;
	scene->waiters[0].left = scene_alloc(scene, MIB);
	waiter = scene_wait(scene, 0);
	assert_int_equal(waiter->error, -ENOMEM);
}

static void a_refusal_is_only_for_who_needed_the_pages(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *small;
	struct waiter *early, *late;

	scene->waiters[0].left = scene_alloc(scene, 16 * MIB);
	early = scene_wait(scene, 0);
	small = scene_alloc(scene, MIB);
	late = scene_wait(scene, 1);
	scene_answer(scene, -ENOMEM);
	assert_int_equal(early->error, -ENOMEM);
	assert_int_equal(late->calls, 0);
	assert_int_equal(scene->offset, 16 * MIB);
	scene_answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(late->error, 0);
	window_chunk_put(small);
}

static void what_was_refused_is_asked_for_again_if_it_is_kept(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB);
	struct waiter *waiter;

	scene_wait(scene, 0);
	scene_answer(scene, -ENOMEM);
	waiter = scene_wait(scene, 1);
	assert_int_equal(scene->asked, 2);
	assert_int_equal(waiter->calls, 0);
	scene_answer(scene, 0);
	assert_int_equal(waiter->calls, 1);
	window_chunk_put(chunk);
}

static void what_is_shared_is_asked_for_again_by_the_next(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB);
	struct waiter *late;

	scene_wait(scene, 0);
	late = scene_wait(scene, 1);
	scene_answer(scene, -ENOMEM);
	assert_int_equal(scene->asked, 2);
	scene_answer(scene, 0);
	assert_int_equal(late->calls, 1);
	assert_int_equal(late->error, 0);
	window_chunk_put(chunk);
}

static void who_cancels_is_not_called(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB);
	struct waiter *waiter = scene_wait(scene, 0);

	window_wait_cancel(&waiter->wait);
	window_chunk_put(chunk);
	scene_answer(scene, 0);
	assert_int_equal(waiter->calls, 0);
	assert_int_equal(window_has_pages(scene->window), 2 * MIB);
}

static void a_refusal_for_who_cancelled_is_nobodys(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB), *other;
	struct waiter *early = scene_wait(scene, 0), *late;

	other = scene_alloc(scene, MIB);
	late = scene_wait(scene, 1);
	window_wait_cancel(&early->wait);
	window_chunk_put(chunk);
	scene_answer(scene, -ENOMEM);
	assert_int_equal(late->calls, 0);
	scene_answer(scene, 0);
	assert_int_equal(late->error, 0);
	window_chunk_put(other);
}

static void a_wait_that_is_none_can_be_cancelled(void **state)
{
	struct scene *scene = *state;

	window_wait_cancel(&scene->waiters[0].wait);
	window_chunk_put(scene_chunk_with_pages(scene, MIB));
	window_wait_cancel(&scene->waiters[0].wait);
	assert_int_equal(scene->waiters[0].calls, 1);
}

static void an_answer_to_no_question_is_not_taken(void **state)
{
	struct scene *scene = *state;
	struct window_chunk *chunk = scene_alloc(scene, MIB);

	assert_false(window_populated(scene->window, 0, 0));
	scene_wait(scene, 0);
	assert_false(window_populated(scene->window, 7, 0));
	scene_answer(scene, 0);
	assert_false(window_populated(scene->window, 101, 0));
	window_chunk_put(chunk);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
