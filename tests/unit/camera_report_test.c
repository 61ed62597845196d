// SPDX-License-Identifier: GPL-2.0-only
/* How it is going, when vmediad asks */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wakeups.h"
#include "camera_client.h"
#include "source_fake.h"

#define CAPTURE V4L2_BUF_TYPE_VIDEO_CAPTURE
#define MANY 600

struct scene {
	struct camera_world world;
	struct source_fake fake;
	struct camera_client one;
	struct camera_client two;
	int fds[MANY];
	unsigned int num_fds;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	source_fake_init(&scene->fake);
	world_init(&scene->world, event_base_new(), &scene->fake.source);
	client_open(&scene->one, &scene->world, 1);
	client_open(&scene->two, &scene->world, 1);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	client_close(&scene->one);
	client_close(&scene->two);
	while (scene->num_fds > 0)
		close(scene->fds[--scene->num_fds]);
	world_finish(&scene->world);
	event_base_free(scene->world.base);
	free(scene);
	return 0;
}

static void fill(struct scene *scene, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		source_fake_fill(&scene->fake);
		client_pump(&scene->one);
	}
}

static void a_question_is_answered_with_its_tag(void **state)
{
	struct scene *scene = *state;

	world_query(&scene->world, 17);
	assert_int_equal(scene->world.num_sessions, 2);
	assert_int_equal(scene->world.sessions[0].serial, 1);
	assert_int_equal(scene->world.sessions[1].serial, 2);
	assert_int_equal(scene->world.num_reports, 1);
	assert_int_equal(scene->world.report.tag, 17);
}

static void who_does_not_stream_got_nothing(void **state)
{
	static const struct camera_session_report nothing = {
		.hdr.type = CAMERA_SESSION_REPORT,
		.serial = 1,
		.numerator = 1,
		.denominator = 30,
	};
	struct scene *scene = *state;

	world_query(&scene->world, 1);
	assert_memory_equal(&scene->world.sessions[0], &nothing,
			    sizeof(nothing));
	assert_int_equal(scene->world.report.slots, 0);
	assert_int_equal(scene->world.report.queued, 0);
	assert_int_equal(scene->world.report.captured, 0);
}

static void what_a_session_got_and_missed_is_told(void **state)
{
	struct scene *scene = *state;
	const struct camera_session_report *report = &scene->world.sessions[0];

	assert_int_equal(client_stream(&scene->one), 0);
	fill(scene, 3);
	world_query(&scene->world, 1);
	/* It may hold one, and returned none. */
	assert_int_equal(report->lent, 1);
	assert_int_equal(report->held, 1);
	assert_int_equal(report->missed_held, 2);
	assert_int_equal(report->skipped, 0);
	assert_int_equal(report->streaming, 1);
	assert_int_equal(report->buffers, 1);
	assert_int_equal(scene->world.sessions[1].streaming, 0);
	assert_int_equal(scene->world.sessions[1].buffers, 0);
	assert_int_equal(scene->world.report.captured, 3);
	assert_int_equal(scene->world.report.slots, scene->fake.num_slots);
	assert_int_equal(scene->world.report.queued,
			 __builtin_popcount(scene->fake.queued));
}

static void a_session_that_stopped_keeps_its_counters(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(client_stream(&scene->one), 0);
	fill(scene, 3);
	assert_int_equal(client_stop(&scene->one), 0);
	world_query(&scene->world, 1);
	assert_int_equal(scene->world.sessions[0].lent, 1);
	assert_int_equal(scene->world.sessions[0].held, 0);
	assert_int_equal(scene->world.sessions[0].streaming, 0);
	assert_int_equal(scene->world.report.slots, 0);
	assert_int_equal(scene->world.report.captured, 3);
}

static void the_mode_is_told(void **state)
{
	struct scene *scene = *state;

	world_query(&scene->world, 1);
	assert_int_equal(scene->world.report.mode.pixelformat,
			 V4L2_PIX_FMT_YUYV);
	assert_int_equal(scene->world.report.mode.width, 64);
	assert_int_equal(scene->world.report.mode.denominator, 30);
	assert_int_equal(scene->world.report.mode_pinned, 0);
}

