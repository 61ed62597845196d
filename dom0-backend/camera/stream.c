// SPDX-License-Identifier: GPL-2.0-only
#include "camera/stream.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/source.h"

/* One slot is being filled, one is next, one is on its way to us. */
#define STREAM_DRIVER_SLOTS 3

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

/* A guest's readers share an allowance, dom0's have one each. */
static bool stream_is_counted(const struct stream *stream,
			      const struct stream_reader *reader)
{
	const struct stream_reader *other, *tmp;

	if (reader->domid == 0)
		return false;
	list_for_each(other, tmp, &stream->readers, link) {
		if (other == reader)
			return false;
		if (other->domid == reader->domid)
			return true;
	}
	return false;
}

/* Slots for the driver and for all that @guests may hold; @guests: how many */
static unsigned int stream_demand(const struct stream *stream,
				  unsigned int *guests)
{
	const struct stream_reader *reader, *tmp;
	unsigned int slots = STREAM_DRIVER_SLOTS;

	*guests = 0;
	list_for_each(reader, tmp, &stream->readers, link) {
		if (stream_is_counted(stream, reader))
			continue;
		slots += MIN(reader->allowance, (unsigned int)SESSION_MAX_SLOTS);
		++*guests;
	}
	return slots;
}

static unsigned int stream_wanted_slots(const struct stream *stream)
{
	unsigned int guests;

	return MIN(stream_demand(stream, &guests),
		   (unsigned int)SESSION_MAX_SLOTS);
}

/*
 * Where there are fewer slots than all may hold, nobody may hold more than an
 * equal part: who returns nothing leaves the others theirs.
 */
static void stream_share_out(struct stream *stream)
{
	const unsigned int slots = stream->pool.num_slots;
	unsigned int guests;

	stream->share = SESSION_MAX_SLOTS;
	if (stream_demand(stream, &guests) <= slots || guests == 0)
		return;
	stream->share = 1;
	if (slots > FRAMES_KEEP_QUEUED)
		stream->share = MAX((slots - FRAMES_KEEP_QUEUED) / guests, 1u);
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
	if (stream->num_readers == 0 && stream_has_pool(stream))
		stream_unprepare(stream);
	stream_share_out(stream);
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

static void stream_grow(struct stream *stream, unsigned int num_slots)
{
	struct source *source = stream->source;
	struct pool *pool = &stream->pool;
	int ret;

	if (num_slots <= pool->num_slots || stream->cannot_grow)
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
		stream_grow(stream, stream_wanted_slots(stream));
	else
		ret = stream_prepare(stream, stream_wanted_slots(stream));
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
	stream_share_out(stream);

	ret = stream_tell_pool(stream, reader);
	if (ret)
		stream_leave(stream, reader);
	return ret;
}

void stream_allow(struct stream *stream, struct stream_reader *reader,
		  unsigned int allowance)
{
	reader->allowance = allowance;
	if (!stream_reading(reader))
		return;
	stream_grow(stream, stream_wanted_slots(stream));
	stream_share_out(stream);
}

int stream_release(struct stream *stream, struct stream_reader *reader,
		   unsigned int slot)
{
	if (slot >= SESSION_MAX_SLOTS || !(reader->held & 1u << slot))
		return -EINVAL;

	stream_return(stream, reader, slot);
	return 0;
}

/*
 * A slot that several readers of a guest hold counts once. Otherwise a process
 * that its guest took over, and that returns nothing, would need only a few
 * sessions to leave the others no slot.
 */
static bool stream_has_room(const struct stream *stream,
			    const struct stream_reader *reader,
			    unsigned int slot)
{
	const unsigned int allowance = MIN(reader->allowance, stream->share);
	const struct stream_reader *other, *tmp;
	uint32_t held = 1u << slot;

	if (reader->num_held >= allowance)
		return false;
	if (reader->domid == 0)
		return true;
	list_for_each(other, tmp, &stream->readers, link) {
		if (other->domid == reader->domid)
			held |= other->held;
	}
	return (unsigned int)__builtin_popcount(held) <= allowance;
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
			 const struct session_frame *frame, bool may_lend)
{
	if (!stream_is_turn(reader)) {
		reader->skipped++;
		return;
	}
	if (!may_lend) {
		reader->missed_short++;
		return;
	}
	if (!stream_has_room(stream, reader, frame->slot)) {
		reader->missed_held++;
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
	bool may_lend = frames_may_lend(&stream->frames);
	struct stream_reader *reader, *tmp;

	list_for_each(reader, tmp, &stream->readers, link)
		stream_offer(stream, reader, frame, may_lend);
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
