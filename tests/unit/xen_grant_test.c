// SPDX-License-Identifier: GPL-2.0-only
/* hyp/xen_grant.c: what becomes of references and of Xen's answers. */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "hyp/hyp.h"
#include "hyp/xen.h"
#include "xenlibs_fake.h"

#define PAGE 4096
#define REF XENLIBS_FIRST_REF

struct fixture {
	struct event_base *base;
	struct hyp *hyp;
};

static int open_hyp(void **state, bool grants, unsigned int fail_call)
{
	const struct hyp_xen_params params = {
		.domid = XENLIBS_DOMID,
		.grants = grants,
	};
	static struct fixture f;

	xenlibs_fake_reset();
	xenlibs_fake.fail_call = fail_call;
	xenlibs_fake.fail_errno = ENOENT;
	f.base = event_base_new();
	*state = &f;
	return hyp_xen_open(f.base, &params, &f.hyp);
}

static int set_up(void **state)
{
	return open_hyp(state, true, 0);
}

static int set_up_without(void **state)
{
	return open_hyp(state, false, 0);
}

/* The last call but that is the one which restricts the process. */
static int set_up_in_vain(void **state)
{
	struct fixture *f;
	unsigned int calls;

	set_up_without(state);
	f = *state;
	calls = xenlibs_fake.calls;
	hyp_xen_close(f->hyp, true);
	event_base_free(f->base);
	return open_hyp(state, true, calls + 1);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(xenlibs_fake.grants_mapped, 0);
	hyp_xen_close(f->hyp, true);
	event_base_free(f->base);
	assert_int_equal(xenlibs_fake.handles, 0);
	return 0;
}

static void the_interface_is_opened_when_the_process_is_restricted(void **state)
{
	assert_true(xenlibs_fake.grants_open);
}

static void who_needs_no_grants_has_no_interface(void **state)
{
	struct fixture *f = *state;
	void *pages;
	char byte;

	assert_false(xenlibs_fake.grants_open);
	assert_int_equal(hyp_map_grants(f->hyp, REF, 1, true, &pages), -EFAULT);
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1), -EFAULT);
	assert_int_equal(hyp_write_grants(f->hyp, REF, 0, "x", 1), -EFAULT);
}

static void without_the_interface_the_guest_is_served(void **state)
{
	struct fixture *f = *state;
	char byte;

	assert_false(xenlibs_fake.grants_open);
	assert_int_equal(hyp_interrupt(f->hyp, 33), 0);
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1), -EFAULT);
}

static void references_that_follow_each_other_are_mapped(void **state)
{
	struct fixture *f = *state;
	unsigned char *bytes;
	void *pages;

	xenlibs_fake.granted[3][0] = 7;
	assert_int_equal(hyp_map_grants(f->hyp, REF + 2, 3, true, &pages), 0);
	bytes = pages;
	assert_int_equal(bytes[PAGE], 7);
	assert_int_equal(xenlibs_fake.grants_mapped, 3);
	assert_int_equal(xenlibs_fake.grants_prot, PROT_READ | PROT_WRITE);
	hyp_unmap_grants(f->hyp, pages, 3);
}

static void for_reading_no_more_is_asked_for(void **state)
{
	struct fixture *f = *state;
	void *pages;

	xenlibs_fake.readonly = true;
	assert_int_equal(hyp_map_grants(f->hyp, REF, 1, false, &pages), 0);
	assert_int_equal(xenlibs_fake.grants_prot, PROT_READ);
	hyp_unmap_grants(f->hyp, pages, 1);
}

static void one_that_is_not_granted_cannot_be_mapped(void **state)
{
	struct fixture *f = *state;
	void *pages;

	assert_int_equal(hyp_map_grants(f->hyp, REF + XENLIBS_REFS - 1, 2, true,
					&pages),
			 -EFAULT);
}

static void want_of_memory_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	void *pages;
	char byte;

	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = ENOMEM;
	assert_int_equal(hyp_map_grants(f->hyp, REF, 1, true, &pages), -ENOMEM);
	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1), -ENOMEM);
}

static void a_copy_begins_and_ends_within_pages(void **state)
{
	unsigned char *granted = &xenlibs_fake.granted[0][0];
	struct fixture *f = *state;
	unsigned char buf[2 * PAGE];

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = i * 7 + i / 256;
	assert_int_equal(hyp_write_grants(f->hyp, REF, 100, buf, sizeof(buf)),
			 0);
	assert_memory_equal(granted + 100, buf, sizeof(buf));
	assert_int_equal(granted[99], 0);
	assert_int_equal(granted[100 + sizeof(buf)], 0);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(hyp_read_grants(f->hyp, REF, 100, buf, sizeof(buf)),
			 0);
	assert_memory_equal(granted + 100, buf, sizeof(buf));
}

