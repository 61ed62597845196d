// SPDX-License-Identifier: GPL-2.0-only
#include "virtio/virtio.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/log.h"
#include "base/util.h"
#include "hyp/hyp.h"
#include "virtio/ring.h"
#include "virtio/transport.h"
#include "virtio/vq.h"

#define FEATURE(bit) (UINT64_C(1) << (bit))

/*
 * With VIRTIO_F_ACCESS_PLATFORM a driver hands out addresses of its platform's
 * making. Linux insists on it in a guest that shares its memory by grants, and
 * they are grants then. In any other Xen guest they are those of memory, for
 * there Linux uses its DMA API for virtio whether the feature is there or not;
 * so it is for all. A driver that does without it is served as well: each
 * address says what it is (hyp/grant.h).
 */
#define TRANSPORT_FEATURES                                     \
	(FEATURE(VIRTIO_F_VERSION_1) |                         \
	 FEATURE(VIRTIO_F_ACCESS_PLATFORM) |                   \
	 FEATURE(VIRTIO_RING_F_INDIRECT_DESC) |                \
	 FEATURE(VIRTIO_RING_F_EVENT_IDX))

/* What a driver may write; DEVICE_NEEDS_RESET is ours to set. */
#define DRIVER_STATUS                                                       \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER |             \
	 VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_FEATURES_OK |          \
	 VIRTIO_CONFIG_S_FAILED)

/**
 * struct virtio_dev - see virtio.h
 * @params: as given
 * @deferred: runs the deferred work
 * @is_running: it does so now
 * @status: the status field
 * @accepted: feature bits that the driver chose
 * @generation: of the configuration space
 * @isr: interrupt status as the driver reads it
 * @raised: bits that go into @isr with the next interrupt
 * @notified: bit per queue that the driver notified
 * @memory_changed: rings have to be mapped anew
 * @started: the owner was told that the device started
 * @reset_due: the owner has to be told that this is over
 * @limit: lines in the log that the driver can cause
 * @queues: the first params.num_queues of them
 */
struct virtio_dev {
	struct virtio_dev_params params;
	struct event *deferred;
	bool is_running;
	uint32_t status;
	uint64_t accepted;
	uint32_t generation;
	uint32_t isr;
	uint32_t raised;
	uint32_t notified;
	bool memory_changed;
	bool started;
	bool reset_due;
	struct log_limit limit;
	struct vq queues[VIRTIO_MAX_QUEUES];
};

static void run_deferred(evutil_socket_t fd, short what, void *arg);

/*
 * The status that a working driver would find, were it not for our restart:
 * it must see a device that it knows, and that needs a reset.
 */
static void begin_in_needs_reset(struct virtio_dev *dev)
{
	dev->status = (DRIVER_STATUS & ~VIRTIO_CONFIG_S_FAILED) |
		      VIRTIO_CONFIG_S_NEEDS_RESET;
	dev->raised = VIRTIO_MMIO_INT_CONFIG;
	virtio_dev_schedule(dev);
}

int virtio_dev_create(const struct virtio_dev_params *params,
		      struct virtio_dev **out)
{
	struct virtio_dev *dev;

	assert(params->num_queues <= VIRTIO_MAX_QUEUES);
	assert(params->config_len <= 0x100);
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->params = *params;
	dev->deferred = evtimer_new(params->base, run_deferred, dev);
	if (!dev->deferred) {
		free(dev);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < params->num_queues; i++)
		vq_init(&dev->queues[i], dev, i);
	if (params->needs_reset)
		begin_in_needs_reset(dev);
	*out = dev;
	return 0;
}

void virtio_dev_destroy(struct virtio_dev *dev)
{
	if (!dev)
		return;
	for (unsigned int i = 0; i < dev->params.num_queues; i++)
		vq_finish(&dev->queues[i]);
	event_free(dev->deferred);
	free(dev);
}

struct vq *virtio_dev_queue(struct virtio_dev *dev, unsigned int index)
{
	assert(index < dev->params.num_queues);
	return &dev->queues[index];
}

struct vq *virtio_dev_find_queue(struct virtio_dev *dev, uint32_t index)
{
	return index < dev->params.num_queues ? &dev->queues[index] : NULL;
}

struct guest_mem *virtio_dev_mem(struct virtio_dev *dev)
{
	return dev->params.mem;
}

struct log_limit *virtio_dev_log_limit(struct virtio_dev *dev)
{
	return &dev->limit;
}

bool virtio_dev_negotiated(const struct virtio_dev *dev, unsigned int bit)
{
	return dev->accepted & FEATURE(bit);
}

/* Some device's deferred work is done now. */
static bool is_any_running;

/*
 * It comes behind all that the loop found in this round, so once for all of it.
 * What such work leaves to be done has to wait for the next round, also if it is
 * of another device: drivers that always have more would else keep the loop from
 * everybody.
 */
