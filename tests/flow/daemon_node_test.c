// SPDX-License-Identifier: GPL-2.0-only
/* The life of a device's node, from xl create to xl destroy. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

/* Once vmediad told @child to stop, and before it has. */
static void assert_told_to_stop(struct child *child)
{
	struct daemon_header stop;

	bench_next(child, GUEST_STOP, &stop, sizeof(stop));
}

static void a_new_device_is_attached(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;
	struct child *child;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	child = bench_guest(1);
	assert_non_null(child);
	assert_string_equal(fake_child_arg(child, "--name"), "guest-1");
	assert_null(fake_child_arg(child, "--ioreq-server"));
	bench_next(child, GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.devid, 0);
	assert_int_equal(attach.device_id, 48);
	assert_int_equal(attach.irq, 33);
	assert_int_equal(attach.base, 0x2000000);
	assert_string_equal(fake_xs_written(), "");
}

static void a_device_of_the_draft_is_attached_as_one(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	fake_xs_domain(1, true);
	fake_xs_device(1, 0);
	fake_xs_set("backend/virtio/1/0/type", "virtio,device2a");
	bench_settle(bench);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.device_id, 42);
}

static void limits_are_told_before_the_first_device(void **state)
{
	struct bench *bench = *state;
	struct guest_limits limits;
	int fd;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	assert_int_equal(fake_child_receive(bench_guest(1), &limits,
					    sizeof(limits), &fd),
			 sizeof(limits));
	assert_int_equal(limits.hdr.type, GUEST_LIMITS);
}

static void a_live_device_is_recorded_and_then_connected(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_written(),
			    "1/0/ioreq-server=3 1/0/state=4 ");
}

static void one_process_serves_all_devices_of_a_guest(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	assert_int_equal(fake_child_count(), 3);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.devid, 1);
	assert_int_equal(attach.irq, 34);
}

static void the_node_closes_only_when_the_process_has_ended(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_told_to_stop(child);
	assert_string_equal(fake_xs_state(1, 0), "5");
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void all_nodes_of_a_guest_close_once_each(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "1/0/state=6 ");
	fake_xs_unplug(1, 1);
	bench_settle(bench);
	fake_xs_set("backend/virtio/1/1/online", "0");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "1/0/state=6 1/1/state=6 ");
}

static void a_process_that_does_not_stop_is_killed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_false(fake_child_killed(bench_guest(1)));
	bench_wait(bench, 60);
	assert_true(fake_child_killed(bench_guest(1)));
	assert_string_equal(fake_xs_state(1, 0), "5");
	fake_child_end(bench_guest(1), SIGKILL);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void a_guest_that_is_released_is_forgotten(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	fake_xs_domain(1, false);
	bench_settle(bench);
	assert_true(list_empty(&bench->broker->guests.list));
	assert_null(bench_guest(1));
}

static void a_vanished_node_stops_the_process_and_stays_gone(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_told_to_stop(child);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_null(fake_xs_get("backend/virtio/1/0/state"));
	assert_true(list_empty(&bench->broker->guests.list));
}

static void libxl_removes_the_node(void)
{
	fake_xs_remove("backend/virtio/1");
}

static void a_node_removed_while_it_is_closed_does_not_come_back(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_xs_before_commit(libxl_removes_the_node);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_null(fake_xs_get("backend/virtio/1/0/state"));
}

static void libxl_unplugs(void)
{
	fake_xs_unplug(1, 0);
}

static void a_device_unplugged_while_it_goes_live_is_not_connected(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_xs_before_commit(libxl_unplugs);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "5");
	assert_told_to_stop(bench_guest(1));
}

static void somebody_writes_elsewhere(void)
{
	fake_xs_set("/local/domain/9/name", "other");
}

static void a_disturbed_transaction_is_tried_again(void **state)
{
	struct bench *bench = *state;

	bench_start(bench);
	bench_domain(bench, 1, 1);
	fake_xs_before_commit(somebody_writes_elsewhere);
	bench_live(bench, 1, 0, 3);
	assert_string_equal(fake_xs_state(1, 0), "4");
}

static void a_dying_domain_is_released_though_its_nodes_stay(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_domain(1, false);
	bench_settle(bench);
	assert_told_to_stop(child);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_int_equal(fake_child_count(), 3);
}

static void a_closed_node_is_left_alone(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/state", "6");
	bench_start(bench);
	assert_null(bench_guest(1));
	fake_xs_set("backend/virtio/1/0/online", "0");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "");
}

static void a_foreign_device_is_never_written(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/type", "virtio,device1a");
	bench_start(bench);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_string_equal(fake_xs_written(), "");
	assert_true(list_empty(&bench->broker->guests.list));
}

static void a_refused_device_closes_when_xl_asks(void **state)
{
	struct bench *bench = *state;

	bench_domain(bench, 1, 1);
	fake_xs_set("backend/virtio/1/0/base", "0x0");
	bench_start(bench);
	assert_null(bench_guest(1));
	assert_string_equal(fake_xs_written(), "");
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	assert_string_equal(fake_xs_state(1, 0), "6");
}

static void a_rebooted_guest_is_another_domain(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_xs_unplug(1, 0);
	bench_domain(bench, 2, 1);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	bench_live(bench, 2, 0, 0);
	assert_string_equal(fake_xs_state(2, 0), "4");
	assert_null(bench_guest(1));
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_new_device_is_attached),
		flow_test(a_device_of_the_draft_is_attached_as_one),
		flow_test(limits_are_told_before_the_first_device),
		flow_test(a_live_device_is_recorded_and_then_connected),
		flow_test(one_process_serves_all_devices_of_a_guest),
		flow_test(the_node_closes_only_when_the_process_has_ended),
		flow_test(all_nodes_of_a_guest_close_once_each),
		flow_test(a_process_that_does_not_stop_is_killed),
		flow_test(a_guest_that_is_released_is_forgotten),
		flow_test(a_vanished_node_stops_the_process_and_stays_gone),
		flow_test(a_node_removed_while_it_is_closed_does_not_come_back),
		flow_test(
			a_device_unplugged_while_it_goes_live_is_not_connected),
		flow_test(a_disturbed_transaction_is_tried_again),
		flow_test(a_dying_domain_is_released_though_its_nodes_stay),
		flow_test(a_closed_node_is_left_alone),
		flow_test(a_foreign_device_is_never_written),
		flow_test(a_refused_device_closes_when_xl_asks),
		flow_test(a_rebooted_guest_is_another_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
