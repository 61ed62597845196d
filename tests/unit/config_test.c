// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config.h"

struct loaded {
	struct config *config;
	int result;
	char log[4096]; /* with the file's name cut off */
};

static int memory_file(const char *text)
{
	int fd = memfd_create("config", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* What a file of @text makes of it. Messages come out as "line: what". */
static void load(struct loaded *loaded, const char *text)
{
	int file = memory_file(text), log = memory_file("");
	int saved = dup(STDERR_FILENO);
	char path[64], lines[4096] = "", *line, *rest = lines;

	memset(loaded, 0, sizeof(*loaded));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	dup2(log, STDERR_FILENO);
	loaded->result = config_load(path, &loaded->config);
	dup2(saved, STDERR_FILENO);
	assert_true(pread(log, lines, sizeof(lines) - 1, 0) >= 0);
	while ((line = strsep(&rest, "\n"))) {
		if (strstr(line, path)) {
			strcat(loaded->log, strstr(line, path) + strlen(path));
			strcat(loaded->log, "\n");
		}
	}
	close(saved);
	close(file);
	close(log);
}

static void unload(struct loaded *loaded)
{
	config_destroy(loaded->config);
}

static void refused(const char *text, const char *message)
{
	struct loaded loaded;

	load(&loaded, text);
	assert_int_equal(loaded.result, -EINVAL);
	assert_null(loaded.config);
	assert_string_equal(loaded.log, message);
}

static void an_empty_file_says_what_no_file_says(void **state)
{
	struct loaded loaded;
	struct config *config;

	load(&loaded, "");
	assert_int_equal(loaded.result, 0);
	assert_int_equal(config_create_default(&config), 0);
	assert_int_equal(loaded.config->limits.limit[QUOTA_SESSIONS],
			 config->limits.limit[QUOTA_SESSIONS]);
	assert_int_equal(loaded.config->log_level, config->log_level);
	assert_true(loaded.config->host_cameras);
	assert_true(loaded.config->every_domain);
	config_destroy(config);
	unload(&loaded);
}

static void cameras_keep_their_order(void **state)
{
	struct loaded loaded;

	load(&loaded, "cameras = [ 'name=rear,source=/dev/video0',\n"
		      "  \" name = bars , source = pattern:1280x720\" ]\n");
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.config->num_cameras, 2);
	assert_string_equal(loaded.config->cameras[0].name, "rear");
	assert_string_equal(loaded.config->cameras[0].source, "/dev/video0");
	assert_string_equal(loaded.config->cameras[1].name, "bars");
	assert_string_equal(loaded.config->cameras[1].source,
			    "pattern:1280x720");
	unload(&loaded);
}

static void an_empty_list_of_cameras_is_not_the_hosts(void **state)
{
	struct loaded loaded;

	load(&loaded, "cameras = []");
	assert_int_equal(loaded.result, 0);
	assert_false(loaded.config->host_cameras);
	unload(&loaded);
}

static void a_domain_has_cameras_and_a_quota(void **state)
{
	struct loaded loaded;
	const struct config_domain *domain;

	load(&loaded,
	     "cameras = ['name=a,source=pattern:8x8',"
	     "'name=b,source=pattern:8x8']\n"
	     "domains = ['name=ivi,cameras=b  a,sessions=4',\n"
	     "'uuid=6C5A0E65-0F40-4FD9-B1F3-17A3FBE1ED5B',]\n");
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.config->num_domains, 2);
	domain = &loaded.config->domains[0];
	assert_string_equal(domain->name, "ivi");
	assert_int_equal(domain->num_cameras, 2);
	assert_string_equal(domain->cameras[0], "b");
	assert_string_equal(domain->cameras[1], "a");
	assert_int_equal(domain->limits.limit[QUOTA_SESSIONS], 4);
	domain = &loaded.config->domains[1];
	assert_string_equal(domain->uuid,
			    "6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5b");
	assert_true(domain->all_cameras);
	assert_int_equal(domain->limits.limit[QUOTA_SESSIONS],
			 loaded.config->limits.limit[QUOTA_SESSIONS]);
	unload(&loaded);
}

static void a_domain_may_get_no_camera(void **state)
{
	struct loaded loaded;

	load(&loaded, "domains = ['name=ivi,cameras=']\n");
	assert_int_equal(loaded.result, 0);
	assert_false(loaded.config->domains[0].all_cameras);
	assert_int_equal(loaded.config->domains[0].num_cameras, 0);
	unload(&loaded);
}

static void a_list_may_be_appended_to(void **state)
{
	struct loaded loaded;

	load(&loaded, "cameras = ['name=a,source=/dev/video0']\n"
		      "cameras += ['name=b,source=/dev/video1']\n");
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.config->num_cameras, 2);
	unload(&loaded);
}

