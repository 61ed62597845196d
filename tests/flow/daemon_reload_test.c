// SPDX-License-Identifier: GPL-2.0-only
/* Another configuration, while guests use their cameras. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/device.h"
#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

#define REAR { .name = (char *)"rear", .source = (char *)"/dev/video0" }
#define LEFT { .name = (char *)"left", .source = (char *)"pattern:64x48" }

static void use_cameras(struct bench *bench, struct config_camera *cameras,
			unsigned int count)
{
	bench->config.cameras = cameras;
	bench->config.num_cameras = count;
}

static void reload(struct bench *bench)
{
	assert_int_equal(broker_reload(bench->broker), 0);
	bench_settle(bench);
}

static struct camera *camera(struct bench *bench, const char *name)
{
	return cameras_find(&bench->broker->cameras, name);
}

static void camera_stops(struct bench *bench, const char *name)
{
	struct daemon_header stop;

	bench_next(bench_camera(name), CAMERA_STOP, &stop, sizeof(stop));
	fake_child_end(bench_camera(name), EXITED(0));
	bench_settle(bench);
}

static void a_wrong_file_changes_nothing(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	use_cameras(bench, only_left, 1);
	bench->config_is_wrong = true;
	bench_drop(bench_camera("rear"));
	bench_drop(bench_guest(1));
	assert_int_equal(broker_reload(bench->broker), -EINVAL);
	bench_settle(bench);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_STOP));
	assert_false(bench_was_told(bench_guest(1), GUEST_LIMITS));
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void the_same_file_touches_nobody(void **state)
{
	struct bench *bench = *state;
	unsigned int started;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	started = fake_child_count();
	bench_drop(bench_camera("left"));
	reload(bench);
	assert_int_equal(fake_child_count(), started);
	assert_false(bench_was_told(bench_camera("left"), CAMERA_SETTINGS));
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void a_new_camera_starts(void **state)
{
	struct config_camera three[] = {
		REAR, LEFT, { .name = (char *)"top", .source = (char *)"x" },
	};
	struct bench *bench = *state;
	struct guest_camera told;

	bench_start_with_guests(bench, 0);
	bench_domain(bench, 1, 3);
	use_cameras(bench, three, 3);
	reload(bench);
	bench_drop(bench_guest(1));
	bench_present(bench, "top", "Top");
	bench_next(bench_guest(1), GUEST_CAMERA, &told, sizeof(told));
	assert_int_equal(told.devid, 2);
	assert_string_equal(told.identity.card, "Top");
}

static void an_idle_camera_that_is_gone_stops_at_once(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	use_cameras(bench, only_left, 1);
	reload(bench);
	camera_stops(bench, "rear");
	assert_null(camera(bench, "rear"));
	assert_null(bench_camera("rear"));
}

static void a_camera_that_is_gone_stops_when_its_last_session_ends(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;
	struct guest_camera told;
	uint64_t first, second;

	bench_start_with_guests(bench, 2);
	first = bench_must_open(bench, 1);
	second = bench_must_open(bench, 2);
	use_cameras(bench, only_left, 1);
	reload(bench);
	assert_int_equal(bench_try_open(bench, 1), ENODEV);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_STOP));
	bench_drop(bench_guest(1));
	bench_close(bench, 1, first);
	/* Its device is free, the camera is not. */
	bench_next(bench_guest(1), GUEST_CAMERA, &told, sizeof(told));
	assert_string_equal(told.identity.card, "Left");
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_STOP));
	bench_close(bench, 2, second);
	camera_stops(bench, "rear");
	assert_null(camera(bench, "rear"));
	assert_int_equal(bench_try_open(bench, 2), 0);
}

