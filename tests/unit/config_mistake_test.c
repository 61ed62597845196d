// SPDX-License-Identifier: GPL-2.0-only
/* Every mistake in a configuration is told, with the line that it stands on. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "config_file.h"

#define UUID "6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5b"

/* An item, and what is wrong with it */
struct bad {
	const char *item;
	const char *message;
};

#define TRANSFER(text) \
	"`transfer=` is auto, copy or grants, not \"" text "\""

/* Each item alone, on line 5 of a file that is right but for it. */
static void check_items(const char *before, const struct bad *bad, size_t count)
{
	char text[1024], log[1024];

	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s'%s']\n", before, bad[i].item);
		snprintf(log, sizeof(log), "5: %s\n", bad[i].message);
		config_file_refused(text, log);
	}
}

static void a_mistake_in_cameras_is_told(void **state)
{
#define NAME "a camera needs `name=`: at most 31 letters, digits, `_`, `-`, `.`"
#define SOURCE "camera \"b\" needs `source=`: /dev/videoN, the path of " \
	       "another node, or pattern:WIDTHxHEIGHT"
#define MODE(text) "`mode=` is FOURCC:WIDTHxHEIGHT or " \
		   "FOURCC:WIDTHxHEIGHT@RATE, a RATE up to 1000, whole or " \
		   "as 30000/1001, e.g. YUYV:1280x720@30, not \"" \
		   text "\""
#define CLIENTS(text) "`clients=` is a number up to 65536, not \"" text "\""
#define BAD_MODE(text) { "name=b,source=/dev/b,mode=" text, MODE(text) }
#define BAD_CLIENTS(text) \
	{ "name=b,source=/dev/b,clients=" text, CLIENTS(text) }
	static const struct bad bad[] = {
		{ "", "\"\" is not key=value" },
		{ "what", "\"what\" is not key=value" },
		{ "source=/dev/b", NAME },
		{ "name=,source=/dev/b", NAME },
		{ "name=b b,source=/dev/b", NAME },
		{ "name=b/b,source=/dev/b", NAME },
		{ "name=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,source=/dev/b", NAME },
		{ "name=a,source=/dev/b", "camera \"a\" is there twice" },
		{ "name=b,name=c,source=/dev/b", "`name=` is there twice" },
		{ "name=b", SOURCE },
		{ "name=b,source=", SOURCE },
		{ "name=b,source=video0", SOURCE },
		{ "name=b,source=/dev/b,colour=red", "unknown key `colour=`" },
		{ "name=b,source=/dev/b,held=2", "unknown key `held=`" },
		{ "name=b,source=/dev/b\\n", "a control character" },
		{ "name=b,source=/dev/b,share=", "`share=` is shared or "
		  "exclusive, not \"\"" },
		{ "name=b,source=/dev/b,share=no", "`share=` is shared or "
		  "exclusive, not \"no\"" },
		{ "name=b,source=/dev/b,primary=",
		  "`primary=` needs the name or the uuid of a domain" },
		{ "name=b,source=/dev/b,primary=hud",
		  "`primary=hud`: no item of `domains` goes by that name or "
		  "uuid" },
		{ "name=b,source=/dev/b,primary=none",
		  "`primary=none`: that domain does not have camera \"b\" "
		  "(line 3)" },
		{ "name=b,source=/dev/b,bytes/s=30",
		  "`bytes/s=30` is 30 bytes: did you mean 30M?" },
		BAD_CLIENTS(""),
		BAD_CLIENTS("-1"),
		BAD_CLIENTS("65537"),
		BAD_CLIENTS("1K"),
		BAD_CLIENTS("99999999999999999999"),
		BAD_MODE(""),
		BAD_MODE("YUYV"),
		BAD_MODE("8x4"),
		BAD_MODE(":8x4"),
		BAD_MODE("YUYV2:8x4"),
		BAD_MODE("YU.V:8x4"),
		BAD_MODE("YUYV-LE:8x4"),
		BAD_MODE("YUYV:8"),
		BAD_MODE("YUYV:8x"),
		BAD_MODE("YUYV:0x4"),
		BAD_MODE("YUYV:8x-4"),
		BAD_MODE("YUYV:16385x4"),
		BAD_MODE("YUYV:8x4294967297"),
		BAD_MODE("YUYV:8x4@"),
		BAD_MODE("YUYV:8x4@0"),
		BAD_MODE("YUYV:8x4@1001"),
		BAD_MODE("YUYV:8x4@30/"),
		BAD_MODE("YUYV:8x4@30/0"),
		BAD_MODE("YUYV:8x4@30/1/1"),
		BAD_MODE("YUYV:8x4@30.5"),
		BAD_MODE("YUYV:8x4@1000000/999"),
		BAD_MODE("YUYV:8x4@1000001/2000"),
		BAD_MODE("YUYV:8x4 30"),
	};

	check_items("domains = ['name=ivi',\n'name=b',\n"
		    "'name=none,cameras=a']\n"
		    "cameras = ['name=a,source=/dev/a',\n", bad,
		    ARRAY_SIZE(bad));
}

