// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "daemon/transfer.h"

static void who_wants_copies_is_right_then_who_wants_grants(void **state)
{
	static const struct {
		enum transfer_policy camera, domain, both;
	} rows[] = {
		{ TRANSFER_AUTO, TRANSFER_AUTO, TRANSFER_AUTO },
		{ TRANSFER_AUTO, TRANSFER_GRANTS, TRANSFER_GRANTS },
		{ TRANSFER_GRANTS, TRANSFER_AUTO, TRANSFER_GRANTS },
		{ TRANSFER_GRANTS, TRANSFER_GRANTS, TRANSFER_GRANTS },
		{ TRANSFER_COPY, TRANSFER_AUTO, TRANSFER_COPY },
		{ TRANSFER_AUTO, TRANSFER_COPY, TRANSFER_COPY },
		{ TRANSFER_COPY, TRANSFER_GRANTS, TRANSFER_COPY },
		{ TRANSFER_GRANTS, TRANSFER_COPY, TRANSFER_COPY },
		{ TRANSFER_COPY, TRANSFER_COPY, TRANSFER_COPY },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(transfer_combine(rows[i].camera,
						  rows[i].domain),
				 rows[i].both);
}

static void each_policy_is_found_by_its_name(void **state)
{
	for (unsigned int i = TRANSFER_AUTO; i <= TRANSFER_GRANTS; i++) {
		enum transfer_policy found;

		assert_int_equal(transfer_find(transfer_name(i), &found), 0);
		assert_int_equal(found, i);
	}
}

static void what_is_no_policy_leaves_it_as_it_was(void **state)
{
	enum transfer_policy policy = TRANSFER_COPY;

	assert_int_equal(transfer_find("always", &policy), -ENOENT);
	assert_int_equal(policy, TRANSFER_COPY);
}

static void each_way_and_reason_has_a_word(void **state)
{
	for (unsigned int i = WAY_NONE + 1; i <= WAY_OBJECTS; i++)
		assert_non_null(transfer_way_name(i));
	for (unsigned int i = REASON_NONE + 1; i <= REASON_ROOM; i++)
		assert_non_null(transfer_reason_name(i));
}

static void no_way_and_no_reason_have_none(void **state)
{
	assert_null(transfer_way_name(WAY_NONE));
	assert_null(transfer_way_name(WAY_OBJECTS + 1));
	assert_null(transfer_reason_name(REASON_NONE));
	assert_null(transfer_reason_name(REASON_ROOM + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			who_wants_copies_is_right_then_who_wants_grants),
		cmocka_unit_test(each_policy_is_found_by_its_name),
		cmocka_unit_test(what_is_no_policy_leaves_it_as_it_was),
		cmocka_unit_test(each_way_and_reason_has_a_word),
		cmocka_unit_test(no_way_and_no_reason_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
