// SPDX-License-Identifier: GPL-2.0-only
#include "media/clock.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/byteorder.h"

#define NS_PER_S 1000000000

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void media_clock_update(struct virtio_media_clock *clock, bool negotiated,
			size_t offset)
{
	uint64_t ns;

	if (!negotiated) {
		memset(clock, 0, sizeof(*clock));
	} else if (offset == MEDIA_CLOCK_OFFSET) {
		ns = now();
		clock->low = cpu_to_le32((uint32_t)ns);
		clock->high = cpu_to_le32((uint32_t)(ns >> 32));
	}
}
