// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/quota.h"

#include <assert.h>
#include <errno.h>

int quota_take(struct quota *quota)
{
	if (quota->limit && quota->used >= quota->limit) {
		quota->refused++;
		return -EBUSY;
	}
	quota->used++;
	return 0;
}

void quota_put(struct quota *quota)
{
	assert(quota->used > 0);
	quota->used--;
}
