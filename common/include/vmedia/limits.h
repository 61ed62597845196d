/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * limits.h - numbers that device and driver must agree on.
 *
 * The specification leaves them open. A driver that stays below them is never
 * refused for size alone.
 */
#ifndef VMEDIA_LIMITS_H
#define VMEDIA_LIMITS_H

/* Buffers of one V4L2 queue */
#define VMEDIA_MAX_BUFFERS 32

/* Controls in one G/S/TRY_EXT_CTRLS */
#define VMEDIA_MAX_EXT_CTRLS 1024

/* Bytes behind all pointer controls of one G/S/TRY_EXT_CTRLS */
#define VMEDIA_MAX_CTRL_BYTES (64 * 1024)

/* Blocks of 128 bytes in one G/S_EDID: all that there can be */
#define VMEDIA_MAX_EDID_BLOCKS 256

/* Bytes of one buffer, all planes: 8K at 4 bytes a pixel fits */
#define VMEDIA_MAX_BUFFER_BYTES (256 * 1024 * 1024)

/* SG entries of one command: a buffer of that size in 4 KiB pieces */
#define VMEDIA_MAX_SG_ENTRIES (VMEDIA_MAX_BUFFER_BYTES / 4096)

/* Event buffers that our driver posts */
#define VMEDIA_NUM_EVENT_BUFFERS 32

/* Our driver waits this long for an answer, in milliseconds */
#define VMEDIA_COMMAND_TIMEOUT_MS 5000

#endif /* VMEDIA_LIMITS_H */
