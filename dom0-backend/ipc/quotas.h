/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quotas.h - what a domain may have, as numbers that travel.
 *
 * docs/sharing.md says what each means, who enforces it, and with which errno.
 * 0 = unlimited, as in Xen's own quotas.
 */
#ifndef IPC_QUOTAS_H
#define IPC_QUOTAS_H

#include <stdint.h>

/**
 * enum quota_kind - one limit of a domain
 * @QUOTA_SESSIONS: open files, on all its devices; vmediad, EBUSY
 * @QUOTA_STREAMS: of these, with buffers, per device; vmedia-guest and
 *                 vmedia-camera, EBUSY
 * @QUOTA_BUFFERS: of all its sessions; vmedia-guest, ENOBUFS
 * @QUOTA_MEMORY: bytes of guest memory that its buffers are, or that are
 *                mapped; vmedia-guest, ENOMEM. vmedia-camera makes its direct
 *                sessions no more buffers than that, either
 * @QUOTA_HELD: frames of one camera that it has not returned; vmedia-camera,
 *              it misses the next frame
 * @QUOTA_COMMANDS: per second; vmedia-guest, it is slowed
 * @QUOTA_BYTES: per second, of all its streams; vmediad, ENOSPC
 */
enum quota_kind {
	QUOTA_SESSIONS,
	QUOTA_STREAMS,
	QUOTA_BUFFERS,
	QUOTA_MEMORY,
	QUOTA_HELD,
	QUOTA_COMMANDS,
	QUOTA_BYTES,
	NUM_QUOTAS,
};

/** struct quota_limits - all limits of a domain, by enum quota_kind */
struct quota_limits {
	uint64_t limit[NUM_QUOTAS];
};

#endif /* IPC_QUOTAS_H */
