// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl list, show and top, against vmediad: what people and scripts see. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "ctl/command.h"
#include "ctl_bench.h"
#include "ipc/link.h"

static void list_shows_who_has_which_camera(void **state)
{
	ctl_expect(state, "list", 0,
		"Guests\n"
		"  DOMID  NAME     STATE    PID   SESSIONS  LIMIT  REFUSED\n"
		"  1      guest-1  running  1003  1         2      0\n"
		"  2      guest-2  running  1004  2         2      0\n"
		"Devices\n"
		"  DOMID  GUEST    DEVID  BASE       IRQ  CAMERA  STATE\n"
		"  1      guest-1  0      0x2000000  33   rear    live\n"
		"  2      guest-2  0      0x2000000  33   rear    live\n"
		"  2      guest-2  1      0x2000200  34   left    live\n"
		"Sessions\n"
		"  SERIAL  DOMID  GUEST    DEVID  CAMERA  SECONDS\n"
		"  1       1      guest-1  0      rear    #\n"
		"  2       2      guest-2  0      rear    #\n"
		"  3       2      guest-2  1      left    #\n"
		"Cameras\n"
		"  NAME  SOURCE         PRESENT  STATE    PID   SESSIONS  CARD\n"
		"  rear  /dev/video0    yes      running  1001  2         "
		"Rear ?[31m\n"
		"  left  pattern:64x48  yes      running  1002  1         Left\n");
}

static void a_camera_shows_its_mode_primary_and_sessions(void **state)
{
	ctl_expect(state, "show camera rear", 0,
		"Camera rear\n"
		"  source    /dev/video0\n"
		"  card      Rear ?[31m\n"
		"  present   yes\n"
		"  process   running, pid 1001\n"
		"  share     shared\n"
		"  mode      YUYV 1280x720 at 30.0/s, first come, kept by "
		"sessions 1, 2\n"
		"  primary   guest-1 (1): highest priority, then open for "
		"longest\n"
		"  transfer  auto\n"
		"  clients   2 of unlimited, refused 0 times\n"
		"  bytes/s   0 of unlimited, refused 0 times\n"
		"  frames    2000 captured, 6 lost by the driver\n"
		"  slots     7, 5 with the driver; 8 while they are granted\n"
		"  wakeups   2100\n"
		"Sessions\n"
		"  SERIAL  DOMAIN   SECONDS  STATE      BUFFERS  ASKED  FRAMES  "
		"SKIPPED  -NOBUF  -HELD  -BEHIND  -SHORT  -FAILED  HELD  "
		"BYTES/S  WAY\n"
		"  1       guest-1  #        streaming  2        15.0   100     "
		"7        1       3      4        5       2        1     "
		"0        window\n"
		"  2       guest-2  #        streaming  2        15.0   100     "
		"7        1       3      4        5       2        1     "
		"0        window\n");
}

static void a_camera_without_guests_shows_that_too(void **state)
{
	struct ctl_bench *ctl = *state;
	char output[4096];

	assert_int_equal(ctl_run(ctl, "evict 3", output, sizeof(output)), 0);
	assert_int_equal(ctl_run(ctl, "show camera left", output,
				 sizeof(output)), 0);
	assert_non_null(strstr(output,
		"  mode      -, first come, and nobody keeps it\n"
		"  primary   nobody: no domain has it open\n"));
	assert_non_null(strstr(output, " over "));
}

