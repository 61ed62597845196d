// SPDX-License-Identifier: GPL-2.0-only
/* Processes that die, and vmediad itself that goes and comes back. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/util.h"
#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

static void a_dead_process_is_started_again_by_its_record(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start_with_a_guest(bench);
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_non_null(bench_guest(1));
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "3");
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.base, 0x2000000);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void what_a_process_said_last_is_heard(void **state)
{
	struct guest_live live = {
		.hdr.type = GUEST_LIVE,
		.ioreq_server = 5,
	};
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_child_send(bench_guest(1), &live, sizeof(live));
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "5");
}

static void die_until_given_up(struct bench *bench)
{
	for (int i = 0; i < 100 && bench_guest(1); i++) {
		fake_child_end(bench_guest(1), SIGSEGV);
		bench_settle(bench);
		bench_wait(bench, 5);
	}
	assert_null(bench_guest(1));
}

static void a_process_that_keeps_dying_is_given_up(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	die_until_given_up(bench);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_guest_that_was_given_up_is_destroyed_quickly(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	die_until_given_up(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void without_ioreq_servers_nodes_close_and_nothing_is_retried(
	void **state)
{
	struct bench *bench = *state;
	unsigned int started;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	started = fake_child_count();
	fake_child_end(bench_guest(1), EXITED(GUEST_EXIT_NO_IOREQ_SERVER));
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_string_equal(fake_xs_written(), "1/0/state=6 1/1/state=6 ");
	assert_int_equal(fake_child_count(), started);
}

static void a_process_that_talks_nonsense_is_killed(void **state)
{
	static const struct {
		struct daemon_header hdr;
		uint32_t body[4];
		size_t len;
	} nonsense[] = {
		{ .hdr.type = GUEST_LIVE, .len = 8 },
		{ .hdr.type = GUEST_LIVE, .body = { 9, 0 }, .len = 16 },
		{ .hdr.type = GUEST_LIVE, .body = { 0, 0x10000 }, .len = 16 },
		{ .hdr.type = GUEST_OPEN, .body = { 0, 1 }, .len = 16 },
		{ .hdr.type = GUEST_CLOSED, .body = { 1, 0 }, .len = 16 },
		{ .hdr.type = GUEST_STOP, .len = 8 },
		{ .len = 3 },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		bench_start_with_a_guest(bench);
		fake_child_send(bench_guest(1), &nonsense[i], nonsense[i].len);
		bench_settle(bench);
		assert_true(fake_child_killed(bench_guest(1)));
		bench_kill(bench);
		fake_xs_reset();
	}
}

static void a_successor_takes_over_by_the_record(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start_with_a_guest(bench);
	bench_kill(bench);
	bench_start(bench);
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "3");
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_successor_finishes_a_removal(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	bench_kill(bench);
	fake_xs_unplug(1, 0);
	bench_start(bench);
	assert_null(bench_guest(1));
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void an_orderly_stop_leaves_the_nodes_to_a_successor(void **state)
{
	struct bench *bench = *state;
	char message[256];
	int fd, len;

	bench_start_with_a_guest(bench);
	broker_stop(bench->broker);
	do {
		len = fake_child_receive(bench_guest(1), message,
					 sizeof(message), &fd);
	} while (len > 0);
	assert_int_equal(len, 0);
	fake_child_end(bench_guest(1), EXITED(0));
	fake_child_end(bench_camera("rear"), EXITED(0));
	fake_child_end(bench_camera("left"), EXITED(0));
	/* Leaves the loop by itself, or the test never ends. */
	event_base_dispatch(bench->base);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_camera_that_dies_is_started_again(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	for (int i = 0; i < 20; i++) {
		fake_child_end(bench_camera("rear"), EXITED(1));
		bench_settle(bench);
		bench_wait(bench, 3);
		assert_non_null(bench_camera("rear"));
	}
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

/* A guest of two devices: xl adds them one by one. */
static void add_a_device_by_grants(struct bench *bench)
{
	fake_xs_device_by_grants(1, 1);
	bench_settle(bench);
}

static void the_process_of_a_guest_with_grants_is_told(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	fake_xs_device_by_grants(1, 0);
	bench_domain(bench, 1, 0);
	assert_true(fake_child_has(bench_guest(1), "--grants"));
	bench_live(bench, 1, 0, 3);
	assert_false(fake_child_killed(bench_guest(1)));
}

static void a_guest_without_grants_has_a_process_without(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	assert_false(fake_child_has(bench_guest(1), "--grants"));
}

static void a_device_by_grants_that_comes_late_gets_a_process_for_it(
	void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	add_a_device_by_grants(bench);
	assert_true(fake_child_killed(bench_guest(1)));
	fake_child_end(bench_guest(1), SIGKILL);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_true(fake_child_has(bench_guest(1), "--grants"));
	assert_string_equal(fake_child_arg(bench_guest(1), "--ioreq-server"),
			    "3");
}

/* What it leaves behind must be known: nobody else would answer there. */
static void but_not_before_its_ioreq_server_is_known(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	add_a_device_by_grants(bench);
	assert_false(fake_child_killed(bench_guest(1)));
	bench_live(bench, 1, 0, 3);
	assert_true(fake_child_killed(bench_guest(1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_dead_process_is_started_again_by_its_record),
		flow_test(what_a_process_said_last_is_heard),
		flow_test(a_process_that_keeps_dying_is_given_up),
		flow_test(a_guest_that_was_given_up_is_destroyed_quickly),
		flow_test(
			without_ioreq_servers_nodes_close_and_nothing_is_retried),
		flow_test(a_process_that_talks_nonsense_is_killed),
		flow_test(a_successor_takes_over_by_the_record),
		flow_test(a_successor_finishes_a_removal),
		flow_test(an_orderly_stop_leaves_the_nodes_to_a_successor),
		flow_test(a_camera_that_dies_is_started_again),
		flow_test(the_process_of_a_guest_with_grants_is_told),
		flow_test(a_guest_without_grants_has_a_process_without),
		flow_test(
			a_device_by_grants_that_comes_late_gets_a_process_for_it),
		flow_test(but_not_before_its_ioreq_server_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
