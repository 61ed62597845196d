/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.h - how many slots a stream needs, and who may hold how many of those
 * that it has.
 *
 * Each guest may hold its allowance. Where there are fewer slots than that, its
 * share, an equal part of what the driver can spare, is sure: there is a slot
 * for it whatever the others do. Beyond that it may hold a slot that the others
 * can do without, even if nobody ever returns any: so one that returns nothing
 * costs the others nothing that they were sure of.
 *
 * Counting, no system call. Thread: the event loop's.
 */
#ifndef CAMERA_SHARE_H
#define CAMERA_SHARE_H

#include <stdbool.h>

struct stream;
struct stream_reader;

/** share_wanted() - slots for the driver at work and for all that the readers
 * may hold; at most SESSION_MAX_SLOTS */
unsigned int share_wanted(const struct stream *stream);

/** share_out() - the readers, their allowances or the pool changed */
void share_out(struct stream *stream);

/** share_begin_frame() - a frame is about to be lent: before the first
 * share_has_slot() */
void share_begin_frame(struct stream *stream);

/** share_allows() - does its allowance allow @reader to hold @slot, too? */
bool share_allows(const struct stream *stream,
		  const struct stream_reader *reader, unsigned int slot);

/** share_has_slot() - can the driver and the other guests do without @slot,
 * which was filled? */
bool share_has_slot(const struct stream *stream,
		    const struct stream_reader *reader, unsigned int slot);

#endif /* CAMERA_SHARE_H */
