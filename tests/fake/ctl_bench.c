// SPDX-License-Identifier: GPL-2.0-only
#include "ctl_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "base/util.h"
#include "ctl/command.h"
#include "daemon/control.h"

#define FRAME_SIZE 100
#define YUYV 0x56595559

static const char *const camera_names[] = { "rear", "left" };

int ctl_begin(void **state)
{
	static struct ctl_bench ctl;
	void *bench;

	memset(&ctl, 0, sizeof(ctl));
	bench_begin(&bench);
	ctl.bench = bench;
	bench_start(ctl.bench);
	strcpy(ctl.dir, "/tmp/vmedia-control-XXXXXX");
	assert_non_null(mkdtemp(ctl.dir));
	assert_int_equal(control_create(ctl.bench->base, ctl.bench->broker,
					ctl.dir, &ctl.control), 0);
	*state = &ctl;
	return 0;
}

int ctl_end(void **state)
{
	struct ctl_bench *ctl = *state;
	void *bench = ctl->bench;

	control_destroy(ctl->control);
	assert_int_equal(rmdir(ctl->dir), 0);
	return bench_end(&bench);
}

int ctl_connect(const struct ctl_bench *ctl)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control",
		 ctl->dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	return fd;
}

static void answer_for_guest(struct ctl_bench *ctl, unsigned int domid,
			     const struct daemon_query *query)
{
	struct guest_report *report = &ctl->guests[domid];

	for (unsigned int i = 0; i < ctl->num_sessions; i++) {
		struct ctl_session *session = &ctl->sessions[i];

		if (session->domid != domid)
			continue;
		session->got.frames += ctl->flow;
		session->got.bytes += ctl->flow * FRAME_SIZE;
		session->got.hdr.type = GUEST_SESSION_REPORT;
		fake_child_send(bench_guest(domid), &session->got,
				sizeof(session->got));
	}
	report->hdr.type = GUEST_REPORT;
	report->tag = query->tag;
	fake_child_send(bench_guest(domid), report, sizeof(*report));
}

static void answer_for_camera(struct ctl_bench *ctl, unsigned int number,
			      const struct daemon_query *query)
{
	struct child *child = bench_camera(camera_names[number]);
	struct camera_report *report = &ctl->cameras[number];

	for (unsigned int i = 0; i < ctl->num_sessions; i++) {
		struct ctl_session *session = &ctl->sessions[i];

		if (strcmp(session->camera, camera_names[number]) != 0)
			continue;
		session->offered.hdr.type = CAMERA_SESSION_REPORT;
		fake_child_send(child, &session->offered,
				sizeof(session->offered));
	}
	report->captured += ctl->flow;
	report->hdr.type = CAMERA_REPORT;
	report->tag = query->tag;
	fake_child_send(child, report, sizeof(*report));
}

/* Return: true, and the question, if it was asked one; all else is dropped. */
static bool was_asked(struct child *child, uint32_t type,
		      struct daemon_query *query)
{
	union {
		struct daemon_query query;
		char bytes[8192];
	} message;
	bool asked = false;
	int fd;

	while (child && fake_child_receive(child, &message, sizeof(message),
					   &fd) > 0) {
		if (fd >= 0)
			close(fd);
		if (message.query.hdr.type != type)
			continue;
		*query = message.query;
		asked = true;
	}
	return asked;
}

void ctl_answer(struct ctl_bench *ctl)
{
	struct daemon_query query;
	bool asked = false;

	if (ctl->silent)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(ctl->guests); i++) {
		if (was_asked(bench_guest(i), GUEST_QUERY, &query))
			answer_for_guest(ctl, i, &query);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(camera_names); i++) {
		if (was_asked(bench_camera(camera_names[i]), CAMERA_QUERY,
			      &query)) {
			answer_for_camera(ctl, i, &query);
			asked = true;
		}
	}
	ctl->rounds += asked;
}

int ctl_call(struct ctl_bench *ctl,
	     int (*client)(struct ctl_bench *ctl, void *data), void *data,
	     char *output, size_t size)
{
	int fds[2], status = 0;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		status = client(ctl, data);
		fflush(stdout);
		_exit(status);
	}
	close(fds[1]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		bench_wait(ctl->bench, 2);
		ctl_answer(ctl);
	}
	while ((got = read(fds[0], output + len, size - 1 - len)) > 0)
		len += got;
	output[len] = '\0';
	close(fds[0]);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int run_line(struct ctl_bench *ctl, void *line)
{
	char *argv[16] = { (char *)"vmediactl", (char *)"--run-dir", ctl->dir };
	int argc = 3;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc + 1 < (int)ARRAY_SIZE(argv));
		argv[argc++] = word;
	}
	return command_run(argc, argv);
}