static void a_mistake_in_how_frames_reach_guests_is_told(void **state)
{
#define BAD_SLOTS(text) \
	{ "name=b,source=/dev/b,slots=" text, \
	  "`slots=` is a number from 4 to 24, not \"" text "\"" }
	static const struct bad bad[] = {
		BAD_SLOTS("3"),
		BAD_SLOTS("25"),
		BAD_SLOTS("many"),
		{ "name=b,source=/dev/b,transfer=", TRANSFER("") },
		{ "name=b,source=/dev/b,transfer=grant", TRANSFER("grant") },
	};

	check_items("\n\n\ncameras = ['name=a,source=/dev/a',\n", bad,
		    ARRAY_SIZE(bad));
}

static void a_mistake_in_domains_is_told(void **state)
{
#define WHO "a domain needs one of `name=` and `uuid=`"
	static const struct bad bad[] = {
		{ "cameras=a", WHO },
		{ "name=", WHO },
		{ "name=x,uuid=" UUID, WHO },
		{ "uuid=12", "\"12\" is not a uuid" },
		{ "uuid=6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5g",
		  "\"6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5g\" is not a uuid" },
		{ "name=" UUID, "\"" UUID "\" is a uuid: `uuid=`" },
		{ "name=ivi", "domain \"ivi\" is there twice" },
		{ "uuid=a9f5c2a8-1111-2222-3333-444444444444",
		  "domain \"a9f5c2a8-1111-2222-3333-444444444444\" is there "
		  "twice" },
		{ "name=x,cameras=a z", "there is no camera \"z\"" },
		{ "name=x,cameras=a,cameras=a", "`cameras=` is there twice" },
		{ "name=x,priority=1001",
		  "`priority=` is a number up to 1000, not \"1001\"" },
		{ "name=x,priority=high",
		  "`priority=` is a number up to 1000, not \"high\"" },
		{ "name=x,sessions=1025", "`sessions` is a number up to 1024, "
		  "0 = unlimited, not \"1025\"" },
		{ "name=x,held=33", "`held` is a number up to 32, "
		  "0 = unlimited, not \"33\"" },
		{ "name=x,memory=256",
		  "`memory=256` is 256 bytes: did you mean 256M?" },
		{ "name=x,colour=red", "unknown key `colour=`" },
		{ "name=x,clients=3", "unknown key `clients=`" },
		{ "name=x,slots=8", "unknown key `slots=`" },
		{ "name=x,transfer=no", TRANSFER("no") },
		{ "name=x,a=,b=,c=,d=,e=,f=,g=,h=,i=,j=,k=,l=,m=,n=,o=,p=",
		  "too many keys" },
	};

	check_items("cameras = ['name=a,source=/dev/a']\n\n"
		    "domains = ['name=ivi',\n"
		    "'uuid=A9F5C2A8-1111-2222-3333-444444444444',\n", bad,
		    ARRAY_SIZE(bad));
}

static void a_mistake_in_controls_is_told(void **state)
{
#define CONTROL "a rule needs `control=`: the name of one, 0xID, or * for all"
#define BAD_ID(text) { "access=ro,control=" text, \
	"`control=" text "` is no control: an id is 0x1 to 0xfffffff" }
