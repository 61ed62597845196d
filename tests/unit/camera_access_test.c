// SPDX-License-Identifier: GPL-2.0-only
/* The rules of who may do what with a control, as tables */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "camera/access.h"

#define GAIN 0x00980913
#define OTHER 0x00980914

static const struct {
	const char *name;
	const char *written;
} names[] = {
	{ "Brightness", "brightness" },
	{ "White Balance, Automatic", "white_balance_automatic" },
	{ "Exposure, Auto", "exposure_auto" },
	{ "Power Line Frequency (50 Hz)", "power_line_frequency_50_hz" },
	{ "  -- odd --  ", "odd" },
	{ "", "" },
	{ "...", "" },
	{ "A_B", "a_b" },
	{ "\xc3\x84rger", "rger" },
	{ "0123456789012345678901234567890", "0123456789012345678901234567890" },
};

static void a_name_is_written_as_v4l2_ctl_does(void **state)
{
	char from[32], out[32];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		memset(from, 0, sizeof(from));
		strncpy(from, names[i].name, sizeof(from) - 1);
		access_name(from, out);
		assert_string_equal(out, names[i].written);
	}
}

static void a_name_without_an_end_has_one(void **state)
{
	char from[32], out[32];

	memset(from, 'A', sizeof(from));
	access_name(from, out);
	assert_int_equal(strlen(out), 31);
}

#define NO_RULE UINT32_MAX

static const struct {
	uint32_t rule;
	bool primary;
	enum access_right right;
} words[] = {
	{ NO_RULE, true, ACCESS_WRITE },
	{ NO_RULE, false, ACCESS_READ },
	{ CONTROL_PRIMARY, true, ACCESS_WRITE },
	{ CONTROL_PRIMARY, false, ACCESS_READ },
	{ CONTROL_HIDDEN, true, ACCESS_HIDDEN },
	{ CONTROL_HIDDEN, false, ACCESS_HIDDEN },
	{ CONTROL_READ, true, ACCESS_READ },
	{ CONTROL_READ, false, ACCESS_READ },
	{ CONTROL_WRITE, true, ACCESS_WRITE },
	{ CONTROL_WRITE, false, ACCESS_WRITE },
	/* A word that we do not know must not open anything. */
	{ 4, true, ACCESS_READ },
	{ 0x7fffffff, false, ACCESS_READ },
};

static void a_rules_word_says_what_may_be_done(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct camera_guest guest = {
			.num_rules = words[i].rule != NO_RULE,
			.rules[0].access = words[i].rule,
		};

		assert_int_equal(access_decide(&guest, GAIN, "gain",
					       words[i].primary).right,
				 words[i].right);
	}
}

static const struct camera_guest ordered = {
	.num_rules = 4,
	.rules = {
		{ .id = GAIN, .access = CONTROL_WRITE },
		{ .name = "gain", .access = CONTROL_HIDDEN },
		{ .name = "zoom", .access = CONTROL_HIDDEN },
		{ .access = CONTROL_READ },
	},
};

static const struct {
	uint32_t id;
	const char *name;
	enum access_right right;
} fits[] = {
	{ GAIN, "gain", ACCESS_WRITE },
	{ GAIN, "anything", ACCESS_WRITE },
	{ OTHER, "gain", ACCESS_HIDDEN },
	{ OTHER, "zoom", ACCESS_HIDDEN },
	{ OTHER, "zoo", ACCESS_READ },
	{ OTHER, "zoom_2", ACCESS_READ },
	{ OTHER, "", ACCESS_READ },
};

static void the_first_rule_that_fits_counts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(fits); i++)
		assert_int_equal(access_decide(&ordered, fits[i].id,
					       fits[i].name, true).right,
				 fits[i].right);
}

static void more_rules_than_there_can_be_are_not_read(void **state)
{
	struct camera_guest guest = { .num_rules = UINT32_MAX };

	for (int i = 0; i < CAMERA_MAX_RULES; i++)
		guest.rules[i].id = OTHER;
	assert_int_equal(access_decide(&guest, GAIN, "gain", true).right,
			 ACCESS_WRITE);
}

static void only_a_primary_without_rules_need_not_be_looked_at(void **state)
{
	struct camera_guest guest = { .num_rules = 0 };

	assert_true(access_is_open(&guest, true));
	assert_false(access_is_open(&guest, false));
	guest.num_rules = 1;
	assert_false(access_is_open(&guest, true));
}

