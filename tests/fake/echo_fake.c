// SPDX-License-Identifier: GPL-2.0-only
#include "echo_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hyp/guest_mem.h"
#include "virtio/mmio.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

static void answer(struct echo *echo, struct vq_chain *chain)
{
	const size_t readable = vq_chain_readable(chain);
	const size_t writable = vq_chain_writable(chain);
	const size_t len = readable < writable ? readable : writable;
	unsigned char *buf = malloc(len + 1);

	assert_non_null(buf);
	memset(buf, 0, len);
	echo->last_read = vq_chain_read(chain, buf, len);
	echo->last_write = vq_chain_write(chain, buf, len);
	vq_chain_complete(chain);
	free(buf);
}

void echo_answer_held(struct echo *echo)
{
	for (unsigned int i = 0; i < echo->num_held; i++)
		answer(echo, echo->held[i]);
	echo->num_held = 0;
}

static void on_started(void *owner)
{
	struct echo *echo = owner;

	assert_int_equal(echo->started, echo->resets);
	assert_true(virtio_dev_running(echo->dev));
	echo->started++;
}

static void on_reset(void *owner)
{
	struct echo *echo = owner;

	assert_int_equal(echo->started, echo->resets + 1);
	assert_false(virtio_dev_running(echo->dev));
	echo->resets++;
	echo_answer_held(echo);
}

static void on_notified(void *owner, unsigned int index)
{
	struct echo *echo = owner;
	struct vq_chain *chain;

	assert_int_equal(echo->started, echo->resets + 1);
	assert_true(virtio_dev_running(echo->dev));
	echo->notified[index]++;
	while (vq_pop(virtio_dev_queue(echo->dev, index), &chain) == 0) {
		if (echo->yields)
			echo->yielded = virtio_dev_yield(echo->dev);
		if (echo->holds && echo->num_held < ECHO_MAX_HELD)
			echo->held[echo->num_held++] = chain;
		else
			answer(echo, chain);
	}
}

static void on_config_read(void *owner, size_t offset, size_t len)
{
	struct echo *echo = owner;

	if (echo->counts_reads)
		echo->config[0] = ++echo->config_reads;
}

static const struct virtio_dev_ops ops = {
	.started = on_started,
	.reset = on_reset,
	.notified = on_notified,
	.config_read = on_config_read,
};

static void destroy_device(struct echo *echo)
{
	if (!echo->dev)
		return;
	mmio_bus_remove(echo->bus, echo->dev);
	for (unsigned int i = 0; i < echo->num_held; i++)
		vq_chain_complete(echo->held[i]);
	echo->num_held = 0;
	virtio_dev_destroy(echo->dev);
	echo->dev = NULL;
}

void echo_make_device(struct echo *echo, bool needs_reset)
{
	const struct virtio_dev_params params = {
		.base = hyp_fake_base(echo->fake),
		.hyp = hyp_fake_hyp(echo->fake),
		.mem = echo->mem,
		.device_id = 48,
		.features = echo->features,
		.irq = ECHO_IRQ,
		.num_queues = ECHO_QUEUES,
		.config = echo->config,
		.config_len = sizeof(echo->config),
		.shm = { echo->shm },
		.ops = &ops,
		.owner = echo,
		.needs_reset = needs_reset,
	};

	destroy_device(echo);
	assert_int_equal(virtio_dev_create(&params, &echo->dev), 0);
	assert_int_equal(mmio_bus_add(echo->bus, ECHO_ADDR, echo->dev), 0);
}

int echo_set_up(void **state)
{
	struct echo *echo;

	echo = calloc(1, sizeof(*echo));
	assert_non_null(echo);
	for (size_t i = 0; i < sizeof(echo->config); i++)
		echo->config[i] = i + 1;
	echo->fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(echo->fake), 0,
					  &echo->mem),
			 0);
	assert_int_equal(mmio_bus_create(hyp_fake_base(echo->fake),
					 hyp_fake_hyp(echo->fake), echo->mem,
					 &echo->bus),
			 0);
	echo_make_device(echo, false);
	echo->driver = driver_fake_create(echo->fake, ECHO_ADDR, ECHO_IRQ);
	*state = echo;
	return 0;
}

int echo_tear_down(void **state)
{
	struct echo *echo = *state;

	driver_fake_destroy(echo->driver);
	destroy_device(echo);
	mmio_bus_destroy(echo->bus);
	guest_mem_destroy(echo->mem);
	hyp_fake_destroy(echo->fake);
	free(echo);
	return 0;
}

void echo_start(struct echo *echo, uint64_t features)
{
	driver_fake_start(echo->driver, ECHO_QUEUES, features);
}

uint64_t echo_page(struct echo *echo)
{
	return hyp_fake_alloc(echo->fake, 0, 4096);
}

void echo_set_desc(struct echo *echo, unsigned int index, uint64_t addr,
		   uint32_t len, uint16_t flags, uint16_t next)
{
	const struct vring_desc desc = {
		.addr = addr,
		.len = len,
		.flags = flags,
		.next = next,
	};

	driver_fake_set_desc(echo->driver, 0, index, &desc);
}

void echo_set_indirect(struct echo *echo, uint64_t table, unsigned int index,
		       uint64_t addr, uint32_t len, uint16_t flags,
		       uint16_t next)
{
	const struct vring_desc desc = {
		.addr = addr,
		.len = len,
		.flags = flags,
		.next = next,
	};

	memcpy(hyp_fake_ram(echo->fake, table + index * sizeof(desc),
			    sizeof(desc)),
	       &desc, sizeof(desc));
}

void echo_offer(struct echo *echo, unsigned int head)
{
	driver_fake_offer(echo->driver, 0, head);
	driver_fake_notify(echo->driver, 0);
	hyp_fake_settle(echo->fake);
}
