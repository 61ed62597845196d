// SPDX-License-Identifier: GPL-2.0-only
#include "camera/stream.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "camera/share.h"
#include "camera/source.h"

void stream_init(struct stream *stream, struct source *source)
{
	memset(stream, 0, sizeof(*stream));
	stream->source = source;
	list_init(&stream->readers);
	pool_init(&stream->pool);
}

void stream_reader_init(struct stream_reader *reader,
			const struct stream_reader_ops *ops,
			unsigned int allowance, uint32_t domid)
{
	memset(reader, 0, sizeof(*reader));
	reader->ops = ops;
	reader->allowance = allowance;
	reader->domid = domid;
	reader->divisor = 1;
	list_init(&reader->link);
}

bool stream_reading(const struct stream_reader *reader)
{
	return !list_empty(&reader->link);
}

static bool stream_has_pool(const struct stream *stream)
{
	return stream->pool.num_slots > 0;
}

static int stream_prepare(struct stream *stream, unsigned int num_slots)
{
	struct source *source = stream->source;
	int ret;

	ret = source->ops->prepare(source, num_slots, &stream->pool);
	if (ret) {
		pool_finish(&stream->pool);
		return ret;
	}

	frames_init(&stream->frames, stream->pool.num_slots);
	stream->cannot_grow = false;
	return 0;
}

static void stream_unprepare(struct stream *stream)
{
	stream->source->ops->unprepare(stream->source);
	pool_finish(&stream->pool);
	frames_init(&stream->frames, 0);
}

static void stream_stop(struct stream *stream)
{
	stream->source->ops->stop(stream->source);
	frames_stopped(&stream->frames);
	stream->running = false;
}

/* Nobody holds a frame: all slots are idle. */
static int stream_start(struct stream *stream)
{
	struct source *source = stream->source;
	int ret = 0;

	for (unsigned int i = 0; i < stream->pool.num_slots && ret == 0; i++) {
		ret = source->ops->queue(source, i);
		if (ret == 0)
			frames_queued(&stream->frames, i);
	}
	if (ret == 0)
		ret = source->ops->start(source);
	if (ret) {
		stream_stop(stream);
		return ret;
	}
	stream->running = true;
	stream->is_first = true;
	return 0;
}

/* Somebody left: what nobody needs any more is given back. */
static void stream_settle(struct stream *stream)
{
	if (stream->num_readers == 0 && stream->running)
		stream_stop(stream);
	if (stream->num_readers == 0 && stream->num_holders == 0 &&
	    stream_has_pool(stream))
		stream_unprepare(stream);
	share_out(stream);
}

/* Who is not told now is told of all the next time. */
static void stream_tell_growth(struct stream *stream)
{
	struct stream_reader *reader, *tmp;
	const struct pool *pool = &stream->pool;

	list_for_each(reader, tmp, &stream->readers, link) {
		if (reader->num_slots > 0 &&
		    reader->num_slots < pool->num_slots &&
		    reader->ops->slots(reader, pool, reader->num_slots) == 0)
			reader->num_slots = pool->num_slots;
	}
}

/*
 * Drivers may refuse a slot for a passing reason. It stays idle then, and is
 * offered again with the next picture.
 */
static void stream_queue(struct stream *stream, unsigned int slot)
{
	struct source *source = stream->source;
	int ret;

	ret = source->ops->queue(source, slot);
	if (ret) {
		log_debug("slot %u is not taken back: %s", slot,
			  strerror(-ret));
		return;
	}
	frames_queued(&stream->frames, slot);
}

static void stream_queue_idle(struct stream *stream)
{
	for (unsigned int i = 0; i < stream->frames.num_slots; i++) {
		if (frames_idle(&stream->frames, i))
			stream_queue(stream, i);
	}
}

