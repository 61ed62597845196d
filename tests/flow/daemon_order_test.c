// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl quota, evict, primary, reload, against vmediad: what they do, and
 * what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "ctl_bench.h"

static void limits_change_for_what_comes_next(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;
	uint64_t serial;
	int fd;

	assert_int_equal(bench_open(ctl->bench, 2, 0, &serial, &fd), EBUSY);
	answer = ctl_json(state, "quota set guest-2 sessions=3 memory=64M "
			 "bytes/s=unlimited --json");
	assert_string_equal(ctl_value(answer, "guests/0/quotas/0"),
		"{\"name\":\"sessions\",\"limit\":3,\"used\":2,\"refused\":1}");
	assert_string_equal(ctl_value(answer, "guests/0/quotas/3"),
		"{\"name\":\"memory\",\"limit\":67108864,\"used\":7372800,"
		"\"refused\":2}");
	json_object_put(answer);
	assert_int_equal(bench_open(ctl->bench, 2, 0, &serial, &fd), 0);
	close(fd);
}

/* One mistake in the line, and none of it is done. */
static void a_wrong_limit_changes_none(void **state)
{
	static const char *const lines[] = {
		"quota set guest-1 sessions=9 dreams=1",
		"quota set guest-1 sessions=9 memory=256",
		"quota set guest-1 sessions=9 memory=x",
		"quota set guest-1 sessions=9 streams=-1",
		"quota set guest-1 sessions=9 held=99999999999999999999",
		"quota set guest-9 sessions=9",
		"quota set guest-1 sessions=9 buffers",
		"quota set guest-1 sessions=9 buffers=",
		"quota set guest-1 sessions=9 =4",
	};
	struct ctl_bench *ctl = *state;
	struct json_object *answer;
	char output[4096];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(ctl_run(ctl, lines[i], output, sizeof(output)),
				 i < 6 ? 1 : 2);
	answer = ctl_json(state, "quota get guest-1 --json");
	assert_string_equal(ctl_value(answer, "guests/0/quotas/0/limit"), "2");
	json_object_put(answer);
}

static void what_a_guest_kept_of_a_closed_session_can_be_evicted(void **state)
{
	struct ctl_bench *ctl = *state;

	bench_grant(ctl->bench, 1, 1, 1000, 1);
	bench_close(ctl->bench, 1, 1);
	ctl_expect(state, "evict guest-1 rear", 0,
		   "evicted: what the guest kept of 1 sessions\n");
}

static void who_is_evicted_is_told(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;
	struct camera_end end;

	ctl->silent = true;
	ctl_expect(state, "evict 2", 0, "evicted: session 2 of guest-2 on rear\n");
	ctl_expect(state, "evict 2", 1,
	       "vmediactl: refused: session 2 does not exist, or is over; there "
	       "is: 1 (guest-1 on rear), 3 (guest-2 on left)\n");
	assert_int_equal(bench_next(bench_camera("rear"), CAMERA_END, &end,
				    sizeof(end)), -1);
	assert_int_equal(end.serial, 2);
	ctl->silent = false;
	answer = ctl_json(state, "evict guest-2 --json");
	assert_string_equal(ctl_value(answer, "sessions/0/serial"), "3");
	json_object_put(answer);
	ctl_expect(state, "evict guest-1 rear", 0,
	       "evicted: session 1 of guest-1 on rear\n");
}

static void the_primary_can_be_named(void **state)
{
	ctl_expect(state, "primary rear", 0, "rear: guest-1 (1): highest priority, "
	       "then open for longest\n");
	ctl_expect(state, "primary rear guest-2", 0,
	       "rear: guest-2 (2): named by vmediactl\n");
	ctl_expect(state, "primary rear", 0,
	       "rear: guest-2 (2): named by vmediactl\n");
	ctl_expect(state, "primary rear auto", 0, "rear: guest-1 (1): highest "
	       "priority, then open for longest\n");
}

