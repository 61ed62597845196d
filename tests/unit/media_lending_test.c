// SPDX-License-Identifier: GPL-2.0-only
/* What is lent to a guest, until when, and what it costs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "hyp/export.h"
#include "hyp_fake.h"
#include "ipc/link.h"
#include "media/account.h"
#include "media/lending.h"

#define LEN 5000
#define SERIAL 42

/**
 * struct scene - a guest of which one session may have slots
 * @fd: of a plane of LEN bytes
 * @told: times that vmediad was told that it can see them; @untold: that not
 * @bytes: of what it was told last; @kept: and how many dma-bufs that was
 * @deaf: vmediad cannot be told that the guest sees anything
 */
struct scene {
	struct hyp_fake *fake;
	struct account account;
	struct lendings *lendings;
	struct lending *lending;
	int fd;
	unsigned int told;
	unsigned int untold;
	uint64_t bytes;
	unsigned int kept;
	bool deaf;
};

static int granted(void *owner, uint64_t serial, uint64_t bytes,
		   const int *fds, unsigned int nfds)
{
	struct scene *scene = owner;

	assert_int_equal(serial, SERIAL);
	if (scene->deaf)
		return -EAGAIN;
	for (unsigned int i = 0; i < nfds; i++)
		assert_int_equal(lseek(fds[i], 0, SEEK_END), LEN);
	scene->told++;
	scene->bytes = bytes;
	scene->kept = nfds;
	return 0;
}

static void ungranted(void *owner, uint64_t serial)
{
	struct scene *scene = owner;

	assert_int_equal(serial, SERIAL);
	scene->untold++;
	scene->kept = 0;
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lendings_params params = {
		.granted = granted,
		.ungranted = ungranted,
		.owner = scene,
	};

	assert_non_null(scene);
	scene->fake = hyp_fake_create();
	params.base = hyp_fake_base(scene->fake);
	params.hyp = hyp_fake_hyp(scene->fake);
	params.account = &scene->account;
	assert_int_equal(lendings_create(&params, &scene->lendings), 0);
	assert_int_equal(lending_create(scene->lendings, SERIAL, false,
					&scene->lending),
			 0);
	scene->fd = memfd_create("slot", MFD_CLOEXEC);
	assert_int_equal(ftruncate(scene->fd, LEN), 0);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	lending_end(scene->lending);
	lendings_destroy(scene->lendings);
	assert_int_equal(scene->account.memory, 0);
	close(scene->fd);
	hyp_fake_destroy(scene->fake);
	free(scene);
	return 0;
}

static int try_lend(struct scene *scene, struct loan **out)
{
	int ret;

	account_add(&scene->account, 0, LEN);
	ret = loan_create(scene->lending, scene->fd, LEN, out);
	if (ret < 0)
		account_give_back(&scene->account, 0, LEN);
	return ret;
}

static struct loan *lend_more(struct scene *scene)
{
	struct loan *loan;

	assert_int_equal(try_lend(scene, &loan), 0);
	return loan;
}

static int announce(struct scene *scene)
{
	return lending_begin(scene->lending, LEN, &scene->fd, 1);
}

static struct loan *lend(struct scene *scene)
{
	assert_int_equal(announce(scene), 0);
	return lend_more(scene);
}

static uint8_t *see(struct scene *scene, const struct loan *loan)
{
	const struct export *export = loan_export(loan);

	return hyp_fake_see(scene->fake, export_refs(export),
			    export_count(export), false);
}

static void a_loan_lasts_as_long_as_its_buffer(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = lend(scene);

	assert_int_equal(lendings_bytes(scene->lendings), LEN);
	assert_int_equal(lendings_unused(scene->lendings), 0);
	loan_retire(loan);
	assert_int_equal(lendings_bytes(scene->lendings), 0);
	assert_int_equal(hyp_fake_exported(scene->fake), 0);
}

static void a_mapping_keeps_it_longer(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = loan_get(lend(scene));

	assert_true(loan_is_mapped(loan));
	loan_retire(loan);
	assert_int_equal(lendings_unused(scene->lendings), LEN);
	assert_int_equal(scene->account.memory, LEN);
	loan_put(loan);
	assert_int_equal(scene->account.memory, 0);
}

static void a_buffer_keeps_it_when_nothing_is_mapped(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = loan_get(lend(scene));

	loan_put(loan);
	assert_false(loan_is_mapped(loan));
	assert_int_equal(lendings_bytes(scene->lendings), LEN);
	loan_retire(loan);
}

static void who_looks_keeps_it_longest(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = lend(scene);
	uint8_t *seen = see(scene, loan);

	loan_retire(loan);
	assert_int_equal(scene->account.memory, LEN);
	assert_int_equal(scene->untold, 0);
	hyp_fake_look_away(scene->fake, seen);
	hyp_fake_run_once(scene->fake, 150);
	assert_int_equal(scene->account.memory, 0);
	assert_int_equal(scene->untold, 1);
}

static void nobody_is_looked_after_in_vain(void **state)
{
	struct scene *scene = *state;
	unsigned int polls;

	loan_retire(lend(scene));
	polls = hyp_fake_polls(scene->fake);
	hyp_fake_run_once(scene->fake, 150);
	assert_int_equal(hyp_fake_polls(scene->fake), polls);
}

static void a_lending_outlives_its_session(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = loan_get(lend(scene));

	loan_retire(loan);
	lending_end(scene->lending);
	scene->lending = NULL;
	assert_int_equal(scene->untold, 0);
	loan_put(loan);
	assert_int_equal(scene->untold, 1);
}