/* A holder's buffers are the slots that it was told of, no more. */
static void stream_grow(struct stream *stream, unsigned int num_slots)
{
	struct source *source = stream->source;
	struct pool *pool = &stream->pool;
	int ret;

	if (num_slots <= pool->num_slots || stream->cannot_grow ||
	    stream->num_holders > 0)
		return;

	ret = source->ops->grow(source, num_slots - pool->num_slots, pool);
	if (ret) {
		stream->cannot_grow = true;
		log_guest(&stream->limit,
			  "the pool has %u slots of %u, which are shared: %s",
			  pool->num_slots, num_slots, strerror(-ret));
	}
	frames_grow(&stream->frames, pool->num_slots);
	if (stream->running)
		stream_queue_idle(stream);
	stream_tell_growth(stream);
}

static void stream_return(struct stream *stream, struct stream_reader *reader,
			  unsigned int slot)
{
	reader->held &= ~(1u << slot);
	reader->num_held--;
	if (frames_return(&stream->frames, slot) && stream->running)
		stream_queue(stream, slot);
}

void stream_leave(struct stream *stream, struct stream_reader *reader)
{
	if (!stream_reading(reader))
		return;

	list_remove(&reader->link);
	stream->num_readers--;

	for (unsigned int i = 0; i < stream->frames.num_slots; i++) {
		if (reader->held & 1u << i)
			stream_return(stream, reader, i);
	}
	stream_settle(stream);
}

/* On failure nothing but what was there before. */
static int stream_make_ready(struct stream *stream)
{
	int ret = 0;

	if (stream_has_pool(stream))
		stream_grow(stream, share_wanted(stream));
	else
		ret = stream_prepare(stream, share_wanted(stream));
	if (ret || stream->running)
		return ret;

	stream->next_sequence = 0;
	stream->sequence_offset = 0;
	return stream_start(stream);
}

/* The pool, all of it; it may grow later. */
static int stream_tell_pool(struct stream *stream,
			    struct stream_reader *reader)
{
	int ret;

	ret = reader->ops->slots(reader, &stream->pool, 0);
	if (ret == 0)
		reader->num_slots = stream->pool.num_slots;
	return ret;
}

int stream_join(struct stream *stream, struct stream_reader *reader)
{
	int ret;

	assert(!stream_reading(reader));

	reader->phase = 0;
	reader->num_held = 0;
	reader->held = 0;
	list_append(&stream->readers, &reader->link);

	ret = stream_make_ready(stream);
	if (ret) {
		list_remove(&reader->link);
		stream_settle(stream);
		return ret;
	}
	stream->num_readers++;
	share_out(stream);
	if (reader->holds)
		return 0;

	ret = stream_tell_pool(stream, reader);
	if (ret)
		stream_leave(stream, reader);
	return ret;
}

int stream_hold(struct stream *stream, struct stream_reader *reader,
		unsigned int num_slots)
{
	int ret = 0;

	assert(!stream_reading(reader) && !reader->holds);

	if (stream_has_pool(stream))
		stream_grow(stream, num_slots);
	else
		ret = stream_prepare(stream, num_slots);
	if (ret)
		return ret;
	reader->holds = true;
	stream->num_holders++;
	share_out(stream);

	ret = stream_tell_pool(stream, reader);
	if (ret)
		stream_let_go(stream, reader);
	return ret;
}

void stream_let_go(struct stream *stream, struct stream_reader *reader)
{
	if (!reader->holds)
		return;

	assert(!stream_reading(reader));
	reader->holds = false;
	reader->num_slots = 0;
	stream->num_holders--;
	/* Those who stream had to do with what there was. */
	if (stream->num_readers > 0)
		stream_grow(stream, share_wanted(stream));
	stream_settle(stream);
}

int stream_renew(struct stream *stream)
{
	struct stream_reader *reader, *tmp;
	int ret;

	assert(stream->num_holders == 0);
	if (!stream_has_pool(stream))
		return 0;

	stream_stop(stream);
	stream_unprepare(stream);
	list_for_each(reader, tmp, &stream->readers, link) {
		reader->num_slots = 0;
		reader->num_held = 0;
		reader->held = 0;
	}

	ret = stream_prepare(stream, share_wanted(stream));
	if (ret == 0)
		ret = stream_start(stream);
	if (ret)
		return ret;
	share_out(stream);
	list_for_each(reader, tmp, &stream->readers, link)
		stream_tell_pool(stream, reader);
	return 0;
}

