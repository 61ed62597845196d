// SPDX-License-Identifier: GPL-2.0-only
/* hyp/xen_export.c: what the kernel is asked, and what its answers mean. */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "gntdev_fake.h"
#include "hyp/hyp.h"
#include "hyp/xen.h"
#include "xenlibs_fake.h"

#define FD 77
#define PAGES 5

struct fixture {
	struct event_base *base;
	struct hyp *hyp;
	uint32_t refs[PAGES];
};

static int open_hyp(void **state, bool exports, unsigned int fail_call)
{
	const struct hyp_xen_params params = {
		.domid = XENLIBS_DOMID,
		.exports = exports,
	};
	static struct fixture f;

	log_set_level(LOG_ERROR);
	xenlibs_fake_reset();
	gntdev_fake_reset();
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

static int tear_down(void **state)
{
	struct fixture *f = *state;

	hyp_xen_close(f->hyp, true);
	event_base_free(f->base);
	assert_int_equal(xenlibs_fake.handles, 0);
	return 0;
}

/* The last call but that is the one which restricts the process. */
static int set_up_in_vain(void **state)
{
	unsigned int calls;

	set_up_without(state);
	calls = xenlibs_fake.calls;
	tear_down(state);
	return open_hyp(state, true, calls + 1);
}

static int export(struct fixture *f, enum hyp_access_of_guest may)
{
	return hyp_export(f->hyp, FD, may, f->refs, PAGES);
}

static int fail_with(struct fixture *f, int error)
{
	gntdev_fake.error = error;
	return export(f, HYP_MAY_READ);
}

static void all_pages_are_granted_to_the_guest(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(export(f, HYP_MAY_READ), 0);
	assert_int_equal(gntdev_fake.imported, FD);
	assert_int_equal(gntdev_fake.count, PAGES);
	assert_int_equal(gntdev_fake.domid, XENLIBS_DOMID);
	for (uint32_t i = 0; i < PAGES; i++)
		assert_int_equal(f->refs[i], GNTDEV_FAKE_FIRST_REF + i);
}

static void who_may_read_may_not_write(void **state)
{
	assert_int_equal(export(*state, HYP_MAY_READ), 0);
	assert_true(gntdev_fake.readonly);
}

static void who_may_write_needs_no_patch(void **state)
{
	gntdev_fake.is_patched = false;
	assert_int_equal(export(*state, HYP_MAY_WRITE), 0);
	assert_false(gntdev_fake.readonly);
}

static void a_kernel_without_the_patch_can_but_not_so(void **state)
{
	gntdev_fake.is_patched = false;
	assert_int_equal(export(*state, HYP_MAY_READ), -EPERM);
	assert_int_equal(gntdev_fake.imported, -1);
}

static void a_kernel_without_the_option_cannot(void **state)
{
	gntdev_fake.has_dmabufs = false;
	assert_int_equal(export(*state, HYP_MAY_READ), -EOPNOTSUPP);
	assert_int_equal(export(*state, HYP_MAY_WRITE), -EOPNOTSUPP);
}

static void who_exports_nothing_has_no_interface(void **state)
{
	assert_false(xenlibs_fake.grants_open);
	assert_int_equal(export(*state, HYP_MAY_READ), -EOPNOTSUPP);
}

static void without_the_interface_the_guest_is_served(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hyp_interrupt(f->hyp, 33), 0);
	assert_int_equal(export(f, HYP_MAY_READ), -EOPNOTSUPP);
}

static void want_of_references_or_memory_is_told_as_such(void **state)
{
	assert_int_equal(fail_with(*state, ENOSPC), -ENOSPC);
	assert_int_equal(fail_with(*state, ENOMEM), -ENOSPC);
}

static void what_the_jail_forbids_is_told_as_such(void **state)
{
	assert_int_equal(fail_with(*state, EPERM), -EPERM);
}

static void what_is_no_dma_buf_is_told_as_such(void **state)
{
	assert_int_equal(fail_with(*state, EINVAL), -EINVAL);
	assert_int_equal(fail_with(*state, EBADF), -EINVAL);
}

static void what_nobody_has_mapped_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(export(f, HYP_MAY_READ), 0);
	assert_int_equal(hyp_end_export(f->hyp, FD, HYP_MAY_READ), 0);
	assert_int_equal(gntdev_fake.imported, -1);
}

static void what_the_guest_has_mapped_does_not(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(export(f, HYP_MAY_READ), 0);
	gntdev_fake.is_mapped = true;
	assert_int_equal(hyp_end_export(f->hyp, FD, HYP_MAY_READ), -EBUSY);
	assert_int_equal(gntdev_fake.imported, FD);
}

static void what_it_may_write_ends_as_far_as_it_goes(void **state)
{
	struct fixture *f = *state;

	gntdev_fake.is_patched = false;
	assert_int_equal(export(f, HYP_MAY_WRITE), 0);
	gntdev_fake.is_mapped = true;
	assert_int_equal(hyp_end_export(f->hyp, FD, HYP_MAY_WRITE), 0);
	assert_int_equal(gntdev_fake.imported, -1);
}

static void what_cannot_be_ended_is_not_said_to_be_over(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(export(f, HYP_MAY_READ), 0);
	gntdev_fake.error = EIO;
	assert_int_equal(hyp_end_export(f->hyp, FD, HYP_MAY_READ), -EBUSY);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void what_it_grants_by_can_be_kept_by_others(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hyp_xen_exporter(f->hyp), XENLIBS_GNTDEV_FD);
}

static void who_exports_nothing_has_nothing_to_keep(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hyp_xen_exporter(f->hyp), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_pages_are_granted_to_the_guest),
		TEST(who_may_read_may_not_write),
		TEST(who_may_write_needs_no_patch),
		TEST(a_kernel_without_the_patch_can_but_not_so),
		TEST(a_kernel_without_the_option_cannot),
		cmocka_unit_test_setup_teardown(
			who_exports_nothing_has_no_interface, set_up_without,
			tear_down),
		TEST(what_it_grants_by_can_be_kept_by_others),
		cmocka_unit_test_setup_teardown(
			who_exports_nothing_has_nothing_to_keep,
			set_up_without, tear_down),
		cmocka_unit_test_setup_teardown(
			without_the_interface_the_guest_is_served,
			set_up_in_vain, tear_down),
		TEST(want_of_references_or_memory_is_told_as_such),
		TEST(what_the_jail_forbids_is_told_as_such),
		TEST(what_is_no_dma_buf_is_told_as_such),
		TEST(what_nobody_has_mapped_ends),
		TEST(what_the_guest_has_mapped_does_not),
		TEST(what_it_may_write_ends_as_far_as_it_goes),
		TEST(what_cannot_be_ended_is_not_said_to_be_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
