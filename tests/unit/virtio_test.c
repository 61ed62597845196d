// SPDX-License-Identifier: GPL-2.0-only
/* A device's life as its driver sees it: status, features, interrupts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "driver_fake.h"
#include "hyp/guest_mem.h"
#include "hyp_fake.h"
#include "virtio/mmio.h"
#include "virtio/virtio.h"
#include "virtio/vq.h"

#define ADDR UINT64_C(0x2000000)
#define IRQ 33
#define NUM_QUEUES 2

/* A device that answers what it is asked with the same bytes */
struct echo {
	struct hyp_fake *fake;
	struct guest_mem *mem;
	struct mmio_bus *bus;
	struct virtio_dev *dev;
	struct driver_fake *driver;
	unsigned char config[40];
	unsigned int started;
	unsigned int resets;
	unsigned int notified[NUM_QUEUES];
	bool holds; /* keep chains instead of answering them */
	struct vq_chain *held;
	bool yields; /* look for accesses before answering */
	bool yielded; /* what virtio_dev_yield() said */
};

static void answer(struct echo *echo, struct vq_chain *chain)
{
	unsigned char buf[256];
	size_t len = vq_chain_readable(chain);

	len = MIN(len, vq_chain_writable(chain));
	len = MIN(len, sizeof(buf));
	if (vq_chain_read(chain, buf, len) == 0)
		vq_chain_write(chain, buf, len);
	vq_chain_complete(chain);
}

static void on_started(void *owner)
{
	struct echo *echo = owner;

	assert_true(virtio_dev_running(echo->dev));
	echo->started++;
}

static void on_reset(void *owner)
{
	struct echo *echo = owner;

	assert_false(virtio_dev_running(echo->dev));
	assert_true(echo->started > echo->resets);
	echo->resets++;
	if (echo->held)
		vq_chain_complete(echo->held);
	echo->held = NULL;
}

static void on_notified(void *owner, unsigned int index)
{
	struct echo *echo = owner;
	struct vq_chain *chain;

	assert_true(echo->started == echo->resets + 1);
	echo->notified[index]++;
	while (!echo->held &&
	       vq_pop(virtio_dev_queue(echo->dev, index), &chain) == 0) {
		if (echo->yields)
			echo->yielded = virtio_dev_yield(echo->dev);
		if (echo->holds)
			echo->held = chain;
		else
			answer(echo, chain);
	}
}

static const struct virtio_dev_ops ops = {
	.started = on_started,
	.reset = on_reset,
	.notified = on_notified,
};

static void make_device(struct echo *echo, bool needs_reset)
{
	const struct virtio_dev_params params = {
		.base = hyp_fake_base(echo->fake),
		.hyp = hyp_fake_hyp(echo->fake),
		.mem = echo->mem,
		.device_id = 48,
		.irq = IRQ,
		.num_queues = NUM_QUEUES,
		.config = echo->config,
		.config_len = sizeof(echo->config),
		.ops = &ops,
		.owner = echo,
		.needs_reset = needs_reset,
	};

	assert_int_equal(virtio_dev_create(&params, &echo->dev), 0);
	assert_int_equal(mmio_bus_add(echo->bus, ADDR, echo->dev), 0);
}

static void destroy_device(struct echo *echo)
{
	if (echo->held)
		vq_chain_complete(echo->held);
	echo->held = NULL;
	mmio_bus_remove(echo->bus, echo->dev);
	virtio_dev_destroy(echo->dev);
}

static int set_up(void **state)
{
	static struct echo echo;

	memset(&echo, 0, sizeof(echo));
	echo.fake = hyp_fake_create();
	assert_int_equal(guest_mem_create(hyp_fake_hyp(echo.fake), 0,
					  &echo.mem),
			 0);
	assert_int_equal(mmio_bus_create(hyp_fake_base(echo.fake),
					 hyp_fake_hyp(echo.fake), echo.mem,
					 &echo.bus),
			 0);
	make_device(&echo, false);
	echo.driver = driver_fake_create(echo.fake, ADDR, IRQ);
	*state = &echo;
	return 0;
}

static int tear_down(void **state)
{
	struct echo *echo = *state;

	driver_fake_destroy(echo->driver);
	destroy_device(echo);
	mmio_bus_destroy(echo->bus);
	guest_mem_destroy(echo->mem);
	hyp_fake_destroy(echo->fake);
	return 0;
}

static void start(struct echo *echo)
{
	driver_fake_start(echo->driver, NUM_QUEUES, DRIVER_FAKE_ALL);
}

static void a_request_is_answered_with_an_interrupt(void **state)
{
	struct echo *echo = *state;
	struct driver_fake_answer got;
	unsigned int token;

	start(echo);
	token = driver_fake_send(echo->driver, 0, "hello", 6, 64);
	hyp_fake_settle(echo->fake);
	got = driver_fake_wait(echo->driver, 0);
	assert_int_equal(got.token, token);
	assert_int_equal(got.len, 6);
	assert_string_equal(got.data, "hello");
	assert_int_equal(driver_fake_interrupts(echo->driver), 1);
	assert_int_equal(driver_fake_take_interrupt(echo->driver),
			 VIRTIO_MMIO_INT_VRING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_request_is_answered_with_an_interrupt, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
