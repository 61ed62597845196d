/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * granted.h - buffers of a shared session that are the camera's own slots,
 * granted to the guest: buffer N is slot N, and nothing is copied.
 */
#ifndef MEDIA_GRANTED_H
#define MEDIA_GRANTED_H

#include <stdbool.h>
#include <stdint.h>

struct queue;
struct session;

/**
 * granted_begin() - see whether a session that begins may have such buffers
 *
 * It may if the driver knows how (VIRTIO_MEDIA_F_GNTREF), if the camera is shared
 * and policy lets it.
 * Return: 0; -ENOMEM.
 */
int granted_begin(struct session *session);

/** granted_avoid() - buffers are asked for that cannot be slots: the session knows
 * the reason afterwards
 */
void granted_avoid(struct session *session);

/**
 * granted_wanted() - buffers of @memory (enum v4l2_memory) are asked for: shall
 * they be slots?
 *
 * If not, as granted_avoid().
 */
bool granted_wanted(struct session *session, uint32_t memory);

/**
 * granted_make() - grant the slots that the camera sent: they are the buffers of
 * @queue, which has none
 *
 * vCPUs that wait are answered in between.
 * The session knows the reason if it cannot be done; then the queue has no
 * buffers.
 * Return: 0; -EIO; -ESTALE if the device was reset.
 */
int granted_make(struct session *session, struct queue *queue);

#endif /* MEDIA_GRANTED_H */