static void a_domain_shows_what_it_uses(void **state)
{
	ctl_expect(state, "show domain guest-2", 0,
		"Domain guest-2\n"
		"  domid     2\n"
		"  uuid      00000000-0000-0000-0000-000000000002\n"
		"  process   running, pid 1004\n"
		"  listed    no\n"
		"  priority  0\n"
		"  transfer  auto\n"
		"  commands  1234\n"
		"  mapped    8K\n"
		"  pages     mapped 48, by grants 6, copied by grants 1000\n"
		"  granted   63.3M, 31.7M of it unused, 0 by processes that "
		"died\n"
		"  work      250 wakeups, 40 hypercalls, 90 interrupts\n"
		"Quotas\n"
		"  QUOTA       LIMIT      USED  REFUSED\n"
		"  sessions    2          2     0\n"
		"  streams     unlimited  1     0\n"
		"  buffers     unlimited  4     0\n"
		"  memory      unlimited  7.0M  2\n"
		"  held        unlimited  1     6\n"
		"  commands/s  unlimited  -     17\n"
		"  bytes/s     unlimited  0     0\n"
		"Devices\n"
		"  DEVID  CAMERA  SESSIONS  WINDOW  PAGES  STATE\n"
		"  0      rear    1         0       0      live\n"
		"  1      left    1         0       0      live\n"
		"Sessions\n"
		"  SERIAL  DEVID  CAMERA  SECONDS  STATE      BUFFERS  "
		"MODE           ASKED  FRAMES  BYTES/S  WAY     COPIED  "
		"WHY-COPIED\n"
		"  2       0      rear    #        streaming  2        "
		"YUYV 1280x720  15.0   100     0        window  9.8K    "
		"dom0's kernel cannot grant read-only\n"
		"  3       1      left    #        open       2        "
		"-              15.0   100     0        grants  0       -\n");
}

/* What a process tells that a guest took over */
static void ways_that_there_are_not_are_not_shown(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;

	ctl->sessions[0].got.way = UINT32_MAX;
	ctl->sessions[0].got.reason = UINT32_MAX;
	answer = ctl_json(state, "show domain 1 --json");
	assert_string_equal(ctl_value(answer, "sessions/0/way"), "null");
	assert_string_equal(ctl_value(answer, "sessions/0/why_not_grants"),
			    "null");
	json_object_put(answer);
}

/* Its process knows only that it is to copy. */
static void a_session_without_room_says_so(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;
	struct rlimit before, few;

	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = 4 * (LINK_MAX_FDS - 1);
	setrlimit(RLIMIT_NOFILE, &few);
	ctl_session(ctl, 1, 0, "rear");
	setrlimit(RLIMIT_NOFILE, &before);
	ctl->sessions[0].got.reason = REASON_POLICY;
	ctl->sessions[3].got.reason = REASON_POLICY;
	answer = ctl_json(state, "show domain 1 --json");
	assert_string_equal(ctl_value(answer, "sessions/0/why_not_grants"),
			    "\"policy\"");
	assert_string_equal(ctl_value(answer, "sessions/1/why_not_grants"),
			    "\"room\"");
	json_object_put(answer);
}

static void what_dead_processes_left_counts_as_used(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;

	bench_grant(ctl->bench, 2, 2, 1000, 1);
	fake_child_end(bench_guest(2), SIGSEGV);
	bench_settle(ctl->bench);
	bench_wait(ctl->bench, 5);
	answer = ctl_json(state, "show domain 2 --json");
	assert_string_equal(ctl_value(answer, "guest/lost"), "1000");
	assert_string_equal(ctl_value(answer, "guest/quotas/3/used"),
			    "7373800");
	json_object_put(answer);
}

static void a_domain_goes_by_name_number_and_uuid(void **state)
{
	static const char *const names[] = {
		"guest-2", "2", "00000000-0000-0000-0000-000000000002",
	};
	char line[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *answer;

		snprintf(line, sizeof(line), "show domain %s --json", names[i]);
		answer = ctl_json(state, line);
		assert_string_equal(ctl_value(answer, "guest/name"), "\"guest-2\"");
		json_object_put(answer);
	}
}

static void what_did_not_answer_is_told(void **state)
{
	struct ctl_bench *ctl = *state;
	char output[4096];

	ctl->silent = true;
	assert_int_equal(ctl_run(ctl, "show camera rear", output,
				 sizeof(output)), 0);
	assert_non_null(strstr(output, "does not answer"));
	assert_non_null(strstr(output, "  frames    - captured, - lost"));
	assert_int_equal(ctl_run(ctl, "show domain 1", output, sizeof(output)),
			 0);
	assert_non_null(strstr(output, "does not answer"));
	assert_non_null(strstr(output, "  memory      unlimited  -     -\n"));
}

static void add_keys(struct json_object *object, char *keys)
{
	json_object_object_foreach(object, key, unused) {
		(void)unused;
		strcat(strcat(keys, key), " ");
	}
}

