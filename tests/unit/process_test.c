// SPDX-License-Identifier: GPL-2.0-only
/* Against real children: the shell's. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/log.h"
#include "daemon/process.h"
#include "daemon/spawn.h"

struct bench {
	struct process_host host;
	struct process process;
	const char *script;
	int ended;
	int status;
	int restarted;
	int failed;
	int stopped;
};

static void run_script(struct bench *bench)
{
	const char *const argv[] = { "/bin/sh", "-c", bench->script, NULL };

	process_start(&bench->process, argv);
}

static void on_message(void *owner, struct link_message *msg)
{
}

static bool on_ended(void *owner, int status)
{
	struct bench *bench = owner;

	bench->ended++;
	bench->status = status;
	return true;
}

static void on_restart(void *owner)
{
	struct bench *bench = owner;

	bench->restarted++;
	run_script(bench);
}

static void on_failed(void *owner)
{
	struct bench *bench = owner;

	bench->failed++;
	event_base_loopbreak(bench->host.base);
}

static void on_stopped(void *owner)
{
	struct bench *bench = owner;

	bench->stopped++;
	event_base_loopbreak(bench->host.base);
}

static const struct process_ops ops = {
	.message = on_message,
	.ended = on_ended,
	.restart = on_restart,
	.failed = on_failed,
	.stopped = on_stopped,
};

static int begin(void **state)
{
	static struct bench bench;

	log_init("process_test", LOG_ERROR);
	memset(&bench, 0, sizeof(bench));
	bench.host = (struct process_host){
		.base = event_base_new(),
		.backoff = { .first = 1, .longest = 2, .steady = 60000,
			     .deaths = 3 },
		.stop_ms = 100,
	};
	assert_int_equal(spawner_create(bench.host.base, &bench.host.spawner),
			 0);
	assert_int_equal(process_init(&bench.process, &bench.host, "child",
				      &ops, &bench), 0);
	*state = &bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	process_finish(&bench->process);
	spawner_destroy(bench->host.spawner);
	event_base_free(bench->host.base);
	return 0;
}

static void one_that_keeps_dying_is_given_up(void **state)
{
	struct bench *bench = *state;

	bench->script = "exit 3";
	run_script(bench);
	event_base_dispatch(bench->host.base);
	assert_int_equal(bench->failed, 1);
	assert_int_equal(bench->ended, 3);
	assert_int_equal(bench->restarted, 2);
	assert_true(WIFEXITED(bench->status));
	assert_int_equal(WEXITSTATUS(bench->status), 3);
	assert_int_equal(bench->process.state, PROCESS_FAILED);
}

static void one_that_cannot_be_executed_is_given_up(void **state)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct bench *bench = *state;

	bench->script = "exit 127";
	process_start(&bench->process, argv);
	event_base_dispatch(bench->host.base);
	assert_int_equal(bench->failed, 1);
	assert_int_equal(WEXITSTATUS(bench->status), 127);
}

static void one_that_ignores_the_end_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->script = "exec sleep 100";
	run_script(bench);
	process_stop(&bench->process, NULL, 0);
	assert_int_equal(bench->stopped, 0);
	event_base_dispatch(bench->host.base);
	assert_int_equal(bench->stopped, 1);
	assert_int_equal(bench->ended, 0);
	assert_int_equal(bench->process.state, PROCESS_IDLE);
}

static void one_that_closes_its_link_but_stays_is_killed(void **state)
{
	struct bench *bench = *state;

	bench->script = "exec 3>&-; exec sleep 100";
	run_script(bench);
	event_base_dispatch(bench->host.base);
	assert_int_equal(bench->failed, 1);
	assert_true(WIFSIGNALED(bench->status));
	assert_int_equal(WTERMSIG(bench->status), SIGKILL);
}

static void a_grandchild_that_holds_the_link_does_not_keep_it_alive(void **state)
{
	struct bench *bench = *state;

	bench->script = "sleep 1 & exit 0";
	run_script(bench);
	event_base_dispatch(bench->host.base);
	assert_int_equal(bench->failed, 1);
	assert_int_equal(bench->ended, 3);
}

static void stopping_one_that_waits_to_be_restarted_ends_the_wait(void **state)
{
	struct bench *bench = *state;

	bench->host.backoff.first = 60000;
	bench->host.backoff.longest = 60000;
	bench->script = "exit 1";
	run_script(bench);
	while (bench->process.state == PROCESS_RUNNING)
		event_base_loop(bench->host.base, EVLOOP_ONCE);
	assert_int_equal(bench->process.state, PROCESS_WAITING);
	process_stop(&bench->process, NULL, 0);
	assert_int_equal(bench->stopped, 1);
	assert_int_equal(bench->process.state, PROCESS_IDLE);
}

static void a_child_has_the_link_and_nothing_else_of_ours(void **state)
{
	struct bench *bench = *state;
	int leaked = dup(STDIN_FILENO); /* not close-on-exec */

	/* ls has the directory open as 4, or as the first that is free. */
	bench->script = "test \"$(ls /proc/self/fd | tr '\\n' ' ')\" = "
			"'0 1 2 3 4 '";
	run_script(bench);
	event_base_dispatch(bench->host.base);
	close(leaked);
	assert_int_equal(WEXITSTATUS(bench->status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_that_keeps_dying_is_given_up, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_cannot_be_executed_is_given_up, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_ignores_the_end_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(
			one_that_closes_its_link_but_stays_is_killed, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_grandchild_that_holds_the_link_does_not_keep_it_alive,
			begin, end),
		cmocka_unit_test_setup_teardown(
			stopping_one_that_waits_to_be_restarted_ends_the_wait,
			begin, end),
		cmocka_unit_test_setup_teardown(
			a_child_has_the_link_and_nothing_else_of_ours, begin,
			end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