int ctl_run(struct ctl_bench *ctl, const char *line, char *output, size_t size)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", line);
	return ctl_call(ctl, run_line, copy, output, size);
}

uint64_t ctl_session(struct ctl_bench *ctl, unsigned int domid,
		     unsigned int devid, const char *camera)
{
	struct ctl_session *session = &ctl->sessions[ctl->num_sessions++];
	uint64_t serial;
	int fd;

	assert_true(ctl->num_sessions <= CTL_MAX_SESSIONS);
	assert_int_equal(bench_open(ctl->bench, domid, devid, &serial, &fd), 0);
	close(fd);
	session->domid = domid;
	session->camera = camera;
	session->got = (struct guest_session_report){
		.serial = serial,
		.frames = 100,
		.bytes = 100 * FRAME_SIZE,
		.no_buffer = 1,
		.failed = 2,
		.buffers = 2,
		.queued = 1,
		.way = WAY_WINDOW,
		.reason = REASON_WRITABLE,
		.copied = 100 * FRAME_SIZE,
	};
	session->offered = (struct camera_session_report){
		.serial = serial,
		.lent = 103,
		.skipped = 7,
		.missed_held = 3,
		.missed_behind = 4,
		.missed_short = 5,
		.held = 1,
		.streaming = 1,
		.buffers = 1,
		.numerator = 1,
		.denominator = 15,
	};
	return serial;
}

int ctl_begin_with_guests(void **state)
{
	struct ctl_bench *ctl;

	ctl_begin(state);
	ctl = *state;
	bench_domain(ctl->bench, 1, 1);
	bench_live(ctl->bench, 1, 0, 3);
	bench_domain(ctl->bench, 2, 2);
	bench_live(ctl->bench, 2, 0, 4);
	bench_live(ctl->bench, 2, 1, 4);
	bench_present(ctl->bench, "rear", "Rear \033[31m");
	bench_present(ctl->bench, "left", "Left");
	assert_int_equal(ctl_session(ctl, 1, 0, "rear"), 1);
	assert_int_equal(ctl_session(ctl, 2, 0, "rear"), 2);
	assert_int_equal(ctl_session(ctl, 2, 1, "left"), 3);
	ctl->sessions[2].offered.streaming = 0;
	ctl->sessions[2].offered.buffers = 0;
	ctl->sessions[2].got.way = WAY_GRANTS;
	ctl->sessions[2].got.reason = REASON_NONE;
	ctl->sessions[2].got.copied = 0;
	ctl->guests[2] = (struct guest_report){
		.buffers = 4,
		.memory = 7372800,
		.mapped = 8192,
		.commands = 1234,
		.foreign_pages = 48,
		.granted_pages = 6,
		.copied_pages = 1000,
		.granted = 66387968,
		.lingering = 33193984,
		.wakeups = 250,
		.hypercalls = 40,
		.interrupts = 90,
		.refused[QUOTA_COMMANDS] = 17,
		.refused[QUOTA_MEMORY] = 2,
	};
	ctl->cameras[0] = (struct camera_report){
		.slots = 7,
		.queued = 5,
		.captured = 2000,
		.lost = 6,
		.wakeups = 2100,
		.mode = { YUYV, 1280, 720, 1, 30 },
	};
	return 0;
}

void ctl_expect(void **state, const char *line, int code,
		const char *expected)
{
	char output[16384];
	int got = ctl_run(*state, line, output, sizeof(output));
	size_t len = strlen(expected);

	for (size_t i = 0; i < len && output[i]; i++) {
		if (expected[i] == '#' && output[i] >= '0' && output[i] <= '9')
			output[i] = '#';
	}
	assert_string_equal(output, expected);
	assert_int_equal(got, code);
}

struct json_object *ctl_json(void **state, const char *line)
{
	struct json_object *object;
	char output[32768];

	assert_int_equal(ctl_run(*state, line, output, sizeof(output)), 0);
	object = json_tokener_parse(output);
	assert_non_null(object);
	return object;
}

const char *ctl_value(struct json_object *object, const char *path)
{
	char pointer[128];
	struct json_object *found = NULL;

	snprintf(pointer, sizeof(pointer), "/%s", path);
	assert_int_equal(json_pointer_get(object, pointer, &found), 0);
	return json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN);
}
