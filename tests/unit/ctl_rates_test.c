// SPDX-License-Identifier: GPL-2.0-only
/* What vmediactl top makes of two answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "ctl/field.h"
#include "ctl/rates.h"

static struct json_object *before, *now;

static void answers(const char *first, const char *second)
{
	before = json_tokener_parse(first);
	now = json_tokener_parse(second);
	assert_non_null(before);
	assert_non_null(now);
	rates_add(before, now);
}

static int forget(void **state)
{
	json_object_put(before);
	json_object_put(now);
	before = now = NULL;
	return 0;
}

/* As a script sees it; "" if it is null or absent */
static const char *rate(const char *list, size_t number, const char *key)
{
	struct json_object *object =
		json_object_array_get_idx(field_get(now, list), number);
	struct json_object *value = field_get(object, key);

	return value ? json_object_to_json_string(value) : "";
}

static void frames_are_told_by_the_second(void **state)
{
	answers("{\"time\":1000000,\"cameras\":[],\"sessions\":["
		"{\"serial\":7,\"time\":1000000,\"frames\":100,\"bytes\":1000}]}",
		"{\"time\":3000000,\"cameras\":[],\"sessions\":["
		"{\"serial\":7,\"time\":3000000,\"frames\":115,\"bytes\":5000}]}");
	assert_string_equal(rate("sessions", 0, "fps"), "7.50");
	assert_string_equal(rate("sessions", 0, "bytes_per_second"), "2000.00");
	assert_string_equal(json_object_to_json_string(
		field_get(now, "interval")), "2.00");
}

/* Processes answer one after the other, and not each time at once. */
static void each_has_the_time_that_it_was_counted_at(void **state)
{
	answers("{\"time\":1000000,\"sessions\":["
		"{\"serial\":1,\"time\":500000,\"frames\":0,\"bytes\":0}],"
		"\"cameras\":[{\"name\":\"a\",\"time\":1000000,\"captured\":10}]}",
		"{\"time\":2000000,\"sessions\":["
		"{\"serial\":1,\"time\":2000000,\"frames\":30,\"bytes\":0}],"
		"\"cameras\":[{\"name\":\"a\",\"time\":1500000,\"captured\":25}]}");
	assert_string_equal(rate("sessions", 0, "fps"), "20.00");
	assert_string_equal(rate("cameras", 0, "fps"), "30.00");
}

static void who_was_not_there_before_has_no_rate_yet(void **state)
{
	answers("{\"time\":1000000,\"sessions\":["
		"{\"serial\":1,\"time\":1000000,\"frames\":50,\"bytes\":50}],"
		"\"cameras\":[{\"name\":\"a\",\"time\":1000000,\"captured\":1}]}",
		"{\"time\":2000000,\"sessions\":["
		"{\"serial\":2,\"time\":2000000,\"frames\":90,\"bytes\":90}],"
		"\"cameras\":[{\"name\":\"b\",\"time\":2000000,\"captured\":9}]}");
	assert_string_equal(rate("sessions", 0, "fps"), "");
	assert_string_equal(rate("cameras", 0, "fps"), "");
	assert_true(json_object_object_get_ex(
		json_object_array_get_idx(field_get(now, "sessions"), 0),
		"fps", NULL));
}

static void a_process_that_began_anew_has_no_rate(void **state)
{
	answers("{\"time\":1000000,\"sessions\":[],\"cameras\":["
		"{\"name\":\"a\",\"time\":1000000,\"captured\":5000}]}",
		"{\"time\":2000000,\"sessions\":[],\"cameras\":["
		"{\"name\":\"a\",\"time\":2000000,\"captured\":3}]}");
	assert_string_equal(rate("cameras", 0, "fps"), "");
}

static void a_process_that_gave_no_answer_has_no_rate(void **state)
{
	answers("{\"time\":1000000,\"sessions\":["
		"{\"serial\":1,\"time\":1000000,\"frames\":50,\"bytes\":50}],"
		"\"cameras\":[]}",
		"{\"time\":2000000,\"sessions\":["
		"{\"serial\":1,\"time\":1000000,\"frames\":50,\"bytes\":50},"
		"{\"serial\":2,\"time\":null,\"frames\":null,\"bytes\":null}],"
		"\"cameras\":[]}");
	assert_string_equal(rate("sessions", 0, "fps"), "");
	assert_string_equal(rate("sessions", 1, "fps"), "");
}

static void an_answer_without_lists_is_no_accident(void **state)
{
	answers("{\"time\":1}", "{\"time\":2}");
	assert_non_null(field_get(now, "interval"));
}

/* How people read them */
static void numbers_are_short(void **state)
{
	static const struct {
		const char *json;
		field_format *format;
		const char *text;
	} table[] = {
		{ "{\"x\":0}", field_limit, "unlimited" },
		{ "{\"x\":128}", field_limit, "128" },
		{ "{\"x\":1023}", field_size, "1023" },
		{ "{\"x\":1024}", field_size, "1K" },
		{ "{\"x\":55296000.00}", field_size, "52.7M" },
		{ "{\"x\":4398046511104}", field_size, "4T" },
		{ "{\"x\":9223372036854775807}", field_size, "8388608T" },
		{ "{\"x\":29.97}", field_tenths, "30.0" },
		{ "{\"x\":33554432}", field_hex, "0x2000000" },
		{ "{\"x\":true}", NULL, "yes" },
		{ "{\"x\":null}", field_size, "-" },
		{ "{\"x\":\"\"}", NULL, "-" },
		{ "{}", field_limit, "-" },
		{ "{\"x\":\"\\u001b[2J\"}", NULL, "?[2J" },
		{ "{\"x\":{\"format\":\"YUYV\",\"width\":1280,\"height\":720}}",
		  field_mode, "YUYV 1280x720" },
	};
	char text[FIELD_SIZE];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		before = json_tokener_parse(table[i].json);
		assert_string_equal(field_print(text, before, "x",
						table[i].format),
				    table[i].text);
		json_object_put(before);
		before = NULL;
	}
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	char text[FIELD_SIZE], name[1000];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	before = json_object_new_object();
	json_object_object_add(before, "x", json_object_new_string(name));
	assert_int_equal(strlen(field_print(text, before, "x", NULL)),
			 FIELD_SIZE - 1);
}

#define rates_test(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rates_test(frames_are_told_by_the_second),
		rates_test(each_has_the_time_that_it_was_counted_at),
		rates_test(who_was_not_there_before_has_no_rate_yet),
		rates_test(a_process_that_began_anew_has_no_rate),
		rates_test(a_process_that_gave_no_answer_has_no_rate),
		rates_test(an_answer_without_lists_is_no_accident),
		rates_test(numbers_are_short),
		rates_test(a_text_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
