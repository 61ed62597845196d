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

static void nothing_is_nobodys_name(void **state)
{
	assert_true(policy_names("ivi", "ivi", ""));
	assert_true(policy_names("6C5A0E65-0f40-4fd9-b1f3-17a3fbe1ed5b", "x",
				 UUID));
	assert_false(policy_names("", "ivi", ""));
	assert_false(policy_names("iv", "ivi", UUID));
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

static void a_quota_counts_amounts(void **state)
{
	static const struct {
		uint64_t limit, used, amount;
		int error;
	} rows[] = {
		{ 100, 0, 100, 0 },
		{ 100, 1, 100, -EBUSY },
		{ 100, 100, 0, 0 },
		/* lowered: takes nothing away, and gives nothing */
		{ 100, 150, 1, -EBUSY },
		{ 100, 150, 0, 0 },
		/* nor can a sum wrap */
		{ 100, 50, UINT64_MAX, -EBUSY },
		{ 0, 50, UINT64_MAX, -EBUSY },
		{ 0, 50, UINT64_MAX - 50, 0 },
		{ UINT64_MAX, 50, UINT64_MAX - 50, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct quota quota = {
			.limit = rows[i].limit,
			.used = rows[i].used,
		};

		assert_int_equal(quota_take(&quota, rows[i].amount),
				 rows[i].error);
		assert_int_equal(quota.used, rows[i].used +
				 (rows[i].error ? 0 : rows[i].amount));
		assert_int_equal(quota.refused, rows[i].error ? 1 : 0);
	}
}

static struct config_control controls[] = {
	{ .domain = (char *)"ivi", .camera = (char *)"rear", .rule.id = 1 },
	{ .domain = (char *)UUID, .rule.id = 2 },
	{ .camera = (char *)"left", .rule.id = 3 },
	{ .rule.id = 4 },
};

static const struct config controlled = {
	.controls = controls,
	.num_controls = ARRAY_SIZE(controls),
};

static void rules_are_those_that_fit_in_their_order(void **state)
{
	static const struct {
		const char *name, *uuid, *camera;
		uint32_t ids[4];
	} rows[] = {
		{ "ivi", "no", "rear", { 1, 4 } },
		{ "ivi", "no", "left", { 3, 4 } },
		{ "ivi", UUID, "rear", { 1, 2, 4 } },
		{ "other", UUID, "left", { 2, 3, 4 } },
		{ "other", "no", "rear", { 4 } },
	};
	struct camera_guest guest;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int count = 0;

		policy_rules(&controlled, rows[i].name, rows[i].uuid,
			     rows[i].camera, &guest);
		for (; count < 4 && rows[i].ids[count]; count++)
			assert_int_equal(guest.rules[count].id,
					 rows[i].ids[count]);
		assert_int_equal(guest.num_rules, count);
	}
}

static void rules_without_room_hide_what_they_may_be_about(void **state)
{
	struct config_control many[CAMERA_MAX_RULES + 1] = { 0 };
	const struct config config = {
		.controls = many,
		.num_controls = ARRAY_SIZE(many),
	};
	const struct control_rule *last;
	struct camera_guest guest;

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i].rule = (struct control_rule){
			.id = i + 1,
			.access = CONTROL_WRITE,
		};
	policy_rules(&config, "ivi", "no", "rear", &guest);
	assert_int_equal(guest.num_rules, CAMERA_MAX_RULES);
	last = &guest.rules[CAMERA_MAX_RULES - 1];
	assert_int_equal(last->access, CONTROL_HIDDEN);
	assert_int_equal(last->id, 0);
	assert_string_equal(last->name, "");
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
		cmocka_unit_test(nothing_is_nobodys_name),
		cmocka_unit_test(devices_get_the_listed_cameras_in_order),
		cmocka_unit_test(a_domain_without_a_list_gets_all_in_order),
		cmocka_unit_test(an_unlisted_domain_gets_nothing),
		cmocka_unit_test(without_a_list_every_domain_gets_all),
		cmocka_unit_test(a_domains_quota_goes_before_the_general_one),
		cmocka_unit_test(a_quota_refuses_and_counts),
		cmocka_unit_test(a_quota_of_zero_is_unlimited),
		cmocka_unit_test(a_quota_counts_amounts),
		cmocka_unit_test(rules_are_those_that_fit_in_their_order),
		cmocka_unit_test(
			rules_without_room_hide_what_they_may_be_about),
		cmocka_unit_test(a_process_that_dies_at_once_is_given_up),
		cmocka_unit_test(a_process_that_lived_dies_for_the_first_time),
		cmocka_unit_test(without_a_number_of_deaths_it_never_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
