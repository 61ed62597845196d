// SPDX-License-Identifier: GPL-2.0-only
/* What vmediad learns of a guest when it asks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media_world.h"

#define HOLE UINT64_C(0x100000000)

static struct guest_report query(struct world *world)
{
	struct guest_session_report sessions[8];
	unsigned int count;

	return world_query(world, sessions, 8, &count);
}

/* Of the only session there is */
static struct guest_session_report query_session(struct world *world)
{
	struct guest_session_report session;
	unsigned int count;

	world_query(world, &session, 1, &count);
	assert_int_equal(count, 1);
	return session;
}

static uint64_t refused(struct world *world, enum quota_kind kind)
{
	return query(world).refused[kind];
}

static void a_guest_that_did_nothing_has_nothing(void **state)
{
	struct guest_session_report sessions[1];
	unsigned int count;
	const struct guest_report report =
		world_query(*state, sessions, 1, &count);

	assert_int_equal(count, 0);
	assert_int_equal(report.buffers, 0);
	assert_int_equal(report.memory, 0);
	assert_int_equal(report.commands, 0);
}

static void a_guest_without_devices_answers(void **state)
{
	*state = world_create(false);
	assert_int_equal(query(*state).mapped, 0);
}

static void each_session_is_known_by_its_serial(void **state)
{
	struct guest_session_report sessions[3];
	struct world *world = *state;
	unsigned int count;

	for (int i = 0; i < 3; i++)
		world_open(world);
	world_query(world, sessions, 3, &count);
	assert_int_equal(count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sessions[i].serial, world->sessions[i].serial);
}

static void a_session_that_is_over_is_not_reported(void **state)
{
	struct guest_session_report sessions[2];
	struct world *world = *state;
	const uint32_t closed = world_open(world), broken = world_open(world);
	unsigned int count;

	world_close(world, closed);
	camera_fake_die(camera_of(world, broken));
	world_settle(world);
	world_query(world, sessions, 2, &count);
	assert_int_equal(count, 0);
}

static void a_frame_in_the_guest_s_hands_is_counted(void **state)
{
	struct guest_session_report report;
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	report = query_session(world);
	assert_int_equal(report.frames, 0);
	assert_int_equal(report.buffers, 2);
	assert_int_equal(report.queued, 1);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	report = query_session(world);
	assert_int_equal(report.frames, 1);
	assert_int_equal(report.bytes, WORLD_FRAME_LEN);
	assert_int_equal(report.no_buffer, 0);
	assert_int_equal(report.failed, 0);
	assert_int_equal(report.queued, 0);
}

static void interrupts_and_calls_of_the_hypervisor_are_counted(void **state)
{
	struct world *world = *state;
	struct guest_report before, after;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	before = query(world);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	after = query(world);
	assert_int_equal(after.interrupts - before.interrupts, 1);
	assert_true(after.hypercalls > before.hypercalls);
}

static void a_frame_without_a_buffer_is_counted_apart(void **state)
{
	struct guest_session_report report;
	struct world *world = *state;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	for (unsigned int i = 0; i < 3; i++)
		camera_fake_send_frame(camera_of(world, id), i, i);
	world_settle(world);
	report = query_session(world);
	assert_int_equal(report.frames, 1);
	assert_int_equal(report.no_buffer, 2);
}

static void a_frame_that_cannot_be_written_is_counted_apart(void **state)
{
	struct guest_session_report report;
	struct world *world = *state;
	const uint32_t id = world_open(world);

	world_stream(world, id, 1, 1);
	assert_int_equal(world_qbuf(world, id, 0, WORLD_FRAME_LEN, HOLE), 0);
	camera_fake_send_frame(camera_of(world, id), 0, 0);
	world_settle(world);
	report = query_session(world);
	assert_int_equal(report.failed, 1);
	assert_int_equal(report.frames, 0);
	assert_int_equal(report.bytes, 0);
}

static void a_short_frame_counts_as_short_as_it_is(void **state)
{
	struct world *world = *state;
	struct session_frame frame;
	uint64_t gpa;
	const uint32_t id = world_stream_with_a_buffer(world, &gpa);

	frame = camera_fake_frame(camera_of(world, id), 0, 0);
	frame.bytesused[0] = 100;
	camera_fake_send(camera_of(world, id), &frame, sizeof(frame), NULL, 0);
	world_settle(world);
	assert_int_equal(query_session(world).bytes, 100);
}

static void what_all_sessions_have_is_added_up(void **state)
{
	struct world *world = *state;
	struct guest_report report;
	uint32_t count = 3;

	world_limit(world, QUOTA_STREAMS, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			world_reqbufs(world, world_open(world), &count), 0);
	report = query(world);
	assert_int_equal(report.buffers, 6);
	assert_int_equal(report.memory, 6 * WORLD_FRAME_LEN);
	/* Two OPENs, two REQBUFS */
	assert_int_equal(report.commands, 4);
	assert_true(report.mapped > 0);
}

static void a_refused_stream_is_counted(void **state)
{
	struct world *world = *state;
	const uint32_t one = world_open(world), two = world_open(world);
	uint32_t count = 2;

	assert_int_equal(world_reqbufs(world, one, &count), 0);
	assert_int_equal(refused(world, QUOTA_STREAMS), 0);
	assert_int_equal(world_reqbufs(world, two, &count), EBUSY);
	assert_int_equal(refused(world, QUOTA_STREAMS), 1);
	/* Who has no buffers and wants none was refused nothing. */
	world_stream_on(world, two);
	count = 0;
	world_reqbufs(world, two, &count);
	assert_int_equal(refused(world, QUOTA_STREAMS), 1);
}

static void refused_buffers_are_counted_by_what_was_short(void **state)
{
	struct world *world = *state;
	const uint32_t id = world_open(world);
	uint32_t count = 5;

	world_limit(world, QUOTA_BUFFERS, 4);
	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(count, 4);
	world_limit(world, QUOTA_MEMORY, 2 * WORLD_FRAME_LEN);
	assert_int_equal(world_reqbufs(world, id, &count), 0);
	assert_int_equal(refused(world, QUOTA_BUFFERS), 1);
	assert_int_equal(refused(world, QUOTA_MEMORY), 1);
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_that_did_nothing_has_nothing),
		cmocka_unit_test_teardown(a_guest_without_devices_answers,
					  world_tear_down),
		TEST(each_session_is_known_by_its_serial),
		TEST(a_session_that_is_over_is_not_reported),
		TEST(a_frame_in_the_guest_s_hands_is_counted),
		TEST(interrupts_and_calls_of_the_hypervisor_are_counted),
		TEST(a_frame_without_a_buffer_is_counted_apart),
		TEST(a_frame_that_cannot_be_written_is_counted_apart),
		TEST(a_short_frame_counts_as_short_as_it_is),
		TEST(what_all_sessions_have_is_added_up),
		TEST(a_refused_stream_is_counted),
		TEST(refused_buffers_are_counted_by_what_was_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
