// SPDX-License-Identifier: GPL-2.0-only
/* By which way frames may reach whom: what the processes are told of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon_bench.h"

static struct config_camera cameras[2];

/* How frames of "rear" and "left" may reach guests */
static void set_transfer(struct bench *bench, enum transfer_policy rear,
			 enum transfer_policy left)
{
	cameras[0] = (struct config_camera){
		.name = (char *)"rear",
		.source = (char *)"/dev/video0",
		.transfer = rear,
		.slots = 8,
	};
	cameras[1] = (struct config_camera){
		.name = (char *)"left",
		.source = (char *)"pattern:64x48",
		.transfer = left,
		.slots = 8,
	};
	bench->config.cameras = cameras;
}

static void reload(struct bench *bench)
{
	assert_int_equal(broker_reload(bench->broker), 0);
	bench_settle(bench);
}

static bool may_grant(void)
{
	return fake_child_has(bench_guest(1), "--grant-slots");
}

static bool may_grant_for_writing(void)
{
	return fake_child_has(bench_guest(1), "--writable-slots");
}

/* What the next session of domain 1 is told */
static unsigned int transfer_of_session(struct bench *bench)
{
	struct guest_open open = { .hdr.type = GUEST_OPEN };
	struct guest_session answer;
	int fd;

	fake_child_send(bench_guest(1), &open, sizeof(open));
	bench_settle(bench);
	fd = bench_next(bench_guest(1), GUEST_SESSION, &answer,
			sizeof(answer));
	assert_true(fd >= 0);
	close(fd);
	bench_close(bench, 1, answer.serial);
	return answer.transfer;
}

static void a_guest_that_may_see_slots_has_a_process_for_it(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_COPY, TRANSFER_AUTO);
	bench_domain(bench, 1, 2);
	bench_start(bench);
	assert_true(may_grant());
}

static void a_guest_of_copied_cameras_has_a_process_without(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_COPY, TRANSFER_AUTO);
	bench_start_with_guests(bench, 1);
	assert_false(may_grant());
}

static void a_domain_that_is_copied_to_has_a_process_without(void **state)
{
	struct config_domain domain = {
		.name = (char *)"guest-1",
		.all_cameras = true,
		.transfer = TRANSFER_COPY,
		.limits.limit[QUOTA_SESSIONS] = 2,
	};
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_GRANTS, TRANSFER_GRANTS);
	bench->config.every_domain = false;
	bench->config.domains = &domain;
	bench->config.num_domains = 1;
	bench_start_with_guests(bench, 1);
	assert_false(may_grant());
	assert_int_equal(transfer_of_session(bench), TRANSFER_COPY);
}

static void only_a_trusted_guest_has_a_process_that_lets_it_write(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_AUTO, TRANSFER_AUTO);
	bench_start_with_guests(bench, 1);
	assert_true(may_grant());
	assert_false(may_grant_for_writing());
}

static void a_trusted_guest_has_a_process_that_lets_it_write(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_AUTO, TRANSFER_GRANTS);
	bench_domain(bench, 1, 2);
	bench_start(bench);
	assert_true(may_grant_for_writing());
}

/* xl creates devices one after the other. */
static void a_late_device_that_may_grant_gets_a_process_for_it(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_COPY, TRANSFER_AUTO);
	bench_start_with_guests(bench, 1);
	fake_xs_device(1, 1);
	bench_settle(bench);
	assert_true(fake_child_killed(bench_guest(1)));
	fake_child_end(bench_guest(1), SIGKILL);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_true(may_grant());
}

static void a_late_device_that_is_trusted_gets_a_process_for_it(void **state)
{
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_AUTO, TRANSFER_GRANTS);
	bench_start_with_guests(bench, 1);
	fake_xs_device(1, 1);
	bench_settle(bench);
	assert_true(fake_child_killed(bench_guest(1)));
	fake_child_end(bench_guest(1), SIGKILL);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_true(may_grant_for_writing());
}

static void each_device_is_told_of_its_camera(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	set_transfer(bench, TRANSFER_GRANTS, TRANSFER_COPY);
	bench_start(bench);
	bench_domain(bench, 1, 2);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.transfer, TRANSFER_GRANTS);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.transfer, TRANSFER_COPY);
}

static void a_session_goes_by_the_configuration_of_its_open(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	assert_int_equal(transfer_of_session(bench), TRANSFER_AUTO);
	set_transfer(bench, TRANSFER_COPY, TRANSFER_AUTO);
	reload(bench);
	assert_int_equal(transfer_of_session(bench), TRANSFER_COPY);
	set_transfer(bench, TRANSFER_GRANTS, TRANSFER_AUTO);
	reload(bench);
	assert_int_equal(transfer_of_session(bench), TRANSFER_GRANTS);
}

/* What it offered its driver it offers for life: a device is as it was. */
static void a_reload_starts_no_process_again(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	set_transfer(bench, TRANSFER_COPY, TRANSFER_COPY);
	bench_start_with_guests(bench, 1);
	set_transfer(bench, TRANSFER_AUTO, TRANSFER_AUTO);
	reload(bench);
	/* As any change below backend/virtio */
	bench_domain(bench, 2, 1);
	assert_false(fake_child_killed(bench_guest(1)));
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.transfer, TRANSFER_COPY);
	assert_false(may_grant());
}

static void a_camera_is_told_how_many_slots_to_grant(void **state)
{
	struct camera_settings settings;
	struct bench *bench = *state;

	set_transfer(bench, TRANSFER_AUTO, TRANSFER_AUTO);
	cameras[0].slots = 12;
	bench_start(bench);
	bench_next(bench_camera("rear"), CAMERA_SETTINGS, &settings,
		   sizeof(settings));
	assert_int_equal(settings.slots, 12);
	cameras[0].slots = 6;
	reload(bench);
	bench_next(bench_camera("rear"), CAMERA_SETTINGS, &settings,
		   sizeof(settings));
	assert_int_equal(settings.slots, 6);
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_guest_that_may_see_slots_has_a_process_for_it),
		flow_test(a_guest_of_copied_cameras_has_a_process_without),
		flow_test(a_domain_that_is_copied_to_has_a_process_without),
		flow_test(only_a_trusted_guest_has_a_process_that_lets_it_write),
		flow_test(a_trusted_guest_has_a_process_that_lets_it_write),
		flow_test(a_late_device_that_may_grant_gets_a_process_for_it),
		flow_test(a_late_device_that_is_trusted_gets_a_process_for_it),
		flow_test(each_device_is_told_of_its_camera),
		flow_test(a_session_goes_by_the_configuration_of_its_open),
		flow_test(a_reload_starts_no_process_again),
		flow_test(a_camera_is_told_how_many_slots_to_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
