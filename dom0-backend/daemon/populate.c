// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/populate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "daemon/device.h"
#include "daemon/guest.h"
#include "daemon/xen_window.h"
#include "ipc/daemon_proto.h"

#define MS_PER_S 1000
#define NS_PER_MS 1000000

/* Between two attempts to give a guest pages that there are not */
#define PAUSE_MS 100

static uint64_t bytes_of_all(const struct guest *guest)
{
	const struct device *device, *tmp;
	uint64_t bytes = 0;

	list_for_each(device, tmp, &guest->devices, link)
		bytes += window_bytes(&device->window);
	return bytes;
}

/* Up to the block that the quota ends in: buffers do not end where it does. */
static bool is_too_much(const struct guest *guest, uint64_t more)
{
	const uint64_t limit = guest->limits.limit[QUOTA_MEMORY];

	return limit != 0 && bytes_of_all(guest) + more >= limit + WINDOW_BLOCK;
}

/* Whether it failed a moment ago. To fail takes Xen and us milliseconds, and a
 * guest can ask more often than that. */
static bool is_too_soon(const struct guest *guest)
{
	struct timespec now;

	if (guest->no_pages.tv_sec == 0)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - guest->no_pages.tv_sec) * MS_PER_S +
		       (now.tv_nsec - guest->no_pages.tv_nsec) / NS_PER_MS <
	       PAUSE_MS;
}

int populate(struct device *device, uint64_t offset, uint64_t len)
{
	struct window *window = &device->window;
	struct guest *guest = device->guest;
	uint64_t more;
	int ret;

	if (!window_has(window, offset, len) || len > GUEST_POPULATE_MAX)
		return -EINVAL;
	more = window_missing(window, offset, len);
	if (more == 0)
		return 0;
	if (is_too_much(guest, more)) {
		if (log_allowed(&guest->refusals))
			log_warning("guest %s: device %u gets no more pages: "
				    "`memory` is %" PRIu64, guest->id.name,
				    device->devid,
				    guest->limits.limit[QUOTA_MEMORY]);
		return -EDQUOT;
	}
	if (is_too_soon(guest))
		return -ENOMEM;
	ret = xen_windows_populate(guest->guests->windows, guest->domid,
				   window->base + offset, len);
	/* A guest that keeps pages of a failure, by moving them, has had them
	 * instead of others: each failure could be so many more. */
	if (ret == 0 || ret == -EBUSY)
		window_set_pages(window, offset, len);
	if (ret == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &guest->no_pages);
	if (log_allowed(&guest->log))
		log_warning("guest %s: device %u gets no more pages: %s",
			    guest->id.name, device->devid, strerror(-ret));
	return -ENOMEM;
}
