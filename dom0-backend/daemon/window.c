// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/window.h"

#include <stddef.h>
#include <string.h>

#include "base/util.h"

/*
 * What Xen's tools give a guest on Arm (xen/arch-arm.h), up to and with @last.
 * The tail of both banks of memory is told to the guest as scratch space even
 * where it has no memory. From 4 to 8 GiB are windows of PCI devices, but only
 * in a guest that has some.
 */
static const struct {
	uint64_t first;
	uint64_t last;
	const char *what;
} taken[] = {
	{ 0, 0x0401ffff, "Xen's virtual devices" },
	{ 0x10000000, 0x1fffffff, "virtual PCI" },
	{ 0x20000000, 0x21ffffff, "ACPI tables" },
	{ 0x22000000, 0x22ffffff, "the virtual UART" },
	{ 0x23000000, 0x32ffffff, "virtual PCI" },
	{ 0x38000000, 0x39ffffff, "the grant table" },
	{ 0x40000000, 0xffffffff, "the guest's memory" },
	{ 0x200000000, UINT64_MAX, "the guest's memory" },
};

const char *window_obstacle(uint64_t base, uint64_t len)
{
	const uint64_t last = base + len - 1;

	if (last < base)
		return "the end of all addresses";
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		if (base <= taken[i].last && last >= taken[i].first)
			return taken[i].what;
	}
	return NULL;
}

unsigned int window_room(const struct window_place *place)
{
	unsigned int room = 0;

	while (place->size > 0 &&
	       !window_obstacle(place->base + room * place->size, place->size))
		room++;
	return room;
}

void window_init(struct window *window, const struct window_place *place,
		 unsigned int rank)
{
	memset(window, 0, sizeof(*window));
	if (rank >= window_room(place))
		return;
	window->base = place->base + rank * place->size;
	window->len = place->size;
}

bool window_has(const struct window *window, uint64_t offset, uint64_t len)
{
	return len > 0 && offset % WINDOW_BLOCK == 0 &&
	       len % WINDOW_BLOCK == 0 && offset <= window->len &&
	       len <= window->len - offset;
}

uint64_t window_missing(const struct window *window, uint64_t offset,
			uint64_t len)
{
	uint64_t bytes = 0;

	for (uint64_t at = offset; at < offset + len; at += WINDOW_BLOCK)
		bytes += window->has_pages[at / WINDOW_BLOCK] ? 0 :
								WINDOW_BLOCK;
	return bytes;
}

void window_set_pages(struct window *window, uint64_t offset, uint64_t len)
{
	memset(&window->has_pages[offset / WINDOW_BLOCK], true,
	       len / WINDOW_BLOCK);
}

uint64_t window_bytes(const struct window *window)
{
	return window->len - window_missing(window, 0, window->len);
}
