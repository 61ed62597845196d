/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream.h - one capture, many readers.
 *
 * The first reader starts the source, the last one stops it. The pool has slots
 * for the driver at work and for all that the readers may hold; it grows when a
 * reader joins, and is given back when the last one leaves. A *holder*, whose
 * buffers are the slots, keeps the pool also while nobody reads, and as large
 * as it was told.
 *
 * Each filled slot is lent to every reader that has room for it and goes back
 * to the driver when the last of them returns it. A reader without room misses
 * the picture and sees the gap in its sequence, which rises with each picture
 * whatever the driver says; the others do not notice. When readers keep so many
 * slots that the driver runs short, nobody is lent the next. If the pool is not
 * large enough for all, share.h says who may hold how many. A reader that wants
 * fewer frames is given one in so many.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef CAMERA_STREAM_H
#define CAMERA_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/log.h"
#include "camera/frame.h"
#include "camera/pool.h"

struct source;
struct stream_reader;

/**
 * struct stream_reader_ops - what a stream does to a reader
 * @slots: with @first 0 the reader's pool from now on; on failure it does not
 *         join, or hold. Else the pool grew, from slot @first on; who cannot be
 *         told goes on with the slots that it knows. May not leave the stream.
 * @frame: a filled slot. On failure it is not lent. May not leave the stream.
 */
struct stream_reader_ops {
	int (*slots)(struct stream_reader *reader, const struct pool *pool,
		     unsigned int first);
	int (*frame)(struct stream_reader *reader,
		     const struct session_frame *frame);
};

/**
 * struct stream_reader - a session that streams, or may
 * @ops: borrowed
 * @link: on the stream's readers, while it streams
 * @allowance: most frames it may hold, at least 1
 * @domid: of its guest, all whose readers together may hold slots of that
 *         number; 0: dom0, whose readers have nothing to do with each other
 * @divisor: it gets one frame of so many, at least 1
 * @phase: frames since the last that was its turn, below @divisor
 * @holds: it is a holder
 * @num_slots: of the pool, that it knows
 * @num_held: frames that it holds
 * @held: bit per slot that it holds
 * @lent: frames, as the following since stream_reader_init()
 * @skipped: frames that @divisor leaves out
 * @missed_held: frames missed since all that it may hold was held
 * @missed_behind: frames missed since it did not read
 * @missed_short: frames missed since the driver, or others, could not spare the
 *                slot
 */
struct stream_reader {
	const struct stream_reader_ops *ops;
	struct list link;
	unsigned int allowance;
	uint32_t domid;
	unsigned int divisor;
	unsigned int phase;
	bool holds;
	unsigned int num_slots;
	unsigned int num_held;
	uint32_t held;
	uint64_t lent;
	uint64_t skipped;
	uint64_t missed_held;
	uint64_t missed_behind;
	uint64_t missed_short;
};

/**
 * struct stream - the running capture of a camera, or none
 * @source: borrowed
 * @readers: of struct stream_reader
 * @num_readers: on that list
 * @num_holders: that keep the pool; readers or not
 * @pool: without slots while nobody reads or holds
 * @running: the source captures; else it is prepared, if there is a pool
 * @frames: who has which slot
 * @next_sequence: the least that the next frame may have
 * @sequence_offset: to be added to the driver's
 * @driver_next: the number that the driver's next frame has if none is lost
 * @is_first: no frame came since the source was started
 * @share: slots that each guest can be sure of, below its allowance
 * @untaken: of these, that guests have not taken: of all, when a frame began to
 *           be lent
 * @cannot_grow: the pool is as large as it gets
 * @limit: of what readers that come and go make us log
 * @captured: frames, in all captures
 * @lost: frames that the driver's numbers say it lost, in all captures
 */
struct stream {
	struct source *source;
	struct list readers;
	unsigned int num_readers;
	unsigned int num_holders;
	struct pool pool;
	bool running;
	struct frames frames;
	uint32_t next_sequence;
	uint32_t sequence_offset;
	uint32_t driver_next;
	bool is_first;
	unsigned int share;
	unsigned int untaken;
	bool cannot_grow;
	struct log_limit limit;
	uint64_t captured;
	uint64_t lost;
};

/** stream_init() - nothing runs. @source is borrowed. */
void stream_init(struct stream *stream, struct source *source);

/** stream_reader_init() - a reader that does not stream */
void stream_reader_init(struct stream_reader *reader,
			const struct stream_reader_ops *ops,
			unsigned int allowance, uint32_t domid);

/** stream_reading() - has @reader joined? */
bool stream_reading(const struct stream_reader *reader);

/**
 * stream_join() - frames for @reader from now on
 *
 * The pool becomes as large as all readers now need, unless somebody holds it;
 * the others go on. A holder is not told of the slots again.
 * Return: 0, or why the source or the reader could not start; then nothing is
 * left of it.
 */
int stream_join(struct stream *stream, struct stream_reader *reader);

/**
 * stream_allow() - how many frames @reader may hold from now on
 * @allowance: at least 1. What it holds is not taken away; the pool grows if it
 *             has to. Readers of one guest are to be told one after the other.
 */
void stream_allow(struct stream *stream, struct stream_reader *reader,
		  unsigned int allowance);

/** stream_leave() - return all that @reader has; harmless if it reads not */
void stream_leave(struct stream *stream, struct stream_reader *reader);

/**
 * stream_hold() - the buffers of @reader are the slots from now on. It neither
 * reads nor holds yet.
 * @num_slots: as many the pool has at least, if nobody holds it yet and the
 *             driver can; at most SESSION_MAX_SLOTS. As many as it has then it
 *             keeps.
 *
 * It is told of the slots before this returns.
 * Return: 0, or why there is no pool or @reader cannot be told; then nothing is
 * left of it.
 */
int stream_hold(struct stream *stream, struct stream_reader *reader,
		unsigned int num_slots);

/** stream_let_go() - they are not any more. Harmless if they were not; it must
 * have left. */
void stream_let_go(struct stream *stream, struct stream_reader *reader);

/**
 * stream_renew() - go on with fresh memory. Nobody holds the pool.
 *
 * Readers are told of it as of a new pool, and have none of their frames any
 * more. One that cannot be told has no slots (@num_slots is 0), and must leave.
 * Numbers go on. Harmless if nothing runs.
 * Return: 0, or why the source could not be started again: the stream is dead,
 * its readers must leave.
 */
int stream_renew(struct stream *stream);

/**
 * stream_release() - @reader returns a frame
 * Return: 0, or -EINVAL if it does not hold it.
 */
int stream_release(struct stream *stream, struct stream_reader *reader,
		   unsigned int slot);

/**
 * stream_filled() - the source filled a slot: lend it
 * Return: 0, or -EIO if the driver broke the rules or takes no slot any more:
 * the stream is dead, its readers must leave.
 */
int stream_filled(struct stream *stream, const struct session_frame *filled);

#endif /* CAMERA_STREAM_H */
