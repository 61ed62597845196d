// SPDX-License-Identifier: GPL-2.0-only
/* Lists of guest memory: what they cover, and copies along them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <vmedia/limits.h>

#include "base/byteorder.h"
#include "chain_fake.h"
#include "media/sg.h"

#define KIB 1024

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct virtio_dev));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static struct virtio_media_sg_entry entry(uint64_t start, uint32_t len)
{
	return (struct virtio_media_sg_entry){
		.start = cpu_to_le64(start),
		.len = cpu_to_le32(len),
	};
}

/* The device whose lists read_list() reads */
static struct virtio_dev reading;

/* The list that covers @len bytes, of an array of entries */
static int read_list(const struct virtio_media_sg_entry *entries, size_t count,
		     uint32_t len, struct sg_list *list)
{
	struct vq_chain chain = {entries, count * sizeof(*entries)};
	struct sg_reader reader;

	sg_reader_init(&reader, &chain, &reading);
	return sg_list_read(&reader, len, list);
}

static void nothing_needs_no_entries(void **state)
{
	struct sg_list list = {0};

	assert_int_equal(read_list(NULL, 0, 0, &list), 0);
	assert_int_equal(list.count, 0);
}

static void neighbours_become_one_piece(void **state)
{
	const struct virtio_media_sg_entry entries[] = {
		entry(4096, 4096),
		entry(8192, 4096),
		entry(0, 4096),
	};
	struct sg_list list = {0};

	assert_int_equal(read_list(entries, 3, 3 * 4096, &list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.pieces[0].len, 8192);
	assert_int_equal(list.pieces[1].gpa, 0);
	sg_list_finish(&list);
}

static void the_last_entry_is_cut(void **state)
{
	const struct virtio_media_sg_entry entries[] = {entry(0, 0xffffffff)};
	struct sg_list list = {0};

	assert_int_equal(read_list(entries, 1, 10, &list), 0);
	assert_int_equal(list.pieces[0].len, 10);
	sg_list_finish(&list);
}

static void a_list_begins_where_the_last_one_ended(void **state)
{
	const struct virtio_media_sg_entry entries[] = {
		entry(0, 6),
		entry(100, 6),
		entry(200, 6),
	};
	struct vq_chain chain = {entries, sizeof(entries)};
	struct sg_list one = {0}, two = {0};
	struct sg_reader reader;

	sg_reader_init(&reader, &chain, *state);
	assert_int_equal(sg_list_read(&reader, 10, &one), 0);
	assert_int_equal(sg_list_read(&reader, 5, &two), 0);
	assert_int_equal(two.pieces[0].gpa, 200);
	sg_list_finish(&one);
	sg_list_finish(&two);
}

static void half_an_entry_is_none(void **state)
{
	const struct virtio_media_sg_entry entries[] = {entry(0, 5),
							entry(5, 5)};
	struct vq_chain chain = {entries, sizeof(entries) - 1};
	struct sg_list list = {0};
	struct sg_reader reader;

	sg_reader_init(&reader, &chain, *state);
	assert_int_equal(sg_list_read(&reader, 10, &list), -EINVAL);
	assert_null(list.pieces);
}

/* Pieces of @len bytes, none beside another */
static struct virtio_media_sg_entry *scattered(size_t count, uint32_t len)
{
	struct virtio_media_sg_entry *entries = calloc(count, sizeof(*entries));

	assert_non_null(entries);
	for (size_t i = 0; i < count; i++)
		entries[i] = entry(i * 2 * len, len);
	return entries;
}

static void a_command_has_no_more_entries_than_the_limit(void **state)
{
	const size_t most = VMEDIA_MAX_SG_ENTRIES;
	struct virtio_media_sg_entry *entries = scattered(most + 1, 4096);
	struct sg_list list = {0};

	assert_int_equal(
		read_list(entries, most + 1, (most + 1) * 4096, &list),
		-EINVAL);
	assert_int_equal(read_list(entries, most, most * 4096, &list), 0);
	sg_list_finish(&list);
	free(entries);
}

/* A buffer that begins at the last byte of a page has the most of them. */
static void a_list_has_no_more_entries_than_pages(void **state)
{
	static const struct {
		uint32_t len;
		size_t entries;
		int ret;
	} cases[] = {
		{1, 1, 0},	{2, 2, 0},	  {3, 3, -EINVAL},
		{4096, 2, 0},	{4096, 3, 0},	  {4096, 4, -EINVAL},
		{4098, 3, 0},	{4098, 4, -EINVAL}, {8192, 4, 0},
		{8192, 5, -EINVAL}, {65536, 18, 0}, {65536, 19, -EINVAL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t count = cases[i].entries;
		struct virtio_media_sg_entry *entries = scattered(count, 1);
		struct sg_list list = {0};

		print_message("case %zu\n", i);
		entries[count - 1] = entry(0, cases[i].len - (count - 1));
		assert_int_equal(
			read_list(entries, count, cases[i].len, &list),
			cases[i].ret);
		sg_list_finish(&list);
		free(entries);
	}
}

static void nobody_waits_long_for_a_long_list(void **state)
{
	struct virtio_media_sg_entry *entries = scattered(4096, 4096);
	struct sg_list list = {0};

	reading.yields = 0;
	assert_int_equal(read_list(entries, 4096, 4096 * 4096, &list), 0);
	assert_in_range(reading.yields, 16, 64);
	sg_list_finish(&list);
	free(entries);
}

static void a_reset_ends_the_reading_of_a_list(void **state)
{
	struct virtio_media_sg_entry *entries = scattered(1024, 4096);
	struct sg_list list = {0};

	reading.yields = 0;
	reading.reset_at = 2;
	assert_int_equal(read_list(entries, 1024, 1024 * 4096, &list), -ESTALE);
	reading.reset_at = 0;
	assert_null(list.pieces);
	free(entries);
}

static void what_is_trimmed_is_not_kept(void **state)
{
	const struct virtio_media_sg_entry entries[] = {
		entry(0, 4096),
		entry(8192, 4096),
		entry(65536, 4096),
	};
	struct sg_list list = {0};

	assert_int_equal(read_list(entries, 3, 3 * 4096, &list), 0);
	sg_list_trim(&list, 5000);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.pieces[1].gpa, 8192);
	assert_int_equal(list.pieces[1].len, 5000 - 4096);
	sg_list_trim(&list, 0);
	assert_int_equal(list.count, 0);
	assert_null(list.pieces);
}

static void what_was_stored_can_be_loaded(void **state)
{
	const struct virtio_media_sg_entry entries[] = {entry(500, 4),
							entry(100, 6)};
	struct virtio_dev *dev = *state;
	struct sg_list list = {0};
	char back[10];

	assert_int_equal(read_list(entries, 2, 10, &list), 0);
	assert_int_equal(sg_list_store(&list, dev, "abcdefghij", 10), 0);
	assert_memory_equal(dev->mem + 500, "abcd", 4);
	assert_memory_equal(dev->mem + 100, "efghij", 6);
	assert_int_equal(sg_list_load(&list, dev, back, 10), 0);
	assert_memory_equal(back, "abcdefghij", 10);
	sg_list_finish(&list);
}

static void more_than_a_list_holds_is_a_fault(void **state)
{
	const struct virtio_media_sg_entry entries[] = {entry(0, 4)};
	struct sg_list list = {0};

	assert_int_equal(read_list(entries, 1, 4, &list), 0);
	assert_int_equal(sg_list_store(&list, *state, "abcde", 5), -EFAULT);
	sg_list_finish(&list);
}

/* Store @len bytes in one piece. Return: as sg_list_store(). */
static int store(struct virtio_dev *dev, uint32_t len)
{
	const struct virtio_media_sg_entry one = entry(0, len);
	struct sg_list list = {0};
	uint8_t *data = malloc(len);
	int ret;

	assert_non_null(data);
	memset(data, 0x5a, len);
	assert_int_equal(read_list(&one, 1, len, &list), 0);
	ret = sg_list_store(&list, dev, data, len);
	sg_list_finish(&list);
	free(data);
	return ret;
}

static void no_more_than_64_kib_are_copied_without_a_yield(void **state)
{
	struct virtio_dev *dev = *state;

	assert_int_equal(store(dev, 300 * KIB), 0);
	assert_int_equal(dev->largest, 64 * KIB);
}

/* Each may have to be mapped. */
static void no_two_pieces_are_copied_without_a_yield(void **state)
{
	struct virtio_media_sg_entry *entries = scattered(160, 1);
	struct virtio_dev *dev = *state;
	struct sg_list list = {0};

	entries[159] = entry(0, 160 * 4096);
	assert_int_equal(read_list(entries, 160, 160 * 4096, &list), 0);
	assert_int_equal(sg_list_store(&list, dev, entries, 160), 0);
	assert_int_equal(dev->yields, 160);
	sg_list_finish(&list);
	free(entries);
}

static void lists_are_the_same_if_all_their_pieces_are(void **state)
{
	struct guest_range pieces[] = {{4096, 4096}, {16384, 100}};
	struct guest_range others[] = {{4096, 4096}, {16384, 100}};
	const struct sg_list list = {pieces, 2}, other = {others, 2};
	const struct sg_list shorter = {others, 1};

	assert_true(sg_list_is_same(&list, &other));
	assert_false(sg_list_is_same(&list, &shorter));
	others[1].len = 101;
	assert_false(sg_list_is_same(&list, &other));
	others[1] = (struct guest_range){20480, 100};
	assert_false(sg_list_is_same(&list, &other));
}

static void a_reset_ends_a_copy_where_it_is(void **state)
{
	struct virtio_dev *dev = *state;

	dev->reset_at = 3;
	assert_int_equal(store(dev, 300 * KIB), -ESTALE);
	assert_int_equal(dev->mem[128 * KIB - 1], 0x5a);
	assert_int_equal(dev->mem[128 * KIB], 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_needs_no_entries),
		TEST(neighbours_become_one_piece),
		TEST(the_last_entry_is_cut),
		TEST(a_list_begins_where_the_last_one_ended),
		TEST(half_an_entry_is_none),
		TEST(a_command_has_no_more_entries_than_the_limit),
		TEST(a_list_has_no_more_entries_than_pages),
		TEST(nobody_waits_long_for_a_long_list),
		TEST(a_reset_ends_the_reading_of_a_list),
		TEST(what_is_trimmed_is_not_kept),
		TEST(what_was_stored_can_be_loaded),
		TEST(more_than_a_list_holds_is_a_fault),
		TEST(no_more_than_64_kib_are_copied_without_a_yield),
		TEST(no_two_pieces_are_copied_without_a_yield),
		TEST(lists_are_the_same_if_all_their_pieces_are),
		TEST(a_reset_ends_a_copy_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
