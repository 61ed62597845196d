/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * area.h - a piece of the window: what a plane of an MMAP buffer is.
 *
 * Its buffer, the guest's mapping, the object it was exported as and other
 * buffers that this was brought to share it: it lives as long as one of them
 * needs it, and counts against quota `memory` for as long.
 *
 * Thread: the event loop's.
 */
#ifndef MEDIA_AREA_H
#define MEDIA_AREA_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct area;
struct guest_pages;
struct window;

/**
 * area_create() - a new piece, without pages as yet (window_populate())
 * @window: borrowed
 * @account: borrowed; @len bytes were taken from it, and are given back at the
 *           end of the area
 * @len: bytes, not 0
 * @out: on success, with one reference, the caller's; else untouched
 * Return: 0; -ENOMEM, also if the window has no place left. Then nothing was
 * given back.
 */
int area_create(struct window *window, struct account *account, uint32_t len,
		struct area **out);

/** area_get() - one reference more; returns @area */
struct area *area_get(struct area *area);

/** area_put() - one reference less; NULL is fine */
void area_put(struct area *area);

/** area_is_shared() - somebody else has a reference, too */
bool area_is_shared(const struct area *area);

/** area_offset() - in the window; a multiple of WINDOW_UNIT, less than 4 GiB */
uint32_t area_offset(const struct area *area);

/** area_len() - bytes, as they were asked for */
uint32_t area_len(const struct area *area);

/** area_pages() - its bytes; borrowed, see window_chunk_pages() */
struct guest_pages *area_pages(const struct area *area);

#endif /* MEDIA_AREA_H */
