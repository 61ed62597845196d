// SPDX-License-Identifier: GPL-2.0-only
/* Bytes/s: counted before they are used. */
#include <errno.h>
#include <inttypes.h>
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

static struct config_camera two_cameras[2];

/* A domain may have 100 bytes/s, the camera "rear" bears 150. */
static void start(struct bench *bench)
{
	memcpy(two_cameras, bench->config.cameras, sizeof(two_cameras));
	two_cameras[0].bytes = 150;
	bench->config.cameras = two_cameras;
	bench->config.limits.limit[QUOTA_BYTES] = 100;
	bench_start_with_guests(bench, 2);
}

static struct quota *of_rear(struct bench *bench)
{
	return &cameras_find(&bench->broker->cameras, "rear")->bytes;
}

static void rate(struct bench *bench, uint64_t serial, uint64_t bytes)
{
	struct camera_bandwidth message = {
		.hdr.type = CAMERA_RATE,
		.serial = serial,
		.bytes = bytes,
	};

	fake_child_send(bench_camera("rear"), &message, sizeof(message));
	bench_settle(bench);
}

/* Who asks for how much in all, and what is in use then */
static void the_budgets_hold_row_by_row(void **state)
{
	enum { ONE, ALSO_ONE, TWO, DOM0, NUM };
	static const struct {
		const char *what;
		unsigned int who;
		uint64_t bytes;
		unsigned int error;
		uint64_t used;
	} rows[] = {
		{ "the domain has so much", ONE, 60, 0, 60 },
		{ "its other session has the rest", ALSO_ONE, 41, ENOSPC, 60 },
		{ "and no more", ALSO_ONE, 40, 0, 100 },
		{ "the camera has 50 for others", TWO, 51, ENOSPC, 100 },
		{ "all of them", TWO, 50, 0, 150 },
		{ "also for dom0", DOM0, 1, ENOSPC, 150 },
		{ "less is always fine", ONE, 10, 0, 100 },
		{ "what was given back others have", DOM0, 50, 0, 150 },
		{ "which has no limit as a domain", DOM0, 51, ENOSPC, 150 },
		{ "the same again is no more", TWO, 50, 0, 150 },
		{ "no sum wraps", TWO, UINT64_MAX, ENOSPC, 150 },
		{ "no sum wraps", DOM0, UINT64_MAX - 99, ENOSPC, 150 },
		{ "nothing is fine", DOM0, 0, 0, 100 },
		{ "more, if there is room", DOM0, 50, 0, 150 },
	};
	struct bench *bench = *state;
	uint64_t serials[NUM];

	start(bench);
	serials[ONE] = bench_must_open(bench, 1);
	serials[ALSO_ONE] = bench_must_open(bench, 1);
	serials[TWO] = bench_must_open(bench, 2);
	serials[DOM0] = bench_capture(bench);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (bench_admit(bench, serials[rows[i].who], rows[i].bytes) !=
			    rows[i].error ||
		    of_rear(bench)->used != rows[i].used)
			fail_msg("row %zu: %s: %" PRIu64 " are used", i,
				 rows[i].what, of_rear(bench)->used);
	}
}

static void without_limits_everything_is_admitted(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	assert_int_equal(bench_admit(bench, bench_must_open(bench, 1),
				     UINT64_MAX / 2), 0);
}

static void what_is_not_needed_any_more_is_free(void **state)
{
	struct bench *bench = *state;
	uint64_t first, second;

	start(bench);
	first = bench_must_open(bench, 1);
	second = bench_must_open(bench, 1);
	assert_int_equal(bench_admit(bench, first, 100), 0);
	rate(bench, first, 30);
	assert_int_equal(bench_admit(bench, second, 70), 0);
	rate(bench, first, 0);
	assert_int_equal(bench_admit(bench, second, 100), 0);
}

static void nobody_gets_more_without_asking(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	start(bench);
	serial = bench_must_open(bench, 1);
	assert_int_equal(bench_admit(bench, serial, 10), 0);
	rate(bench, serial, 1000);
	assert_int_equal(of_rear(bench)->used, 10);
}

