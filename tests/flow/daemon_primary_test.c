// SPDX-License-Identifier: GPL-2.0-only
/* Who is primary, and when a camera hears of it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon_bench.h"

#define EXITED(status) ((status) << 8)

static struct config_camera two_cameras[2];

/* "rear" of the bench, for a test to say more of it */
static struct config_camera *rear(struct bench *bench)
{
	memcpy(two_cameras, bench->config.cameras, sizeof(two_cameras));
	bench->config.cameras = two_cameras;
	return &two_cameras[0];
}

static struct camera *camera(struct bench *bench)
{
	return cameras_find(&bench->broker->cameras, "rear");
}

/* The primary of "rear", as the last message to it says. */
static uint32_t told(struct bench *bench)
{
	struct camera_settings settings;

	bench_next(bench_camera("rear"), CAMERA_SETTINGS, &settings,
		   sizeof(settings));
	bench_drop(bench_camera("rear"));
	return settings.primary;
}

static void a_camera_is_told_its_settings_first(void **state)
{
	const struct camera_mode mode = { 0x56595559, 640, 480, 1, 30 };
	struct bench *bench = *state;
	struct camera_settings settings;
	int fd;

	rear(bench)->mode = mode;
	bench_start(bench);
	assert_int_equal(fake_child_receive(bench_camera("rear"), &settings,
					    sizeof(settings), &fd),
			 sizeof(settings));
	assert_int_equal(settings.hdr.type, CAMERA_SETTINGS);
	assert_int_equal(settings.primary, CAMERA_NO_PRIMARY);
	assert_memory_equal(&settings.mode, &mode, sizeof(mode));
}

static void a_camera_that_died_is_told_again(void **state)
{
	struct bench *bench = *state;

	rear(bench)->primary = (char *)"guest-1";
	bench_start_with_guests(bench, 1);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	assert_int_equal(told(bench), 1);
}

static void who_opens_it_is_primary_before_it_can_say_a_word(void **state)
{
	union {
		struct daemon_header hdr;
		struct camera_settings settings;
		struct camera_session session;
	} message;
	struct bench *bench = *state;
	int fd;

	bench_start_with_guests(bench, 1);
	bench_drop(bench_camera("rear"));
	bench_must_open(bench, 1);
	fake_child_receive(bench_camera("rear"), &message, sizeof(message),
			   &fd);
	assert_int_equal(message.hdr.type, CAMERA_SETTINGS);
	assert_int_equal(message.settings.primary, 1);
	bench_next(bench_camera("rear"), CAMERA_SESSION, &message.session,
		   sizeof(message.session));
}

static void the_role_goes_to_who_stays(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 2);
	serial = bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	bench_drop(bench_camera("rear"));
	bench_close(bench, 1, serial);
	assert_int_equal(told(bench), 2);
}

static void who_keeps_one_file_open_keeps_its_place(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 2);
	serial = bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	bench_close(bench, 1, serial);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_SETTINGS));
	assert_int_equal(camera(bench)->settings.primary, 1);
}

static void when_nobody_has_it_open_nobody_is_primary(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	bench_close(bench, 1, serial);
	assert_int_equal(told(bench), CAMERA_NO_PRIMARY);
}

static void the_highest_priority_takes_over(void **state)
{
	struct config_domain cluster = {
		.name = (char *)"guest-2",
		.all_cameras = true,
		.priority = 5,
	};
	struct bench *bench = *state;

	bench->config.domains = &cluster;
	bench->config.num_domains = 1;
	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	bench_must_open(bench, 2);
	assert_int_equal(told(bench), 2);
}

static void a_death_hands_over(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	bench_drop(bench_camera("rear"));
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	assert_int_equal(told(bench), 2);
}

static void an_eviction_hands_over(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	bench_drop(bench_camera("rear"));
	broker_evict_guest(bench->broker, bench_find(bench, 1), NULL);
	bench_settle(bench);
	assert_int_equal(told(bench), 2);
}

static void a_command_hands_over_and_back(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	broker_set_primary(bench->broker, camera(bench), bench_find(bench, 2));
	assert_int_equal(told(bench), 2);
	broker_set_primary(bench->broker, camera(bench), NULL);
	assert_int_equal(told(bench), 1);
}

