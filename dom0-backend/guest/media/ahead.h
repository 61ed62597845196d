/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahead.h - maps the memory of buffers before it is needed.
 *
 * Mapping a large buffer takes milliseconds. If that were left to the first
 * frame, the first few would be lost. So it begins when the driver brings a
 * buffer, once that is answered, and goes on from the event loop, a little each
 * round: commands, frames and waiting vCPUs have their turn in between. A frame
 * that comes earlier maps what is still missing.
 *
 * Thread: the event loop's.
 */
#ifndef MEDIA_AHEAD_H
#define MEDIA_AHEAD_H

struct buffer;
struct event;
struct media_device;

/**
 * struct ahead - of one device
 * @timer: there may be something to be mapped
 */
struct ahead {
	struct event *timer;
};

/** ahead_init() - nothing to do. Return: 0 or -ENOMEM. */
int ahead_init(struct ahead *ahead, struct media_device *device);

/** ahead_finish() - zeroed memory is fine */
void ahead_finish(struct ahead *ahead);

/** ahead_brought() - the driver brought @buffer; harmless if all of it is mapped
 */
void ahead_brought(struct ahead *ahead, const struct buffer *buffer);

#endif /* MEDIA_AHEAD_H */
