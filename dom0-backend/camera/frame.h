/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - who has each slot of a pool, and how often.
 *
 *            frames_filled()          frames_lend()
 *   QUEUED ------------------> IDLE <--------------> LENT
 *      ^                        |    frames_return()
 *      +------------------------+
 *            frames_queued()
 *
 * frames_stopped() makes all that are QUEUED IDLE.
 *
 * QUEUED: the driver may write into it. IDLE: nobody has it. LENT: a frame
 * that one or more sessions read. Pure counting: no system call, no memory.
 */
#ifndef CAMERA_FRAME_H
#define CAMERA_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/session_proto.h"

/* A driver fills one slot and needs the next before it hands that one over;
 * with fewer it would lose pictures for everybody. */
#define FRAMES_KEEP_QUEUED 2

/**
 * struct frames - the state of all slots
 * @num_slots: of the pool
 * @num_queued: slots that the driver has
 * @queued: bit per slot that the driver has
 * @readers: sessions that hold the frame in a slot
 */
struct frames {
	unsigned int num_slots;
	unsigned int num_queued;
	uint32_t queued;
	unsigned int readers[SESSION_MAX_SLOTS];
};

/** frames_init() - @num_slots slots, all IDLE */
void frames_init(struct frames *frames, unsigned int num_slots);

/** frames_grow() - the pool has @num_slots now; those that are new are IDLE */
void frames_grow(struct frames *frames, unsigned int num_slots);

/** frames_queued() - the driver has been given an IDLE slot */
void frames_queued(struct frames *frames, unsigned int slot);

/** frames_stopped() - the driver gave all back: what was QUEUED is IDLE */
void frames_stopped(struct frames *frames);

/**
 * frames_filled() - the driver handed a slot over
 * Return: 0, or -EINVAL if it did not have it.
 */
int frames_filled(struct frames *frames, unsigned int slot);

/**
 * frames_may_lend() - can the driver do without the slot it handed over?
 *
 * A pool so small that this would never be true is lent nevertheless.
 */
bool frames_may_lend(const struct frames *frames);

/** frames_lend() - one more session holds the frame in @slot */
void frames_lend(struct frames *frames, unsigned int slot);

/** frames_return() - a session let go. Return: true if it was the last. */
bool frames_return(struct frames *frames, unsigned int slot);

/** frames_idle() - nobody has @slot */
bool frames_idle(const struct frames *frames, unsigned int slot);

#endif /* CAMERA_FRAME_H */
