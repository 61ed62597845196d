// SPDX-License-Identifier: GPL-2.0-only
/* Windows of a guest: told to its process, and filled when that asks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/device.h"
#include "daemon_bench.h"
#include "xenctrl_fake.h"

#define MIB UINT64_C(0x100000)
#define BASE UINT64_C(0x100000000)
#define BLOCK_PAGES 512

/* After it a guest that got no pages may ask again, and then some */
#define PAUSE_MS 150

static struct xenctrl_fake *const xen = &xenctrl_fake;

static int begin(void **state)
{
	struct bench *bench;

	bench_begin(state);
	bench = *state;
	bench->config.window = (struct window_place){8 * MIB, BASE};
	xenctrl_fake_reset(1);
	return 0;
}

static int end(void **state)
{
	bench_end(state);
	assert_int_equal(xen->handles, 0);
	return 0;
}

/* The guest's process asks. Return: the error of the answer. */
static unsigned int ask(struct bench *bench, uint32_t devid, uint64_t offset,
			uint64_t len)
{
	const struct guest_populate question = {
		.hdr.type = GUEST_POPULATE,
		.tag = 77,
		.devid = devid,
		.offset = offset,
		.len = len,
	};
	struct guest_populated answer;

	fake_child_send(bench_guest(1), &question, sizeof(question));
	bench_settle(bench);
	bench_next(bench_guest(1), GUEST_POPULATED, &answer, sizeof(answer));
	assert_int_equal(answer.tag, 77);
	return answer.error;
}

static unsigned int pages_of_the_first(void)
{
	return xenctrl_fake_count(XENCTRL_FAKE_GFN, 4 * BLOCK_PAGES);
}

static void each_device_is_told_its_window(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	bench_domain(bench, 1, 2);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_true(attach.window == BASE);
	assert_int_equal(attach.window_len, 8 * MIB);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_true(attach.window == BASE + 8 * MIB);
	assert_int_equal(attach.window_len, 8 * MIB);
}

static void a_device_by_grants_has_none(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start(bench);
	fake_xs_device_by_grants(1, 0);
	bench_domain(bench, 1, 0);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.window_len, 0);
}

static void without_windows_there_is_none(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench->config.window.size = 0;
	bench_start(bench);
	bench_domain(bench, 1, 1);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_int_equal(attach.window_len, 0);
}

static void a_window_stays_where_the_guest_found_it(void **state)
{
	struct bench *bench = *state;
	struct guest_attach attach;

	bench_start_with_a_guest(bench);
	bench->config.window.base = 0x33000000;
	assert_int_equal(broker_reload(bench->broker), 0);
	fake_child_end(bench_guest(1), 1);
	bench_wait(bench, 100);
	bench_next(bench_guest(1), GUEST_ATTACH, &attach, sizeof(attach));
	assert_true(attach.window == BASE);
}

static void a_window_has_no_pages_before_somebody_asks(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	assert_int_equal(xen->tot_pages, 1000);
}

static void pages_come_when_the_process_asks(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 2 * MIB, 4 * MIB), 0);
	assert_int_equal(pages_of_the_first(), 2 * BLOCK_PAGES);
	assert_int_equal(xenctrl_fake_count(XENCTRL_FAKE_GFN + BLOCK_PAGES,
					    2 * BLOCK_PAGES),
			 2 * BLOCK_PAGES);
}

static void xen_is_asked_once_for_them(void **state)
{
	struct bench *bench = *state;
	unsigned int looks;

	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), 0);
	looks = xen->looks;
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), 0);
	assert_int_equal(xen->looks, looks);
}

static void the_pages_of_an_earlier_vmediad_are_found(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), 0);
	bench_kill(bench);
	bench_start(bench);
	assert_int_equal(ask(bench, 0, 0, 4 * MIB), 0);
	assert_int_equal(xen->tot_pages, 1000 + 2 * BLOCK_PAGES);
}

static void nothing_beyond_the_window_gets_pages(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 8 * MIB, 2 * MIB), EINVAL);
	assert_int_equal(ask(bench, 0, 6 * MIB, 4 * MIB), EINVAL);
	assert_int_equal(ask(bench, 0, UINT64_MAX - 2 * MIB + 1, 2 * MIB),
			 EINVAL);
	assert_int_equal(ask(bench, 0, 4096, 2 * MIB), EINVAL);
	assert_int_equal(ask(bench, 0, 0, 4096), EINVAL);
	assert_int_equal(xen->tot_pages, 1000);
}

static void more_than_one_can_ask_for_is_refused(void **state)
{
	struct bench *bench = *state;

	bench->config.window.size = 32 * MIB;
	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, GUEST_POPULATE_MAX + 2 * MIB),
			 EINVAL);
}

static void without_memory_the_process_is_told_so(void **state)
{
	struct bench *bench = *state;

	xen->free_pages = 100;
	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), ENOMEM);
	assert_int_equal(xen->tot_pages, 1000);
}