/* Every key that docs/vmediactl-json.md promises, and no other */
static void scripts_find_what_is_documented(void **state)
{
	static const struct {
		const char *path;
		const char *keys;
	} table[] = {
		{ "", "time sessions cameras guests devices " },
		{ "/guests/0", "domid name uuid state pid sessions "
		  "sessions_limit sessions_refused listed priority transfer "
		  "stale time commands mapped foreign_pages granted_pages "
		  "copied_pages granted lingering lost wakeups hypercalls "
		  "interrupts quotas " },
		{ "/guests/0/quotas/0", "name limit used refused " },
		{ "/devices/0", "domid guest devid state base irq window "
		  "window_size window_pages camera sessions " },
		{ "/sessions/0", "serial domid guest devid camera age state "
		  "bandwidth mode rate lent skipped missed_held missed_behind "
		  "missed_short held time frames bytes no_buffer failed buffers "
		  "queued way why_not_grants copied " },
		{ "/sessions/0/mode", "format width height rate " },
		{ "/cameras/0", "name source present card state pid sessions "
		  "share share_refused transfer granted_slots retired pinned "
		  "mode keepers primary "
		  "clients_limit clients_refused bandwidth bandwidth_limit "
		  "bandwidth_refused stale time captured lost slots queued "
		  "wakeups " },
		{ "/cameras/0/primary", "domid guest by configured " },
	};
	struct json_object *answer = ctl_json(state, "list --json");
	struct json_object *object = NULL;
	char keys[1024];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(json_pointer_get(answer, table[i].path,
						  &object), 0);
		keys[0] = '\0';
		add_keys(object, keys);
		assert_string_equal(keys, table[i].keys);
	}
	json_object_put(answer);
}

static void scripts_get_numbers_not_words(void **state)
{
	static const struct {
		const char *path;
		const char *value;
	} table[] = {
		{ "camera/name", "\"rear\"" },
		{ "camera/mode",
		  "{\"format\":\"YUYV\",\"width\":1280,\"height\":720,"
		  "\"rate\":30.00}" },
		{ "camera/pinned", "false" },
		{ "camera/keepers", "[1,2]" },
		{ "camera/primary",
		  "{\"domid\":1,\"guest\":\"guest-1\",\"by\":\"automatic\","
		  "\"configured\":null}" },
		{ "camera/clients_limit", "0" },
		{ "camera/captured", "2000" },
		{ "sessions/0/state", "\"streaming\"" },
		{ "sessions/0/rate", "15.00" },
		{ "sessions/0/missed_held", "3" },
		{ "sessions/0/missed_behind", "4" },
		{ "sessions/0/missed_short", "5" },
		{ "sessions/0/no_buffer", "1" },
		{ "sessions/0/failed", "2" },
		{ "sessions/0/bytes", "10000" },
	};
	struct json_object *answer = ctl_json(state, "show camera rear --json");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(ctl_value(answer, table[i].path),
				    table[i].value);
	json_object_put(answer);
}

static void top_tells_rates_after_one_round(void **state)
{
	struct ctl_bench *ctl = *state;
	char output[8192];

	assert_int_equal(ctl_run(ctl, "top --count 1 --interval 0.1", output,
				 sizeof(output)), 0);
	assert_int_equal(ctl->rounds, 2);
	assert_ptr_equal(strstr(output,
		"Sessions\n"
		"  SERIAL  DOMAIN   CAMERA  MODE           ASKED  FPS  FRAMES  "
		"SKIPPED  -NOBUF  -HELD  -BEHIND  -SHORT  -FAILED  HELD  BYTES/S\n"
		"  1       guest-1  rear    YUYV 1280x720  15.0   0.0  100     "
		"7        1       3      4        5       2        1     0\n"), output);
	assert_non_null(strstr(output,
		"Cameras\n"
		"  CAMERA  MODE           KEPT        FPS  CAPTURED  LOST  "
		"SLOTS  QUEUED  SESSIONS  PRIMARY\n"
		"  rear    YUYV 1280x720  first come  0.0  2000      6     "
		"7      5       2         guest-1\n"));
}

