/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vq.h - a split virtqueue, seen from the device ("Split Virtqueues").
 *
 * The rings are the guest's: each field is read once, checked, and the copy is
 * used. A ring that breaks the rules breaks its device and nothing else.
 *
 * A chain has a part that the device reads and a part that it writes, each a
 * plain sequence of bytes whatever its descriptors are: vq_chain_read() and
 * vq_chain_write() go through them in order.
 */
#ifndef VIRTIO_VQ_H
#define VIRTIO_VQ_H

#include <stddef.h>
#include <stdint.h>

struct vq;
struct vq_chain;

/**
 * vq_pop() - take the next chain that the driver made available
 * @out: owned by the caller, who ends it with vq_chain_complete()
 *
 * Return: 0; -EAGAIN if there is none (the driver will notify again); -EIO if
 * the ring is broken: the device has been stopped; -ENOMEM, and the chain stays
 * where it is.
 */
int vq_pop(struct vq *vq, struct vq_chain **out);

/**
 * vq_peek() - is there a chain to take?
 * Return: 0, and vq_pop() will see it; -EAGAIN as vq_pop().
 */
int vq_peek(struct vq *vq);

/**
 * vq_again() - have the notified op called once more, from the event loop
 *
 * For who stops before vq_pop() says -EAGAIN: the driver need not notify for
 * what it made available before that.
 */
void vq_again(struct vq *vq);

/** vq_chain_readable() - bytes of the readable part not yet read */
size_t vq_chain_readable(const struct vq_chain *chain);

/** vq_chain_writable() - bytes of the writable part not yet written */
size_t vq_chain_writable(const struct vq_chain *chain);

/**
 * vq_chain_read() - copy the next @len bytes of the readable part
 * Return: 0; -ENODATA if fewer are left (nothing is consumed); -EFAULT if the
 * memory is not the guest's; -ESTALE if the device was reset since.
 */
int vq_chain_read(struct vq_chain *chain, void *buf, size_t len);

/**
 * vq_chain_write() - append @len bytes to the writable part
 * Return: 0; -ENOSPC if fewer are left (nothing is written); else as
 * vq_chain_read().
 */
int vq_chain_write(struct vq_chain *chain, const void *buf, size_t len);

/**
 * vq_chain_complete() - give the chain back to the driver. @chain: consumed
 *
 * The used length is what vq_chain_write() wrote. The driver is interrupted,
 * if it wants to be, at the end of this round of the event loop: once for a
 * batch. After a reset the chain is only freed.
 */
void vq_chain_complete(struct vq_chain *chain);

#endif /* VIRTIO_VQ_H */
