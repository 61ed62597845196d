// SPDX-License-Identifier: GPL-2.0-only
/* What guests may still see of a camera, and who pays for it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon_bench.h"
#include "dma_buf_fake.h"

#define SLOTS ((uint64_t)32 << 20)
#define MEMORY ((uint64_t)256 << 20)

/* dma-bufs of a pool */
#define DMA_BUFS 8

/* Longer than the grace that the bench gives */
#define LONG_MS 60

static struct config_camera cameras[] = {
	{ .name = (char *)"rear", .source = (char *)"/dev/video0", .slots = 8 },
	{ .name = (char *)"left", .source = (char *)"pattern:64x48",
	  .slots = 8 },
};

/* Domain @domid has a session on "rear", and sees its slots. Return: serial. */
static uint64_t see_slots(struct bench *bench, unsigned int domid)
{
	const uint64_t serial = bench_must_open(bench, domid);

	bench_grant(bench, domid, serial, SLOTS, DMA_BUFS);
	return serial;
}

static bool is_renewed(void)
{
	return bench_was_told(bench_camera("rear"), CAMERA_RENEW);
}

/* `memory` as the process of domain 1 was told last; fails if it was not */
static uint64_t memory_told(void)
{
	uint64_t memory = UINT64_MAX;
	struct guest_limits limits;
	char message[4096];
	int fd, len;

	while ((len = fake_child_receive(bench_guest(1), message,
					 sizeof(message), &fd)) > 0) {
		memcpy(&limits, message, sizeof(limits));
		if (len == sizeof(limits) && limits.hdr.type == GUEST_LIMITS)
			memory = limits.limits.limit[QUOTA_MEMORY];
	}
	assert_true(memory != UINT64_MAX);
	return memory;
}

/* The configuration is @domains, which have "rear", and no others */
static void reload_domains(struct bench *bench, struct config_domain *domains,
			   unsigned int count)
{
	bench->config.every_domain = false;
	bench->config.domains = domains;
	bench->config.num_domains = count;
	assert_int_equal(broker_reload(bench->broker), 0);
	bench_settle(bench);
}

