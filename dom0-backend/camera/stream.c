// SPDX-License-Identifier: GPL-2.0-only
#include "camera/stream.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
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

static int stream_start(struct stream *stream, unsigned int num_slots)
{
	struct source *source = stream->source;
	int ret;

	ret = source->ops->start(source, num_slots, &stream->pool);
	if (ret) {
		pool_finish(&stream->pool);
		return ret;
	}

	frames_init(&stream->frames, stream->pool.num_slots);
	stream->next_sequence = 0;
	stream->sequence_offset = 0;
	return 0;
}

static void stream_stop(struct stream *stream)
{
	stream->source->ops->stop(stream->source);
	pool_finish(&stream->pool);
}

int stream_join(struct stream *stream, struct stream_reader *reader,
		unsigned int num_slots)
{
	int ret;

	assert(!stream_reading(reader));

	if (stream->num_readers == 0) {
		ret = stream_start(stream, num_slots);
		if (ret)
			return ret;
	}

	ret = reader->ops->slots(reader, &stream->pool);
	if (ret) {
		if (stream->num_readers == 0)
			stream_stop(stream);
		return ret;
	}

	reader->phase = 0;
	reader->num_held = 0;
	reader->held = 0;
	list_append(&stream->readers, &reader->link);
	stream->num_readers++;
	return 0;
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

static void stream_return(struct stream *stream, struct stream_reader *reader,
			  unsigned int slot)
{
	reader->held &= ~(1u << slot);
	reader->num_held--;
	if (frames_return(&stream->frames, slot))
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
	if (stream->num_readers == 0)
		stream_stop(stream);
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
	const struct stream_reader *other, *tmp;
	uint32_t held = 1u << slot;

	if (reader->num_held >= reader->allowance)
		return false;
	if (reader->domid == 0)
		return true;
	list_for_each(other, tmp, &stream->readers, link) {
		if (other->domid == reader->domid)
			held |= other->held;
	}
	return (unsigned int)__builtin_popcount(held) <= reader->allowance;
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
	if (reader->ops->frame(reader, frame)) {
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

	if (stream->next_sequence > 0 && (int32_t)gap > 0)
		stream->lost += gap;
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