static void sessions_that_are_not_there_get_nothing(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;
	int fd;

	start(bench);
	bench_domain(bench, 3, 2);
	/* One of "left" is none of "rear"'s. */
	assert_int_equal(bench_open(bench, 3, 1, &serial, &fd), 0);
	close(fd);
	assert_int_equal(bench_admit(bench, serial, 1), ENOENT);
	assert_int_equal(bench_admit(bench, 99, 1), ENOENT);
	rate(bench, 99, 1);
	serial = bench_must_open(bench, 1);
	bench_close(bench, 1, serial);
	assert_int_equal(bench_admit(bench, serial, 1), ENOENT);
	assert_int_equal(of_rear(bench)->used, 0);
}

static void a_lowered_budget_stops_no_stream(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	start(bench);
	serial = bench_must_open(bench, 1);
	assert_int_equal(bench_admit(bench, serial, 80), 0);
	broker_set_limit(bench->broker, bench_find(bench, 1), QUOTA_BYTES, 50);
	assert_false(bench_was_told(bench_camera("rear"), CAMERA_END));
	assert_int_equal(bench_admit(bench, serial, 80), 0);
	rate(bench, serial, 0);
	assert_int_equal(bench_admit(bench, serial, 80), ENOSPC);
	assert_int_equal(bench_admit(bench, serial, 50), 0);
	assert_int_equal(bench_find(bench, 1)->bytes.refused, 1);
}

static void a_refusal_says_which_budget_and_who_has_it(void **state)
{
	struct bench *bench = *state;
	char text[4096];
	uint64_t first, second;

	start(bench);
	first = bench_must_open(bench, 1);
	second = bench_must_open(bench, 2);
	bench_log_begin(bench, LOG_WARNING);
	assert_int_equal(bench_admit(bench, second, 20 << 20), ENOSPC);
	assert_int_equal(bench_admit(bench, first, 90), 0);
	assert_int_equal(bench_admit(bench, first, 101), ENOSPC);
	assert_int_equal(bench_admit(bench, second, 70), ENOSPC);
	bench_log_end(bench, text, sizeof(text));
	assert_non_null(strstr(text, "it needs 20M bytes/s, but `bytes/s` of "
			       "guest guest-2 is 100 and 0 are used: nothing"));
	assert_non_null(strstr(text, "it needs 101 bytes/s, but `bytes/s` of "
			       "guest guest-1 is 100 and 90 are used: "
			       "rear 90"));
	assert_non_null(strstr(text, "it needs 70 bytes/s, but `bytes/s` of "
			       "camera rear is 150 and 90 are used: "
			       "guest-1 90"));
}

static void a_camera_that_talks_nonsense_is_killed(void **state)
{
	static const struct {
		struct daemon_header hdr;
		uint64_t body[2];
		size_t len;
	} nonsense[] = {
		{ .hdr.type = CAMERA_ADMIT, .len = 8 },
		{ .hdr.type = CAMERA_RATE, .len = 16 },
		{ .hdr.type = CAMERA_CLOSED, .len = 24 },
		{ .hdr.type = CAMERA_REPORT, .len = 24 },
		{ .hdr.type = CAMERA_STOP, .len = 8 },
		{ .len = 3 },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		bench_start_with_guests(bench, 0);
		fake_child_send(bench_camera("rear"), &nonsense[i],
				nonsense[i].len);
		bench_settle(bench);
		assert_true(fake_child_killed(bench_camera("rear")));
		bench_kill(bench);
		fake_xs_reset();
	}
}

/* Each is a message to every guest that has it, and to the guest itself. */
static void a_camera_that_comes_and_goes_all_the_time_is_killed(void **state)
{
	struct camera_state told = { .hdr.type = CAMERA_STATE };
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	for (int i = 0; i < 1000 && !fake_child_killed(bench_camera("rear"));
	     i++) {
		told.identity.present = i % 2;
		fake_child_send(bench_camera("rear"), &told, sizeof(told));
		bench_settle(bench);
		bench_drop(bench_guest(1));
		if (i < 16)
			assert_false(fake_child_killed(bench_camera("rear")));
	}
	assert_true(fake_child_killed(bench_camera("rear")));
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(the_budgets_hold_row_by_row),
		flow_test(without_limits_everything_is_admitted),
		flow_test(what_is_not_needed_any_more_is_free),
		flow_test(nobody_gets_more_without_asking),
		flow_test(sessions_that_are_not_there_get_nothing),
		flow_test(a_lowered_budget_stops_no_stream),
		flow_test(a_refusal_says_which_budget_and_who_has_it),
		flow_test(a_camera_that_talks_nonsense_is_killed),
		flow_test(a_camera_that_comes_and_goes_all_the_time_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
