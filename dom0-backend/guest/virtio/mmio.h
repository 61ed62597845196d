/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmio.h - virtio over MMIO, version 2 ("Virtio Over MMIO").
 *
 * One bus per guest: it answers what comes through hyp.h, and hands each
 * access to the device in whose registers it falls.
 *
 * Thread: the event loop's.
 */
#ifndef VIRTIO_MMIO_H
#define VIRTIO_MMIO_H

#include <stdint.h>

struct event_base;
struct guest_mem;
struct hyp;
struct mmio_bus;
struct virtio_dev;

/* Guest addresses of one device: 0x100 for registers, 0x100 configuration */
#define MMIO_DEVICE_LEN 0x200

/**
 * mmio_bus_create() - listen to a guest's accesses
 * @base: borrowed
 * @hyp: borrowed; the bus is its listener from now on
 * @mem: borrowed; dropped by the bus when the guest's memory map changes
 * @out: owned by the caller on success, untouched on failure
 *
 * Accesses that no device answers read as all ones.
 * Return: 0 or -ENOMEM.
 */
int mmio_bus_create(struct event_base *base, struct hyp *hyp,
		    struct guest_mem *mem, struct mmio_bus **out);

/**
 * mmio_bus_destroy() - no device may be left; NULL is fine
 *
 * @hyp must not be told to poll any more, or be given another listener.
 */
void mmio_bus_destroy(struct mmio_bus *bus);

/**
 * mmio_bus_add() - put a device in the guest's sight, at once
 * @addr: of MMIO_DEVICE_LEN bytes
 * @dev: borrowed until mmio_bus_remove()
 * Return: 0; -EEXIST if the place is taken; -ENOMEM; as hyp_map_io().
 */
int mmio_bus_add(struct mmio_bus *bus, uint64_t addr, struct virtio_dev *dev);

/**
 * mmio_bus_remove() - end of a device. NULL is fine.
 *
 * Its addresses stay ours, for an access to nowhere would crash the guest.
 */
void mmio_bus_remove(struct mmio_bus *bus, struct virtio_dev *dev);

#endif /* VIRTIO_MMIO_H */
