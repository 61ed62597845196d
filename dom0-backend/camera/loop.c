// SPDX-License-Identifier: GPL-2.0-only
#include "camera/loop.h"

#include <event2/event.h>
#include <stddef.h>

/* That of frames, and that of all events that are given none */
#define NUM_PRIORITIES 2

struct event_base *loop_create(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	if (!config)
		return NULL;
	event_config_set_max_dispatch_interval(config, NULL, 1,
					       LOOP_FRAMES + 1);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (base && event_base_priority_init(base, NUM_PRIORITIES) < 0) {
		event_base_free(base);
		return NULL;
	}
	return base;
}