#define LONG "a_control_with_a_name_of_32_char"
	static const struct bad bad[] = {
		{ "access=ro", CONTROL },
		{ "control=,access=ro", CONTROL },
		{ "control=gain", "a rule needs `access=`, `min=` or `max=`" },
		{ "control=gain,access=", "`access=` is hidden, ro, rw or "
		  "primary, not \"\"" },
		{ "control=gain,access=write", "`access=` is hidden, ro, rw or "
		  "primary, not \"write\"" },
		{ "control=gain,min=2,max=1",
		  "`min=2` is more than `max=1`" },
		{ "control=gain,min=", "`min=` is a whole number, not \"\"" },
		{ "control=gain,max=1.5",
		  "`max=` is a whole number, not \"1.5\"" },
		{ "control=gain,max=+1",
		  "`max=` is a whole number, not \"+1\"" },
		{ "control=gain,max=--1",
		  "`max=` is a whole number, not \"--1\"" },
		{ "control=gain,max=0x",
		  "`max=` is a whole number, not \"0x\"" },
		{ "control=gain,min=-9223372036854775809",
		  "`min=` is a whole number, not \"-9223372036854775809\"" },
		{ "control=*,access=rw,max=1", "`min=` and `max=` need one "
		  "control: no two have the same range" },
		{ "control=gain,access=hidden,max=1",
		  "a hidden control has no `min=` and `max=`" },
		{ "control=gain,access=ro,domain=hud",
		  "`domain=hud`: no item of `domains` goes by that name or "
		  "uuid" },
		{ "control=gain,access=ro,domain=",
		  "`domain=` needs the name or the uuid of a domain" },
		{ "control=gain,access=ro,camera=b",
		  "there is no camera \"b\"" },
		{ "control=gain,access=ro,held=1", "unknown key `held=`" },
		{ "control=" LONG ",access=ro",
		  "`control=" LONG "` is too long for a control" },
		BAD_ID("0x"),
		BAD_ID("0x0"),
		BAD_ID("0x10000000"),
		BAD_ID("0xg"),
		BAD_ID("0x1ffffffffffffffff"),
		{ "access=ro,control=Gain", "`control=Gain` is not a name in "
		  "v4l2-ctl's form, such as \"gain\"" },
		{ "access=ro,control=White Balance (Auto)",
		  "`control=White Balance (Auto)` is not a name in v4l2-ctl's "
		  "form, such as \"white_balance_auto\"" },
		{ "access=ro,control=a__b", "`control=a__b` is not a name in "
		  "v4l2-ctl's form, such as \"a_b\"" },
		{ "access=ro,control=_a_", "`control=_a_` is not a name in "
		  "v4l2-ctl's form, such as \"a\"" },
		{ "access=ro,control=?", "`control=?` is not a name in "
		  "v4l2-ctl's form, such as \"brightness\"" },
	};

	check_items("cameras = ['name=a,source=/dev/a']\n\n"
		    "domains = ['name=ivi']\ncontrols = [\n", bad,
		    ARRAY_SIZE(bad));
}

static void a_mistake_in_the_quota_is_told(void **state)
{
	static const struct {
		const char *quota;
		const char *log;
	} table[] = {
		{ "1", "2: \"1\" is not key=value\n" },
		{ "[ 'held=1' ]",
		  "2: `quota` must be a string: \"sessions=128,held=2\"\n" },
		{ "''", "2: \"\" is not key=value\n" },
		{ "'sessions=x,held=1'", "2: `sessions` is a number up to "
		  "1024, 0 = unlimited, not \"x\"\n" },
		{ "'clients=1'", "2: unknown key `clients=`\n" },
		{ "'held=1,held=2'", "2: `held=` is there twice\n" },
		{ "'memory=64,bytes/s=1T'",
		  "2: `memory=64` is 64 bytes: did you mean 64M?\n"
		  "2: `bytes/s` is a number of bytes, with K, M or G if "
		  "wanted, up to 1024G, 0 = unlimited, not \"1T\"\n" },
	};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(text, sizeof(text), "# quota\nquota = %s\n",
			 table[i].quota);
		config_file_refused(text, table[i].log);
	}
}

static void a_mistake_in_the_window_is_told(void **state)
{
#define FORM(text) "2: `window` is SIZE@BASE, as 128M@0x100000000, up to 4G, " \
		   "or 0, not \"" text "\"\n"
	static const struct {
		const char *window;
		const char *log;
	} table[] = {
		{ "[ '2M' ]",
		  "2: `window` must be a string: \"128M@0x100000000\"\n" },
		{ "''", FORM("") },
		{ "'x'", FORM("x") },
		{ "'-2M'", FORM("-2M") },
		{ "'2T'", FORM("2T") },
		{ "'5G'", FORM("5G") },
		{ "'2M@'", FORM("2M@") },
		{ "'2M@0x100000000x'", FORM("2M@0x100000000x") },
		{ "'2M@99999999999999999999'", FORM("2M@99999999999999999999") },
		{ "'3M'", "2: `window=3M`: size and base must be multiples of "
		  "2M\n" },
		{ "'2M@0x100100000'", "2: `window=2M@0x100100000`: size and "
		  "base must be multiples of 2M\n" },
		{ "'128M@0xfe000000'", "2: `window=128M@0xfe000000`: from "
		  "0xfe000000 to 0x105ffffff is the guest's memory\n" },
		{ "'64M@0x33000000@1'", FORM("64M@0x33000000@1") },
		{ "'2M@0x38000000'", "2: `window=2M@0x38000000`: from "
		  "0x38000000 to 0x381fffff is the grant table\n" },
	};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(text, sizeof(text), "# window\nwindow = %s\n",
			 table[i].window);
		config_file_refused(text, table[i].log);
	}
}

