// SPDX-License-Identifier: GPL-2.0-only
/* The memory behind a plane: copies, and who keeps it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain_fake.h"
#include "media/account.h"
#include "media/area.h"
#include "media/memory.h"
#include "media/objects.h"
#include "media/window.h"

/* More than is copied between two looks at waiting accesses */
#define LEN 200000
#define PIECE (16u * 1024)

/* A window at the beginning of guest memory, whose pages are all there */
struct scene {
	struct virtio_dev *dev;
	struct window *window;
	struct account account;
	struct objects objects;
	struct area *area;
};

static int populate(void *owner, uint64_t offset, uint64_t len, uint32_t *tag)
{
	*tag = 1;
	return 0;
}

static void populated(struct window_wait *wait, int error)
{
	assert_int_equal(error, 0);
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct window_params params = {
		.len = WINDOW_BLOCK,
		.populate = populate,
	};
	struct window_wait wait;

	assert_non_null(scene);
	scene->dev = calloc(1, sizeof(*scene->dev));
	assert_non_null(scene->dev);
	params.mem = (struct guest_mem *)scene->dev;
	objects_init(&scene->objects);
	assert_int_equal(window_create(&params, &scene->window), 0);
	account_add(&scene->account, 1, LEN);
	assert_int_equal(
		area_create(scene->window, &scene->account, LEN, &scene->area),
		0);
	window_wait_init(&wait, populated);
	window_populate(scene->window, &wait);
	assert_true(window_populated(scene->window, 1, 0));
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	area_put(scene->area);
	assert_int_equal(scene->account.memory, 0);
	window_destroy(scene->window);
	free(scene->dev);
	free(scene);
	return 0;
}

static uint8_t *bytes_of_seed(unsigned int seed)
{
	uint8_t *bytes = malloc(LEN);

	assert_non_null(bytes);
	for (unsigned int i = 0; i < LEN; i++)
		bytes[i] = seed + i * 3;
	return bytes;
}

static void what_is_stored_in_the_window_is_loaded_from_it(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {.area = scene->area};
	uint8_t *bytes = bytes_of_seed(1), *back = bytes_of_seed(2);

	assert_int_equal(memory_store(&memory, scene->dev, bytes, LEN), 0);
	assert_memory_equal(scene->dev->mem + area_offset(scene->area), bytes,
			    LEN);
	assert_int_equal(memory_load(&memory, scene->dev, back, LEN), 0);
	assert_memory_equal(back, bytes, LEN);
	free(bytes);
	free(back);
}

static void waiting_accesses_are_answered_in_between(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {.area = scene->area};
	uint8_t *bytes = bytes_of_seed(1);

	assert_int_equal(memory_store(&memory, scene->dev, bytes, LEN), 0);
	assert_int_equal(scene->dev->yields, (LEN + PIECE - 1) / PIECE);
	assert_int_equal(memory_load(&memory, scene->dev, bytes, LEN), 0);
	assert_int_equal(scene->dev->yields, 2 * ((LEN + PIECE - 1) / PIECE));
	free(bytes);
}

static void a_reset_ends_a_copy(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {.area = scene->area};
	uint8_t *bytes = bytes_of_seed(1);

	memset(bytes, 0xff, LEN);
	scene->dev->reset_at = 2;
	assert_int_equal(memory_store(&memory, scene->dev, bytes, LEN),
			 -ESTALE);
	assert_int_equal(scene->dev->mem[PIECE - 1], 0xff);
	assert_int_equal(scene->dev->mem[PIECE], 0);
	free(bytes);
}

static void no_more_than_there_is_is_copied(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {.area = scene->area}, none = {0};
	uint8_t byte = 0;

	assert_int_equal(memory_store(&memory, scene->dev, &byte, LEN + 1),
			 -EFAULT);
	assert_int_equal(memory_load(&none, scene->dev, &byte, 1), -EFAULT);
	assert_int_equal(memory_load(&none, scene->dev, &byte, 0), 0);
}

static void an_object_is_the_memory_that_was_exported(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {0};
	struct object *object;
	uint8_t byte = 0x44;

	assert_int_equal(object_create(&scene->objects, scene->area, &object),
			 0);
	memory.object = object_get(object);
	object_put(object);
	assert_ptr_equal(objects_find(&scene->objects, object->uuid), object);
	assert_int_equal(memory_store(&memory, scene->dev, &byte, 1), 0);
	assert_int_equal(scene->dev->mem[area_offset(scene->area)], 0x44);
	memory_finish(&memory);
	assert_true(list_empty(&scene->objects.list));
}

