/* SPDX-License-Identifier: GPL-2.0-only */
/* populate.h - pages for a window, if its guest may have them. */
#ifndef DAEMON_POPULATE_H
#define DAEMON_POPULATE_H

#include <stdint.h>

struct device;

/**
 * populate() - GUEST_POPULATE: let a part of a device's window have pages
 * @offset: in the window; nothing about it or @len is believed
 *
 * A process that its guest took over can have no more than all windows of the
 * guest filled, and no more than quota `memory` at that.
 * Return: 0; what struct guest_populated says, negative.
 */
int populate(struct device *device, uint64_t offset, uint64_t len);

#endif /* DAEMON_POPULATE_H */