static void every_mistake_is_told_in_the_order_of_lines(void **state)
{
	config_file_refused(
		"# a comment = 1\n"
		"log_level = 'loud'\n"
		"sessions = 10\n"
		"controls = ['control=gain']\n"
		"domains = [ 'name=ivi,cameras=a z',\n"
		"  'name=ivi', 'name=x,uuid=y',\n"
		"  'name=q,sessions=many,colour=red' ]\n"
		"cameras = [\n"
		"  'name=a,source=/dev/video0',\n"
		"  'name=a,source=/dev/video1',\n"
		"  'name=c,primary=hud',\n"
		"]\n",
		"2: `log_level` must be \"error\", \"warning\", \"info\" or "
		"\"debug\"\n"
		"3: unknown key `sessions`\n"
		"4: a rule needs `access=`, `min=` or `max=`\n"
		"5: there is no camera \"z\"\n"
		"6: domain \"ivi\" is there twice\n"
		"6: a domain needs one of `name=` and `uuid=`\n"
		"7: `sessions` is a number up to 1024, 0 = unlimited, not "
		"\"many\"\n"
		"7: unknown key `colour=`\n"
		"10: camera \"a\" is there twice\n"
		"11: camera \"c\" needs `source=`: /dev/videoN, the path of "
		"another node, or pattern:WIDTHxHEIGHT\n"
		"11: `primary=hud`: no item of `domains` goes by that name or "
		"uuid\n");
}

static void a_syntax_error_is_told_with_its_line(void **state)
{
	struct config_file file;

	config_file_load(&file, "log_level = 'info'\nlog_level 2\n");
	assert_int_equal(file.result, -EINVAL);
	assert_ptr_equal(strstr(file.log, "2: "), file.log);
}

static void a_key_set_twice_is_a_mistake(void **state)
{
	config_file_refused("log_level = 'info'\n\nlog_level = 'debug'\n",
			    "3: `log_level` is set on line 1 too\n");
}

static void a_list_must_be_a_list(void **state)
{
	config_file_refused("cameras = 'name=a,source=/dev/video0'\n"
			    "domains = 1\ncontrols = 'control=*'\n",
			    "1: `cameras` must be a list: [ \"...\", ]\n"
			    "2: `domains` must be a list: [ \"...\", ]\n"
			    "3: `controls` must be a list: [ \"...\", ]\n");
}

static void the_line_of_an_item_counts_all_kinds_of_items(void **state)
{
	config_file_refused("cameras = [ 1, [ 'x', 'y' ],\n"
			    "'a#b',\n"
			    "\"c\\\"d\" ] # 'e'\n",
			    "1: \"1\" is not key=value\n"
			    "1: a list in a list is not understood\n"
			    "2: \"a#b\" is not key=value\n"
			    "3: \"c\"d\" is not key=value\n");
}

static void a_camera_of_the_host_is_named_as_its_node(void **state)
{
	config_file_refused("domains = ['name=ivi,cameras=rear']\n"
			    "controls = ['control=*,access=ro,camera=video']\n",
			    "1: there is no camera \"rear\"\n"
			    "2: there is no camera \"video\"\n");
}