static void an_evicted_session_holds_nothing_up(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	use_cameras(bench, only_left, 1);
	reload(bench);
	broker_evict(bench->broker, serial);
	bench_settle(bench);
	camera_stops(bench, "rear");
	assert_int_equal(bench_try_open(bench, 1), 0);
	/* The dead file is closed last of all: so long it can be told of. */
	assert_ptr_equal(sessions_find_serial(&bench->broker->sessions,
					      serial)->camera,
			 camera(bench, "rear"));
	bench_close(bench, 1, serial);
	assert_null(camera(bench, "rear"));
	assert_false(fake_child_killed(bench_guest(1)));
}

static void a_camera_that_comes_back_before_it_went_stays(void **state)
{
	struct config_camera only_left[] = { LEFT }, both[] = { REAR, LEFT };
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	use_cameras(bench, only_left, 1);
	reload(bench);
	use_cameras(bench, both, 2);
	reload(bench);
	bench_close(bench, 1, serial);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_STOP));
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void a_camera_that_comes_back_while_it_stops_starts_again(void **state)
{
	struct config_camera only_left[] = { LEFT }, both[] = { REAR, LEFT };
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_guests(bench, 1);
	use_cameras(bench, only_left, 1);
	reload(bench);
	child = bench_camera("rear");
	use_cameras(bench, both, 2);
	reload(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_try_open(bench, 1), 0);
	assert_int_equal(camera(bench, "rear")->clients.used, 1);
}

static void a_gone_camera_that_dies_is_not_started_again(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	use_cameras(bench, only_left, 1);
	reload(bench);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_null(bench_camera("rear"));
}

static void another_source_waits_until_the_camera_is_free(void **state)
{
	struct config_camera moved[] = {
		{ .name = (char *)"rear", .source = (char *)"/dev/video8" },
		LEFT,
	};
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 2);
	serial = bench_must_open(bench, 1);
	use_cameras(bench, moved, 2);
	reload(bench);
	assert_int_equal(bench_try_open(bench, 2), EBUSY);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_STOP));
	bench_close(bench, 1, serial);
	camera_stops(bench, "rear");
	assert_string_equal(fake_child_arg(bench_camera("rear"), "--source"),
			    "/dev/video8");
	bench_present(bench, "rear", "Rear");
	assert_int_equal(bench_try_open(bench, 2), 0);
}

static void a_camera_that_dies_starts_with_its_new_source(void **state)
{
	struct config_camera moved[] = {
		{ .name = (char *)"rear", .source = (char *)"/dev/video8" },
		LEFT,
	};
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	use_cameras(bench, moved, 2);
	reload(bench);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_string_equal(fake_child_arg(bench_camera("rear"), "--source"),
			    "/dev/video8");
}

static void a_new_mode_is_told_at_once(void **state)
{
	struct config_camera pinned[] = { REAR, LEFT };
	struct bench *bench = *state;
	struct camera_settings told;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	pinned[0].mode = (struct camera_mode){ 0x56595559, 320, 240, 1, 15 };
	use_cameras(bench, pinned, 2);
	reload(bench);
	bench_next(bench_camera("rear"), CAMERA_SETTINGS, &told, sizeof(told));
	assert_int_equal(told.mode.width, 320);
	assert_int_equal(told.primary, 1);
}

static void sharing_changes_hold_at_once(void **state)
{
	struct config_camera changed[] = { REAR, LEFT };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	changed[0].exclusive = true;
	changed[0].primary = (char *)"guest-2";
	use_cameras(bench, changed, 2);
	reload(bench);
	assert_int_equal(bench_try_open(bench, 2), EBUSY);
	assert_int_equal(camera(bench, "rear")->settings.primary, 2);
	changed[0].exclusive = false;
	changed[0].clients = 1;
	reload(bench);
	assert_int_equal(bench_try_open(bench, 2), EBUSY);
}

static void limits_are_those_of_the_file_again(void **state)
{
	struct bench *bench = *state;
	struct guest_limits told;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_SESSIONS,
			 1);
	bench_drop(bench_guest(1));
	reload(bench);
	bench_next(bench_guest(1), GUEST_LIMITS, &told, sizeof(told));
	assert_int_equal(told.limits.limit[QUOTA_SESSIONS], 2);
	assert_int_equal(bench_try_open(bench, 1), 0);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
}

