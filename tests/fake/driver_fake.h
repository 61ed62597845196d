/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver_fake.h - a guest's virtio-mmio driver, for tests.
 *
 * Written from the specification's driver chapters, not from our device, so
 * that one misreading cannot hide in both ends.
 *
 *	driver = driver_fake_create(fake, addr, irq);
 *	driver_fake_start(driver, 2, DRIVER_FAKE_ALL);
 *	token = driver_fake_send(driver, 0, &command, sizeof(command), 64);
 *	answer = driver_fake_wait(driver, 0);
 *	assert_int_equal(answer.token, token);
 *	... answer.data, answer.len
 *	driver_fake_destroy(driver);
 *
 * How the bytes of a request are spread over descriptors is the layout's
 * matter; pieces are never neighbours in memory. The running test fails if the
 * device breaks a rule that a driver can see: a used entry that is not
 * outstanding, a length that exceeds the room, an index that runs ahead.
 *
 * Hostile drivers: driver_fake_ring() gives the rings, driver_fake_offer()
 * makes any descriptor available, driver_fake_write() writes any register.
 */
#ifndef DRIVER_FAKE_H
#define DRIVER_FAKE_H

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct driver_fake;
struct hyp_fake;

#define DRIVER_FAKE_FEATURE(bit) (UINT64_C(1) << (bit))
#define DRIVER_FAKE_VERSION_1 DRIVER_FAKE_FEATURE(VIRTIO_F_VERSION_1)
#define DRIVER_FAKE_ACCESS_PLATFORM \
	DRIVER_FAKE_FEATURE(VIRTIO_F_ACCESS_PLATFORM)
#define DRIVER_FAKE_INDIRECT DRIVER_FAKE_FEATURE(VIRTIO_RING_F_INDIRECT_DESC)
#define DRIVER_FAKE_EVENT_IDX DRIVER_FAKE_FEATURE(VIRTIO_RING_F_EVENT_IDX)
#define DRIVER_FAKE_ALL \
	(DRIVER_FAKE_VERSION_1 | DRIVER_FAKE_INDIRECT | DRIVER_FAKE_EVENT_IDX)

/* Ring size of driver_fake_start() */
#define DRIVER_FAKE_QUEUE_SIZE 64

/**
 * struct driver_fake_layout - how chains are cut from now on
 * @read_piece: most bytes of a readable descriptor; 0 = all in one
 * @write_piece: most bytes of a writable descriptor; 0 = all in one
 * @indirect: in an indirect table (if negotiated)
 * @bank: guest memory bank that the bytes are in, 0 or 1
 */
struct driver_fake_layout {
	size_t read_piece;
	size_t write_piece;
	bool indirect;
	unsigned int bank;
};

/**
 * struct driver_fake_answer - a used entry
 * @token: what driver_fake_send() returned
 * @len: bytes that the device says it wrote
 * @data: the first @len bytes of the writable part, in order; borrowed until
 *        the next answer of the same queue
 */
struct driver_fake_answer {
	unsigned int token;
	uint32_t len;
	const void *data;
};

/** driver_fake_create() - for the device at @addr; touches nothing yet */
struct driver_fake *driver_fake_create(struct hyp_fake *fake, uint64_t addr,
				       uint32_t irq);

/** driver_fake_destroy() - it is gone, as with its guest: the device is not reset,
 * and nothing is taken back */
void driver_fake_destroy(struct driver_fake *driver);

/**
 * driver_fake_use_grants() - share memory by grants from the next start on
 *
 * As in Linux that takes VIRTIO_F_ACCESS_PLATFORM, which is then among the
 * features. The running test fails if the device still has a page mapped when
 * the driver takes it back: what of a chain when its answer is collected, rings
 * when the write that ends them is answered.
 */
void driver_fake_use_grants(struct driver_fake *driver);

/** driver_fake_read() - read a 32-bit register */
uint32_t driver_fake_read(struct driver_fake *driver, uint32_t reg);

