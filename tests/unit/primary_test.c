// SPDX-License-Identifier: GPL-2.0-only
/* Who may write what all share: the rules of docs/sharing.md as a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "daemon/primary.h"
#include "ipc/daemon_proto.h"

#define NOBODY CAMERA_NO_PRIMARY
#define MAX_DOMAINS 4

/* One row: who runs, who has the camera open since when, and who is primary */
struct row {
	const char *what;
	bool configured;
	struct primary_candidate domains[MAX_DOMAINS];
	uint32_t primary;
};

static const struct row rows[] = {
	{ "nobody runs", false, { { 0 } }, NOBODY },
	{ "somebody runs, but has it not open", false,
	  { { .domid = 1, .priority = 9 } }, NOBODY },
	{ "one has it open", false,
	  { { .domid = 1 }, { .domid = 2, .since = 5 } }, 2 },
	{ "the highest priority", false,
	  { { .domid = 1, .since = 1, .priority = 1 },
	    { .domid = 2, .since = 2, .priority = 3 },
	    { .domid = 3, .since = 3, .priority = 2 } }, 2 },
	{ "among equals who has it open for longest", false,
	  { { .domid = 1, .since = 7, .priority = 1 },
	    { .domid = 2, .since = 4, .priority = 1 },
	    { .domid = 3, .since = 2 } }, 2 },
	{ "the configured one, though it has it not open", true,
	  { { .domid = 1, .since = 1, .priority = 9 },
	    { .domid = 2, .configured = true } }, 2 },
	{ "the configured one does not run: nobody", true,
	  { { .domid = 1, .since = 1, .priority = 9 } }, NOBODY },
	{ "the named one before the configured one", true,
	  { { .domid = 1, .configured = true, .since = 1, .priority = 9 },
	    { .domid = 2, .named = true } }, 2 },
	{ "the named one before all that have it open", false,
	  { { .domid = 3, .named = true },
	    { .domid = 1, .since = 1, .priority = 9 } }, 3 },
	{ "the named one before a configured one that does not run", true,
	  { { .domid = 1, .since = 1 }, { .domid = 2, .named = true } }, 2 },
	{ "never dom0", false,
	  { { .domid = 0, .since = 1, .priority = 9, .named = true,
	      .configured = true }, { .domid = 4, .since = 2 } }, 4 },
	{ "never dom0, were it alone", true,
	  { { .domid = 0, .since = 1, .named = true, .configured = true } },
	  NOBODY },
};

static uint32_t run(const struct row *row, bool backwards)
{
	struct primary_contest contest = { .configured = row->configured };

	for (unsigned int i = 0; i < MAX_DOMAINS; i++)
		primary_offer(&contest,
			      &row->domains[backwards ? MAX_DOMAINS - 1 - i :
							i]);
	return primary_winner(&contest);
}

static void the_rules_name_the_primary(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (run(&rows[i], false) != rows[i].primary)
			fail_msg("%s: %u", rows[i].what, run(&rows[i], false));
	}
}

static void the_order_of_the_domains_means_nothing(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (run(&rows[i], true) != rows[i].primary)
			fail_msg("%s: %u", rows[i].what, run(&rows[i], true));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_name_the_primary),
		cmocka_unit_test(the_order_of_the_domains_means_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
