// SPDX-License-Identifier: GPL-2.0-only
/* A dma-buf that the guest may see: how it is granted, and how that ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "hyp/export.h"
#include "hyp_fake.h"

#define LEN 10000
#define PAGES 3

struct fixture {
	struct hyp_fake *fake;
	int fd;
};

static int set_up(void **state)
{
	static struct fixture f;

	f.fake = hyp_fake_create();
	f.fd = memfd_create("dma-buf", MFD_CLOEXEC);
	assert_int_equal(ftruncate(f.fd, LEN), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	hyp_fake_destroy(f->fake);
	return 0;
}

static struct export *make(struct fixture *f, bool trusts)
{
	struct export *export;

	assert_int_equal(export_create(hyp_fake_hyp(f->fake), f->fd, LEN,
				       trusts, &export),
			 0);
	return export;
}

static int refusal(struct fixture *f, size_t len, bool trusts)
{
	struct export *export;

	return export_create(hyp_fake_hyp(f->fake), f->fd, len, trusts,
			     &export);
}

static uint8_t *see(struct fixture *f, const struct export *export,
		    bool writable)
{
	return hyp_fake_see(f->fake, export_refs(export), export_count(export),
			    writable);
}

static void all_pages_are_granted(void **state)
{
	struct fixture *f = *state;
	struct export *export = make(f, false);

	assert_int_equal(export_count(export), PAGES);
	assert_int_equal(hyp_fake_exported(f->fake), PAGES);
	assert_int_equal(export_end(export), 0);
	assert_int_equal(hyp_fake_exported(f->fake), 0);
}

static void it_is_for_reading(void **state)
{
	struct fixture *f = *state;
	struct export *export = make(f, true);

	assert_true(export_is_proof(export));
	assert_null(see(f, export, true));
	assert_int_equal(export_end(export), 0);
}

static void it_does_not_need_the_descriptor_it_was_given(void **state)
{
	struct fixture *f = *state;
	struct export *export = make(f, false);
	uint8_t *seen;

	assert_int_equal(pwrite(f->fd, "x", 1, 0), 1);
	close(f->fd);
	/* The lowest one: whoever comes next has its number. */
	f->fd = memfd_create("another", MFD_CLOEXEC);
	seen = see(f, export, false);
	assert_int_equal(seen[0], 'x');
	hyp_fake_look_away(f->fake, seen);
	assert_int_equal(export_end(export), 0);
}

static void one_dma_buf_can_be_granted_twice(void **state)
{
	struct fixture *f = *state;
	struct export *one = make(f, false), *other = make(f, false);

	assert_int_not_equal(export_refs(one)[0], export_refs(other)[0]);
	assert_int_equal(export_end(one), 0);
	assert_int_equal(hyp_fake_exported(f->fake), PAGES);
	assert_int_equal(export_end(other), 0);
}

static void it_does_not_end_while_the_guest_sees_it(void **state)
{
	struct fixture *f = *state;
	struct export *export = make(f, false);
	uint8_t *seen = see(f, export, false);

	assert_int_equal(export_end(export), -EBUSY);
	assert_int_equal(export_end(export), -EBUSY);
	hyp_fake_look_away(f->fake, seen);
	assert_int_equal(export_end(export), 0);
}

static void a_length_that_is_not_the_dma_buf_s_is_refused(void **state)
{
	assert_int_equal(refusal(*state, 2 * 4096, false), -EINVAL);
	assert_int_equal(refusal(*state, 4 * 4096, false), -EINVAL);
}

static void what_would_be_writable_is_not_granted(void **state)
{
	struct fixture *f = *state;

	hyp_fake_set_kernel(f->fake, HYP_FAKE_STOCK);
	assert_int_equal(refusal(f, LEN, false), -EPERM);
	assert_int_equal(hyp_fake_exported(f->fake), 0);
}

static void to_who_is_trusted_it_is_and_proves_nothing(void **state)
{
	struct fixture *f = *state;
	struct export *export;
	uint8_t *seen;

	hyp_fake_set_kernel(f->fake, HYP_FAKE_STOCK);
	export = make(f, true);
	assert_false(export_is_proof(export));
	seen = see(f, export, true);
	assert_non_null(seen);
	assert_int_equal(export_end(export), 0);
	hyp_fake_look_away(f->fake, seen);
}

static void a_kernel_that_cannot_is_not_made_to_by_trust(void **state)
{
	struct fixture *f = *state;

	hyp_fake_set_kernel(f->fake, HYP_FAKE_OPTIONLESS);
	assert_int_equal(refusal(f, LEN, true), -EOPNOTSUPP);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_pages_are_granted),
		TEST(it_is_for_reading),
		TEST(it_does_not_need_the_descriptor_it_was_given),
		TEST(one_dma_buf_can_be_granted_twice),
		TEST(it_does_not_end_while_the_guest_sees_it),
		TEST(a_length_that_is_not_the_dma_buf_s_is_refused),
		TEST(what_would_be_writable_is_not_granted),
		TEST(to_who_is_trusted_it_is_and_proves_nothing),
		TEST(a_kernel_that_cannot_is_not_made_to_by_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
