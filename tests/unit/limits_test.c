// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "daemon/limits.h"

#define K 1024ull
#define M (K * K)
#define G (K * M)

static void every_quota_is_found_by_its_name(void **state)
{
	enum quota_kind found;

	for (unsigned int i = 0; i < NUM_QUOTAS; i++) {
		found = NUM_QUOTAS;
		assert_int_equal(limit_find(limit_name(i), &found), 0);
		assert_int_equal(found, i);
	}
}

static void a_name_of_no_quota_is_not_found(void **state)
{
	static const char *const names[] = { "", "session", "sessions ",
					     "Held", "commands", "clients" };
	enum quota_kind found = QUOTA_HELD;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(limit_find(names[i], &found), -ENOENT);
	assert_int_equal(found, QUOTA_HELD);
}

static void values_are_read_with_their_units(void **state)
{
	static const struct {
		enum quota_kind kind;
		const char *text;
		uint64_t value;
	} table[] = {
		{ QUOTA_SESSIONS, "0", 0 },
		{ QUOTA_SESSIONS, "unlimited", 0 },
		{ QUOTA_SESSIONS, "1024", 1024 },
		{ QUOTA_STREAMS, "1", 1 },
		{ QUOTA_BUFFERS, "65536", 65536 },
		{ QUOTA_HELD, "32", 32 },
		{ QUOTA_COMMANDS, "1000000", 1000000 },
		{ QUOTA_MEMORY, "0", 0 },
		{ QUOTA_MEMORY, "unlimited", 0 },
		{ QUOTA_MEMORY, "1K", K },
		{ QUOTA_MEMORY, "256M", 256 * M },
		{ QUOTA_MEMORY, "2g", 2 * G },
		{ QUOTA_MEMORY, "1024G", 1024 * G },
		{ QUOTA_MEMORY, "1048576", M },
		{ QUOTA_BYTES, "30000000", 30000000 },
		{ QUOTA_BYTES, "27648K", 27648 * K },
	};
	char why[LIMIT_WHY_SIZE];
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		value = UINT64_MAX;
		assert_int_equal(limit_parse(table[i].kind, table[i].text,
					     &value, why, sizeof(why)), 0);
		assert_int_equal(value, table[i].value);
	}
}

static void what_is_no_value_is_refused_with_the_reason(void **state)
{
#define COUNT(name, max) \
	"`" name "` is a number up to " max ", 0 = unlimited, not "
#define BYTES(name) \
	"`" name "` is a number of bytes, with K, M or G if wanted, up to " \
	"1024G, 0 = unlimited, not "
	static const struct {
		enum quota_kind kind;
		const char *text;
		const char *why;
	} table[] = {
		{ QUOTA_SESSIONS, "", COUNT("sessions", "1024") "\"\"" },
		{ QUOTA_SESSIONS, "1025", COUNT("sessions", "1024") "\"1025\"" },
		{ QUOTA_SESSIONS, "-1", COUNT("sessions", "1024") "\"-1\"" },
		{ QUOTA_SESSIONS, "+1", COUNT("sessions", "1024") "\"+1\"" },
		{ QUOTA_SESSIONS, "1K", COUNT("sessions", "1024") "\"1K\"" },
		{ QUOTA_STREAMS, "0x2", COUNT("streams", "1024") "\"0x2\"" },
		{ QUOTA_BUFFERS, "65537", COUNT("buffers", "65536") "\"65537\"" },
		{ QUOTA_HELD, "33", COUNT("held", "32") "\"33\"" },
		{ QUOTA_COMMANDS, "18446744073709551616",
		  COUNT("commands/s", "1000000") "\"18446744073709551616\"" },
		{ QUOTA_MEMORY, "M", BYTES("memory") "\"M\"" },
		{ QUOTA_MEMORY, "1T", BYTES("memory") "\"1T\"" },
		{ QUOTA_MEMORY, "1MB", BYTES("memory") "\"1MB\"" },
		{ QUOTA_MEMORY, "1 M", BYTES("memory") "\"1 M\"" },
		{ QUOTA_MEMORY, "1025G", BYTES("memory") "\"1025G\"" },
		{ QUOTA_MEMORY, "17179869184G",
		  BYTES("memory") "\"17179869184G\"" },
		{ QUOTA_MEMORY, "256",
		  "`memory=256` is 256 bytes: did you mean 256M?" },
		{ QUOTA_BYTES, "30",
		  "`bytes/s=30` is 30 bytes: did you mean 30M?" },
		{ QUOTA_BYTES, "1048575",
		  "`bytes/s=1048575` is 1048575 bytes: did you mean 1048575M?" },
	};
	char why[LIMIT_WHY_SIZE];
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(limit_parse(table[i].kind, table[i].text,
					     &value, why, sizeof(why)),
				 -EINVAL);
		assert_string_equal(why, table[i].why);
		assert_int_equal(value, 7);
	}
}

static void a_reason_never_leaves_its_buffer(void **state)
{
	char text[4096], why[LIMIT_WHY_SIZE];
	uint64_t value;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned int i = 0; i < NUM_QUOTAS; i++) {
		memset(why, 'y', sizeof(why));
		assert_int_equal(limit_parse(i, text, &value, why,
					     sizeof(why)), -EINVAL);
		assert_int_equal(why[strlen(why) - 1], '"');
	}
}

static void what_is_printed_is_short_and_reads_as_the_same(void **state)
{
	static const struct {
		enum quota_kind kind;
		uint64_t value;
		const char *text;
	} table[] = {
		{ QUOTA_SESSIONS, 0, "unlimited" },
		{ QUOTA_SESSIONS, 1, "1" },
		{ QUOTA_SESSIONS, 1024, "1024" },
		{ QUOTA_COMMANDS, 1000, "1000" },
		{ QUOTA_MEMORY, 0, "unlimited" },
		{ QUOTA_MEMORY, 600 * K, "600K" },
		{ QUOTA_MEMORY, 256 * M, "256M" },
		{ QUOTA_MEMORY, 1536 * M, "1536M" },
		{ QUOTA_MEMORY, 1024 * G, "1024G" },
		{ QUOTA_BYTES, 30000001, "30000001" },
	};
	char text[LIMIT_TEXT_SIZE], why[LIMIT_WHY_SIZE];
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		limit_print(table[i].kind, table[i].value, text, sizeof(text));
		assert_string_equal(text, table[i].text);
		assert_int_equal(limit_parse(table[i].kind, text, &value, why,
					     sizeof(why)), 0);
		assert_int_equal(value, table[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_quota_is_found_by_its_name),
		cmocka_unit_test(a_name_of_no_quota_is_not_found),
		cmocka_unit_test(values_are_read_with_their_units),
		cmocka_unit_test(what_is_no_value_is_refused_with_the_reason),
		cmocka_unit_test(a_reason_never_leaves_its_buffer),
		cmocka_unit_test(what_is_printed_is_short_and_reads_as_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
