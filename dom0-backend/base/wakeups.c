// SPDX-License-Identifier: GPL-2.0-only
#include "base/wakeups.h"

#include <event2/event.h>

static uint64_t wakeups;

int wakeups_dispatch(struct event_base *base)
{
	int ret;

	do {
		ret = event_base_loop(base, EVLOOP_ONCE);
		if (ret == 0)
			wakeups++;
	} while (ret == 0 && !event_base_got_break(base) &&
		 !event_base_got_exit(base));
	return ret;
}

uint64_t wakeups_count(void)
{
	return wakeups;
}
