// SPDX-License-Identifier: GPL-2.0-only
#include "camera/share.h"

#include "base/util.h"
#include "camera/stream.h"

/* One slot is being filled, one is next, one is on its way to us. */
#define SHARE_DRIVER_SLOTS 3

/* A guest's readers share an allowance, dom0's have one each. */
static bool is_counted(const struct stream *stream,
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
static unsigned int share_demand(const struct stream *stream,
				 unsigned int *guests)
{
	const struct stream_reader *reader, *tmp;
	unsigned int slots = SHARE_DRIVER_SLOTS;

	*guests = 0;
	list_for_each(reader, tmp, &stream->readers, link) {
		if (is_counted(stream, reader))
			continue;
		slots += MIN(reader->allowance,
			     (unsigned int)SESSION_MAX_SLOTS);
		++*guests;
	}
	return slots;
}

unsigned int share_wanted(const struct stream *stream)
{
	unsigned int guests;

	return MIN(share_demand(stream, &guests),
		   (unsigned int)SESSION_MAX_SLOTS);
}

void share_out(struct stream *stream)
{
	const unsigned int slots = stream->pool.num_slots;
	unsigned int guests;

	stream->share = SESSION_MAX_SLOTS;
	if (share_demand(stream, &guests) <= slots || guests == 0)
		return;
	stream->share = 1;
	if (slots > FRAMES_KEEP_QUEUED)
		stream->share = MAX((slots - FRAMES_KEEP_QUEUED) / guests, 1u);
}

/*
 * A slot that several readers of a guest hold counts once. Otherwise a process
 * that its guest took over, and that returns nothing, would need only a few
 * sessions to leave the others no slot.
 */
static uint32_t held_by_guest(const struct stream *stream,
			      const struct stream_reader *reader)
{
	const struct stream_reader *other, *tmp;
	uint32_t held = reader->held;

	if (reader->domid == 0)
		return held;
	list_for_each(other, tmp, &stream->readers, link) {
		if (other->domid == reader->domid)
			held |= other->held;
	}
	return held;
}

/*
 * What the guest of @reader can still take of its share. Only slots that it
 * holds alone are taken from it: what others hold, too, would not be free if it
 * returned it, and then it must find another.
 */
static unsigned int share_untaken(const struct stream *stream,
				  const struct stream_reader *reader)
{
	const unsigned int share = MIN(reader->allowance, stream->share);
	const uint32_t held = held_by_guest(stream, reader);
	unsigned int alone = 0;

	for (unsigned int i = 0; i < stream->frames.num_slots; i++) {
		if (held & 1u << i && stream->frames.readers[i] == 1)
			alone++;
	}
	return share > alone ? share - alone : 0;
}

void share_begin_frame(struct stream *stream)
{
	const struct stream_reader *reader, *tmp;

	stream->untaken = 0;
	/* Where there is enough for all, nobody asks. */
	if (stream->share == SESSION_MAX_SLOTS)
		return;
	list_for_each(reader, tmp, &stream->readers, link) {
		if (!is_counted(stream, reader))
			stream->untaken += share_untaken(stream, reader);
	}
}

static unsigned int held_with(const struct stream *stream,
			      const struct stream_reader *reader,
			      unsigned int slot)
{
	return __builtin_popcount(held_by_guest(stream, reader) | 1u << slot);
}

bool share_allows(const struct stream *stream,
		  const struct stream_reader *reader, unsigned int slot)
{
	return held_with(stream, reader, slot) <= reader->allowance;
}

bool share_has_slot(const struct stream *stream,
		    const struct stream_reader *reader, unsigned int slot)
{
	unsigned int others;

	if (!frames_may_lend(&stream->frames))
		return false;
	if (held_with(stream, reader, slot) <= stream->share)
		return true;
	others = stream->untaken - share_untaken(stream, reader);
	return stream->frames.num_queued >= FRAMES_KEEP_QUEUED + others;
}
