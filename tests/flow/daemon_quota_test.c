// SPDX-License-Identifier: GPL-2.0-only
/* What a domain may have, what a camera can bear, and that both come free. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
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

static struct camera *camera(struct bench *bench, const char *name)
{
	return cameras_find(&bench->broker->cameras, name);
}

static void a_lowered_quota_takes_nothing_away(void **state)
{
	struct bench *bench = *state;
	uint64_t first, second;

	bench_start_with_guests(bench, 1);
	first = bench_must_open(bench, 1);
	second = bench_must_open(bench, 1);
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_SESSIONS,
			 1);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	bench_close(bench, 1, first);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
	bench_close(bench, 1, second);
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void a_quota_of_zero_does_not_refuse(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_SESSIONS,
			 0);
	for (int i = 0; i < 10; i++)
		bench_must_open(bench, 1);
}

static void limits_are_told_at_once_and_to_the_next_process(void **state)
{
	struct bench *bench = *state;
	struct guest_limits told;

	bench_start_with_guests(bench, 1);
	bench_drop(bench_guest(1));
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_MEMORY,
			 4096);
	bench_next(bench_guest(1), GUEST_LIMITS, &told, sizeof(told));
	assert_int_equal(told.limits.limit[QUOTA_MEMORY], 4096);
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	bench_next(bench_guest(1), GUEST_LIMITS, &told, sizeof(told));
	assert_int_equal(told.limits.limit[QUOTA_MEMORY], 4096);
}

static void a_limit_ends_with_its_domain(void **state)
{
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_guests(bench, 1);
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_SESSIONS,
			 0);
	child = bench_guest(1);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
	bench_domain(bench, 1, 1);
	bench_live(bench, 1, 0, 3);
	bench_must_open(bench, 1);
	bench_must_open(bench, 1);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
}

static void cameras_hear_of_what_guests_that_have_them_may_hold(void **state)
{
	struct bench *bench = *state;
	struct camera_guest_changed told;

	bench_start_with_guests(bench, 1);
	bench_must_open(bench, 1);
	bench_drop(bench_camera("left"));
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_HELD, 5);
	bench_next(bench_camera("rear"), CAMERA_GUEST, &told, sizeof(told));
	assert_int_equal(told.guest.domid, 1);
	assert_int_equal(told.guest.held, 5);
	assert_false(bench_was_told(bench_camera("left"), CAMERA_GUEST));
}

static void what_a_session_may_is_as_its_quotas_say(void **state)
{
	static char *twice[] = { (char *)"rear", (char *)"rear" };
	struct config_domain domain = {
		.name = (char *)"guest-1",
		.cameras = twice,
		.num_cameras = 2,
	};
	static const struct {
		uint64_t held, streams;
		uint32_t told_held, told_streams;
	} rows[] = {
		{ 0, 0, 32, 0 },
		{ 2, 1, 2, 2 },
		{ 33, 3, 32, 6 },
		{ UINT64_MAX, UINT64_MAX, 32, UINT32_MAX },
		{ 1, UINT32_MAX / 2, 1, UINT32_MAX - 1 },
	};
	struct bench *bench = *state;
	struct camera_session told;
	struct guest *guest;

	bench->config.domains = &domain;
	bench->config.num_domains = 1;
	bench_start_with_guests(bench, 0);
	bench_domain(bench, 1, 2);
	guest = bench_find(bench, 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		broker_set_limit(bench->broker, guest, QUOTA_HELD,
				 rows[i].held);
		broker_set_limit(bench->broker, guest, QUOTA_STREAMS,
				 rows[i].streams);
		broker_set_limit(bench->broker, guest, QUOTA_MEMORY, 4711 + i);
		bench_must_open(bench, 1);
		bench_next(bench_camera("rear"), CAMERA_SESSION, &told,
			   sizeof(told));
		assert_int_equal(told.guest.held, rows[i].told_held);
		assert_int_equal(told.guest.streams, rows[i].told_streams);
		assert_int_equal(told.guest.memory, 4711 + i);
	}
}

static void a_camera_bears_only_so_many_clients(void **state)
{
	struct bench *bench = *state;
	uint64_t first;

	rear(bench)->clients = 2;
	bench_start_with_guests(bench, 2);
	first = bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
	assert_int_equal(camera(bench, "rear")->clients.refused, 1);
	/* Who was refused has lost nothing by it. */
	assert_int_equal(bench_find(bench, 1)->sessions.used, 1);
	assert_int_equal(bench_find(bench, 1)->sessions.refused, 0);
	assert_int_equal(bench_capture(bench), 0);
	bench_close(bench, 1, first);
	assert_int_equal(bench_try_open(bench, 1), 0);
}