/* While they are made the guest moves pages to where they cannot be taken back
 * from, so that there are too few, and has got some. */
static void who_keeps_pages_of_a_failure_has_them_instead_of_others(
	void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	xen->free_pages = 100;
	xen->most_taken = 10;
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), ENOMEM);
	assert_int_equal(xen->max_pages, 1090);

	for (unsigned int i = 0; i < BLOCK_PAGES; i++)
		xen->has[i] = false;
	xen->free_pages = 100;
	bench_wait(bench, PAUSE_MS);
	ask(bench, 0, 0, 2 * MIB);
	assert_int_equal(xen->max_pages, 1090);
}

static void where_there_is_no_memory_xen_is_not_asked_again_at_once(
	void **state)
{
	struct bench *bench = *state;
	unsigned int looks;

	bench_start_with_a_guest(bench);
	xen->free_pages = 0;
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), ENOMEM);
	looks = xen->looks;
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(bench, 0, 0, 2 * MIB), ENOMEM);
	assert_in_range(xen->looks, looks, looks + 5);
}

static void but_it_is_asked_again(void **state)
{
	struct bench *bench = *state;

	bench_start_with_a_guest(bench);
	xen->free_pages = 0;
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), ENOMEM);
	xen->free_pages = BLOCK_PAGES;
	bench_wait(bench, PAUSE_MS);
	assert_int_equal(ask(bench, 0, 0, 2 * MIB), 0);
}

static void all_windows_of_a_guest_count_against_its_memory(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = 5 * MIB;
	bench_start(bench);
	bench_domain(bench, 1, 2);
	bench_live(bench, 1, 0, 3);
	bench_live(bench, 1, 1, 3);
	assert_int_equal(ask(bench, 0, 0, 4 * MIB), 0);
	assert_int_equal(ask(bench, 1, 0, 4 * MIB), EDQUOT);
	assert_int_equal(ask(bench, 1, 0, 2 * MIB), 0);
	assert_int_equal(ask(bench, 1, 2 * MIB, 2 * MIB), EDQUOT);
}

static void what_has_pages_needs_no_quota(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = 4 * MIB;
	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, 4 * MIB), 0);
	assert_int_equal(ask(bench, 0, 0, 4 * MIB), 0);
}

static void without_a_limit_only_the_window_is_one(void **state)
{
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_MEMORY] = 0;
	bench_start_with_a_guest(bench);
	assert_int_equal(ask(bench, 0, 0, 8 * MIB), 0);
}

static void a_window_of_no_device_ends_the_process(void **state)
{
	const struct guest_populate question = {
		.hdr.type = GUEST_POPULATE,
		.devid = 5,
		.len = 2 * MIB,
	};
	struct bench *bench = *state;
	struct child *child;

	bench_start_with_a_guest(bench);
	child = bench_guest(1);
	fake_child_send(child, &question, sizeof(question));
	bench_settle(bench);
	assert_true(fake_child_killed(child));
}

/* Its process should have slowed it long before: a guest took it over. */
static void who_asks_far_more_often_than_it_may_is_killed(void **state)
{
	const struct guest_populate question = {
		.hdr.type = GUEST_POPULATE,
		.len = 2 * MIB,
	};
	struct bench *bench = *state;

	bench->config.limits.limit[QUOTA_COMMANDS] = 10;
	bench_start_with_a_guest(bench);
	bench_flood(bench, &question, sizeof(question));
}

static void vmediad_remembers_what_a_window_has(void **state)
{
	struct bench *bench = *state;
	const struct device *device;

	bench_start_with_a_guest(bench);
	device = device_find(bench_find(bench, 1), 0);
	assert_int_equal(window_bytes(&device->window), 0);
	assert_int_equal(ask(bench, 0, 2 * MIB, 4 * MIB), 0);
	assert_int_equal(window_bytes(&device->window), 4 * MIB);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_device_is_told_its_window),
		TEST(a_device_by_grants_has_none),
		TEST(without_windows_there_is_none),
		TEST(a_window_stays_where_the_guest_found_it),
		TEST(a_window_has_no_pages_before_somebody_asks),
		TEST(pages_come_when_the_process_asks),
		TEST(xen_is_asked_once_for_them),
		TEST(the_pages_of_an_earlier_vmediad_are_found),
		TEST(nothing_beyond_the_window_gets_pages),
		TEST(more_than_one_can_ask_for_is_refused),
		TEST(without_memory_the_process_is_told_so),
		TEST(who_keeps_pages_of_a_failure_has_them_instead_of_others),
		TEST(where_there_is_no_memory_xen_is_not_asked_again_at_once),
		TEST(but_it_is_asked_again),
		TEST(all_windows_of_a_guest_count_against_its_memory),
		TEST(what_has_pages_needs_no_quota),
		TEST(without_a_limit_only_the_window_is_one),
		TEST(a_window_of_no_device_ends_the_process),
		TEST(who_asks_far_more_often_than_it_may_is_killed),
		TEST(vmediad_remembers_what_a_window_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