void virtio_dev_schedule(struct virtio_dev *dev)
{
	static const struct timeval now;

	if (is_any_running)
		evtimer_add(dev->deferred, &now);
	else
		event_active(dev->deferred, EV_TIMEOUT, 0);
}

/* The deferred work ends with that. */
void virtio_dev_has_used(struct virtio_dev *dev)
{
	if (!dev->is_running)
		virtio_dev_schedule(dev);
}

/* What the driver's status allows, whether or not the owner knows yet */
static bool may_run(const struct virtio_dev *dev)
{
	return (dev->status & VIRTIO_CONFIG_S_DRIVER_OK) &&
	       !(dev->status & (VIRTIO_CONFIG_S_FAILED |
				VIRTIO_CONFIG_S_NEEDS_RESET));
}

bool virtio_dev_running(const struct virtio_dev *dev)
{
	return dev->started && !dev->reset_due && may_run(dev);
}

bool virtio_dev_yield(struct virtio_dev *dev)
{
	hyp_poll(dev->params.hyp);
	return virtio_dev_running(dev);
}

static void raise_interrupt(struct virtio_dev *dev, uint32_t bits)
{
	dev->raised |= bits;
	virtio_dev_schedule(dev);
}

void virtio_dev_config_changed(struct virtio_dev *dev)
{
	dev->generation++;
	if (may_run(dev))
		raise_interrupt(dev, VIRTIO_MMIO_INT_CONFIG);
}

/* The rings are not touched from here on; the owner hears of it later. */
static void stop_queues(struct virtio_dev *dev)
{
	for (unsigned int i = 0; i < dev->params.num_queues; i++)
		vq_stop(&dev->queues[i]);
	dev->reset_due = dev->started;
	virtio_dev_schedule(dev);
}

