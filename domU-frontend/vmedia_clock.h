/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmedia_clock.h - the device's clock, in our own time.
 *
 * For vmedia.h; the locks are explained there.
 */
#ifndef VMEDIA_CLOCK_H
#define VMEDIA_CLOCK_H

#include <linux/mutex.h>
#include <linux/types.h>

struct attribute_group;
struct vmedia;

/**
 * struct vmedia_clock - what is known of the clock of a device's timestamps
 * @lock: the fields below
 * @state: what is known
 * @offset: the device's clock minus our CLOCK_MONOTONIC, in ns. If it is a
 *          guess it is never too large, so timestamps are never too early.
 * @error: @offset is right within so many ns, if it was read
 * @updated: when it was read or guessed, on our CLOCK_MONOTONIC, in ns
 */
struct vmedia_clock {
	struct mutex lock;
	enum {
		VMEDIA_CLOCK_UNKNOWN,
		VMEDIA_CLOCK_GUESSED,
		VMEDIA_CLOCK_READ,
	} state;
	s64 offset;
	u64 error;
	u64 updated;
};

/** vmedia_clock_groups - sysfs attributes of the virtio device */
extern const struct attribute_group *vmedia_clock_groups[];

/**
 * vmedia_clock_start() - the device was started: its clock may be another
 * Context: may sleep. vm->state_lock is held.
 */
void vmedia_clock_start(struct vmedia *vm);

/**
 * vmedia_clock_refresh() - read the device's clock, if that was long ago
 * Context: may sleep. In vm->event_work, where the device is not reset.
 */
void vmedia_clock_refresh(struct vmedia *vm);

/**
 * vmedia_clock_translate() - a timestamp of the device, in our CLOCK_MONOTONIC
 * @stamp: ns; it came just now
 *
 * Where the clock cannot be read, the least time between a timestamp and its
 * arrival is taken for none at all. The result is then late by that time.
 *
 * Context: may sleep.
 * Return: ns, in the future only if the device's own is, and then by less than a
 * minute; 0 for 0.
 */
u64 vmedia_clock_translate(struct vmedia *vm, u64 stamp);

#endif /* VMEDIA_CLOCK_H */
