// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/transfer.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"

static const char *const policies[] = {
	[TRANSFER_AUTO] = "auto",
	[TRANSFER_COPY] = "copy",
	[TRANSFER_GRANTS] = "grants",
};

static const char *const ways[] = {
	[WAY_GRANTS] = "grants",
	[WAY_WINDOW] = "window",
	[WAY_PAGES] = "pages",
	[WAY_OBJECTS] = "objects",
};

static const char *const reasons[] = {
	[REASON_POLICY] = "policy",
	[REASON_DRIVER] = "driver",
	[REASON_ASKED] = "asked",
	[REASON_DIRECT] = "direct",
	[REASON_MEMORY] = "memory",
	[REASON_KERNEL] = "kernel",
	[REASON_WRITABLE] = "writable",
	[REASON_REFERENCES] = "references",
	[REASON_QUOTA] = "quota",
	[REASON_CAMERA] = "camera",
	[REASON_ROOM] = "room",
};

const char *transfer_name(enum transfer_policy policy)
{
	return policies[policy];
}

int transfer_find(const char *name, enum transfer_policy *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		if (strcmp(policies[i], name) == 0) {
			*out = i;
			return 0;
		}
	}
	return -ENOENT;
}

enum transfer_policy transfer_combine(enum transfer_policy a,
				      enum transfer_policy b)
{
	if (a == TRANSFER_COPY || b == TRANSFER_COPY)
		return TRANSFER_COPY;
	if (a == TRANSFER_GRANTS || b == TRANSFER_GRANTS)
		return TRANSFER_GRANTS;
	return TRANSFER_AUTO;
}

const char *transfer_way_name(uint32_t way)
{
	return way < ARRAY_SIZE(ways) ? ways[way] : NULL;
}

const char *transfer_reason_name(uint32_t reason)
{
	return reason < ARRAY_SIZE(reasons) ? reasons[reason] : NULL;
}
