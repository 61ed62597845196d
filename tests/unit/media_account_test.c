// SPDX-License-Identifier: GPL-2.0-only
/* What the quotas of a guest leave room for: as a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "media/account.h"

#define NONE NUM_QUOTAS
#define GIB (UINT64_C(1) << 30)
#define LARGEST (256 * 1024 * 1024)

/* Limits, what is used, what is asked for; what is given, what was reached */
static const struct {
	uint64_t max_buffers, max_memory;
	uint32_t buffers;
	uint64_t memory;
	unsigned int asked;
	uint32_t bytes;
	unsigned int given;
	enum quota_kind reached;
} cases[] = {
	/* 0 is unlimited. */
	{0, 0, 0, 0, 4, 1000, 4, NONE},
	{0, 0, UINT32_MAX - 32, UINT64_MAX / 2, 32, LARGEST, 32, NONE},
	/* All that is left, and no more */
	{4, 0, 0, 0, 4, 1000, 4, NONE},
	{4, 0, 0, 0, 5, 1000, 4, QUOTA_BUFFERS},
	{4, 0, 3, 3000, 4, 1000, 1, QUOTA_BUFFERS},
	{4, 0, 4, 4000, 1, 1000, 0, QUOTA_BUFFERS},
	{0, 4000, 0, 0, 4, 1000, 4, NONE},
	{0, 3999, 0, 0, 4, 1000, 3, QUOTA_MEMORY},
	{0, 4000, 3, 3001, 1, 1000, 0, QUOTA_MEMORY},
	{0, 999, 0, 0, 1, 1000, 0, QUOTA_MEMORY},
	/* The tighter of the two is the one that was reached. */
	{2, 3000, 0, 0, 4, 1000, 2, QUOTA_BUFFERS},
	{3, 2000, 0, 0, 4, 1000, 2, QUOTA_MEMORY},
	/* A limit that was lowered below what is used */
	{4, 0, 9, 9000, 1, 1000, 0, QUOTA_BUFFERS},
	{0, 4000, 9, 9000, 1, 1000, 0, QUOTA_MEMORY},
	/* The largest buffers there can be */
	{0, 8 * GIB, 0, 0, 32, LARGEST, 32, NONE},
	{0, 8 * GIB - 1, 0, 0, 32, LARGEST, 31, QUOTA_MEMORY},
	{0, UINT64_MAX, 0, 0, 32, LARGEST, 32, NONE},
};

static void so_many_buffers_are_given(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum quota_kind reached = NONE;
		struct account account = {
			.limits.limit = {
				[QUOTA_BUFFERS] = cases[i].max_buffers,
				[QUOTA_MEMORY] = cases[i].max_memory,
			},
			.buffers = cases[i].buffers,
			.memory = cases[i].memory,
		};

		print_message("case %zu\n", i);
		assert_int_equal(account_take(&account, cases[i].asked,
					      cases[i].bytes, &reached),
				 cases[i].given);
		assert_int_equal(reached, cases[i].reached);
		assert_int_equal(account.buffers,
				 cases[i].buffers + cases[i].given);
		assert_int_equal(account.memory,
				 cases[i].memory + (uint64_t)cases[i].given *
							   cases[i].bytes);
	}
}

static void a_limit_that_was_reached_is_counted(void **state)
{
	struct account account = {.limits.limit[QUOTA_BUFFERS] = 2};
	enum quota_kind reached;

	account_take(&account, 2, 1000, &reached);
	assert_int_equal(account.refused[QUOTA_BUFFERS], 0);
	account_take(&account, 1, 1000, &reached);
	account_take(&account, 1, 1000, &reached);
	assert_int_equal(account.refused[QUOTA_BUFFERS], 2);
}

static void what_was_given_back_can_be_had_again(void **state)
{
	struct account account = {.limits.limit[QUOTA_MEMORY] = 2000};
	enum quota_kind reached;

	assert_int_equal(account_take(&account, 2, 1000, &reached), 2);
	account_give_back(&account, 1, 1000);
	assert_int_equal(account_take(&account, 2, 1000, &reached), 1);
}

static void what_is_there_counts_whatever_the_limit(void **state)
{
	struct account account = {.limits.limit[QUOTA_MEMORY] = 2000};
	enum quota_kind reached;

	account_add(&account, 2, 3000);
	assert_int_equal(account.buffers, 2);
	assert_int_equal(account_take(&account, 1, 1, &reached), 0);
	assert_int_equal(reached, QUOTA_MEMORY);
}

static void memory_may_outlive_its_buffer(void **state)
{
	struct account account = {.limits.limit[QUOTA_MEMORY] = 2000};
	enum quota_kind reached;

	assert_int_equal(account_take(&account, 2, 1000, &reached), 2);
	account_give_back(&account, 2, 1000);
	assert_int_equal(account.buffers, 0);
	assert_int_equal(account_take(&account, 2, 1000, &reached), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_buffers_are_given),
		cmocka_unit_test(a_limit_that_was_reached_is_counted),
		cmocka_unit_test(what_was_given_back_can_be_had_again),
		cmocka_unit_test(what_is_there_counts_whatever_the_limit),
		cmocka_unit_test(memory_may_outlive_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
