// SPDX-License-Identifier: GPL-2.0-only
/* Asking all processes how it is going. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/inquiry.h"
#include "daemon_bench.h"

static void on_done(void *owner)
{
	unsigned int *count = owner;

	++*count;
}

static struct inquiry *ask(struct bench *bench, unsigned int *done)
{
	struct inquiry *inquiry;

	*done = 0;
	assert_int_equal(inquiry_create(bench->broker, on_done, done,
					&inquiry), 0);
	/* Never from within */
	assert_int_equal(*done, 0);
	bench_settle(bench);
	return inquiry;
}

/* What is asked of @child last */
static uint32_t asked(struct child *child, uint32_t type)
{
	struct daemon_query query;

	bench_next(child, type, &query, sizeof(query));
	return query.tag;
}

static void camera_answers(struct bench *bench, const char *name, uint32_t tag)
{
	struct camera_report report = {
		.hdr.type = CAMERA_REPORT,
		.tag = tag,
		.captured = 100 + tag,
	};

	fake_child_send(bench_camera(name), &report, sizeof(report));
	bench_settle(bench);
}

static void guest_answers(struct bench *bench, uint32_t tag)
{
	struct guest_report report = {
		.hdr.type = GUEST_REPORT,
		.tag = tag,
		.commands = 200 + tag,
	};

	fake_child_send(bench_guest(1), &report, sizeof(report));
	bench_settle(bench);
}

static void cameras_answer(struct bench *bench)
{
	camera_answers(bench, "rear",
		       asked(bench_camera("rear"), CAMERA_QUERY));
	camera_answers(bench, "left",
		       asked(bench_camera("left"), CAMERA_QUERY));
}

static void it_is_done_when_all_have_answered(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench_start_with_guests(bench, 1);
	inquiry = ask(bench, &done);
	cameras_answer(bench);
	assert_int_equal(done, 0);
	guest_answers(bench, asked(bench_guest(1), GUEST_QUERY));
	assert_int_equal(done, 1);
	assert_int_equal(bench_find(bench, 1)->report.commands, 201);
	assert_false(bench_find(bench, 1)->stale);
	assert_int_equal(cameras_nth(&bench->broker->cameras, 0)->
			 report.captured, 101);
	inquiry_destroy(inquiry);
}

static void who_is_silent_is_not_waited_for_long(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench_start_with_guests(bench, 1);
	inquiry = ask(bench, &done);
	cameras_answer(bench);
	bench_wait(bench, 300);
	assert_int_equal(done, 0);
	bench_wait(bench, 300);
	assert_int_equal(done, 1);
	assert_true(bench_find(bench, 1)->stale);
	assert_false(cameras_nth(&bench->broker->cameras, 0)->stale);
	inquiry_destroy(inquiry);
}

static void an_answer_that_comes_late_is_taken_all_the_same(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench_start_with_guests(bench, 1);
	inquiry = ask(bench, &done);
	bench_wait(bench, 600);
	inquiry_destroy(inquiry);
	guest_answers(bench, asked(bench_guest(1), GUEST_QUERY));
	assert_false(bench_find(bench, 1)->stale);
	assert_int_equal(done, 1);
}

static void who_dies_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench_start_with_guests(bench, 1);
	inquiry = ask(bench, &done);
	cameras_answer(bench);
	fake_child_end(bench_guest(1), SIGSEGV);
	bench_settle(bench);
	assert_int_equal(done, 1);
	inquiry_destroy(inquiry);
}

static void a_camera_that_dies_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench_start_with_guests(bench, 0);
	inquiry = ask(bench, &done);
	camera_answers(bench, "left",
		       asked(bench_camera("left"), CAMERA_QUERY));
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	assert_int_equal(done, 1);
	inquiry_destroy(inquiry);
}

static void who_cannot_be_asked_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	struct inquiry *first, *second;
	unsigned int first_done, second_done;
	struct guest *guest;

	bench_start_with_guests(bench, 1);
	guest = bench_find(bench, 1);
	first = ask(bench, &first_done);
	/* It reads no more. */
	for (int i = 0; i < 2000 && !process_is_behind(&guest->process); i++)
		guest_set_limits(guest, &guest->limits);
	second = ask(bench, &second_done);
	cameras_answer(bench);
	cameras_answer(bench);
	assert_int_equal(first_done, 0);
	assert_int_equal(second_done, 1);
	assert_true(guest->stale);
	inquiry_destroy(first);
	inquiry_destroy(second);
}

static void without_processes_it_is_done_soon(void **state)
{
	struct bench *bench = *state;
	struct inquiry *inquiry;
	unsigned int done;

	bench->config.num_cameras = 0;
	bench_start(bench);
	inquiry = ask(bench, &done);
	assert_int_equal(done, 1);
	inquiry_destroy(inquiry);
}

