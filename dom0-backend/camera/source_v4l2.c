// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "camera/source.h"

int source_v4l2_create(struct event_base *base, const char *spec,
		       struct source **out)
{
	return -ENOTSUP;
}

void source_v4l2_list(FILE *out)
{
}