static void a_primary_of_the_configuration_is_told_though_it_is_not_there(
	void **state)
{
	struct ctl_bench *ctl = *state;
	struct config_camera camera = ctl->bench->config.cameras[0];

	camera.primary = (char *)"ivi";
	ctl->bench->config.cameras = &camera;
	ctl->bench->config.num_cameras = 1;
	ctl_expect(state, "reload", 0, "the configuration was read again\n");
	ctl_expect(state, "primary rear", 0, "rear: nobody: the configuration names "
	       "ivi, which does not run\n");
}

static void a_wrong_configuration_is_told_and_changes_nothing(void **state)
{
	struct ctl_bench *ctl = *state;

	ctl->bench->config_is_wrong = true;
	ctl_expect(state, "reload", 1, "vmediactl: refused: the configuration "
	       "cannot be gone by: it has mistakes; nothing has changed\n"
	       "vmediad.cfg:3: `cameras` is a list\n");
}

static void a_reload_without_mistakes_says_nothing_to_scripts(void **state)
{
	ctl_expect(state, "reload --json", 0, "{\n}\n");
}

/* What vmediad refuses, it refuses with what there is instead. */
static void the_unknown_is_refused_with_what_there_is(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} table[] = {
		{ "show camera front",
		  "there is no camera \"front\"; there is: rear, left" },
		{ "capture front",
		  "there is no camera \"front\"; there is: rear, left" },
		{ "primary front guest-1",
		  "there is no camera \"front\"; there is: rear, left" },
		{ "evict guest-1 front",
		  "there is no camera \"front\"; there is: rear, left" },
		{ "show domain ivi", "no domain \"ivi\" runs that has a camera "
		  "device; these do: guest-1 (1), guest-2 (2)" },
		{ "quota get ivi", "no domain \"ivi\" runs that has a camera "
		  "device; these do: guest-1 (1), guest-2 (2)" },
		{ "evict ivi", "no domain \"ivi\" runs that has a camera "
		  "device; these do: guest-1 (1), guest-2 (2)" },
		{ "primary rear ivi", "no domain \"ivi\" runs that has a camera "
		  "device; these do: guest-1 (1), guest-2 (2)" },
		{ "primary left guest-1",
		  "guest-1 has no device with camera left" },
		{ "evict guest-1 left",
		  "guest-1 has no session on camera left; it has: rear 1" },
		{ "evict 18446744073709551616",
		  "session 18446744073709551616 does not exist, or is over; "
		  "there is: 1 (guest-1 on rear), 2 (guest-2 on rear), "
		  "3 (guest-2 on left)" },
		{ "quota set guest-1 dreams=1",
		  "there is no quota \"dreams\"; there is: sessions, streams, "
		  "buffers, memory, held, commands/s, bytes/s" },
	};
	char expected[512];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(expected, sizeof(expected),
			 "vmediactl: refused: %s\n", table[i].why);
		ctl_expect(state, table[i].line, 1, expected);
	}
}

static void wrong_usage_is_told_and_nothing_is_asked(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} table[] = {
		{ "", "no command" },
		{ "dance", "no such command: dance" },
		{ "list all", "it is: vmediactl list" },
		{ "list --count 2", "list has no --count" },
		{ "list --to x", "list has no --to" },
		{ "capture rear --interval 2", "capture has no --interval" },
		{ "capture", "it is: vmediactl capture CAMERA" },
		{ "capture rear --count 0", "--count: not a count: 0" },
		{ "capture rear --count -1", "--count: not a count: -1" },
		{ "top --count 4294967296",
		  "--count: not a count: 4294967296" },
		{ "top --interval 0",
		  "--interval: not 0.1 to 3600 seconds: 0" },
		{ "top --interval nan",
		  "--interval: not 0.1 to 3600 seconds: nan" },
		{ "top --interval 1x",
		  "--interval: not 0.1 to 3600 seconds: 1x" },
		{ "top 3", "it is: vmediactl top" },
		{ "show", "show what?" },
		{ "show guest", "no such command: show guest" },
		{ "show camera", "it is: vmediactl show camera CAMERA" },
		{ "show domain 1 2", "it is: vmediactl show domain DOMAIN" },
		{ "quota", "quota what?" },
		{ "quota get 1 2", "it is: vmediactl quota get [DOMAIN]" },
		{ "quota set 1",
		  "it is: vmediactl quota set DOMAIN NAME=VALUE..." },
		{ "quota set 1 sessions",
		  "quota set: not NAME=VALUE: sessions" },
		{ "evict", "it is: vmediactl evict SERIAL | DOMAIN [CAMERA]" },
		{ "primary", "it is: vmediactl primary CAMERA [DOMAIN | auto]" },
		{ "reload now", "it is: vmediactl reload" },
	};
	struct ctl_bench *ctl = *state;
	char expected[512];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(expected, sizeof(expected), "vmediactl: %s\n"
			 "Try 'vmediactl --help'.\n", table[i].why);
		ctl_expect(state, table[i].line, 2, expected);
	}
	assert_int_equal(ctl->rounds, 0);
}