static void each_of_two_inquiries_is_done_by_its_own_answers(void **state)
{
	struct bench *bench = *state;
	struct inquiry *first, *second;
	unsigned int first_done, second_done;
	uint32_t tag;

	bench_start_with_guests(bench, 0);
	first = ask(bench, &first_done);
	second = ask(bench, &second_done);
	cameras_answer(bench);
	assert_int_equal(first_done, 1);
	assert_int_equal(second_done, 0);
	/* Their next question is the second's. */
	tag = asked(bench_camera("rear"), CAMERA_QUERY);
	camera_answers(bench, "rear", tag);
	camera_answers(bench, "left", tag);
	assert_int_equal(first_done, 1);
	assert_int_equal(second_done, 1);
	inquiry_destroy(first);
	inquiry_destroy(second);
}

static void one_that_is_not_wanted_any_more_is_never_done(void **state)
{
	struct bench *bench = *state;
	unsigned int done;

	bench_start_with_guests(bench, 0);
	inquiry_destroy(ask(bench, &done));
	cameras_answer(bench);
	bench_wait(bench, 550);
	assert_int_equal(done, 0);
}

static void reports_of_sessions_are_kept_with_the_session(void **state)
{
	struct guest_session_report at_guest = {
		.hdr.type = GUEST_SESSION_REPORT,
		.frames = 11,
	};
	struct camera_session_report at_camera = {
		.hdr.type = CAMERA_SESSION_REPORT,
		.lent = 12,
	};
	struct bench *bench = *state;
	struct session *session;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	at_guest.serial = serial;
	at_camera.serial = serial;
	fake_child_send(bench_guest(1), &at_guest, sizeof(at_guest));
	fake_child_send(bench_camera("rear"), &at_camera, sizeof(at_camera));
	bench_settle(bench);
	session = sessions_find_serial(&bench->broker->sessions, serial);
	assert_int_equal(session->at_guest.frames, 11);
	assert_int_equal(session->at_camera.lent, 12);
	assert_true(session->guest_told.tv_sec || session->guest_told.tv_nsec);
	assert_true(session->camera_told.tv_sec ||
		    session->camera_told.tv_nsec);
}

static void nobody_reports_of_anothers_session(void **state)
{
	struct guest_session_report at_guest = {
		.hdr.type = GUEST_SESSION_REPORT,
		.frames = 11,
	};
	struct camera_session_report at_camera = {
		.hdr.type = CAMERA_SESSION_REPORT,
		.lent = 12,
	};
	struct bench *bench = *state;
	struct session *session;

	bench_start_with_guests(bench, 2);
	at_guest.serial = bench_must_open(bench, 1);
	at_camera.serial = at_guest.serial;
	fake_child_send(bench_guest(2), &at_guest, sizeof(at_guest));
	fake_child_send(bench_camera("left"), &at_camera, sizeof(at_camera));
	bench_settle(bench);
	session = sessions_find_serial(&bench->broker->sessions,
				       at_guest.serial);
	assert_int_equal(session->at_guest.frames, 0);
	assert_int_equal(session->at_camera.lent, 0);
}

static void answers_that_nobody_asked_for_are_an_offence(void **state)
{
	static const uint32_t tags[] = { 0, 1, 2 };
	struct bench *bench = *state;
	unsigned int done;

	for (size_t i = 0; i < 3; i++) {
		bench_start_with_guests(bench, 1);
		inquiry_destroy(ask(bench, &done));
		guest_answers(bench, 1);
		camera_answers(bench, "rear", 1);
		assert_false(fake_child_killed(bench_guest(1)));
		/* Once more, or of another question */
		guest_answers(bench, tags[i]);
		camera_answers(bench, "rear", tags[i]);
		assert_true(fake_child_killed(bench_guest(1)));
		assert_true(fake_child_killed(bench_camera("rear")));
		bench_kill(bench);
		fake_xs_reset();
	}
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(it_is_done_when_all_have_answered),
		flow_test(who_is_silent_is_not_waited_for_long),
		flow_test(an_answer_that_comes_late_is_taken_all_the_same),
		flow_test(who_dies_is_not_waited_for),
		flow_test(a_camera_that_dies_is_not_waited_for),
		flow_test(who_cannot_be_asked_is_not_waited_for),
		flow_test(without_processes_it_is_done_soon),
		flow_test(each_of_two_inquiries_is_done_by_its_own_answers),
		flow_test(one_that_is_not_wanted_any_more_is_never_done),
		flow_test(reports_of_sessions_are_kept_with_the_session),
		flow_test(nobody_reports_of_anothers_session),
		flow_test(answers_that_nobody_asked_for_are_an_offence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