/** driver_fake_write() - write a 32-bit register */
void driver_fake_write(struct driver_fake *driver, uint32_t reg,
		       uint32_t value);

/** driver_fake_read_config() - @len bytes of configuration space, by bytes */
void driver_fake_read_config(struct driver_fake *driver, size_t offset,
			     void *buf, size_t len);

/** driver_fake_status() - the device status field */
uint32_t driver_fake_status(struct driver_fake *driver);

/** driver_fake_reset() - write 0 to status; outstanding requests are gone */
void driver_fake_reset(struct driver_fake *driver);

/**
 * driver_fake_negotiate() - from reset to FEATURES_OK, accepting @features
 * Return: true if the device kept FEATURES_OK.
 */
bool driver_fake_negotiate(struct driver_fake *driver, uint64_t features);

/** driver_fake_setup_queue() - make rings of @size and set QueueReady */
void driver_fake_setup_queue(struct driver_fake *driver, unsigned int queue,
			     unsigned int size);

/** driver_fake_driver_ok() - set DRIVER_OK */
void driver_fake_driver_ok(struct driver_fake *driver);

/** driver_fake_start() - all of the above, then driver_fake settles the loop */
void driver_fake_start(struct driver_fake *driver, unsigned int num_queues,
		       uint64_t features);

/** driver_fake_set_layout() - of what is sent from now on */
void driver_fake_set_layout(struct driver_fake *driver,
			    const struct driver_fake_layout *layout);

/**
 * driver_fake_send() - make a request available, and notify unless suppressed
 * @request: @len readable bytes; copied
 * @room: writable bytes
 *
 * The loop does not run in here.
 * Return: a token that names it until it is answered.
 */
unsigned int driver_fake_send(struct driver_fake *driver, unsigned int queue,
			      const void *request, size_t len, size_t room);

/** driver_fake_post() - a buffer for the device to fill, e.g. with an event */
static inline unsigned int driver_fake_post(struct driver_fake *driver,
					    unsigned int queue, size_t room)
{
	return driver_fake_send(driver, queue, NULL, 0, room);
}

/**
 * driver_fake_collect() - take the next used entry
 * Return: false if there is none; @answer is then untouched.
 */
bool driver_fake_collect(struct driver_fake *driver, unsigned int queue,
			 struct driver_fake_answer *answer);

/** driver_fake_wait() - run the loop until an answer comes; 5 s, then fail */
struct driver_fake_answer driver_fake_wait(struct driver_fake *driver,
					   unsigned int queue);

/** driver_fake_outstanding() - requests without an answer */
unsigned int driver_fake_outstanding(const struct driver_fake *driver,
				     unsigned int queue);

/**
 * driver_fake_want_interrupts() - for used entries from now on; on at start
 *
 * By flag, or by used_event if negotiated.
 */
void driver_fake_want_interrupts(struct driver_fake *driver,
				 unsigned int queue, bool wanted);

/** driver_fake_take_interrupt() - read, acknowledge and give InterruptStatus */
uint32_t driver_fake_take_interrupt(struct driver_fake *driver);

/** driver_fake_interrupts() - pulses of this device's SPI so far */
unsigned int driver_fake_interrupts(const struct driver_fake *driver);

/** driver_fake_notifications() - writes to QueueNotify so far */
unsigned int driver_fake_notifications(const struct driver_fake *driver,
				       unsigned int queue);

/** driver_fake_ring() - the rings as they lie in guest memory; borrowed */
struct vring *driver_fake_ring(struct driver_fake *driver, unsigned int queue);

/** driver_fake_set_desc() - write one descriptor */
void driver_fake_set_desc(struct driver_fake *driver, unsigned int queue,
			  unsigned int index, const struct vring_desc *desc);

/** driver_fake_offer() - make the chain at @head available, without notifying */
void driver_fake_offer(struct driver_fake *driver, unsigned int queue,
		       unsigned int head);

/** driver_fake_notify() - write QueueNotify, whatever the device wishes */
void driver_fake_notify(struct driver_fake *driver, unsigned int queue);

#endif /* DRIVER_FAKE_H */
