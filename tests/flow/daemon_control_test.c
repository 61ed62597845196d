// SPDX-License-Identifier: GPL-2.0-only
/* vmediad's control socket: requests and answers, good and bad. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "ctl/request.h"
#include "ctl_bench.h"
#include "daemon/control.h"

static void ask(int fd, const char *line)
{
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
}

/* The next line, without its end. Return: false at the end of the file. */
static bool read_line(struct ctl_bench *ctl, int fd, char *line, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		ssize_t got = read(fd, line + len, 1);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			return false;
		if (got < 0) {
			bench_wait(ctl->bench, 1);
			ctl_answer(ctl);
		} else if (line[len++] == '\n') {
			line[len - 1] = '\0';
			return true;
		}
	}
	fail_msg("a line without end");
	return false;
}

static int capture(struct ctl_bench *ctl, void *data)
{
	struct json_object *question = request_new("capture");
	struct json_object *answer;
	int fd;

	request_add(question, "camera", "rear");
	if (request(ctl->dir, question, &fd, &answer) < 0)
		return 1;
	json_object_put(answer);
	return write(fd, "x", 1) == 1 ? 0 : 1;
}

static void a_capture_is_a_session_with_the_camera(void **state)
{
	struct camera_session session;
	struct ctl_bench *ctl = *state;
	char output[4096], byte = 0;
	int fd;

	ctl->silent = true;
	bench_present(ctl->bench, "rear", "Rear");
	assert_int_equal(ctl_call(ctl, capture, NULL, output, sizeof(output)),
			 0);
	fd = bench_next(bench_camera("rear"), CAMERA_SESSION, &session,
			sizeof(session));
	assert_int_equal(session.guest.domid, 0);
	assert_int_equal(read(fd, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

/* In a direct session one would write to a codec, or read what others read. */
static void what_is_not_shared_is_not_captured(void **state)
{
	const struct camera_state codec = {
		.hdr.type = CAMERA_STATE,
		.identity.present = 1,
		.identity.device_caps = 0x04008000,
	};
	struct ctl_bench *ctl = *state;
	char output[4096];

	ctl->silent = true;
	fake_child_send(bench_camera("rear"), &codec, sizeof(codec));
	bench_settle(ctl->bench);
	assert_int_equal(ctl_call(ctl, capture, NULL, output, sizeof(output)),
			 1);
}

/* What is no JSON, no object, or no command. */
static void nonsense_gets_an_answer_too(void **state)
{
	static const char *const lines[] = {
		"\n", "x\n", "[]\n", "7\n", "{}\n", "{\"command\":null}\n",
		"{\"command\":{\"a\":1}}\n", "{\"command\":\"dance\"}\n",
		"{\"command\":\"show\"}\n",
		"{\"command\":\"show\",\"camera\":7}\n",
		"{\"command\":\"quota_set\",\"domain\":[]}\n",
		"{\"command\":\"evict\",\"serial\":\"x\"}\n",
		"{\"command\":\"evict\",\"serial\":\"-1\"}\n",
		"{\"command\":\"evict\"}\n",
		"{\"command\":\"primary\"}\n",
		"{\"command\":\"capture\"}\n",
	};
	struct ctl_bench *ctl = *state;
	char answer[1024];
	int fd;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fd = ctl_connect(ctl);
		ask(fd, lines[i]);
		assert_true(read_line(ctl, fd, answer, sizeof(answer)));
		assert_ptr_equal(strstr(answer, "{\"ok\":false,\"error\":\""),
				 answer);
		close(fd);
		bench_settle(ctl->bench);
	}
}

static void limits_that_are_no_text_are_refused(void **state)
{
	static const char *const limits[] = {
		"7", "{}", "null", "[null]", "[7]", "[[]]", "[\"=\"]", "[\"\"]",
	};
	struct ctl_bench *ctl = *state;
	char line[256], answer[1024];
	int fd = ctl_connect(ctl);

	bench_domain(ctl->bench, 1, 1);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		snprintf(line, sizeof(line), "{\"command\":\"quota_set\","
			 "\"domain\":\"1\",\"limits\":%s}\n", limits[i]);
		ask(fd, line);
		assert_true(read_line(ctl, fd, answer, sizeof(answer)));
		assert_ptr_equal(strstr(answer, "{\"ok\":false"), answer);
	}
	close(fd);
}

static void a_line_without_end_is_cut_off(void **state)
{
	struct ctl_bench *ctl = *state;
	char flood[5000];
	int fd = ctl_connect(ctl);

	memset(flood, 'x', sizeof(flood));
	assert_int_equal(write(fd, flood, sizeof(flood)), sizeof(flood));
	bench_settle(ctl->bench);
	assert_int_equal(read(fd, flood, 1) == 0 || errno == ECONNRESET, 1);
	close(fd);
}

/* The second could be answered at once, and is not. */
static void answers_come_in_the_order_of_the_requests(void **state)
{
	struct ctl_bench *ctl = *state;
	char answer[8192];
	int fd = ctl_connect(ctl);

	ask(fd, "{\"command\":\"list\"}\n{\"command\":\"dance\"}\n"
		"{\"command\":\"list\"}\n");
	bench_settle(ctl->bench);
	assert_int_equal(read(fd, answer, 1), -1);
	assert_true(read_line(ctl, fd, answer, sizeof(answer)));
	assert_non_null(strstr(answer, "\"ok\":true"));
	assert_true(read_line(ctl, fd, answer, sizeof(answer)));
	assert_non_null(strstr(answer, "dance"));
	assert_true(read_line(ctl, fd, answer, sizeof(answer)));
	assert_non_null(strstr(answer, "\"ok\":true"));
	assert_int_equal(ctl->rounds, 2);
	close(fd);
}

/* More than vmediad takes at a time, of requests that each take a while */
static void many_requests_at_once_are_all_answered(void **state)
{
	struct ctl_bench *ctl = *state;
	char requests[8192] = "";
	char answer[8192];
	int fd = ctl_connect(ctl);
	size_t len = 0;

	for (int i = 0; i < 30; i++)
		len += snprintf(requests + len, sizeof(requests) - len,
				"{\"command\":%200s}\n", "\"list\"");
	assert_true(len > 4096 && len < sizeof(requests));
	ask(fd, requests);
	for (int i = 0; i < 30; i++) {
		assert_true(read_line(ctl, fd, answer, sizeof(answer)));
		assert_non_null(strstr(answer, "\"ok\":true"));
	}
	close(fd);
}

static void a_client_that_goes_while_it_is_answered_is_forgotten(void **state)
{
	struct ctl_bench *ctl = *state;
	char answer[8192];
	int fd = ctl_connect(ctl);

	ask(fd, "{\"command\":\"list\"}\n");
	bench_settle(ctl->bench);
	close(fd);
	bench_settle(ctl->bench);
	ctl_answer(ctl);
	bench_settle(ctl->bench);
	fd = ctl_connect(ctl);
	ask(fd, "{\"command\":\"list\"}\n");
	assert_true(read_line(ctl, fd, answer, sizeof(answer)));
	close(fd);
}

static void vmediad_may_end_while_a_client_waits(void **state)
{
	struct ctl_bench *ctl = *state;
	int fd = ctl_connect(ctl);
	char byte;

	ask(fd, "{\"command\":\"list\"}\n");
	bench_settle(ctl->bench);
	control_destroy(ctl->control);
	assert_int_equal(control_create(ctl->bench->base, ctl->bench->broker,
					ctl->dir, &ctl->control), 0);
	bench_settle(ctl->bench);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void who_does_not_answer_is_not_waited_for_long(void **state)
{
	struct ctl_bench *ctl = *state;
	struct json_object *report, *cameras, *stale;
	char answer[8192];
	int fd = ctl_connect(ctl);

	ctl->silent = true;
	ask(fd, "{\"command\":\"list\"}\n");
	assert_true(read_line(ctl, fd, answer, sizeof(answer)));
	report = json_tokener_parse(answer);
	cameras = json_object_object_get(report, "cameras");
	stale = json_object_object_get(json_object_array_get_idx(cameras, 0),
				       "stale");
	assert_true(json_object_get_boolean(stale));
	json_object_put(report);
	close(fd);
}

static void only_root_may_connect(void **state)
{
	struct ctl_bench *ctl = *state;
	struct stat stat;
	char path[128];

	snprintf(path, sizeof(path), "%s/control", ctl->dir);
	assert_int_equal(lstat(path, &stat), 0);
	assert_int_equal(stat.st_mode & 0777, 0600);
}

static void a_socket_that_a_predecessor_left_is_replaced(void **state)
{
	struct ctl_bench *ctl = *state;
	struct control *again;

	assert_int_equal(control_create(ctl->bench->base, ctl->bench->broker,
					ctl->dir, &again), 0);
	control_destroy(ctl->control);
	ctl->control = again;
}

#define control_test(name) \
	cmocka_unit_test_setup_teardown(name, ctl_begin, ctl_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		control_test(a_capture_is_a_session_with_the_camera),
		control_test(what_is_not_shared_is_not_captured),
		control_test(nonsense_gets_an_answer_too),
		control_test(limits_that_are_no_text_are_refused),
		control_test(a_line_without_end_is_cut_off),
		control_test(answers_come_in_the_order_of_the_requests),
		control_test(many_requests_at_once_are_all_answered),
		control_test(
			a_client_that_goes_while_it_is_answered_is_forgotten),
		control_test(vmediad_may_end_while_a_client_waits),
		control_test(who_does_not_answer_is_not_waited_for_long),
		control_test(only_root_may_connect),
		control_test(a_socket_that_a_predecessor_left_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