static void cameras_hear_of_new_limits_and_rules(void **state)
{
	struct config_control hide = {
		.rule = { .id = 9, .access = CONTROL_HIDDEN },
	};
	struct bench *bench = *state;
	struct camera_guest_changed told;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	bench->config.limits.limit[QUOTA_HELD] = 7;
	bench->config.controls = &hide;
	bench->config.num_controls = 1;
	reload(bench);
	bench_next(bench_camera("rear"), CAMERA_GUEST, &told, sizeof(told));
	assert_int_equal(told.guest.held, 7);
	assert_int_equal(told.guest.num_rules, 1);
	assert_int_equal(told.guest.rules[0].id, 9);
}

static void a_domain_that_is_unlisted_keeps_what_it_has_open(void **state)
{
	struct config_domain other = { .name = (char *)"other" };
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	bench->config.every_domain = false;
	bench->config.domains = &other;
	bench->config.num_domains = 1;
	reload(bench);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	bench_close(bench, 1, serial);
	assert_int_equal(bench_try_open(bench, 1), ENODEV);
	bench->config.every_domain = true;
	reload(bench);
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void a_device_gets_its_new_camera_when_it_is_closed(void **state)
{
	static char *left[] = { (char *)"left" };
	struct config_domain domain = {
		.name = (char *)"guest-1",
		.cameras = left,
		.num_cameras = 1,
	};
	struct bench *bench = *state;
	struct guest_camera told;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	bench->config.domains = &domain;
	bench->config.num_domains = 1;
	bench_drop(bench_guest(1));
	reload(bench);
	assert_false(bench_was_told(bench_guest(1), GUEST_CAMERA));
	bench_close(bench, 1, serial);
	bench_next(bench_guest(1), GUEST_CAMERA, &told, sizeof(told));
	assert_string_equal(told.identity.card, "Left");
	bench_drop(bench_camera("left"));
	assert_int_equal(bench_try_open(bench, 1), 0);
	assert_true(bench_was_told(bench_camera("left"), CAMERA_SESSION));
}

static void cameras_hear_of_devices_that_are_others_now(void **state)
{
	static char *twice[] = { (char *)"rear", (char *)"rear" };
	static char *both[] = { (char *)"rear", (char *)"left" };
	struct config_domain domain = {
		.name = (char *)"guest-1",
		.cameras = twice,
		.num_cameras = 2,
		.limits.limit[QUOTA_STREAMS] = 3,
	};
	struct bench *bench = *state;
	struct camera_guest_changed told;
	unsigned int last = 0;

	bench->config.domains = &domain;
	bench->config.num_domains = 1;
	bench_start_with_guests(bench, 0);
	bench_domain(bench, 1, 2);
	bench_must_open(bench, 1);
	domain.cameras = both;
	reload(bench);
	for (int i = 0; i < 2; i++) {
		bench_next(bench_camera("rear"), CAMERA_GUEST, &told,
			   sizeof(told));
		last = told.guest.streams;
	}
	assert_int_equal(last, 3);
}

static void a_camera_that_is_gone_is_behind_no_device(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	bench_start_with_guests(bench, 1);
	bench_domain(bench, 2, 2);
	bench_must_open(bench, 1);
	use_cameras(bench, only_left, 1);
	bench_drop(bench_camera("left"));
	reload(bench);
	assert_int_equal(bench_open(bench, 2, 0, &serial, &fd), 0);
	close(fd);
	assert_true(bench_was_told(bench_camera("left"), CAMERA_SESSION));
	assert_null(device_find(bench_find(bench, 2), 1)->camera);
}

static void the_order_of_the_cameras_is_that_of_the_file(void **state)
{
	struct config_camera swapped[] = { LEFT, REAR };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	use_cameras(bench, swapped, 2);
	reload(bench);
	assert_string_equal(cameras_nth(&bench->broker->cameras, 0)->name,
			    "left");
	bench_drop(bench_camera("left"));
	bench_must_open(bench, 1);
	assert_true(bench_was_told(bench_camera("left"), CAMERA_SESSION));
}

static void what_demands_a_restart_changes_nothing(void **state)
{
	struct bench *bench = *state;
	char text[1024];

	bench_start_with_guests(bench, 1);
	bench->config.host_cameras = true;
	bench->config.num_cameras = 0;
	bench->config.limits.limit[QUOTA_SESSIONS] = 9;
	bench_log_begin(bench, LOG_ERROR);
	assert_int_equal(broker_reload(bench->broker), -EINVAL);
	bench_log_end(bench, text, sizeof(text));
	bench_settle(bench);
	assert_non_null(strstr(text, "restart"));
	assert_non_null(bench_camera("rear"));
	assert_int_equal(bench_find(bench, 1)->sessions.limit, 2);
}

static void the_hosts_cameras_stay_when_the_file_is_read_again(void **state)
{
	struct bench *bench = *state;
	struct child *list;

	bench->config.host_cameras = true;
	bench->config.num_cameras = 0;
	bench_start(bench);
	list = bench_list();
	fake_child_print(list, "/dev/video0\tFirst\n");
	fake_child_end(list, EXITED(0));
	bench_settle(bench);
	reload(bench);
	assert_false(bench_was_told(bench_camera("video0"), CAMERA_STOP));
	assert_false(camera(bench, "video0")->retired);
}

static void vmediad_stops_while_a_camera_does(void **state)
{
	struct config_camera only_left[] = { LEFT };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 0);
	use_cameras(bench, only_left, 1);
	reload(bench);
	broker_stop(bench->broker);
	fake_child_end(bench_camera("rear"), EXITED(0));
	fake_child_end(bench_camera("left"), EXITED(0));
	bench_settle(bench);
	assert_null(bench_camera("rear"));
	assert_null(bench_camera("left"));
}

