// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/backoff.h"

#include "base/util.h"

int backoff_next(struct backoff *backoff, const struct backoff_policy *policy,
		 uint64_t lived)
{
	unsigned int delay = policy->first;

	if (lived >= policy->steady)
		backoff->deaths = 0;
	backoff->deaths++;
	if (policy->deaths && backoff->deaths >= policy->deaths)
		return -1;
	for (unsigned int i = 1; i < backoff->deaths && delay < policy->longest;
	     i++)
		delay = MIN(delay * 2, policy->longest);
	return delay;
}