/* camera_be counts cameras where it means domains, so that its lock does not
 * engage with one camera and two guests. */
static void an_exclusive_camera_is_one_domains(void **state)
{
	struct bench *bench = *state;
	uint64_t first, second;

	rear(bench)->exclusive = true;
	bench_start_with_guests(bench, 2);
	first = bench_must_open(bench, 1);
	second = bench_must_open(bench, 1);
	assert_int_equal(bench_try_open(bench, 2), EBUSY);
	assert_int_equal(camera(bench, "rear")->exclusive_refused, 1);
	bench_close(bench, 1, first);
	assert_int_equal(bench_try_open(bench, 2), EBUSY);
	bench_close(bench, 1, second);
	assert_int_equal(bench_try_open(bench, 2), 0);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
}

static void one_domain_on_two_exclusive_cameras_is_no_two(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	rear(bench)->exclusive = true;
	two_cameras[1].exclusive = true;
	bench_start_with_guests(bench, 0);
	bench_domain(bench, 1, 2);
	assert_int_equal(bench_open(bench, 1, 0, &serial, &fd), 0);
	close(fd);
	assert_int_equal(bench_open(bench, 1, 1, &serial, &fd), 0);
	close(fd);
}

static void an_exclusive_camera_counts_dom0_as_a_domain(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	rear(bench)->exclusive = true;
	bench_start_with_guests(bench, 1);
	serial = bench_capture(bench);
	assert_int_not_equal(serial, 0);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
	bench_camera_closes(bench, "rear", serial);
	assert_int_equal(bench_try_open(bench, 1), 0);
	assert_int_equal(bench_capture(bench), 0);
}

static void die(struct bench *bench)
{
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
}

static void be_destroyed(struct bench *bench)
{
	struct child *child = bench_guest(1);

	fake_xs_remove("backend/virtio/1");
	fake_xs_domain(1, false);
	bench_settle(bench);
	fake_child_end(child, EXITED(0));
	bench_settle(bench);
}

static void be_evicted(struct bench *bench)
{
	broker_evict_guest(bench->broker, bench_find(bench, 1), NULL);
	bench_settle(bench);
}

static void lose_the_camera(struct bench *bench)
{
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	bench_present(bench, "rear", "Rear");
}

static void be_closed_by_the_camera(struct bench *bench)
{
	bench_camera_closes(bench, "rear",
			    bench->broker->sessions.last_serial);
}

/* camera_be keeps what a domain that died had. */
static void however_a_session_ends_the_camera_is_free(void **state)
{
	static void (*const ends[])(struct bench *bench) = {
		die, be_destroyed, be_evicted, lose_the_camera,
		be_closed_by_the_camera,
	};
	struct bench *bench = *state;
	uint64_t serial;

	rear(bench)->exclusive = true;
	two_cameras[0].clients = 1;
	two_cameras[0].bytes = 1000;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		bench_start_with_guests(bench, 2);
		serial = bench_must_open(bench, 1);
		assert_int_equal(bench_admit(bench, serial, 1000), 0);
		ends[i](bench);
		serial = bench_must_open(bench, 2);
		assert_int_equal(bench_admit(bench, serial, 1000), 0);
		bench_kill(bench);
		fake_xs_reset();
	}
}

static void a_file_that_stays_open_after_its_session_still_counts(void **state)
{
	struct bench *bench = *state;
	struct guest *guest;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	guest = bench_find(bench, 1);
	serial = bench_must_open(bench, 1);
	bench_must_open(bench, 1);
	assert_int_equal(broker_evict(bench->broker, serial), 0);
	assert_int_equal(bench_try_open(bench, 1), EBUSY);
	/* Exactly once, whatever else is said of it */
	bench_camera_closes(bench, "rear", serial);
	bench_close(bench, 1, serial);
	assert_int_equal(guest->sessions.used, 1);
	assert_int_equal(camera(bench, "rear")->clients.used, 1);
	assert_int_equal(bench_try_open(bench, 1), 0);
}

