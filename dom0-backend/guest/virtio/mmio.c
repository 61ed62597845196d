// SPDX-License-Identifier: GPL-2.0-only
#include "virtio/mmio.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/list.h"
#include "base/log.h"
#include "hyp/guest_mem.h"
#include "hyp/hyp.h"
#include "virtio/mmio_regs.h"
#include "virtio/transport.h"

struct mmio_device {
	struct list link; /* mmio_bus.devices */
	uint64_t addr;
	struct mmio_regs regs;
};

struct mmio_bus {
	struct hyp *hyp;
	struct guest_mem *mem;
	struct event *trim; /* unmaps what the guest's memory map left behind */
	struct log_limit limit;
	struct list devices; /* of struct mmio_device */
};

/* An access of another size, or only half within, is nobody's. */
static bool is_within(const struct mmio_device *device,
		      const struct hyp_access *access)
{
	/* Huge if the address lies before the device */
	const uint64_t offset = access->addr - device->addr;

	if (access->size != 1 && access->size != 2 && access->size != 4 &&
	    access->size != 8)
		return false;
	return offset <= MMIO_DEVICE_LEN - access->size;
}

static void on_access(void *owner, struct hyp_access *access)
{
	struct mmio_device *device, *tmp;
	struct mmio_bus *bus = owner;

	list_for_each(device, tmp, &bus->devices, link) {
		if (is_within(device, access)) {
			mmio_regs_access(&device->regs,
					 access->addr - device->addr, access);
			return;
		}
	}
	log_guest(&bus->limit, "%s of %u bytes at 0x%llx: no device",
		  access->write ? "write" : "read", access->size,
		  (unsigned long long)access->addr);
	if (!access->write)
		access->data = UINT64_MAX;
}

static void on_invalidated(void *owner)
{
	static const struct timeval now;
	struct mmio_device *device, *tmp;
	struct mmio_bus *bus = owner;

	guest_mem_invalidate(bus->mem);
	evtimer_add(bus->trim, &now);
	list_for_each(device, tmp, &bus->devices, link)
		virtio_dev_memory_changed(device->regs.dev);
}

static const struct hyp_listener listener = {
	.access = on_access,
	.invalidated = on_invalidated,
};

static void trim(evutil_socket_t fd, short what, void *arg)
{
	struct mmio_bus *bus = arg;

	guest_mem_trim(bus->mem);
}

int mmio_bus_create(struct event_base *base, struct hyp *hyp,
		    struct guest_mem *mem, struct mmio_bus **out)
{
	struct mmio_bus *bus;

	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return -ENOMEM;
	bus->hyp = hyp;
	bus->mem = mem;
	list_init(&bus->devices);
	bus->trim = evtimer_new(base, trim, bus);
	if (!bus->trim) {
		free(bus);
		return -ENOMEM;
	}
	hyp_listen(hyp, &listener, bus);
	*out = bus;
	return 0;
}

void mmio_bus_destroy(struct mmio_bus *bus)
{
	if (!bus)
		return;
	assert(list_empty(&bus->devices));
	hyp_listen(bus->hyp, NULL, NULL);
	event_free(bus->trim);
	free(bus);
}

static bool is_taken(struct mmio_bus *bus, uint64_t addr)
{
	struct mmio_device *device, *tmp;

	list_for_each(device, tmp, &bus->devices, link) {
		if (addr < device->addr + MMIO_DEVICE_LEN &&
		    device->addr < addr + MMIO_DEVICE_LEN)
			return true;
	}
	return false;
}

int mmio_bus_add(struct mmio_bus *bus, uint64_t addr, struct virtio_dev *dev)
{
	struct mmio_device *device;
	int ret;

	if (is_taken(bus, addr))
		return -EEXIST;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->addr = addr;
	device->regs.dev = dev;
	/* On the list first: from hyp_map_io() on a vCPU may ask. */
	list_append(&bus->devices, &device->link);
	ret = hyp_map_io(bus->hyp, addr, MMIO_DEVICE_LEN);
	if (ret < 0) {
		list_remove(&device->link);
		free(device);
	}
	return ret;
}

void mmio_bus_remove(struct mmio_bus *bus, struct virtio_dev *dev)
{
	struct mmio_device *device, *tmp;

	list_for_each(device, tmp, &bus->devices, link) {
		if (device->regs.dev != dev)
			continue;
		list_remove(&device->link);
		free(device);
	}
}
