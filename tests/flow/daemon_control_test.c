// SPDX-License-Identifier: GPL-2.0-only
/* vmediactl's requests against vmediad's socket, both real. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <json-c/json.h>

#include "ctl/command.h"
#include "ctl/request.h"
#include "daemon/control.h"
#include "daemon_bench.h"

static struct control *control;
static char dir[] = "/tmp/vmedia-control-XXXXXX";

static int begin(void **state)
{
	struct bench *bench;

	bench_begin(state);
	bench = *state;
	bench_start(bench);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(control_create(bench->base, bench->broker, dir,
					&control), 0);
	return 0;
}

static int end(void **state)
{
	control_destroy(control);
	assert_int_equal(rmdir(dir), 0);
	return bench_end(state);
}

/* vmediactl in a process of its own, for it blocks. */
static int run_client(struct bench *bench, int (*client)(void), char *output,
		      size_t size)
{
	int fds[2], status = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		status = -client();
		fflush(stdout);
		_exit(status);
	}
	close(fds[1]);
	while (waitpid(pid, &status, WNOHANG) == 0)
		bench_wait(bench, 2);
	memset(output, 0, size);
	assert_true(read(fds[0], output, size - 1) >= 0);
	close(fds[0]);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static int list(void)
{
	char *argv[] = { "vmediactl", "--run-dir", dir, "list", NULL };

	return -(int)command_run(4, argv);
}

static int list_json(void)
{
	char *argv[] = { "vmediactl", "list", "--json", "--run-dir", dir, NULL };

	return -(int)command_run(5, argv);
}

static int ask(const char *where, const char *what, int *fd)
{
	struct json_object *question = request_new(what);
	struct json_object *answer;
	int ret;

	json_object_object_add(question, "camera",
			       json_object_new_string("rear"));
	ret = request(where, question, fd, &answer);
	if (ret == 0)
		json_object_put(answer);
	return ret;
}

static int ask_nonsense(void)
{
	return ask(dir, "dance", NULL);
}

static int ask_elsewhere(void)
{
	return ask("/nonexistent", "list", NULL);
}

static int capture(void)
{
	int fd, ret = ask(dir, "capture", &fd);

	if (ret == 0)
		ret = write(fd, "x", 1) == 1 ? 0 : -EIO;
	return ret;
}

static void people_get_tables(void **state)
{
	struct bench *bench = *state;
	char output[4096];

	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	bench_present(bench, "rear", "Rear \033[31m");
	assert_int_equal(run_client(bench, list, output, sizeof(output)), 0);
	assert_string_equal(output,
		"Guests\n"
		"  DOMID  NAME     STATE    PID   SESSIONS  LIMIT  REFUSED\n"
		"  1      guest-1  running  1003  0         2      0\n"
		"Devices\n"
		"  DOMID  GUEST    DEVID  BASE       IRQ  CAMERA  STATE\n"
		"  1      guest-1  0      0x2000000  33   rear    live\n"
		"Sessions: none\n"
		"Cameras\n"
		"  NAME  SOURCE         PRESENT  STATE    PID   SESSIONS  CARD\n"
		"  rear  /dev/video0    yes      running  1001  0         "
		"Rear ?[31m\n"
		"  left  pattern:64x48  no       running  1002  0         -\n");
}

static void scripts_get_json(void **state)
{
	struct bench *bench = *state;
	struct json_object *report, *cameras;
	char output[4096];

	assert_int_equal(run_client(bench, list_json, output, sizeof(output)),
			 0);
	report = json_tokener_parse(output);
	assert_true(json_object_object_get_ex(report, "cameras", &cameras));
	assert_int_equal(json_object_array_length(cameras), 2);
	json_object_put(report);
}

static void an_unknown_command_is_refused(void **state)
{
	char output[4096];

	assert_int_equal(run_client(*state, ask_nonsense, output,
				    sizeof(output)), -EREMOTEIO);
	assert_string_equal(output, "vmediactl: refused: unknown command "
				    "\"dance\"\n");
}

static void a_vmediad_that_does_not_run_is_told_from_one_that_refuses(
	void **state)
{
	char output[4096];

	assert_int_equal(run_client(*state, ask_elsewhere, output,
				    sizeof(output)), -ESRCH);
}

static int connect_client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	return fd;
}

static void a_capture_is_a_session_with_the_camera(void **state)
{
	struct camera_session session;
	struct bench *bench = *state;
	char output[4096], byte = 0;
	int fd;

	bench_present(bench, "rear", "Rear");
	assert_int_equal(run_client(bench, capture, output, sizeof(output)), 0);
	fd = bench_next(bench_camera("rear"), CAMERA_SESSION, &session,
			sizeof(session));
	assert_int_equal(session.guest.domid, 0);
	assert_int_equal(read(fd, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void an_absent_camera_cannot_be_captured(void **state)
{
	char output[4096];

	assert_int_equal(run_client(*state, capture, output, sizeof(output)),
			 -EREMOTEIO);
	assert_string_equal(output, "vmediactl: refused: camera \"rear\" is "
				    "not there\n");
}

/* What is no JSON, no object, or no command. */
static void nonsense_gets_an_answer_too(void **state)
{
	static const char *const lines[] = {
		"\n", "x\n", "[]\n", "7\n", "{}\n", "{\"command\":null}\n",
		"{\"command\":{\"a\":1}}\n",
	};
	struct bench *bench = *state;
	char answer[256];
	int fd;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fd = connect_client();
		assert_true(write(fd, lines[i], strlen(lines[i])) > 0);
		bench_settle(bench);
		memset(answer, 0, sizeof(answer));
		assert_true(read(fd, answer, sizeof(answer) - 1) > 0);
		assert_ptr_equal(strstr(answer, "{\"ok\":false"), answer);
		close(fd);
		bench_settle(bench);
	}
}

static void a_line_without_end_is_cut_off(void **state)
{
	struct bench *bench = *state;
	char flood[5000];
	int fd = connect_client();

	memset(flood, 'x', sizeof(flood));
	assert_int_equal(write(fd, flood, sizeof(flood)), sizeof(flood));
	bench_settle(bench);
	assert_int_equal(read(fd, flood, 1) == 0 || errno == ECONNRESET, 1);
	close(fd);
}

static void only_root_may_connect(void **state)
{
	struct stat stat;
	char path[64];

	snprintf(path, sizeof(path), "%s/control", dir);
	assert_int_equal(lstat(path, &stat), 0);
	assert_int_equal(stat.st_mode & 0777, 0600);
}

static void a_socket_that_a_predecessor_left_is_replaced(void **state)
{
	struct bench *bench = *state;
	struct control *again;

	assert_int_equal(control_create(bench->base, bench->broker, dir,
					&again), 0);
	control_destroy(control);
	control = again;
}

#define control_test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		control_test(people_get_tables),
		control_test(scripts_get_json),
		control_test(an_unknown_command_is_refused),
		control_test(
			a_vmediad_that_does_not_run_is_told_from_one_that_refuses),
		control_test(a_capture_is_a_session_with_the_camera),
		control_test(an_absent_camera_cannot_be_captured),
		control_test(nonsense_gets_an_answer_too),
		control_test(a_line_without_end_is_cut_off),
		control_test(only_root_may_connect),
		control_test(a_socket_that_a_predecessor_left_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