static void the_end_of_one_guest_ends_no_other(void **state)
{
	struct bench *bench = *state;
	struct camera_end end;

	bench_start_with_guests(bench, 2);
	bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	die(bench);
	bench_next(bench_camera("rear"), CAMERA_END, &end, sizeof(end));
	assert_int_equal(end.serial, 1);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	assert_int_equal(bench_find(bench, 2)->sessions.used, 1);
}

static void an_evicted_session_is_told_why(void **state)
{
	struct bench *bench = *state;
	struct camera_end end;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	assert_int_equal(broker_evict(bench->broker, serial), 0);
	bench_next(bench_camera("rear"), CAMERA_END, &end, sizeof(end));
	assert_int_equal(end.serial, serial);
	assert_int_equal(end.error, EACCES);
	assert_int_equal(broker_evict(bench->broker, serial), -ENOENT);
}

static void only_the_sessions_on_that_camera_are_evicted(void **state)
{
	struct bench *bench = *state;
	struct guest *guest;
	uint64_t serial;
	int fd;

	bench_start_with_guests(bench, 0);
	bench_domain(bench, 1, 2);
	guest = bench_find(bench, 1);
	bench_must_open(bench, 1);
	assert_int_equal(bench_open(bench, 1, 1, &serial, &fd), 0);
	close(fd);
	assert_int_equal(broker_evict_guest(bench->broker, guest,
					    camera(bench, "left")), 1);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	assert_true(bench_was_told(bench_camera("left"), CAMERA_END));
}

static void a_capture_that_is_evicted_is_gone_at_once(void **state)
{
	struct bench *bench = *state;
	uint64_t first;

	bench_start_with_guests(bench, 0);
	first = bench_capture(bench);
	assert_int_equal(broker_evict(bench->broker, first), 0);
	assert_true(list_empty(&bench->broker->sessions.list));
	assert_int_equal(camera(bench, "rear")->clients.used, 0);
	bench_camera_closes(bench, "rear", first);
	assert_non_null(bench_camera("rear"));
}

static void a_refusal_names_the_limit_and_who_has_what(void **state)
{
	struct bench *bench = *state;
	char text[4096];

	rear(bench)->clients = 3;
	bench_start_with_guests(bench, 3);
	bench_must_open(bench, 1);
	bench_must_open(bench, 1);
	bench_must_open(bench, 2);
	bench_log_begin(bench, LOG_WARNING);
	bench_try_open(bench, 1);
	bench_try_open(bench, 3);
	bench_log_end(bench, text, sizeof(text));
	assert_non_null(strstr(text, "guest guest-1: open refused: `sessions` "
			       "of guest-1 is 2, in use: rear 2; refused 1 "));
	assert_non_null(strstr(text, "guest guest-3: open refused: `clients` "
			       "of rear is 3, in use: guest-1 2, guest-2 1; "
			       "refused 1 "));
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(a_lowered_quota_takes_nothing_away),
		flow_test(a_quota_of_zero_does_not_refuse),
		flow_test(limits_are_told_at_once_and_to_the_next_process),
		flow_test(a_limit_ends_with_its_domain),
		flow_test(cameras_hear_of_what_guests_that_have_them_may_hold),
		flow_test(what_a_session_may_is_as_its_quotas_say),
		flow_test(a_camera_bears_only_so_many_clients),
		flow_test(an_exclusive_camera_is_one_domains),
		flow_test(one_domain_on_two_exclusive_cameras_is_no_two),
		flow_test(an_exclusive_camera_counts_dom0_as_a_domain),
		flow_test(however_a_session_ends_the_camera_is_free),
		flow_test(a_file_that_stays_open_after_its_session_still_counts),
		flow_test(the_end_of_one_guest_ends_no_other),
		flow_test(an_evicted_session_is_told_why),
		flow_test(only_the_sessions_on_that_camera_are_evicted),
		flow_test(a_capture_that_is_evicted_is_gone_at_once),
		flow_test(a_refusal_names_the_limit_and_who_has_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
