/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the device's clock in its configuration space
 * (VIRTIO_MEDIA_F_CLOCK): dom0's CLOCK_MONOTONIC, which timestamps are of.
 */
#ifndef MEDIA_CLOCK_H
#define MEDIA_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include <vmedia/virtio_media.h>

/* Where it is in the configuration space */
#define MEDIA_CLOCK_OFFSET sizeof(struct virtio_media_config)

/**
 * media_clock_update() - make the clock what the driver is about to read
 * @clock: as it was
 * @negotiated: the driver knows it; for all others it is zero
 * @offset: in the configuration space, of what is read
 *
 * Only a read that begins at the clock's first byte changes it: those that
 * follow give the rest of the same time, in whichever pieces. While a vCPU
 * waits: it costs a look at the clock, no system call.
 */
void media_clock_update(struct virtio_media_clock *clock, bool negotiated,
			size_t offset);

#endif /* MEDIA_CLOCK_H */