static void the_named_one_is_primary_only_while_it_runs(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	broker_set_primary(bench->broker, camera(bench), bench_find(bench, 2));
	child = bench_guest(2);
	fake_xs_remove("backend/virtio/2");
	bench_settle(bench);
	bench_drop(bench_camera("rear"));
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	assert_int_equal(camera(bench)->settings.primary, 1);
	/* Its number may be another's one day. */
	bench_domain(bench, 2, 1);
	assert_int_equal(camera(bench)->settings.primary, 1);
}

static void the_configured_one_is_primary_when_it_comes(void **state)
{
	struct bench *bench = *state;

	rear(bench)->primary = (char *)"guest-2";
	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	assert_int_equal(camera(bench)->settings.primary, CAMERA_NO_PRIMARY);
	bench_drop(bench_camera("rear"));
	bench_domain(bench, 2, 1);
	assert_int_equal(told(bench), 2);
}

static void a_domain_is_configured_by_its_uuid_too(void **state)
{
	struct bench *bench = *state;

	rear(bench)->primary = (char *)"00000000-0000-0000-0000-000000000002";
	bench_start_with_guests(bench, 2);
	assert_int_equal(camera(bench)->settings.primary, 2);
}

static void the_configured_one_that_reboots_is_the_new_one(void **state)
{
	struct bench *bench = *state;

	rear(bench)->primary = (char *)"ivi";
	bench_start(bench);
	bench_domain(bench, 1, 0);
	fake_xs_set("/local/domain/1/name", "ivi");
	fake_xs_device(1, 0);
	bench_settle(bench);
	assert_int_equal(camera(bench)->settings.primary, 1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	bench_domain(bench, 2, 0);
	fake_xs_set("/local/domain/2/name", "ivi");
	fake_xs_device(2, 0);
	bench_settle(bench);
	assert_int_equal(camera(bench)->settings.primary, 2);
}

static void dom0_is_never_primary(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 0);
	bench_drop(bench_camera("rear"));
	assert_int_not_equal(bench_capture(bench), 0);
	bench_settle(bench);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_SETTINGS));
}

static void what_has_not_changed_is_not_told_again(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("rear"));
	bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	broker_set_primary(bench->broker, camera(bench), bench_find(bench, 1));
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_SETTINGS));
}

static void a_guest_is_found_by_whatever_people_call_it(void **state)
{
	struct bench *bench = *state;
	struct broker *broker;

	bench_start_with_guests(bench, 2);
	broker = bench->broker;
	assert_int_equal(broker_find_guest(broker, "2")->domid, 2);
	assert_int_equal(broker_find_guest(broker, "guest-2")->domid, 2);
	assert_int_equal(broker_find_guest(broker,
			 "00000000-0000-0000-0000-000000000002")->domid, 2);
	assert_null(broker_find_guest(broker, "guest"));
	assert_null(broker_find_guest(broker, "2x"));
	assert_null(broker_find_guest(broker, ""));
	assert_null(broker_find_guest(broker, "0"));
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_camera_is_told_its_settings_first),
		flow_test(a_camera_that_died_is_told_again),
		flow_test(who_opens_it_is_primary_before_it_can_say_a_word),
		flow_test(the_role_goes_to_who_stays),
		flow_test(who_keeps_one_file_open_keeps_its_place),
		flow_test(when_nobody_has_it_open_nobody_is_primary),
		flow_test(the_highest_priority_takes_over),
		flow_test(a_death_hands_over),
		flow_test(an_eviction_hands_over),
		flow_test(a_command_hands_over_and_back),
		flow_test(the_named_one_is_primary_only_while_it_runs),
		flow_test(the_configured_one_is_primary_when_it_comes),
		flow_test(a_domain_is_configured_by_its_uuid_too),
		flow_test(the_configured_one_that_reboots_is_the_new_one),
		flow_test(dom0_is_never_primary),
		flow_test(what_has_not_changed_is_not_told_again),
		flow_test(a_guest_is_found_by_whatever_people_call_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