static void a_long_copy_takes_few_calls(void **state)
{
	static unsigned char buf[XENLIBS_REFS * PAGE];
	struct fixture *f = *state;

	memset(buf, 0x5a, sizeof(buf));
	assert_int_equal(hyp_write_grants(f->hyp, REF, 0, buf, sizeof(buf)), 0);
	assert_memory_equal(xenlibs_fake.granted, buf, sizeof(buf));
	assert_in_range(xenlibs_fake.grant_copies, 1, XENLIBS_REFS / 16);
}

static void a_copy_ends_where_nothing_is_granted(void **state)
{
	struct fixture *f = *state;
	char buf[2 * PAGE] = { 0 };

	assert_int_equal(hyp_write_grants(f->hyp, REF + XENLIBS_REFS - 1, 0,
					  buf, sizeof(buf)),
			 -EFAULT);
	assert_int_equal(hyp_read_grants(f->hyp, REF - 1, 0, buf, sizeof(buf)),
			 -EFAULT);
}

static void what_is_granted_for_reading_is_not_written(void **state)
{
	struct fixture *f = *state;

	xenlibs_fake.readonly = true;
	assert_int_equal(hyp_write_grants(f->hyp, REF, 0, "x", 1), -EFAULT);
	assert_int_equal(xenlibs_fake.granted[0][0], 0);
}

static void want_of_room_in_xen_is_not_a_fault_of_the_guest(void **state)
{
	struct fixture *f = *state;
	char byte;

	xenlibs_fake.grant_status = GNTST_no_space;
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1), -ENOMEM);
}

static void memory_of_ours_that_xen_cannot_reach_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	char byte;

	xenlibs_fake.fail_call = xenlibs_fake.calls + 1;
	xenlibs_fake.fail_errno = EFAULT;
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1),
			 -EOPNOTSUPP);
	xenlibs_fake.grant_status = GNTST_bad_page;
	assert_int_equal(hyp_read_grants(f->hyp, REF, 0, &byte, 1),
			 -EOPNOTSUPP);
}

static void what_worked_is_counted(void **state)
{
	struct fixture *f = *state;
	char buf[PAGE];
	void *pages;

	hyp_read_grants(f->hyp, REF, 100, buf, sizeof(buf));
	hyp_read_grants(f->hyp, REF - 1, 0, buf, 1);
	assert_int_equal(hyp_map_grants(f->hyp, REF, 3, true, &pages), 0);
	hyp_unmap_grants(f->hyp, pages, 3);
	assert_int_equal(f->hyp->counts.copied_pages, 2);
	assert_int_equal(f->hyp->counts.granted_pages, 3);
	assert_int_equal(f->hyp->counts.foreign_pages, 0);
}

static void each_call_is_counted(void **state)
{
	static unsigned char buf[XENLIBS_REFS * PAGE];
	struct fixture *f = *state;
	void *pages;

	hyp_write_grants(f->hyp, REF, 0, buf, sizeof(buf));
	assert_int_equal(f->hyp->counts.calls, xenlibs_fake.grant_copies);
	assert_int_equal(hyp_map_grants(f->hyp, REF, 3, true, &pages), 0);
	hyp_unmap_grants(f->hyp, pages, 3);
	assert_int_equal(hyp_interrupt(f->hyp, 33), 0);
	assert_int_equal(f->hyp->counts.calls, xenlibs_fake.grant_copies + 3);
	assert_int_equal(f->hyp->counts.interrupts, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_interface_is_opened_when_the_process_is_restricted),
		cmocka_unit_test_setup_teardown(
			who_needs_no_grants_has_no_interface, set_up_without,
			tear_down),
		cmocka_unit_test_setup_teardown(
			without_the_interface_the_guest_is_served,
			set_up_in_vain, tear_down),
		TEST(references_that_follow_each_other_are_mapped),
		TEST(for_reading_no_more_is_asked_for),
		TEST(one_that_is_not_granted_cannot_be_mapped),
		TEST(want_of_memory_is_told_as_such),
		TEST(a_copy_begins_and_ends_within_pages),
		TEST(a_long_copy_takes_few_calls),
		TEST(a_copy_ends_where_nothing_is_granted),
		TEST(what_is_granted_for_reading_is_not_written),
		TEST(want_of_room_in_xen_is_not_a_fault_of_the_guest),
		TEST(memory_of_ours_that_xen_cannot_reach_is_told_as_such),
		TEST(what_worked_is_counted),
		TEST(each_call_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