static void top_is_a_line_for_scripts_each_round(void **state)
{
	struct json_object *first, *second, *fps = NULL;
	struct ctl_bench *ctl = *state;
	char output[32768], *end;

	ctl->flow = 3;
	assert_int_equal(ctl_run(ctl, "--json top --count 2 --interval 0.1",
				 output, sizeof(output)), 0);
	end = strchr(output, '\n');
	assert_non_null(end);
	*end = '\0';
	first = json_tokener_parse(output);
	second = json_tokener_parse(end + 1);
	assert_string_equal(ctl_value(first, "sessions/0/frames"), "106");
	assert_string_equal(ctl_value(second, "sessions/0/frames"), "109");
	/* 3 in 0.1 s, or a little longer on a busy machine */
	assert_int_equal(json_pointer_get(second, "/sessions/0/fps", &fps), 0);
	assert_true(json_object_get_double(fps) > 0.1);
	assert_true(json_object_get_double(fps) <= 31);
	assert_int_equal(json_pointer_get(second, "/cameras/0/fps", &fps), 0);
	assert_true(json_object_get_double(fps) > 0.1);
	json_object_put(first);
	json_object_put(second);
}

static int top_interrupted(struct ctl_bench *ctl, void *unused)
{
	char *argv[] = {
		(char *)"vmediactl", (char *)"top", (char *)"--run-dir",
		ctl->dir, NULL,
	};
	sigset_t set;

	/* It comes when top lets it. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGINT);
	return command_run(4, argv);
}

static void the_interrupt_is_the_orderly_end_of_top(void **state)
{
	char output[4096];

	assert_int_equal(ctl_call(*state, top_interrupted, NULL, output,
				  sizeof(output)), 0);
	assert_string_equal(output, "");
}

static int list_to_a_full_disk(struct ctl_bench *ctl, void *command)
{
	char *argv[] = {
		(char *)"vmediactl", command, (char *)"--run-dir", ctl->dir,
		NULL,
	};
	int fd = open("/dev/full", O_WRONLY);

	dup2(fd, STDOUT_FILENO);
	return command_run(4, argv);
}

static void what_could_not_be_written_was_not_shown(void **state)
{
	static const char *const commands[] = { "list", "top" };
	char output[4096];

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ctl_call(*state, list_to_a_full_disk,
					  (char *)commands[i], output,
					  sizeof(output)), 1);
		assert_string_equal(output, "vmediactl: standard output cannot "
				    "be written\n");
	}
}

/* Nobody tells what arrived, so what was lent is as good. */
static void sessions_of_dom0_are_shown_too(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *answer;
	uint32_t caps;
	int fd;

	assert_int_equal(broker_capture(ctl->bench->broker, "left", &caps, &fd),
			 0);
	ctl->sessions[ctl->num_sessions++] = (struct ctl_session){
		.camera = "left",
		.offered = { .serial = 4, .lent = 55, .streaming = 1 },
	};
	answer = ctl_json(state, "top --count 1 --interval 0.1 --json");
	assert_string_equal(ctl_value(answer, "sessions/3/guest"), "\"dom0\"");
	assert_string_equal(ctl_value(answer, "sessions/3/devid"), "null");
	assert_string_equal(ctl_value(answer, "sessions/3/frames"), "55");
	assert_string_equal(ctl_value(answer, "sessions/3/fps"), "0.00");
	assert_string_equal(ctl_value(answer, "sessions/3/bytes_per_second"),
			    "null");
	json_object_put(answer);
	close(fd);
}

#define control_test(name) \
	cmocka_unit_test_setup_teardown(name, ctl_begin_with_guests, ctl_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		control_test(list_shows_who_has_which_camera),
		control_test(a_camera_shows_its_mode_primary_and_sessions),
		control_test(a_camera_without_guests_shows_that_too),
		control_test(a_domain_shows_what_it_uses),
		control_test(ways_that_there_are_not_are_not_shown),
		control_test(a_session_without_room_says_so),
		control_test(what_dead_processes_left_counts_as_used),
		control_test(a_domain_goes_by_name_number_and_uuid),
		control_test(what_did_not_answer_is_told),
		control_test(scripts_find_what_is_documented),
		control_test(scripts_get_numbers_not_words),
		control_test(top_tells_rates_after_one_round),
		control_test(top_is_a_line_for_scripts_each_round),
		control_test(the_interrupt_is_the_orderly_end_of_top),
		control_test(what_could_not_be_written_was_not_shown),
		control_test(sessions_of_dom0_are_shown_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
