/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arbiter.h - who needs the mode of a camera (format, input, rate) to stay.
 *
 * Who has buffers needs the mode that they were made for. The first session
 * to get buffers keeps it, the last to free them lets go. As in V4L2, having
 * buffers also keeps the session itself from changing the format.
 *
 * Pure bookkeeping, no system call.
 */
#ifndef CAMERA_ARBITER_H
#define CAMERA_ARBITER_H

#include <stdbool.h>

/** struct arbiter - of one camera; zeroed memory is a valid start
 * @num_owners: sessions that have buffers
 */
struct arbiter {
	unsigned int num_owners;
};

/** struct claim - of one session; zeroed memory is a valid start
 * @buffers: the session has buffers
 */
struct claim {
	bool buffers;
};

/** arbiter_take() - the session has buffers from now on, if not before */
void arbiter_take(struct arbiter *arbiter, struct claim *claim);

/** arbiter_drop() - the session has none any more; harmless if it had none */
void arbiter_drop(struct arbiter *arbiter, struct claim *claim);

/** arbiter_is_kept() - somebody has buffers: format and input must stay */
bool arbiter_is_kept(const struct arbiter *arbiter);

/** arbiter_is_kept_by_others() - somebody else does */
bool arbiter_is_kept_by_others(const struct arbiter *arbiter,
			      const struct claim *claim);

#endif /* CAMERA_ARBITER_H */