void virtio_dev_break(struct virtio_dev *dev, const char *reason)
{
	if (dev->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	log_guest(&dev->limit, "device %u (irq %u) stops: %s",
		  dev->params.device_id, dev->params.irq, reason);
	dev->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	stop_queues(dev);
	if (dev->status & VIRTIO_CONFIG_S_DRIVER_OK)
		raise_interrupt(dev, VIRTIO_MMIO_INT_CONFIG);
}

static void reset(struct virtio_dev *dev)
{
	stop_queues(dev);
	for (unsigned int i = 0; i < dev->params.num_queues; i++)
		vq_reset(&dev->queues[i]);
	dev->status = 0;
	dev->accepted = 0;
	dev->isr = 0;
	dev->raised = 0;
}

static uint64_t all_offered(const struct virtio_dev *dev)
{
	return TRANSPORT_FEATURES | dev->params.features;
}

static bool features_can_work(struct virtio_dev *dev)
{
	if ((dev->accepted & ~all_offered(dev)) != 0) {
		log_guest(&dev->limit, "driver accepts features not offered");
		return false;
	}
	if (!virtio_dev_negotiated(dev, VIRTIO_F_VERSION_1)) {
		log_guest(&dev->limit, "driver lacks VIRTIO_F_VERSION_1");
		return false;
	}
	return true;
}

static uint32_t allowed_bits(struct virtio_dev *dev, uint32_t added)
{
	if ((added & VIRTIO_CONFIG_S_FEATURES_OK) && !features_can_work(dev))
		added &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if ((added & VIRTIO_CONFIG_S_DRIVER_OK) &&
	    !((dev->status | added) & VIRTIO_CONFIG_S_FEATURES_OK)) {
		log_guest(&dev->limit, "DRIVER_OK without FEATURES_OK");
		added &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	}
	return added;
}

void virtio_dev_set_status(struct virtio_dev *dev, uint32_t status)
{
	uint32_t added;

	if (status == 0) {
		reset(dev);
		return;
	}
	/* "The driver MUST NOT clear a device status bit": only added ones. */
	added = status & DRIVER_STATUS & ~dev->status;
	added = allowed_bits(dev, added);
	dev->status |= added;
	if (added & VIRTIO_CONFIG_S_FAILED) {
		log_guest(&dev->limit, "device %u (irq %u): driver gave up",
			  dev->params.device_id, dev->params.irq);
		stop_queues(dev);
	}
	if (added & VIRTIO_CONFIG_S_DRIVER_OK)
		virtio_dev_schedule(dev);
}

uint32_t virtio_dev_id(const struct virtio_dev *dev)
{
	return dev->params.device_id;
}

uint32_t virtio_dev_status(const struct virtio_dev *dev)
{
	return dev->status;
}

uint32_t virtio_dev_offered(const struct virtio_dev *dev, uint32_t word)
{
	return word < 2 ? (uint32_t)(all_offered(dev) >> (32 * word)) : 0;
}

void virtio_dev_accept(struct virtio_dev *dev, uint32_t word, uint32_t bits)
{
	if (dev->status & VIRTIO_CONFIG_S_FEATURES_OK) {
		log_guest(&dev->limit, "features after FEATURES_OK");
		return;
	}
	if (word >= 2) {
		if (bits != 0)
			log_guest(&dev->limit, "features in word %u", word);
		return;
	}
	dev->accepted &= ~(UINT64_C(0xffffffff) << (32 * word));
	dev->accepted |= (uint64_t)bits << (32 * word);
}

uint32_t virtio_dev_isr(const struct virtio_dev *dev)
{
	return dev->isr;
}

void virtio_dev_ack(struct virtio_dev *dev, uint32_t bits)
{
	dev->isr &= ~bits;
}

void virtio_dev_notify(struct virtio_dev *dev, uint32_t index)
{
	if (index >= dev->params.num_queues) {
		log_guest(&dev->limit, "notification of queue %u", index);
		return;
	}
	dev->notified |= 1u << index;
	virtio_dev_schedule(dev);
}

uint32_t virtio_dev_config_generation(const struct virtio_dev *dev)
{
	return dev->generation;
}

void virtio_dev_config_read(const struct virtio_dev *dev, size_t offset,
			    void *buf, size_t len)
{
	const unsigned char *config = dev->params.config;
	const struct virtio_dev_ops *ops = dev->params.ops;

	if (ops && ops->config_read)
		ops->config_read(dev->params.owner, offset, len);
	if (offset < dev->params.config_len)
		memcpy(buf, config + offset,
		       MIN(len, dev->params.config_len - offset));
}

const struct virtio_shm *virtio_dev_shm(const struct virtio_dev *dev,
					uint32_t id)
{
	if (id >= VIRTIO_MAX_SHM || dev->params.shm[id].len == 0)
		return NULL;
	return &dev->params.shm[id];
}

void virtio_dev_memory_changed(struct virtio_dev *dev)
{
	dev->memory_changed = true;
	virtio_dev_schedule(dev);
}

static void tell_reset(struct virtio_dev *dev)
{
	if (!dev->reset_due)
		return;
	dev->reset_due = false;
	dev->started = false;
	dev->params.ops->reset(dev->params.owner);
}

static void start_queue(struct virtio_dev *dev, struct vq *vq)
{
	int ret;

	ret = vq_start(vq);
	if (ret == 0)
		dev->notified |= 1u << vq->index;
	else
		vq_break(vq, ret == -EINVAL ? "wrong size or alignment" :
					      "rings that cannot be mapped");
}

/* Map the rings that the driver set up, and those whose memory moved. */
static void update_rings(struct virtio_dev *dev)
{
	const bool remap = dev->memory_changed;

	dev->memory_changed = false;
	for (unsigned int i = 0; i < dev->params.num_queues; i++) {
		struct vq *vq = &dev->queues[i];

		vq_release(vq);
		if (!may_run(dev) || !vq->ready)
			continue;
		if (!vq->live)
			start_queue(dev, vq);
		else if (remap && vq_remap(vq) < 0)
			vq_break(vq, "rings that cannot be mapped again");
	}
}

static void tell_started(struct virtio_dev *dev)
{
	if (dev->started || !may_run(dev))
		return;
	dev->started = true;
	dev->params.ops->started(dev->params.owner);
}

static void tell_notified(struct virtio_dev *dev)
{
	const uint32_t notified = dev->notified;

	dev->notified = 0;
	for (unsigned int i = 0; i < dev->params.num_queues; i++) {
		if (!virtio_dev_running(dev))
			return;
		if (notified & (1u << i))
			dev->params.ops->notified(dev->params.owner, i);
	}
}

/* The bits first, then the pulse: the line is an edge, and asks only once. */
static void interrupt(struct virtio_dev *dev)
{
	for (unsigned int i = 0; i < dev->params.num_queues; i++) {
		if (vq_wants_interrupt(&dev->queues[i]))
			dev->raised |= VIRTIO_MMIO_INT_VRING;
	}
	if (dev->raised == 0)
		return;
	dev->isr |= dev->raised;
	dev->raised = 0;
	if (hyp_interrupt(dev->params.hyp, dev->params.irq) < 0)
		log_guest(&dev->limit, "irq %u cannot be raised",
			  dev->params.irq);
}

static void run_deferred(evutil_socket_t fd, short what, void *arg)
{
	struct virtio_dev *dev = arg;

	dev->is_running = true;
	is_any_running = true;
	tell_reset(dev);
	update_rings(dev);
	tell_started(dev);
	tell_notified(dev);
	interrupt(dev);
	dev->is_running = false;
	is_any_running = false;
}
