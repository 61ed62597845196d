// SPDX-License-Identifier: GPL-2.0-only
/* The memory that guests may still see, and how long it is kept for them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon_bench.h"
#include "dma_buf_fake.h"
#include "ipc/link.h"

#define SLOTS ((uint64_t)32 << 20)

/* dma-bufs of a pool */
#define DMA_BUFS 8

/* Longer than the grace that the bench gives */
#define LONG_MS 60

/* Domain 1 has a session on "rear", and sees its slots. Return: serial. */
static uint64_t see_slots(struct bench *bench)
{
	const uint64_t serial = bench_must_open(bench, 1);

	bench_grant(bench, 1, serial, SLOTS, DMA_BUFS);
	return serial;
}

static void memory_is_kept_until_the_guest_lets_go(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench);
	bench_close(bench, 1, serial);
	assert_int_equal(fake_dma_buf_count(), DMA_BUFS);
	bench_lets_go(bench, 1, serial);
	assert_int_equal(fake_dma_buf_count(), 0);
}

static void what_the_guest_let_go_of_is_not_kept(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench);
	bench_close(bench, 1, serial);
	bench_grant(bench, 1, serial, SLOTS / DMA_BUFS, 1);
	assert_int_equal(fake_dma_buf_count(), 1);
}

static void memory_is_kept_when_the_guests_process_dies(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench);
	bench_guest_dies(bench, 1);
	assert_int_equal(fake_dma_buf_count(), DMA_BUFS);
}

static void memory_is_kept_when_the_camera_is_renewed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_true(bench_was_told(bench_camera("rear"), CAMERA_RENEW));
	assert_int_equal(fake_dma_buf_count(), DMA_BUFS);
}

static void after_the_renewal_it_is_kept_until_the_guest_lets_go(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_lets_go(bench, 1, serial);
	assert_int_equal(fake_dma_buf_count(), 0);
}

static void memory_is_kept_when_the_cameras_process_dies(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	assert_int_equal(fake_dma_buf_count(), DMA_BUFS);
}

static void nothing_is_kept_for_a_domain_that_is_gone(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench);
	bench_guest_dies(bench, 1);
	fake_xs_domain(1, false);
	bench_settle(bench);
	fake_child_end(bench_guest(1), 0);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_int_equal(fake_dma_buf_count(), 0);
}

/* Its process will grant nothing, and others have descriptors left. */
static void who_left_too_much_behind_gets_copies(void **state)
{
	struct guest_session answer;
	struct guest_open open = { .hdr.type = GUEST_OPEN };
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_SESSIONS] = 0;
	bench_start_with_guests(bench, 1);
	for (unsigned int i = 0; i <= GUEST_MAX_GRANTED / 128; i++)
		bench_grant(bench, 1, bench_must_open(bench, 1), SLOTS, 128);
	bench_guest_dies(bench, 1);
	bench_live(bench, 1, 0, 3);
	fake_child_send(bench_guest(1), &open, sizeof(open));
	bench_settle(bench);
	close(bench_next(bench_guest(1), GUEST_SESSION, &answer,
			 sizeof(answer)));
	assert_int_equal(answer.transfer, TRANSFER_COPY);
}

static void a_process_that_grants_no_memory_is_killed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_grant(bench, 1, bench_must_open(bench, 1), SLOTS, 0);
	assert_true(fake_child_killed(bench_guest(1)));
}

/* Such as the end of a socket, whose other end shall see that it is gone */
static void a_process_that_has_something_else_kept_is_killed(void **state)
{
	struct bench *bench = *state;
	struct guest_granted message = { .hdr.type = GUEST_GRANTED };
	const int fds[] = { STDERR_FILENO };

	bench_start_with_guests(bench, 1);
	message.serial = bench_must_open(bench, 1);
	fake_child_send_fds(bench_guest(1), &message, sizeof(message), fds, 1);
	bench_settle(bench);
	assert_true(fake_child_killed(bench_guest(1)));
}

static void who_has_more_kept_than_a_domain_may_is_killed(void **state)
{
	struct bench *bench = *state;
	unsigned int count = 0;

	bench->config.limits.limit[QUOTA_SESSIONS] = 0;
	bench_start_with_guests(bench, 1);
	while (count < 100 && !fake_child_killed(bench_guest(1))) {
		bench_grant(bench, 1, bench_must_open(bench, 1), SLOTS, 128);
		count++;
	}
	assert_in_range(count, GUEST_MAX_GRANTED / 128 + 1, 99);
	assert_in_range(fake_dma_buf_count(), GUEST_MAX_GRANTED, 2048);
}

static void who_sees_more_when_its_session_is_over_is_killed(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench);
	bench_close(bench, 1, serial);
	bench_grant(bench, 1, serial, SLOTS, DMA_BUFS + 1);
	assert_true(fake_child_killed(bench_guest(1)));
}

/* Of as many dma-bufs as a message may bring */
#define MANY_SLOTS ((uint64_t)LINK_MAX_FDS << 16)

/* A quarter is for memory: more than one message may bring, less than two. */
static struct rlimit all_descriptors;

