// SPDX-License-Identifier: GPL-2.0-only
/* Memory for windows: what Xen is asked for, and what is left without it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "daemon/xen_window.h"
#include "ipc/daemon_proto.h"
#include "xenctrl_fake.h"

#define DOMID 7
#define BASE UINT64_C(0x100000000)
#define GFN XENCTRL_FAKE_GFN
#define BLOCK 0x200000
#define BLOCK_PAGES 512

static struct xenctrl_fake *const xen = &xenctrl_fake;

static int set_up(void **state)
{
	struct xen_windows *windows;

	log_set_level(LOG_ERROR);
	xenctrl_fake_reset(DOMID);
	assert_int_equal(xen_windows_open(&windows), 0);
	*state = windows;
	return 0;
}

static int tear_down(void **state)
{
	xen_windows_close(*state);
	assert_int_equal(xen->handles, 0);
	assert_int_equal(xen->mapped, 0);
	return 0;
}

static void assert_as_before(void)
{
	assert_int_equal(xenctrl_fake_count(GFN, XENCTRL_FAKE_PAGES), 0);
	assert_int_equal(xen->tot_pages, 1000);
	assert_int_equal(xen->max_pages, 1000);
}

static void all_of_a_range_becomes_memory(void **state)
{
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE + BLOCK,
					      2 * BLOCK),
			 0);
	assert_int_equal(xenctrl_fake_count(GFN + BLOCK_PAGES, 2 * BLOCK_PAGES),
			 2 * BLOCK_PAGES);
	assert_int_equal(xen->tot_pages, 1000 + 2 * BLOCK_PAGES);
}

static void the_domain_may_have_as_much_more_as_it_gets(void **state)
{
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK), 0);
	assert_int_equal(xen->max_pages, 1000 + BLOCK_PAGES);
}

static void as_much_as_one_can_ask_for_is_added(void **state)
{
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE,
					      GUEST_POPULATE_MAX),
			 0);
	assert_int_equal(xen->tot_pages, 1000 + GUEST_POPULATE_MAX / 4096);
}

static void large_pages_are_taken_if_there_are_some(void **state)
{
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 3 * BLOCK),
			 0);
	assert_int_equal(xen->large, 3);
}

static void small_pages_do_if_there_are_none(void **state)
{
	xen->no_large = true;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 3 * BLOCK),
			 0);
	assert_int_equal(xenctrl_fake_count(GFN, 3 * BLOCK_PAGES),
			 3 * BLOCK_PAGES);
}

static void what_is_there_is_left_alone(void **state)
{
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK), 0);
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK), 0);
	assert_int_equal(xen->tot_pages, 1000 + BLOCK_PAGES);
	assert_int_equal(xen->max_pages, 1000 + BLOCK_PAGES);
}

static void only_what_is_missing_is_added(void **state)
{
	xen->has[3] = true;
	xen->has[BLOCK_PAGES] = true;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 2 * BLOCK),
			 0);
	assert_int_equal(xenctrl_fake_count(GFN, 2 * BLOCK_PAGES),
			 2 * BLOCK_PAGES);
	assert_int_equal(xen->max_pages, 1000 + 2 * BLOCK_PAGES - 2);
}

static void without_memory_all_is_as_before(void **state)
{
	xen->free_pages = 2 * BLOCK_PAGES + 100;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 4 * BLOCK),
			 -ENOMEM);
	assert_as_before();
}

static void without_any_memory_all_is_as_before(void **state)
{
	xen->free_pages = 0;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK),
			 -ENOMEM);
	assert_as_before();
}

static void what_was_there_is_not_taken_back(void **state)
{
	xen->has[3] = true;
	xen->free_pages = 100;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK),
			 -ENOMEM);
	assert_int_equal(xenctrl_fake_count(GFN, BLOCK_PAGES), 1);
	assert_true(xen->has[3]);
}

static void what_cannot_be_taken_back_may_stay(void **state)
{
	xen->free_pages = BLOCK_PAGES;
	xen->most_taken = BLOCK_PAGES - 10;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 2 * BLOCK),
			 -EBUSY);
	assert_int_equal(xen->tot_pages, 1010);
	assert_int_equal(xen->max_pages, 1010);
}

static void and_it_is_found_the_next_time(void **state)
{
	what_cannot_be_taken_back_may_stay(state);
	xen->free_pages = 1000000;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, 2 * BLOCK),
			 0);
	assert_int_equal(xen->tot_pages, 1000 + 2 * BLOCK_PAGES);
	assert_int_equal(xen->max_pages, 1000 + 2 * BLOCK_PAGES);
}

static void a_domain_that_is_gone_gets_nothing(void **state)
{
	xen->is_gone = true;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK),
			 -ESRCH);
	assert_as_before();
}

static void a_look_that_fails_is_no_reason_to_add_pages(void **state)
{
	xen->map_error = EPERM;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK),
			 -EPERM);
	assert_as_before();
}

static void a_look_without_memory_is_no_reason_to_add_pages(void **state)
{
	xen->page_error = -ENOMEM;
	assert_int_equal(xen_windows_populate(*state, DOMID, BASE, BLOCK),
			 -ENOMEM);
	assert_as_before();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_range_becomes_memory),
		TEST(the_domain_may_have_as_much_more_as_it_gets),
		TEST(as_much_as_one_can_ask_for_is_added),
		TEST(large_pages_are_taken_if_there_are_some),
		TEST(small_pages_do_if_there_are_none),
		TEST(what_is_there_is_left_alone),
		TEST(only_what_is_missing_is_added),
		TEST(without_memory_all_is_as_before),
		TEST(without_any_memory_all_is_as_before),
		TEST(what_was_there_is_not_taken_back),
		TEST(what_cannot_be_taken_back_may_stay),
		TEST(and_it_is_found_the_next_time),
		TEST(a_domain_that_is_gone_gets_nothing),
		TEST(a_look_that_fails_is_no_reason_to_add_pages),
		TEST(a_look_without_memory_is_no_reason_to_add_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
