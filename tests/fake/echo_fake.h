/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * echo_fake.h - a virtio device that answers requests with their own bytes,
 * and the guest, bus and driver around it.
 *
 * The running test fails if the ops come out of order, or while the device
 * says the opposite of what they mean.
 */
#ifndef ECHO_FAKE_H
#define ECHO_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver_fake.h"
#include "hyp_fake.h"
#include "virtio/virtio.h"

struct guest_mem;
struct mmio_bus;
struct vq_chain;

#define ECHO_ADDR UINT64_C(0x2000000)
#define ECHO_IRQ 33
#define ECHO_QUEUES 2
#define ECHO_MAX_HELD 256

/**
 * struct echo - all of it; the test sets what it likes at any time
 * @config: configuration space, counting up from 1
 * @features: of the kind of device, when it is made
 * @shm: shared memory region 0, when it is made; at first there is none
 * @counts_reads: the first byte of @config is how often it was read
 * @config_reads: that number
 * @started: times that the op was called; @resets and @notified likewise
 * @holds: keep chains in @held instead of answering them
 * @yields: let accesses in before each answer
 * @yielded: what virtio_dev_yield() said last
 * @last_read: what vq_chain_read() said last; @last_write likewise
 */
struct echo {
	struct hyp_fake *fake;
	struct guest_mem *mem;
	struct mmio_bus *bus;
	struct virtio_dev *dev;
	struct driver_fake *driver;
	unsigned char config[42];
	uint64_t features;
	struct virtio_shm shm;
	bool counts_reads;
	unsigned char config_reads;
	unsigned int started;
	unsigned int resets;
	unsigned int notified[ECHO_QUEUES];
	bool holds;
	struct vq_chain *held[ECHO_MAX_HELD];
	unsigned int num_held;
	bool yields;
	bool yielded;
	int last_read;
	int last_write;
};

/** echo_set_up() - a cmocka set-up function; *@state is a struct echo */
int echo_set_up(void **state);

/** echo_tear_down() - the same for the end */
int echo_tear_down(void **state);

/** echo_make_device() - in place of what there was; see virtio_dev_params */
void echo_make_device(struct echo *echo, bool needs_reset);

/** echo_start() - the driver initializes the device, with these features */
void echo_start(struct echo *echo, uint64_t features);

/** echo_answer_held() - answer all chains in @held, in order */
void echo_answer_held(struct echo *echo);

/** echo_page() - a page for descriptors to point at */
uint64_t echo_page(struct echo *echo);

/** echo_set_desc() - write descriptor @index of queue 0 */
void echo_set_desc(struct echo *echo, unsigned int index, uint64_t addr,
		   uint32_t len, uint16_t flags, uint16_t next);

/** echo_set_indirect() - write descriptor @index of a table in memory */
void echo_set_indirect(struct echo *echo, uint64_t table, unsigned int index,
		       uint64_t addr, uint32_t len, uint16_t flags,
		       uint16_t next);

/** echo_offer() - make @head available in queue 0, and let the device see it */
void echo_offer(struct echo *echo, unsigned int head);

#endif /* ECHO_FAKE_H */
