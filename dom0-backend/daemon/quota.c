// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/quota.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

static bool fits(const struct quota *quota, uint64_t amount)
{
	const uint64_t most = quota->limit ? quota->limit : UINT64_MAX;

	/* One that was lowered is above its limit, and still may need nothing. */
	if (amount == 0)
		return true;
	return quota->used <= most && amount <= most - quota->used;
}

int quota_take(struct quota *quota, uint64_t amount)
{
	if (!fits(quota, amount)) {
		quota->refused++;
		return -EBUSY;
	}
	quota->used += amount;
	return 0;
}

void quota_put(struct quota *quota, uint64_t amount)
{
	assert(quota->used >= amount);
	quota->used -= amount;
}