static void who_lets_go_of_its_slots_costs_nobody_anything(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_lets_go(bench, 1, serial);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void who_is_evicted_and_keeps_its_slots_sees_no_more_pictures(
	void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	see_slots(bench, 1);
	bench_must_open(bench, 2);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

static void who_is_evicted_has_a_moment_to_let_go(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench->broker->granted.grace_ms = 60000;
	see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_wait(bench, 5);
	assert_false(is_renewed());
}

static void a_session_that_is_evicted_alone_is_no_exception(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	broker_evict(bench->broker, see_slots(bench, 1));
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

/* It had granted them before it heard of the end. */
static void slots_that_are_granted_as_the_session_is_evicted_count(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = bench_must_open(bench, 1);
	bench_evict(bench, 1);
	bench_grant(bench, 1, serial, SLOTS, DMA_BUFS);
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

static void who_closes_and_keeps_its_slots_may_see_on(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_close(bench, 1, see_slots(bench, 1));
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void what_is_left_of_closed_sessions_can_be_evicted(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_close(bench, 1, see_slots(bench, 1));
	assert_int_equal(broker_evict_guest(bench->broker, bench_find(bench, 1),
					    NULL), 1);
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

static void an_eviction_from_another_camera_leaves_it_its_slots(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench_close(bench, 1, see_slots(bench, 1));
	broker_evict_guest(bench->broker, bench_find(bench, 1),
			   cameras_find(&bench->broker->cameras, "left"));
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void a_renewed_camera_is_renewed_once(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_drop(bench_camera("rear"));
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

/* What it sees may be of the fresh memory already. */
static void a_session_that_goes_on_is_remembered_over_the_renewal(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	see_slots(bench, 1);
	see_slots(bench, 2);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_drop(bench_camera("rear"));
	bench_evict(bench, 2);
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

/* Its process lets go when its guest does, which may be much later. */
static void who_lets_go_after_the_camera_was_renewed_is_heard(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_lets_go(bench, 1, serial);
	assert_false(fake_child_killed(bench_guest(1)));
}

static void a_domain_that_loses_the_camera_keeps_what_it_has_open(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	reload_domains(bench, NULL, 0);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void a_domain_that_lost_the_camera_must_let_go_at_its_end(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench, 1);
	reload_domains(bench, NULL, 0);
	bench_close(bench, 1, serial);
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

static void a_domain_that_gets_the_camera_back_in_time_sees_on(void **state)
{
	struct config_domain domain = {
		.name = (char *)"guest-1",
		.all_cameras = true,
	};
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench->broker->granted.grace_ms = 200;
	bench_close(bench, 1, see_slots(bench, 1));
	reload_domains(bench, NULL, 0);
	reload_domains(bench, &domain, 1);
	bench_wait(bench, 400);
	assert_false(is_renewed());
}

/* Or a guest could take a camera from others by breaking its process. */
static void a_process_that_dies_costs_others_nothing(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	see_slots(bench, 1);
	see_slots(bench, 2);
	bench_guest_dies(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void who_lost_its_process_is_shut_out_at_once(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench->broker->granted.grace_ms = 60000;
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	bench_evict(bench, 1);
	assert_true(is_renewed());
}

static void a_process_that_dies_within_the_moment_ends_it(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	bench->broker->granted.grace_ms = 60000;
	see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_guest_dies(bench, 1);
	assert_true(is_renewed());
}

static void what_a_dead_process_left_is_less_memory_for_the_next(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = MEMORY;
	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	assert_true(memory_told() == MEMORY - 2 * SLOTS);
}

/* A process that its guest took over */
static void what_a_process_says_of_the_size_of_slots_is_not_believed(
	void **state)
{
	const int fd = fake_dma_buf(SLOTS);
	struct guest_granted message = { .hdr.type = GUEST_GRANTED };
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = MEMORY;
	bench_start_with_guests(bench, 1);
	message.serial = bench_must_open(bench, 1);
	fake_child_send_fds(bench_guest(1), &message, sizeof(message), &fd, 1);
	close(fd);
	bench_settle(bench);
	bench_guest_dies(bench, 1);
	assert_true(memory_told() == MEMORY - SLOTS);
}

static void more_than_all_memory_left_behind_is_not_unlimited(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = SLOTS;
	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	assert_true(memory_told() == 1);
}

static void unlimited_memory_stays_so(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	assert_true(memory_told() == 0);
}

/* The guest still has what it had, though it shows no new picture. */
static void a_renewed_camera_gives_no_memory_back(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = MEMORY;
	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	bench_evict(bench, 1);
	assert_true(is_renewed());
	assert_true(memory_told() == MEMORY - SLOTS);
}

static void nor_does_a_camera_whose_process_is_gone(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = MEMORY;
	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	assert_true(memory_told() == MEMORY - SLOTS);
}

/* The memory went with the process. */
static void a_camera_that_died_need_not_be_renewed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	fake_child_end(bench_camera("rear"), SIGSEGV);
	bench_settle(bench);
	bench_wait(bench, 5);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void what_a_dead_process_left_cannot_be_denied_by_the_next(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench, 1);
	bench_guest_dies(bench, 1);
	bench_lets_go(bench, 1, serial);
	bench_evict(bench, 1);
	assert_true(is_renewed());
}

static void a_domain_that_is_gone_sees_nothing(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	see_slots(bench, 1);
	see_slots(bench, 2);
	fake_xs_domain(1, false);
	bench_settle(bench);
	fake_child_end(bench_guest(1), 0);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

/* xl takes the devices down before it destroys the domain. */
static void a_domain_that_loses_its_devices_and_lives_on_is_shut_out(
	void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	see_slots(bench, 1);
	fake_xs_unplug(1, 0);
	bench_settle(bench);
	fake_child_end(bench_guest(1), 0);
	bench_settle(bench);
	fake_xs_remove("backend/virtio/1");
	bench_settle(bench);
	assert_false(is_renewed());
	bench_wait(bench, LONG_MS);
	assert_true(is_renewed());
}

static void an_exclusive_camera_is_renewed_before_another_sees_it(void **state)
{
	struct bench *bench = *state;
	struct camera_session session;
	struct camera_renew renewal;

	cameras[0].exclusive = true;
	bench->config.cameras = cameras;
	bench_start_with_guests(bench, 2);
	bench->broker->granted.grace_ms = 60000;
	bench_close(bench, 1, see_slots(bench, 1));
	bench_drop(bench_camera("rear"));
	bench_must_open(bench, 2);
	bench_next(bench_camera("rear"), CAMERA_RENEW, &renewal,
		   sizeof(renewal));
	close(bench_next(bench_camera("rear"), CAMERA_SESSION, &session,
			 sizeof(session)));
}

static void who_comes_back_to_an_exclusive_camera_finds_it_as_it_was(
	void **state)
{
	struct bench *bench = *state;

	cameras[0].exclusive = true;
	bench->config.cameras = cameras;
	bench_start_with_guests(bench, 1);
	bench_close(bench, 1, see_slots(bench, 1));
	see_slots(bench, 1);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

/* It could cost the others their camera again and again. */
static void who_is_shut_out_and_says_it_sees_more_costs_nothing(void **state)
{
	struct bench *bench = *state;
	uint64_t serial;

	bench_start_with_guests(bench, 1);
	serial = see_slots(bench, 1);
	bench_evict(bench, 1);
	bench_wait(bench, LONG_MS);
	bench_drop(bench_camera("rear"));
	bench_lets_go(bench, 1, serial);
	bench_grant(bench, 1, serial, SLOTS, DMA_BUFS);
	bench_wait(bench, LONG_MS);
	assert_false(is_renewed());
}

static void who_grants_what_is_anothers_is_killed(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 2);
	bench_grant(bench, 1, bench_must_open(bench, 2), SLOTS, DMA_BUFS);
	assert_true(fake_child_killed(bench_guest(1)));
}

/* Its kernel does not tell whether the guest has let go: nothing is kept. */
static uint64_t see_and_return(struct bench *bench)
{
	const uint64_t serial = bench_must_open(bench, 1);

	bench_grant(bench, 1, serial, SLOTS, 1);
	bench_grant(bench, 1, serial, SLOTS, 0);
	return serial;
}

static void who_grants_to_more_sessions_than_it_can_have_is_killed(void **state)
{
	struct bench *bench = *state;
	unsigned int count = 0;

	bench->config.limits.limit[QUOTA_SESSIONS] = 0;
	bench_start_with_guests(bench, 1);
	while (count < 4096 && !fake_child_killed(bench_guest(1))) {
		see_and_return(bench);
		bench_drop(bench_camera("rear"));
		count++;
	}
	assert_in_range(count, 1024, 4095);
}

static unsigned int count_remembered(const struct bench *bench)
{
	const struct list *head = &bench->broker->granted.list;
	unsigned int count = 0;

	for (const struct list *link = head->next; link != head;
	     link = link->next)
		count++;
	return count;
}

/* Its kernel may not be able to tell that it let go, and it may run for years. */
static void of_very_many_closed_sessions_the_oldest_is_forgotten(void **state)
{
	struct bench *bench = *state;

	bench_start_with_guests(bench, 1);
	for (int i = 0; i < 3000; i++) {
		bench_close(bench, 1, see_and_return(bench));
		bench_drop(bench_camera("rear"));
	}
	assert_false(fake_child_killed(bench_guest(1)));
	assert_in_range(count_remembered(bench), 1024, 2999);
}

static int begin(void **state)
{
	cameras[0].exclusive = false;
	return bench_begin(state);
}

#define flow_test(name) cmocka_unit_test_setup_teardown(name, begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		flow_test(who_lets_go_of_its_slots_costs_nobody_anything),
		flow_test(who_is_evicted_and_keeps_its_slots_sees_no_more_pictures),
		flow_test(who_is_evicted_has_a_moment_to_let_go),
		flow_test(a_session_that_is_evicted_alone_is_no_exception),
		flow_test(slots_that_are_granted_as_the_session_is_evicted_count),
		flow_test(who_closes_and_keeps_its_slots_may_see_on),
		flow_test(what_is_left_of_closed_sessions_can_be_evicted),
		flow_test(an_eviction_from_another_camera_leaves_it_its_slots),
		flow_test(a_renewed_camera_is_renewed_once),
		flow_test(a_session_that_goes_on_is_remembered_over_the_renewal),
		flow_test(who_lets_go_after_the_camera_was_renewed_is_heard),
		flow_test(a_domain_that_loses_the_camera_keeps_what_it_has_open),
		flow_test(a_domain_that_lost_the_camera_must_let_go_at_its_end),
		flow_test(a_domain_that_gets_the_camera_back_in_time_sees_on),
		flow_test(a_process_that_dies_costs_others_nothing),
		flow_test(who_lost_its_process_is_shut_out_at_once),
		flow_test(a_process_that_dies_within_the_moment_ends_it),
		flow_test(what_a_dead_process_left_is_less_memory_for_the_next),
		flow_test(what_a_process_says_of_the_size_of_slots_is_not_believed),
		flow_test(more_than_all_memory_left_behind_is_not_unlimited),
		flow_test(unlimited_memory_stays_so),
		flow_test(a_renewed_camera_gives_no_memory_back),
		flow_test(nor_does_a_camera_whose_process_is_gone),
		flow_test(a_camera_that_died_need_not_be_renewed),
		flow_test(what_a_dead_process_left_cannot_be_denied_by_the_next),
		flow_test(a_domain_that_is_gone_sees_nothing),
		flow_test(a_domain_that_loses_its_devices_and_lives_on_is_shut_out),
		flow_test(an_exclusive_camera_is_renewed_before_another_sees_it),
		flow_test(who_comes_back_to_an_exclusive_camera_finds_it_as_it_was),
		flow_test(who_is_shut_out_and_says_it_sees_more_costs_nothing),
		flow_test(who_grants_what_is_anothers_is_killed),
		flow_test(who_grants_to_more_sessions_than_it_can_have_is_killed),
		flow_test(of_very_many_closed_sessions_the_oldest_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
