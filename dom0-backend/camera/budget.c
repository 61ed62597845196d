// SPDX-License-Identifier: GPL-2.0-only
#include "camera/budget.h"

#include "base/util.h"

void budget_init(struct budget *budget, uint64_t now)
{
	budget->left = BUDGET_MOST_US;
	budget->since = now;
}

static void budget_refill(struct budget *budget, uint64_t now)
{
	/* More than it takes from the bottom to the top adds nothing. */
	uint64_t passed = MIN(now - budget->since,
			      (uint64_t)2 * BUDGET_MOST_US * BUDGET_SHARE);

	if (now < budget->since)
		return;
	/* What is less than one is kept for the next time. */
	budget->left = MIN(budget->left + (int64_t)(passed / BUDGET_SHARE),
			   (int64_t)BUDGET_MOST_US);
	budget->since = now - passed % BUDGET_SHARE;
}

bool budget_spend(struct budget *budget, uint64_t now, uint64_t used)
{
	/* From the top to the bottom */
	const uint64_t taken = MIN(used, (uint64_t)2 * BUDGET_MOST_US);

	budget_refill(budget, now);
	budget->left = MAX(budget->left - (int64_t)taken,
			   (int64_t)-BUDGET_MOST_US);
	return budget->left > 0;
}

uint64_t budget_wait(struct budget *budget, uint64_t now)
{
	budget_refill(budget, now);
	if (budget->left >= BUDGET_LEAST_US)
		return 0;
	return (uint64_t)(BUDGET_LEAST_US - budget->left) * BUDGET_SHARE;
}

uint64_t budget_recovery(struct budget *budget, uint64_t now)
{
	budget_refill(budget, now);
	return (uint64_t)(BUDGET_MOST_US - budget->left) * BUDGET_SHARE;
}