static void a_rule_without_effect_is_warned_of(void **state)
{
	static const struct {
		const char *rules;
		const char *log;
	} table[] = {
		{ "'control=gain,access=ro',\n'control=*,access=hidden'", "" },
		{ "'control=*,access=ro',\n'control=gain,max=1'",
		  "4: rule without effect: that on line 3 fits before it\n" },
		{ "'control=gain,access=ro',\n'control=gain,max=1'",
		  "4: rule without effect: that on line 3 fits before it\n" },
		{ "'control=gain,access=ro',\n'control=hue,max=1'", "" },
		{ "'control=0x1,access=ro',\n'control=0x1,max=1'",
		  "4: rule without effect: that on line 3 fits before it\n" },
		{ "'control=0x1,access=ro',\n'control=0x2,max=1'", "" },
		{ "'control=gain,access=ro,domain=ivi',\n'control=gain,max=1'",
		  "" },
		{ "'control=gain,access=ro',\n'control=gain,max=1,domain=ivi'",
		  "4: rule without effect: that on line 3 fits before it\n" },
		{ "'control=gain,access=ro,domain=ivi',\n"
		  "'control=gain,max=1,domain=hud'", "" },
		{ "'control=gain,access=ro,camera=b',\n"
		  "'control=gain,max=1,camera=a'", "" },
		{ "'control=gain,access=ro,camera=a',\n"
		  "'control=gain,max=1,camera=a,domain=ivi'",
		  "4: rule without effect: that on line 3 fits before it\n" },
		{ "\n'control=gain,max=1,camera=b,domain=hud'",
		  "4: rule without effect: domain \"hud\" does not have camera "
		  "\"b\" (line 2)\n" },
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(text, sizeof(text),
			 "cameras = ['name=a,source=/dev/a', "
			 "'name=b,source=/dev/b']\n"
			 "domains = ['name=ivi', 'name=hud,cameras=a']\n"
			 "controls = [%s]\n", table[i].rules);
		config_file_warned(text, table[i].log);
	}
}

/* @count rules, a line each; the second half is for one domain. */
static char *many_rules(unsigned int count)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fprintf(file, "controls = [\n");
	for (unsigned int i = 0; i < count; i++)
		fprintf(file, "'control=0x%x,access=ro%s',\n", i + 1,
			i < count / 2 ? "" : ",domain=ivi,camera=video0");
	fprintf(file, "]\n");
	assert_int_equal(fclose(file), 0);
	return text;
}

static void more_rules_than_a_camera_takes_are_a_mistake(void **state)
{
	char *most = many_rules(CAMERA_MAX_RULES);
	char *more = many_rules(CAMERA_MAX_RULES + 1);

	config_file_warned(most, "");
	config_file_refused(more, "34: more than 32 rules for domain \"ivi\" "
				  "and camera \"video0\"\n");
	free(most);
	free(more);
}

static void rules_of_others_do_not_count(void **state)
{
	char text[8192] = "controls = [";
	size_t len = strlen(text);

	for (unsigned int i = 0; i < 3 * CAMERA_MAX_RULES; i++)
		len += snprintf(text + len, sizeof(text) - len,
				"'control=0x%x,access=ro,domain=%c', ", i + 1,
				'a' + i / CAMERA_MAX_RULES);
	snprintf(text + len, sizeof(text) - len, "]\n");
	config_file_warned(text, "");
}

static void of_very_many_mistakes_the_rest_is_counted(void **state)
{
	char text[4096] = "domains = [", log[8192] = "";
	struct config_file file;
	char *last;

	for (unsigned int i = 0; i < 120; i++)
		strcat(text, "'x',\n");
	strcat(text, "]\n");
	config_file_load(&file, text);
	assert_int_equal(file.result, -EINVAL);
	for (unsigned int i = 0; i < 100; i++)
		snprintf(log + strlen(log), sizeof(log) - strlen(log),
			 "%u: \"x\" is not key=value\n", i + 1);
	last = file.log + strlen(log);
	assert_string_equal(last, " and 20 more\n");
	*last = '\0';
	assert_string_equal(file.log, log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mistake_in_cameras_is_told),
		cmocka_unit_test(a_mistake_in_how_frames_reach_guests_is_told),
		cmocka_unit_test(a_mistake_in_domains_is_told),
		cmocka_unit_test(a_mistake_in_controls_is_told),
		cmocka_unit_test(a_mistake_in_the_quota_is_told),
		cmocka_unit_test(a_mistake_in_the_window_is_told),
		cmocka_unit_test(every_mistake_is_told_in_the_order_of_lines),
		cmocka_unit_test(a_syntax_error_is_told_with_its_line),
		cmocka_unit_test(a_key_set_twice_is_a_mistake),
		cmocka_unit_test(a_list_must_be_a_list),
		cmocka_unit_test(the_line_of_an_item_counts_all_kinds_of_items),
		cmocka_unit_test(a_camera_of_the_host_is_named_as_its_node),
		cmocka_unit_test(a_rule_without_effect_is_warned_of),
		cmocka_unit_test(more_rules_than_a_camera_takes_are_a_mistake),
		cmocka_unit_test(rules_of_others_do_not_count),
		cmocka_unit_test(of_very_many_mistakes_the_rest_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
