/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.h - one virtio device: status, features, queues, configuration.
 *
 * The transport (mmio.h) sits below, the kind of device (media/) above. A
 * register access only notes what is to be done; the ops are called later,
 * from the event loop, so that the vCPU does not wait for them.
 *
 * "Basic Facilities of a Virtio Device" of the specification.
 */
#ifndef VIRTIO_VIRTIO_H
#define VIRTIO_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct guest_mem;
struct hyp;
struct virtio_dev;
struct vq;

/* Most queues of any device here */
#define VIRTIO_MAX_QUEUES 4

/* Largest ring we offer */
#define VIRTIO_QUEUE_SIZE 256

/* Most shared memory regions of any device here; their IDs are below it */
#define VIRTIO_MAX_SHM 1

/**
 * struct virtio_shm - "Shared Memory Regions": addresses that the guest may use
 * @base: guest-physical address
 * @len: bytes; 0: there is no such region
 */
struct virtio_shm {
	uint64_t base;
	uint64_t len;
};

/**
 * struct virtio_dev_ops - a kind of device. Called from the event loop; none
 * may destroy the device.
 * @started: the driver set DRIVER_OK; queues work from now on
 * @reset: the driver reset the device, or the rings broke: all sessions are
 *         over. Chains that are still held must be given back with
 *         vq_chain_complete(), which then only frees them. Comes once for each
 *         @started, and before the next one.
 * @notified: the driver made buffers available in queue @index. May come
 *            without any being there; comes for each queue after @started.
 * @config_read: the driver is about to read @len bytes of the configuration
 *               space at @offset, which may be beyond its end. Called while a
 *               vCPU waits: for what is only known at this moment, which is no
 *               change of the configuration. May be NULL.
 */
struct virtio_dev_ops {
	void (*started)(void *owner);
	void (*reset)(void *owner);
	void (*notified)(void *owner, unsigned int index);
	void (*config_read)(void *owner, size_t offset, size_t len);
};

/**
 * struct virtio_dev_params - how a device is made
 * @base: event loop; borrowed
 * @hyp: borrowed
 * @mem: borrowed
 * @device_id: virtio device ID
 * @features: bits for the device type that are offered beside the transport's
 * @irq: SPI to pulse
 * @num_queues: at most VIRTIO_MAX_QUEUES
 * @config: device-specific configuration space; borrowed, may be rewritten by
 *          its owner, who then calls virtio_dev_config_changed()
 * @config_len: bytes, at most 0x100
 * @shm: shared memory regions, by ID
 * @ops: borrowed
 * @owner: first parameter of the ops
 * @needs_reset: the device takes the place of one that died with a driver at
 *               work: it begins in DEVICE_NEEDS_RESET
 */
struct virtio_dev_params {
	struct event_base *base;
	struct hyp *hyp;
	struct guest_mem *mem;
	uint32_t device_id;
	uint64_t features;
	uint32_t irq;
	unsigned int num_queues;
	const void *config;
	size_t config_len;
	struct virtio_shm shm[VIRTIO_MAX_SHM];
	const struct virtio_dev_ops *ops;
	void *owner;
	bool needs_reset;
};

/**
 * virtio_dev_create() - a device in its reset state
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int virtio_dev_create(const struct virtio_dev_params *params,
		      struct virtio_dev **out);

/** virtio_dev_destroy() - end a device. No chain may be held. NULL is fine. */
void virtio_dev_destroy(struct virtio_dev *dev);

/** virtio_dev_queue() - queue @index, borrowed; @index < num_queues */
struct vq *virtio_dev_queue(struct virtio_dev *dev, unsigned int index);

/** virtio_dev_mem() - the guest's memory, borrowed */
struct guest_mem *virtio_dev_mem(struct virtio_dev *dev);

/** virtio_dev_negotiated() - true if feature @bit is in force */
bool virtio_dev_negotiated(const struct virtio_dev *dev, unsigned int bit);

/**
 * virtio_dev_running() - between the started op and what ends it
 *
 * False as soon as the driver resets the device or it breaks, even before the
 * reset op.
 */
bool virtio_dev_running(const struct virtio_dev *dev);

/**
 * virtio_dev_config_changed() - the configuration space has new contents
 *
 * New generation, and the driver is told if it is running ("Device
 * Configuration Space").
 */
void virtio_dev_config_changed(struct virtio_dev *dev);

/**
 * virtio_dev_break() - the driver broke the rules beyond repair
 * @reason: for the log, a sentence
 *
 * Sets DEVICE_NEEDS_RESET, tells the driver, stops the queues; the reset op
 * follows from the loop. Only this device is hurt.
 */
void virtio_dev_break(struct virtio_dev *dev, const char *reason);

/**
 * virtio_dev_yield() - in the middle of long work, answer waiting accesses
 *
 * Return: true to go on; false if the device was reset or broke meanwhile: the
 * caller must not touch guest memory for this device any more.
 */
bool virtio_dev_yield(struct virtio_dev *dev);

#endif /* VIRTIO_VIRTIO_H */
