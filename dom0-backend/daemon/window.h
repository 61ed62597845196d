/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - where the window of a device is, and what of it has pages.
 *
 * A window is a range of guest-physical addresses that the guest has for
 * nothing else: its MMAP buffers are mapped there (daemon_proto.h). Devices of
 * a guest have theirs one behind the other.
 */
#ifndef DAEMON_WINDOW_H
#define DAEMON_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* All sizes and places are multiples of it. */
#define WINDOW_BLOCK UINT64_C(0x200000)

/* The largest window: no hole in a guest's addresses is larger. */
#define WINDOW_MAX UINT64_C(0x100000000)

/**
 * struct window_place - as the configuration says
 * @size: of each window; 0: there are none
 * @base: of the first device's; of no meaning without @size
 */
struct window_place {
	uint64_t size;
	uint64_t base;
};

/**
 * struct window - of one device
 * @base: guest-physical
 * @len: 0: it has none
 * @has_pages: per block, as far as is known: an earlier vmediad may have made
 *             some too
 */
struct window {
	uint64_t base;
	uint64_t len;
	bool has_pages[WINDOW_MAX / WINDOW_BLOCK];
};

/**
 * window_obstacle() - what keeps a window from being at [@base, @base + @len)
 * Return: what a guest has there, a static string; NULL: nothing.
 */
const char *window_obstacle(uint64_t base, uint64_t len);

/** window_room() - how many devices of a guest can have one */
unsigned int window_room(const struct window_place *place);

/**
 * window_init() - that of a guest's device; without pages
 * @rank: of the device, from 0. One for which there is no room has none.
 */
void window_init(struct window *window, const struct window_place *place,
		 unsigned int rank);

/** window_has() - [@offset, @offset + @len) is whole blocks of it, not none */
bool window_has(const struct window *window, uint64_t offset, uint64_t len);

/** window_missing() - bytes of that range that are not known to have pages */
uint64_t window_missing(const struct window *window, uint64_t offset,
			uint64_t len);

/** window_set_pages() - all of that range has pages */
void window_set_pages(struct window *window, uint64_t offset, uint64_t len);

/** window_bytes() - that are known to have pages */
uint64_t window_bytes(const struct window *window);

#endif /* DAEMON_WINDOW_H */