/* What a rule leaves of a control's range; @right: READ if it is nothing */
static const struct {
	struct access_range has;
	int64_t minimum, maximum;
	enum access_right right;
	struct access_range gets;
} ranges[] = {
	{ { 0, 255, 1, 128 }, 10, 20, ACCESS_WRITE, { 10, 20, 1, 20 } },
	{ { 0, 255, 1, 5 }, 10, 20, ACCESS_WRITE, { 10, 20, 1, 10 } },
	{ { 0, 255, 1, 15 }, 10, 20, ACCESS_WRITE, { 10, 20, 1, 15 } },
	{ { 0, 255, 1, 128 }, -10, 20, ACCESS_WRITE, { 0, 20, 1, 20 } },
	{ { 0, 255, 1, 128 }, 10, 999, ACCESS_WRITE, { 10, 255, 1, 128 } },
	{ { 0, 255, 1, 128 }, INT64_MIN, INT64_MAX, ACCESS_WRITE,
	  { 0, 255, 1, 128 } },
	{ { 0, 255, 1, 128 }, 7, 7, ACCESS_WRITE, { 7, 7, 1, 7 } },
	/* The step counts from the minimum. */
	{ { 0, 100, 5, 50 }, 11, 39, ACCESS_WRITE, { 15, 35, 5, 35 } },
	{ { 3, 103, 5, 53 }, 11, 39, ACCESS_WRITE, { 13, 38, 5, 38 } },
	{ { -7, 103, 5, 53 }, -6, 0, ACCESS_WRITE, { -2, -2, 5, -2 } },
	/* A maximum that the step does not reach stays the driver's. */
	{ { 0, 99, 5, 50 }, 11, 99, ACCESS_WRITE, { 15, 99, 5, 50 } },
	{ { 0, 9, 0, 5 }, 2, 4, ACCESS_WRITE, { 2, 4, 0, 4 } },
	/* Nothing is left: no value is right. */
	{ { 0, 100, 5, 50 }, 11, 14, ACCESS_READ, { 0, 100, 5, 50 } },
	{ { 0, 100, 5, 50 }, 101, 200, ACCESS_READ, { 0, 100, 5, 50 } },
	{ { 0, 100, 5, 50 }, -9, -1, ACCESS_READ, { 0, 100, 5, 50 } },
	{ { 0, 100, 5, 50 }, 60, 40, ACCESS_READ, { 0, 100, 5, 50 } },
	{ { 9, 0, 1, 5 }, 0, 9, ACCESS_READ, { 9, 0, 1, 5 } },
	/* Numbers that overflow what is not careful */
	{ { INT64_MIN, INT64_MAX, 1, 0 }, -5, 5, ACCESS_WRITE,
	  { -5, 5, 1, 0 } },
	{ { INT64_MIN, INT64_MAX, UINT64_MAX, 0 }, INT64_MIN, 0, ACCESS_WRITE,
	  { INT64_MIN, INT64_MIN, UINT64_MAX, INT64_MIN } },
	{ { INT64_MIN, INT64_MAX, UINT64_MAX, 0 }, -5, 5, ACCESS_READ,
	  { INT64_MIN, INT64_MAX, UINT64_MAX, 0 } },
	{ { INT64_MIN, INT64_MAX, 1, 0 }, INT64_MAX, INT64_MAX, ACCESS_WRITE,
	  { INT64_MAX, INT64_MAX, 1, INT64_MAX } },
};

static void a_rule_narrows_a_range(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		struct access access = {
			.right = ACCESS_WRITE,
			.clamped = true,
			.minimum = ranges[i].minimum,
			.maximum = ranges[i].maximum,
		};
		struct access_range range = ranges[i].has;

		access_narrow(&access, &range);
		assert_int_equal(access.right, ranges[i].right);
		assert_true(range.minimum == ranges[i].gets.minimum);
		assert_true(range.maximum == ranges[i].gets.maximum);
		assert_true(range.step == ranges[i].gets.step);
		assert_true(range.default_value == ranges[i].gets.default_value);
	}
}

static void a_value_is_brought_into_the_range(void **state)
{
	const struct access_range range = { .minimum = -5, .maximum = 10 };

	assert_true(access_bring_into(&range, INT64_MIN) == -5);
	assert_true(access_bring_into(&range, -5) == -5);
	assert_true(access_bring_into(&range, 3) == 3);
	assert_true(access_bring_into(&range, 11) == 10);
	assert_true(access_bring_into(&range, INT64_MAX) == 10);
}

static const struct {
	uint32_t type;
	bool can;
} types[] = {
	{ V4L2_CTRL_TYPE_INTEGER, true },
	{ V4L2_CTRL_TYPE_BOOLEAN, true },
	{ V4L2_CTRL_TYPE_MENU, true },
	{ V4L2_CTRL_TYPE_BUTTON, false },
	{ V4L2_CTRL_TYPE_INTEGER64, true },
	{ V4L2_CTRL_TYPE_CTRL_CLASS, false },
	{ V4L2_CTRL_TYPE_STRING, false },
	{ V4L2_CTRL_TYPE_BITMASK, false },
	{ V4L2_CTRL_TYPE_INTEGER_MENU, true },
	{ V4L2_CTRL_TYPE_U8, false },
	{ V4L2_CTRL_TYPE_AREA, false },
};

static void what_has_no_order_has_no_range_to_narrow(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(access_can_clamp(types[i].type), types[i].can);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_written_as_v4l2_ctl_does),
		cmocka_unit_test(a_name_without_an_end_has_one),
		cmocka_unit_test(a_rules_word_says_what_may_be_done),
		cmocka_unit_test(the_first_rule_that_fits_counts),
		cmocka_unit_test(more_rules_than_there_can_be_are_not_read),
		cmocka_unit_test(
			only_a_primary_without_rules_need_not_be_looked_at),
		cmocka_unit_test(a_rule_narrows_a_range),
		cmocka_unit_test(a_value_is_brought_into_the_range),
		cmocka_unit_test(what_has_no_order_has_no_range_to_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