static void it_is_over_with_its_last_loan(void **state)
{
	struct scene *scene = *state;
	struct loan *one = lend(scene), *other = lend(scene);

	loan_retire(one);
	assert_int_equal(scene->untold, 0);
	loan_retire(other);
	assert_int_equal(scene->told, 2);
	assert_int_equal(scene->untold, 1);
	assert_int_equal(scene->kept, 0);
}

static void what_is_lent_later_is_kept_beside_what_is_lent(void **state)
{
	struct scene *scene = *state;
	struct loan *one = lend(scene), *other = lend(scene);

	assert_int_equal(scene->kept, 2);
	assert_int_equal(scene->bytes, 2 * LEN);
	loan_retire(one);
	loan_retire(other);
}

static void of_what_is_over_nothing_is_kept(void **state)
{
	struct scene *scene = *state;
	struct loan *one = lend(scene), *other = lend(scene);

	loan_retire(one);
	hyp_fake_run_once(scene->fake, 150);
	assert_int_equal(scene->kept, 1);
	assert_int_equal(scene->bytes, LEN);
	loan_retire(other);
}

static void who_did_not_hear_what_is_left_is_told_later(void **state)
{
	struct scene *scene = *state;
	struct loan *one = lend(scene), *other = lend(scene);

	loan_retire(one);
	scene->deaf = true;
	hyp_fake_run_once(scene->fake, 150);
	assert_int_equal(scene->kept, 2);
	scene->deaf = false;
	hyp_fake_run_once(scene->fake, 250);
	assert_int_equal(scene->kept, 1);
	loan_retire(other);
}

static void what_cannot_be_kept_is_not_lent(void **state)
{
	struct scene *scene = *state;

	scene->deaf = true;
	assert_int_equal(announce(scene), -EAGAIN);
	assert_int_equal(scene->untold, 0);
}

static void what_is_too_much_for_a_message_is_not_lent(void **state)
{
	struct loan *loans[LINK_MAX_FDS];
	struct scene *scene = *state;

	for (unsigned int i = 0; i < LINK_MAX_FDS; i++)
		loans[i] = lend(scene);
	assert_int_equal(announce(scene), -ENFILE);
	for (unsigned int i = 0; i < LINK_MAX_FDS; i++)
		loan_retire(loans[i]);
}

static void one_that_comes_to_nothing_is_over(void **state)
{
	struct scene *scene = *state;
	struct loan *loan;

	hyp_fake_fail(scene->fake, HYP_FAKE_EXPORT, 1, -ENOSPC);
	assert_int_equal(announce(scene), 0);
	assert_int_equal(try_lend(scene, &loan), -ENOSPC);
	assert_int_equal(scene->told, 1);
	assert_int_equal(scene->untold, 1);
}

static void another_may_begin_when_it_is_over(void **state)
{
	struct scene *scene = *state;

	loan_retire(lend(scene));
	loan_retire(lend(scene));
	assert_int_equal(scene->told, 2);
	assert_int_equal(scene->untold, 2);
}

static void no_two_loans_have_a_name(void **state)
{
	struct loan *loans[LENDING_MAX];
	struct scene *scene = *state;

	for (unsigned int i = 0; i < LENDING_MAX; i++) {
		loans[i] = lend_more(scene);
		for (unsigned int j = 0; j < i; j++)
			assert_int_not_equal(loan_name(loans[i]),
					     loan_name(loans[j]));
	}
	for (unsigned int i = 0; i < LENDING_MAX; i++)
		loan_retire(loans[i]);
}

static void they_are_so_many_and_no_more(void **state)
{
	struct loan *loans[LENDING_MAX], *loan;
	struct scene *scene = *state;

	for (unsigned int i = 0; i < LENDING_MAX; i++)
		loans[i] = lend_more(scene);
	assert_int_equal(try_lend(scene, &loan), -ENFILE);
	loan_retire(loans[7]);
	loans[7] = lend_more(scene);
	for (unsigned int i = 0; i < LENDING_MAX; i++)
		loan_retire(loans[i]);
}

static void at_the_end_nobody_says_that_it_is_over(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = lend(scene);

	see(scene, loan);
	loan_retire(loan);
	lending_end(scene->lending);
	scene->lending = NULL;
	lendings_destroy(scene->lendings);
	scene->lendings = NULL;
	assert_int_equal(scene->untold, 0);
	assert_int_equal(scene->kept, 1);
}

static void at_the_end_what_was_let_go_is_over(void **state)
{
	struct scene *scene = *state;
	struct loan *loan = lend(scene);
	uint8_t *seen = see(scene, loan);

	loan_retire(loan);
	lending_end(scene->lending);
	scene->lending = NULL;
	hyp_fake_look_away(scene->fake, seen);
	lendings_destroy(scene->lendings);
	scene->lendings = NULL;
	assert_int_equal(scene->untold, 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_loan_lasts_as_long_as_its_buffer),
		TEST(a_mapping_keeps_it_longer),
		TEST(a_buffer_keeps_it_when_nothing_is_mapped),
		TEST(who_looks_keeps_it_longest),
		TEST(nobody_is_looked_after_in_vain),
		TEST(a_lending_outlives_its_session),
		TEST(it_is_over_with_its_last_loan),
		TEST(what_is_lent_later_is_kept_beside_what_is_lent),
		TEST(of_what_is_over_nothing_is_kept),
		TEST(who_did_not_hear_what_is_left_is_told_later),
		TEST(what_cannot_be_kept_is_not_lent),
		TEST(what_is_too_much_for_a_message_is_not_lent),
		TEST(one_that_comes_to_nothing_is_over),
		TEST(another_may_begin_when_it_is_over),
		TEST(no_two_loans_have_a_name),
		TEST(they_are_so_many_and_no_more),
		TEST(at_the_end_nobody_says_that_it_is_over),
		TEST(at_the_end_what_was_let_go_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
