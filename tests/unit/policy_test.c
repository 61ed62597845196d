// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "daemon/backoff.h"
#include "daemon/policy.h"
#include "daemon/quota.h"

#define UUID "6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5b"

static char *ivi_cameras[] = { "rear", "left" };

static struct config_domain domains[] = {
	{ .name = "ivi", .cameras = ivi_cameras, .num_cameras = 2,
	  .limits.limit[QUOTA_SESSIONS] = 4 },
	{ .name = "all", .all_cameras = true,
	  .limits.limit[QUOTA_SESSIONS] = 8 },
	{ .uuid = UUID, .limits.limit[QUOTA_SESSIONS] = 0 },
};

static const struct config listed = {
	.limits.limit[QUOTA_SESSIONS] = 8,
	.domains = domains,
	.num_domains = ARRAY_SIZE(domains),
};

static const struct config everyone = {
	.limits.limit[QUOTA_SESSIONS] = 8,
	.every_domain = true,
};

static void a_domain_is_known_by_its_name(void **state)
{
	assert_ptr_equal(policy_domain(&listed, "ivi", "no"), &domains[0]);
	assert_null(policy_domain(&listed, "iv", "no"));
}

static void a_uuid_goes_before_a_name(void **state)
{
	assert_ptr_equal(policy_domain(&listed, "ivi", UUID), &domains[2]);
}

static void devices_get_the_listed_cameras_in_order(void **state)
{
	struct policy_choice choice;

	assert_true(policy_camera(&listed, &domains[0], 0, &choice));
	assert_string_equal(choice.name, "rear");
	assert_true(policy_camera(&listed, &domains[0], 1, &choice));
	assert_string_equal(choice.name, "left");
	assert_false(policy_camera(&listed, &domains[0], 2, &choice));
}

static void a_domain_without_a_list_gets_all_in_order(void **state)
{
	struct policy_choice choice;

	assert_true(policy_camera(&listed, &domains[1], 3, &choice));
	assert_null(choice.name);
	assert_int_equal(choice.number, 3);
}

static void an_unlisted_domain_gets_nothing(void **state)
{
	struct policy_choice choice;

	assert_false(policy_camera(&listed, NULL, 0, &choice));
}

static void without_a_list_every_domain_gets_all(void **state)
{
	struct policy_choice choice;

	assert_true(policy_camera(&everyone, NULL, 1, &choice));
	assert_null(choice.name);
	assert_int_equal(choice.number, 1);
}

static uint64_t sessions(const struct config *config,
			 const struct config_domain *domain)
{
	return policy_limits(config, domain)->limit[QUOTA_SESSIONS];
}

static void a_domains_quota_goes_before_the_general_one(void **state)
{
	assert_int_equal(sessions(&listed, &domains[0]), 4);
	assert_int_equal(sessions(&listed, &domains[1]), 8);
	assert_int_equal(sessions(&listed, &domains[2]), 0);
	assert_int_equal(sessions(&listed, NULL), 8);
}

static void a_quota_refuses_and_counts(void **state)
{
	struct quota quota = { .limit = 2 };

	assert_int_equal(quota_take(&quota, 1), 0);
	assert_int_equal(quota_take(&quota, 1), 0);
	assert_int_equal(quota_take(&quota, 1), -EBUSY);
	assert_int_equal(quota.refused, 1);
	quota_put(&quota, 1);
	assert_int_equal(quota_take(&quota, 1), 0);
	assert_int_equal(quota.used, 2);
}

static void a_quota_of_zero_is_unlimited(void **state)
{
	struct quota quota = { .limit = 0 };

	for (int i = 0; i < 1000; i++)
		assert_int_equal(quota_take(&quota, 1), 0);
}

static const struct backoff_policy policy = {
	.first = 100, .longest = 300, .steady = 1000, .deaths = 5,
};

static void a_process_that_dies_at_once_is_given_up(void **state)
{
	struct backoff backoff = { 0 };

	assert_int_equal(backoff_next(&backoff, &policy, 5), 100);
	assert_int_equal(backoff_next(&backoff, &policy, 5), 200);
	assert_int_equal(backoff_next(&backoff, &policy, 5), 300);
	assert_int_equal(backoff_next(&backoff, &policy, 5), 300);
	assert_int_equal(backoff_next(&backoff, &policy, 5), -1);
}

static void a_process_that_lived_dies_for_the_first_time(void **state)
{
	struct backoff backoff = { .deaths = 4 };

	assert_int_equal(backoff_next(&backoff, &policy, 1000), 100);
}

static void without_a_number_of_deaths_it_never_gives_up(void **state)
{
	struct backoff_policy patient = policy;
	struct backoff backoff = { 0 };

	patient.deaths = 0;
	for (int i = 0; i < 1000; i++)
		assert_in_range(backoff_next(&backoff, &patient, 0), 100, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_is_known_by_its_name),
		cmocka_unit_test(a_uuid_goes_before_a_name),
		cmocka_unit_test(devices_get_the_listed_cameras_in_order),
		cmocka_unit_test(a_domain_without_a_list_gets_all_in_order),
		cmocka_unit_test(an_unlisted_domain_gets_nothing),
		cmocka_unit_test(without_a_list_every_domain_gets_all),
		cmocka_unit_test(a_domains_quota_goes_before_the_general_one),
		cmocka_unit_test(a_quota_refuses_and_counts),
		cmocka_unit_test(a_quota_of_zero_is_unlimited),
		cmocka_unit_test(a_process_that_dies_at_once_is_given_up),
		cmocka_unit_test(a_process_that_lived_dies_for_the_first_time),
		cmocka_unit_test(without_a_number_of_deaths_it_never_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