static void an_object_rests_with_its_last_buffer(void **state)
{
	struct scene *scene = *state;
	struct memory memory = {0};

	assert_int_equal(
		object_create(&scene->objects, scene->area, &memory.object), 0);
	memory_rest(&memory);
	assert_false(list_empty(&scene->objects.list));
	memory_finish(&memory);
	assert_true(list_empty(&scene->objects.list));
}

/* Pages that the driver lent, of @len bytes at @gpa */
static struct memory lent(uint64_t gpa, size_t len)
{
	struct memory memory = {0};

	memory.list.pieces = calloc(1, sizeof(*memory.list.pieces));
	assert_non_null(memory.list.pieces);
	memory.list.pieces[0].gpa = gpa;
	memory.list.pieces[0].len = len;
	memory.list.count = 1;
	return memory;
}

static void lent_pages_are_copied_in_the_same_pieces(void **state)
{
	struct scene *scene = *state;
	struct memory memory = lent(100, LEN);
	uint8_t *bytes = bytes_of_seed(1), *back = bytes_of_seed(2);

	assert_int_equal(memory_store(&memory, scene->dev, bytes, LEN), 0);
	assert_int_equal(scene->dev->yields, (LEN + PIECE - 1) / PIECE);
	assert_int_equal(memory_load(&memory, scene->dev, back, LEN), 0);
	assert_memory_equal(back, bytes, LEN);
	memory_finish(&memory);
	free(bytes);
	free(back);
}

static void what_comes_again_is_what_was_mapped(void **state)
{
	struct scene *scene = *state;
	struct memory memory = lent(100, 50), again = lent(100, 60);
	struct guest_pages *pages;

	assert_int_equal(memory_store(&memory, scene->dev, "abc", 3), 0);
	pages = memory.pages;
	memory_rest(&memory);
	memory_replace(&memory, &again, 50);
	assert_ptr_equal(memory.pages, pages);
	assert_null(again.list.pieces);
	memory_finish(&memory);
}

static void other_pages_replace_those_that_were_mapped(void **state)
{
	struct scene *scene = *state;
	struct memory memory = lent(100, 50), other = lent(200, 50);

	assert_int_equal(memory_store(&memory, scene->dev, "abc", 3), 0);
	memory_rest(&memory);
	memory_replace(&memory, &other, 50);
	assert_int_equal(memory_store(&memory, scene->dev, "abc", 3), 0);
	assert_memory_equal(scene->dev->mem + 200, "abc", 3);
	memory_finish(&memory);
}

static void what_was_used_needs_no_mapping(void **state)
{
	struct scene *scene = *state;
	struct memory memory = lent(100, 50), none = {0};

	assert_false(memory_needs_mapping(&none));
	assert_true(memory_needs_mapping(&memory));
	assert_int_equal(memory_store(&memory, scene->dev, "abc", 3), 0);
	assert_false(memory_needs_mapping(&memory));
	memory_finish(&memory);
}

static void only_what_will_be_used_is_kept(void **state)
{
	struct memory memory = {0}, brought = lent(100, 60);

	memory_replace(&memory, &brought, 50);
	assert_int_equal(memory.list.pieces[0].len, 50);
	memory_finish(&memory);
}

static void memory_counts_until_its_last_user_lets_it_go(void **state)
{
	struct scene *scene = *state;
	struct area *mapped = area_get(scene->area);

	assert_true(area_is_shared(scene->area));
	area_put(scene->area);
	assert_int_equal(scene->account.memory, LEN);
	assert_false(area_is_shared(mapped));
	scene->area = mapped;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_stored_in_the_window_is_loaded_from_it),
		TEST(waiting_accesses_are_answered_in_between),
		TEST(a_reset_ends_a_copy),
		TEST(no_more_than_there_is_is_copied),
		TEST(an_object_is_the_memory_that_was_exported),
		TEST(an_object_rests_with_its_last_buffer),
		TEST(lent_pages_are_copied_in_the_same_pieces),
		TEST(what_comes_again_is_what_was_mapped),
		TEST(other_pages_replace_those_that_were_mapped),
		TEST(what_was_used_needs_no_mapping),
		TEST(only_what_will_be_used_is_kept),
		TEST(memory_counts_until_its_last_user_lets_it_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