static void a_vmediad_that_does_not_run_is_told_from_one_that_refuses(
	void **state)
{
	static const char *const lines[] = {
		"list", "show camera rear", "show domain 1", "top", "quota get",
		"quota set 1 sessions=1", "evict 1", "primary rear", "reload",
		"capture rear",
	};
	char line[128];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "%s --run-dir /nonexistent",
			 lines[i]);
		ctl_expect(state, line, 3, "vmediactl: vmediad does not run (nobody "
		       "is at /nonexistent/control)\n");
	}
}

static void an_absent_camera_cannot_be_captured(void **state)
{
	fake_child_end(bench_camera("rear"), 256);
	ctl_expect(state, "capture rear", 1,
	       "vmediactl: refused: camera \"rear\" is not there\n");
}

/* The bench's cameras want no session, and close it. */
static void a_camera_that_goes_while_it_is_captured_is_told(void **state)
{
	ctl_expect(state, "capture rear", 1,
		   "vmediactl: the camera's mode: the camera went away\n");
}

static void who_has_a_camera_for_itself_is_named(void **state)
{
	struct ctl_bench *ctl = *state;
	struct camera *rear =
		cameras_find(&ctl->bench->broker->cameras, "rear");

	rear->clients.limit = 2;
	ctl_expect(state, "capture rear", 1, "vmediactl: refused: camera \"rear\" is "
	       "taken: guest-1 1, guest-2 1\n");
}

static void help_and_version_need_no_vmediad(void **state)
{
	char output[4096];

	assert_int_equal(ctl_run(*state, "--help", output, sizeof(output)), 0);
	assert_ptr_equal(strstr(output, "Usage: vmediactl "), output);
	assert_int_equal(ctl_run(*state, "--version", output, sizeof(output)),
			 0);
	assert_ptr_equal(strstr(output, "vmediactl "), output);
}

#define control_test(name) \
	cmocka_unit_test_setup_teardown(name, ctl_begin_with_guests, ctl_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		control_test(limits_change_for_what_comes_next),
		control_test(a_wrong_limit_changes_none),
		control_test(
			what_a_guest_kept_of_a_closed_session_can_be_evicted),
		control_test(who_is_evicted_is_told),
		control_test(the_primary_can_be_named),
		control_test(
			a_primary_of_the_configuration_is_told_though_it_is_not_there),
		control_test(
			a_wrong_configuration_is_told_and_changes_nothing),
		control_test(
			a_reload_without_mistakes_says_nothing_to_scripts),
		control_test(the_unknown_is_refused_with_what_there_is),
		control_test(wrong_usage_is_told_and_nothing_is_asked),
		control_test(
			a_vmediad_that_does_not_run_is_told_from_one_that_refuses),
		control_test(an_absent_camera_cannot_be_captured),
		control_test(a_camera_that_goes_while_it_is_captured_is_told),
		control_test(who_has_a_camera_for_itself_is_named),
		control_test(help_and_version_need_no_vmediad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