static void a_camera_that_is_away_has_no_mode(void **state)
{
	struct scene *scene = *state;

	source_fake_vanish(&scene->fake);
	world_query(&scene->world, 1);
	assert_int_equal(scene->world.num_sessions, 0);
	assert_int_equal(scene->world.num_reports, 1);
	assert_int_equal(scene->world.report.mode.pixelformat, 0);
}

static void the_wake_ups_of_the_process_are_told(void **state)
{
	static const struct timeval now = { 0 };
	struct scene *scene = *state;

	for (uint64_t i = 1; i <= 3; i++) {
		event_base_loopexit(scene->world.base, &now);
		wakeups_dispatch(scene->world.base);
		world_query(&scene->world, i);
		assert_int_equal(scene->world.report.wakeups, i);
	}
}

static void half_a_question_is_none(void **state)
{
	struct scene *scene = *state;
	const struct daemon_query query = { .hdr.type = CAMERA_QUERY };

	world_tell(&scene->world, &query, sizeof(query) - 1);
	assert_int_equal(scene->world.num_reports, 0);
}

static void send_query(struct scene *scene, uint32_t tag)
{
	const struct daemon_query query = {
		.hdr.type = CAMERA_QUERY,
		.tag = tag,
	};

	assert_int_equal(send(scene->world.daemon, &query, sizeof(query), 0),
			 sizeof(query));
}

static void of_questions_that_wait_the_newest_is_answered(void **state)
{
	struct scene *scene = *state;

	send_query(scene, 1);
	send_query(scene, 2);
	send_query(scene, 3);
	world_pump(&scene->world);
	assert_int_equal(scene->world.num_reports, 2);
	assert_int_equal(scene->world.report.tag, 3);
	assert_int_equal(scene->world.num_sessions, 4);
}

/* Sessions whose far ends nobody reads */
static void open_many(struct scene *scene)
{
	static struct camera_client client;

	while (scene->num_fds < MANY) {
		client_open(&client, &scene->world, 1);
		scene->fds[scene->num_fds++] = client.fd;
	}
}

static void wait_for_report(struct scene *scene)
{
	for (int i = 0; i < 200 && scene->world.num_reports == 0; i++) {
		struct timeval tv = { 0, 5000 };

		event_base_loopexit(scene->world.base, &tv);
		event_base_dispatch(scene->world.base);
		world_pump(&scene->world);
	}
}

static void many_sessions_are_all_told(void **state)
{
	struct scene *scene = *state;

	open_many(scene);
	send_query(scene, 1);
	wait_for_report(scene);
	assert_int_equal(scene->world.num_reports, 1);
	assert_int_equal(scene->world.num_sessions, MANY + 2);
}

/* The camera asks, the camera answers, and nobody reads: it must not die. */
static void a_vmediad_that_does_not_read_is_not_buried(void **state)
{
	struct scene *scene = *state;
	int size = 4096;

	open_many(scene);
	setsockopt(scene->world.daemon, SOL_SOCKET, SO_RCVBUF, &size,
		   sizeof(size));
	for (uint32_t tag = 1; tag < 50; tag++) {
		struct timeval tv = { 0, 2000 };

		send_query(scene, tag);
		event_base_loopexit(scene->world.base, &tv);
		event_base_dispatch(scene->world.base);
	}
	/* It reads again, and is told all. */
	wait_for_report(scene);
	assert_true(scene->world.num_sessions >= MANY + 2);
	assert_int_equal(client_stream(&scene->one), 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_question_is_answered_with_its_tag),
		SCENE(who_does_not_stream_got_nothing),
		SCENE(what_a_session_got_and_missed_is_told),
		SCENE(a_session_that_stopped_keeps_its_counters),
		SCENE(the_mode_is_told),
		SCENE(a_camera_that_is_away_has_no_mode),
		SCENE(the_wake_ups_of_the_process_are_told),
		SCENE(half_a_question_is_none),
		SCENE(of_questions_that_wait_the_newest_is_answered),
		SCENE(many_sessions_are_all_told),
		SCENE(a_vmediad_that_does_not_read_is_not_buried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