static void while_it_stops_vmediad_starts_nothing(void **state)
{
	struct config_camera three[] = {
		REAR, LEFT, { .name = (char *)"top", .source = (char *)"x" },
	};
	struct bench *bench = *state;

	bench_start_with_guests(bench, 0);
	broker_stop(bench->broker);
	use_cameras(bench, three, 3);
	assert_int_equal(broker_reload(bench->broker), -ESHUTDOWN);
	bench_settle(bench);
	assert_null(bench_camera("top"));
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_wrong_file_changes_nothing),
		flow_test(the_same_file_touches_nobody),
		flow_test(a_new_camera_starts),
		flow_test(an_idle_camera_that_is_gone_stops_at_once),
		flow_test(
			a_camera_that_is_gone_stops_when_its_last_session_ends),
		flow_test(an_evicted_session_holds_nothing_up),
		flow_test(a_camera_that_comes_back_before_it_went_stays),
		flow_test(a_camera_that_comes_back_while_it_stops_starts_again),
		flow_test(a_gone_camera_that_dies_is_not_started_again),
		flow_test(another_source_waits_until_the_camera_is_free),
		flow_test(a_camera_that_dies_starts_with_its_new_source),
		flow_test(a_new_mode_is_told_at_once),
		flow_test(sharing_changes_hold_at_once),
		flow_test(limits_are_those_of_the_file_again),
		flow_test(cameras_hear_of_new_limits_and_rules),
		flow_test(a_domain_that_is_unlisted_keeps_what_it_has_open),
		flow_test(a_device_gets_its_new_camera_when_it_is_closed),
		flow_test(cameras_hear_of_devices_that_are_others_now),
		flow_test(a_camera_that_is_gone_is_behind_no_device),
		flow_test(the_order_of_the_cameras_is_that_of_the_file),
		flow_test(what_demands_a_restart_changes_nothing),
		flow_test(the_hosts_cameras_stay_when_the_file_is_read_again),
		flow_test(vmediad_stops_while_a_camera_does),
		flow_test(while_it_stops_vmediad_starts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