void stream_allow(struct stream *stream, struct stream_reader *reader,
		  unsigned int allowance)
{
	reader->allowance = allowance;
	if (!stream_reading(reader))
		return;
	stream_grow(stream, share_wanted(stream));
	share_out(stream);
}

int stream_release(struct stream *stream, struct stream_reader *reader,
		   unsigned int slot)
{
	if (slot >= SESSION_MAX_SLOTS || !(reader->held & 1u << slot))
		return -EINVAL;

	stream_return(stream, reader, slot);
	return 0;
}

/* The first frame after it joined is its turn. */
static bool stream_is_turn(struct stream_reader *reader)
{
	bool turn = reader->phase == 0;

	if (++reader->phase >= reader->divisor)
		reader->phase = 0;
	return turn;
}

static void stream_offer(struct stream *stream, struct stream_reader *reader,
			 const struct session_frame *frame)
{
	if (!stream_is_turn(reader)) {
		reader->skipped++;
		return;
	}
	if (!share_allows(stream, reader, frame->slot)) {
		reader->missed_held++;
		return;
	}
	if (!share_has_slot(stream, reader, frame->slot)) {
		reader->missed_short++;
		return;
	}
	if (frame->slot >= reader->num_slots ||
	    reader->ops->frame(reader, frame)) {
		reader->missed_behind++;
		return;
	}

	frames_lend(&stream->frames, frame->slot);
	reader->held |= 1u << frame->slot;
	reader->num_held++;
	reader->lent++;
}

static void stream_lend(struct stream *stream,
			const struct session_frame *frame)
{
	struct stream_reader *reader, *tmp;

	share_begin_frame(stream);
	list_for_each(reader, tmp, &stream->readers, link)
		stream_offer(stream, reader, frame);
}

/* The first number of a capture says nothing: not all drivers begin with 0. */
static void stream_count(struct stream *stream, uint32_t sequence)
{
	uint32_t gap = sequence - stream->driver_next;

	if (!stream->is_first && (int32_t)gap > 0)
		stream->lost += gap;
	stream->is_first = false;
	stream->driver_next = sequence + 1;
	stream->captured++;
}

/*
 * V4L2 lets applications rely on a number that rises with each picture. Not
 * all drivers keep to it (vivid counts time and may tell one number twice, a
 * bridge may start anew when its signal returns). Their gaps are kept.
 */
static uint32_t stream_number(struct stream *stream, uint32_t sequence)
{
	uint32_t number = sequence + stream->sequence_offset;

	if ((int32_t)(number - stream->next_sequence) < 0) {
		stream->sequence_offset += stream->next_sequence - number;
		number = stream->next_sequence;
	}
	stream->next_sequence = number + 1;
	return number;
}

int stream_filled(struct stream *stream, const struct session_frame *filled)
{
	struct session_frame frame = *filled;

	if (frames_filled(&stream->frames, frame.slot)) {
		log_error("the driver filled slot %u, which it did not have",
			  frame.slot);
		return -EIO;
	}

	stream_count(stream, filled->sequence);
	frame.sequence = stream_number(stream, filled->sequence);
	stream_lend(stream, &frame);
	stream_queue_idle(stream);

	/*
	 * All slots idle or lent: a reader that returns one wakes the driver
	 * up again, but idle ones alone are a dead end.
	 */
	if (stream->frames.num_queued > 0)
		return 0;
	for (unsigned int i = 0; i < stream->frames.num_slots; i++) {
		if (stream->frames.readers[i] > 0)
			return 0;
	}
	log_error("the driver takes no slot back");
	return -EIO;
}
