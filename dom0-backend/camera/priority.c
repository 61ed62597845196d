// SPDX-License-Identifier: GPL-2.0-only
#include "camera/priority.h"

#include <assert.h>
#include <errno.h>

static void priority_change(struct priorities *all, uint32_t *own,
			    uint32_t wanted)
{
	assert(all->count[*own] > 0);
	all->count[*own]--;
	all->count[wanted]++;
	*own = wanted;
}

uint32_t priority_open(struct priorities *all)
{
	all->count[V4L2_PRIORITY_DEFAULT]++;
	return V4L2_PRIORITY_DEFAULT;
}

void priority_close(struct priorities *all, uint32_t own)
{
	if (own == V4L2_PRIORITY_UNSET)
		return;
	assert(all->count[own] > 0);
	all->count[own]--;
}

uint32_t priority_highest(const struct priorities *all)
{
	for (uint32_t i = V4L2_PRIORITY_RECORD; i > V4L2_PRIORITY_UNSET; i--) {
		if (all->count[i] > 0)
			return i;
	}
	return V4L2_PRIORITY_UNSET;
}

int priority_set(struct priorities *all, uint32_t *own, uint32_t wanted,
		 bool primary)
{
	if (wanted != V4L2_PRIORITY_BACKGROUND &&
	    wanted != V4L2_PRIORITY_INTERACTIVE &&
	    wanted != V4L2_PRIORITY_RECORD)
		return -EINVAL;
	if (wanted == V4L2_PRIORITY_RECORD && !primary)
		return -EACCES;
	priority_change(all, own, wanted);
	return 0;
}

void priority_lower(struct priorities *all, uint32_t *own)
{
	if (*own == V4L2_PRIORITY_RECORD)
		priority_change(all, own, V4L2_PRIORITY_DEFAULT);
}

int priority_check(const struct priorities *all, uint32_t own,
		   unsigned long request)
{
	switch (request) {
	case VIDIOC_S_FMT:
	case VIDIOC_S_PARM:
	case VIDIOC_S_PRIORITY:
	case VIDIOC_S_INPUT:
	case VIDIOC_S_CTRL:
	case VIDIOC_S_EXT_CTRLS:
		return own < priority_highest(all) ? -EBUSY : 0;
	default:
		return 0;
	}
}
