/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - a device's window: shared memory region 0, where the guest finds
 * its MMAP buffers ("Device Operation: Mmap").
 *
 * It is a range of guest-physical addresses without memory at first. Who needs
 * a piece of it allocates a chunk, which is address space and nothing else;
 * then pages are asked for, which takes a question to vmediad, and from then on
 * the chunk can be mapped here and by the guest:
 *
 *	window_alloc(window, len, &chunk);	once or more
 *	window_populate(window, &wait);		... wait.done(&wait, 0)
 *	guest_pages_bytes(window_chunk_pages(chunk), offset, &bytes, &len);
 *	...
 *	window_chunk_put(chunk);
 *
 * Pages belong to the guest and stay until it ends, chunks of later times find
 * them there: what the guest left in them is all that it can see again.
 *
 * Units: bytes. Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef MEDIA_WINDOW_H
#define MEDIA_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct guest_mem;
struct guest_pages;
struct window;
struct window_chunk;

/*
 * Chunks begin at a multiple of it and are rounded up to one: a driver maps
 * whole pages of its own, and those may be of 64 KiB.
 */
#define WINDOW_UNIT UINT64_C(0x10000)

/* Pages are asked for in blocks of it, which Xen can map at one stroke. */
#define WINDOW_BLOCK UINT64_C(0x200000)

/**
 * struct window_params - how a window is made
 * @mem: the guest's memory; borrowed, must outlive the window
 * @base: guest-physical address, a multiple of WINDOW_BLOCK
 * @len: a multiple of WINDOW_BLOCK, not 0
 * @populate: ask for pages in [@offset, @offset + @len) of the window. The
 *            answer comes later, through window_populated() with the same @tag,
 *            which the owner chooses. One question at a time. May not touch the
 *            window. Return: 0 or -errno.
 * @owner: first parameter of @populate
 */
struct window_params {
	struct guest_mem *mem;
	uint64_t base;
	uint64_t len;
	int (*populate)(void *owner, uint64_t offset, uint64_t len,
			uint32_t *tag);
	void *owner;
};

/**
 * window_create() - a window of which nothing is allocated
 *
 * Pages may be in it already, of an earlier process: they are asked for again.
 * @out: owned by the caller on success, untouched on failure
 * Return: 0; -EINVAL if @base or @len is not as said above; -ENOMEM.
 */
int window_create(const struct window_params *params, struct window **out);

/** window_destroy() - no chunk may exist, and nobody wait. NULL is fine. */
void window_destroy(struct window *window);

/** window_base() - guest-physical address */
uint64_t window_base(const struct window *window);

/** window_len() - of the whole window */
uint64_t window_len(const struct window *window);

/** window_allocated() - bytes of all chunks, as rounded up */
uint64_t window_allocated(const struct window *window);

/** window_has_pages() - bytes of the window that are known to have pages */
uint64_t window_has_pages(const struct window *window);

/**
 * window_alloc() - a chunk of the window, without pages as yet
 * @len: rounded up to WINDOW_UNIT
 * @out: on success, with one reference, the caller's; else untouched
 *
 * The lowest free place that is large enough is taken.
 * Return: 0; -EINVAL if @len is 0; -ENOMEM if no place is left.
 */
int window_alloc(struct window *window, uint64_t len,
		 struct window_chunk **out);

/** window_chunk_get() - one reference more; returns @chunk */
struct window_chunk *window_chunk_get(struct window_chunk *chunk);

/**
 * window_chunk_put() - one reference less; NULL is fine
 *
 * With the last one the chunk is unmapped here, and its place is free. What the
 * guest still maps there are pages of its own.
 */
void window_chunk_put(struct window_chunk *chunk);

/** window_chunk_offset() - in the window: the driver_addr of a mapping */
uint64_t window_chunk_offset(const struct window_chunk *chunk);

/** window_chunk_len() - as it was asked for, not rounded */
uint64_t window_chunk_len(const struct window_chunk *chunk);

/**
 * window_chunk_pages() - the chunk's bytes, to be mapped; borrowed
 *
 * Mapped by who uses them, and not unmapped before the chunk's end: not when the
 * guest's memory map changes, either. It is -EFAULT to map them if the chunk has
 * no pages, not yet, or no more since the guest gave them up.
 */
struct guest_pages *window_chunk_pages(const struct window_chunk *chunk);

/**
 * struct window_wait - who waits for pages; embedded in who it is
 * @window: it waits; NULL if it does not
 * @chunks: of struct window_chunk: what it waits for
 * @done: as given
 */
struct window_wait {
	struct list link; /* window.waits; only valid while it waits */
	struct window *window;
	struct list chunks;
	void (*done)(struct window_wait *wait, int error);
};

/**
 * window_wait_init() - waits for nothing
 * @done: it has waited: @error is 0 or -ENOMEM. It may allocate, put, wait
 *        again and cancel others; not destroy the window.
 */
void window_wait_init(struct window_wait *wait,
		      void (*done)(struct window_wait *wait, int error));

/**
 * window_populate() - wait until all chunks that are allocated now have pages
 * @wait: waits for nothing; calls its done exactly once, at once or later,
 *        unless it is cancelled
 *
 * Who waits is served in turn. If pages cannot be had, that is told to the one
 * who was the first to wait for their chunks, and to nobody else. For chunks that
 * are kept the next one asks again.
 */
void window_populate(struct window *window, struct window_wait *wait);

/** window_wait_cancel() - done is not called any more; harmless if it does not
 * wait
 */
void window_wait_cancel(struct window_wait *wait);

/**
 * window_populated() - the answer to the populate op
 * @tag: of the question
 * @error: 0; else there are no new pages
 *
 * Return: false if this window does not wait for @tag.
 */
bool window_populated(struct window *window, uint32_t tag, int error);

#endif /* MEDIA_WINDOW_H */
