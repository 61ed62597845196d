// SPDX-License-Identifier: GPL-2.0-only
#include "camera/frame.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

_Static_assert(SESSION_MAX_SLOTS < 32, "a bit per slot");

void frames_init(struct frames *frames, unsigned int num_slots)
{
	assert(num_slots <= SESSION_MAX_SLOTS);
	memset(frames, 0, sizeof(*frames));
	frames->num_slots = num_slots;
}

void frames_grow(struct frames *frames, unsigned int num_slots)
{
	assert(num_slots >= frames->num_slots &&
	       num_slots <= SESSION_MAX_SLOTS);
	frames->num_slots = num_slots;
}

void frames_queued(struct frames *frames, unsigned int slot)
{
	assert(frames_idle(frames, slot));
	frames->queued |= 1u << slot;
	frames->num_queued++;
}

void frames_stopped(struct frames *frames)
{
	frames->queued = 0;
	frames->num_queued = 0;
}

int frames_filled(struct frames *frames, unsigned int slot)
{
	if (slot >= frames->num_slots || !(frames->queued & 1u << slot))
		return -EINVAL;

	frames->queued &= ~(1u << slot);
	frames->num_queued--;
	return 0;
}

bool frames_may_lend(const struct frames *frames)
{
	if (frames->num_slots <= FRAMES_KEEP_QUEUED)
		return true;
	return frames->num_queued >= FRAMES_KEEP_QUEUED;
}

void frames_lend(struct frames *frames, unsigned int slot)
{
	assert(slot < frames->num_slots && !(frames->queued & 1u << slot));
	frames->readers[slot]++;
}

bool frames_return(struct frames *frames, unsigned int slot)
{
	assert(slot < frames->num_slots && frames->readers[slot] > 0);
	return --frames->readers[slot] == 0;
}

bool frames_idle(const struct frames *frames, unsigned int slot)
{
	assert(slot < frames->num_slots);
	return !(frames->queued & 1u << slot) && frames->readers[slot] == 0;
}