static int begin_with_few_descriptors(void **state)
{
	struct rlimit few;

	getrlimit(RLIMIT_NOFILE, &all_descriptors);
	few = all_descriptors;
	few.rlim_cur = 4 * (LINK_MAX_FDS + LINK_MAX_FDS / 2);
	setrlimit(RLIMIT_NOFILE, &few);
	return bench_begin(state);
}

static int end_with_few_descriptors(void **state)
{
	setrlimit(RLIMIT_NOFILE, &all_descriptors);
	return bench_end(state);
}

/* Domain 1 has a session from before domain 2 took all room, and sees slots.
 * Return: serial. */
static uint64_t see_slots_too_late(struct bench *bench)
{
	uint64_t serial;

	bench_start_with_guests(bench, 2);
	serial = bench_must_open(bench, 1);
	bench_grant(bench, 2, bench_must_open(bench, 2), MANY_SLOTS,
		    LINK_MAX_FDS);
	bench_grant(bench, 1, serial, MANY_SLOTS, LINK_MAX_FDS);
	return serial;
}

static void who_finds_no_room_since_others_took_it_lives(void **state)
{
	struct bench *bench = *state;

	see_slots_too_late(bench);
	assert_false(fake_child_killed(bench_guest(1)));
}

static void memory_without_room_is_not_kept(void **state)
{
	see_slots_too_late(*state);
	assert_int_equal(fake_dma_buf_count(), LINK_MAX_FDS);
}

static void memory_without_room_is_warned_of(void **state)
{
	struct bench *bench = *state;
	char text[4096];

	bench->config.log_level = LOG_WARNING;
	bench_log_begin(bench, LOG_WARNING);
	see_slots_too_late(bench);
	bench_log_end(bench, text, sizeof(text));
	assert_non_null(strstr(text, "is not kept"));
}

static void memory_without_room_counts_when_the_process_dies(void **state)
{
	struct bench *bench = *state;

	see_slots_too_late(bench);
	bench_guest_dies(bench, 1);
	assert_int_equal(bench_find(bench, 1)->lost, MANY_SLOTS);
}

static void memory_without_room_costs_the_camera_its_own(void **state)
{
	struct bench *bench = *state;

	see_slots_too_late(bench);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_true(bench_was_told(bench_camera("rear"), CAMERA_RENEW));
}

/* It let go of some, as it may. */
static void who_found_no_room_may_see_less_after_a_renewal(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	serial = see_slots_too_late(bench);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_close(bench, 1, serial);
	bench_grant(bench, 1, serial, MANY_SLOTS, LINK_MAX_FDS - 1);
	assert_false(fake_child_killed(bench_guest(1)));
}

static void what_finds_room_later_is_kept(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	serial = see_slots_too_late(bench);
	bench_close(bench, 1, serial);
	bench_grant(bench, 1, serial, SLOTS, 1);
	assert_int_equal(fake_dma_buf_count(), LINK_MAX_FDS + 1);
}

static void room_that_a_process_took_itself_is_no_excuse(void **state)
{
	struct bench *bench = *state;
	unsigned int count = 0;

	bench->config.limits.limit[QUOTA_SESSIONS] = 0;
	bench_start_with_guests(bench, 1);
	while (count < 100 && !fake_child_killed(bench_guest(1))) {
		bench_grant(bench, 1, bench_must_open(bench, 1), SLOTS, 128);
		count++;
	}
	assert_in_range(count, GUEST_MAX_GRANTED / 128 + 1, 99);
}

#define flow_test(name) \
	cmocka_unit_test_setup_teardown(name, bench_begin, bench_end)

#define few_descriptors_test(name)                                        \
	cmocka_unit_test_setup_teardown(name, begin_with_few_descriptors, \
					end_with_few_descriptors)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(memory_is_kept_until_the_guest_lets_go),
		flow_test(what_the_guest_let_go_of_is_not_kept),
		flow_test(memory_is_kept_when_the_guests_process_dies),
		flow_test(memory_is_kept_when_the_camera_is_renewed),
		flow_test(after_the_renewal_it_is_kept_until_the_guest_lets_go),
		flow_test(memory_is_kept_when_the_cameras_process_dies),
		flow_test(nothing_is_kept_for_a_domain_that_is_gone),
		flow_test(who_left_too_much_behind_gets_copies),
		flow_test(a_process_that_grants_no_memory_is_killed),
		flow_test(a_process_that_has_something_else_kept_is_killed),
		flow_test(who_has_more_kept_than_a_domain_may_is_killed),
		flow_test(who_sees_more_when_its_session_is_over_is_killed),
		few_descriptors_test(
			who_finds_no_room_since_others_took_it_lives),
		few_descriptors_test(memory_without_room_is_not_kept),
		few_descriptors_test(memory_without_room_is_warned_of),
		few_descriptors_test(
			memory_without_room_counts_when_the_process_dies),
		few_descriptors_test(
			memory_without_room_costs_the_camera_its_own),
		few_descriptors_test(
			who_found_no_room_may_see_less_after_a_renewal),
		few_descriptors_test(what_finds_room_later_is_kept),
		few_descriptors_test(
			room_that_a_process_took_itself_is_no_excuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