static void every_mistake_is_told_with_its_line(void **state)
{
	refused("# a comment = 1\n"
		"log_level = 'loud'\n"
		"sessions = 1025\n"
		"camera = 1\n"
		"cameras = [\n"
		"  'name=a,source=/dev/video0',\n"
		"  'name=a,source=/dev/video1',\n"
		"  'name=c',\n"
		"  'name=d d,source=/dev/video2',\n"
		"]\n"
		"domains = [ 'name=ivi,cameras=a z',\n"
		"  'name=ivi', 'name=x,uuid=y',\n"
		"  'uuid=12', 'name=q,sessions=many,colour=red', 'what' ]\n",
		":4: unknown key `camera`\n"
		":2: `log_level` must be \"error\", \"warning\", \"info\" or "
		"\"debug\"\n"
		":3: `sessions` must be a number up to 1024, 0 = unlimited\n"
		":7: camera \"a\" is there twice\n"
		":8: camera \"c\" needs `source=`: /dev/videoN or "
		"pattern:WIDTHxHEIGHT\n"
		":9: a camera needs `name=`: at most 31 letters, digits, `_`, "
		"`-`, `.`\n"
		":11: there is no camera \"z\"\n"
		":12: domain \"ivi\" is there twice\n"
		":12: a domain needs one of `name=` and `uuid=`\n"
		":13: \"12\" is not a uuid\n"
		":13: `sessions=` is a number up to 1024, not \"many\"\n"
		":13: unknown key `colour=`\n"
		":13: \"what\" is not key=value\n");
}

static void a_syntax_error_is_told_with_its_line(void **state)
{
	struct loaded loaded;

	load(&loaded, "sessions = 1\nsessions 2\n");
	assert_int_equal(loaded.result, -EINVAL);
	assert_ptr_equal(strstr(loaded.log, ":2: "), loaded.log);
}

static void a_key_set_twice_is_a_mistake(void **state)
{
	refused("sessions = 1\n\nsessions = 2\n",
		":3: `sessions` is set on line 1 too\n");
}

static void a_list_must_be_a_list(void **state)
{
	refused("cameras = 'name=a,source=/dev/video0'\nsessions = [ 1 ]\n",
		":2: `sessions` must be a number up to 1024, 0 = unlimited\n"
		":1: `cameras` must be a list: [ \"...\", ]\n");
}

static void the_line_of_an_item_counts_all_kinds_of_items(void **state)
{
	refused("cameras = [ 1, [ 'x', 'y' ],\n"
		"'a#b',\n"
		"\"c\\\"d\" ] # 'e'\n",
		":1: \"1\" is not key=value\n"
		":1: a list in a list is not understood\n"
		":2: \"a#b\" is not key=value\n"
		":3: \"c\"d\" is not key=value\n");
}

static void without_cameras_domains_may_name_the_hosts(void **state)
{
	struct loaded loaded;

	load(&loaded, "domains = ['name=ivi,cameras=video12']\n");
	assert_int_equal(loaded.result, 0);
	unload(&loaded);
	refused("domains = ['name=ivi,cameras=rear']\n",
		":1: there is no camera \"rear\"\n");
}

static void a_file_that_is_not_there_is_not_an_empty_one(void **state)
{
	struct config *config = NULL;

	assert_int_equal(config_load("/proc/self/no-such-file", &config),
			 -ENOENT);
	assert_null(config);
}

static void what_is_printed_can_be_read_again(void **state)
{
	static const char text[] =
		"log_level = \"debug\"\n"
		"sessions = 3\n"
		"cameras = [\n"
		"    \"name=a,source=/dev/video0\",\n"
		"    \"name=b,source=pattern:8x8\",\n"
		"]\n"
		"domains = [\n"
		"    \"name=ivi,cameras=a b,sessions=0\",\n"
		"    \"uuid=6c5a0e65-0f40-4fd9-b1f3-17a3fbe1ed5b,sessions=3\",\n"
		"    \"name=none,cameras=,sessions=3\",\n"
		"]\n";
	struct loaded loaded;
	char printed[sizeof(text) + 64] = "";
	FILE *file = fmemopen(printed, sizeof(printed), "w");

	assert_non_null(file);
	load(&loaded, text);
	assert_int_equal(loaded.result, 0);
	config_print(loaded.config, file);
	fclose(file);
	assert_string_equal(printed, text);
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_says_what_no_file_says),
		cmocka_unit_test(cameras_keep_their_order),
		cmocka_unit_test(an_empty_list_of_cameras_is_not_the_hosts),
		cmocka_unit_test(a_domain_has_cameras_and_a_quota),
		cmocka_unit_test(a_domain_may_get_no_camera),
		cmocka_unit_test(a_list_may_be_appended_to),
		cmocka_unit_test(every_mistake_is_told_with_its_line),
		cmocka_unit_test(a_syntax_error_is_told_with_its_line),
		cmocka_unit_test(a_key_set_twice_is_a_mistake),
		cmocka_unit_test(a_list_must_be_a_list),
		cmocka_unit_test(the_line_of_an_item_counts_all_kinds_of_items),
		cmocka_unit_test(without_cameras_domains_may_name_the_hosts),
		cmocka_unit_test(a_file_that_is_not_there_is_not_an_empty_one),
		cmocka_unit_test(what_is_printed_can_be_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
