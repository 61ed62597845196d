// SPDX-License-Identifier: GPL-2.0-only
#include "camera/arbiter.h"

#include <assert.h>

void arbiter_take(struct arbiter *arbiter, struct claim *claim)
{
	if (claim->buffers)
		return;
	claim->buffers = true;
	arbiter->num_owners++;
}

void arbiter_drop(struct arbiter *arbiter, struct claim *claim)
{
	if (!claim->buffers)
		return;
	assert(arbiter->num_owners > 0);
	claim->buffers = false;
	arbiter->num_owners--;
}

bool arbiter_is_kept(const struct arbiter *arbiter)
{
	return arbiter->num_owners > 0;
}

bool arbiter_is_kept_by_others(const struct arbiter *arbiter,
			      const struct claim *claim)
{
	return arbiter->num_owners > (claim->buffers ? 1u : 0u);
}
