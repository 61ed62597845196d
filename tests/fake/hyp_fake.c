// SPDX-License-Identifier: GPL-2.0-only
#include "hyp_fake.h"

#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "hyp_fake_priv.h"

#define BANK_PAGES HYP_FAKE_BANK_PAGES
#define NUM_PAGES HYP_FAKE_NUM_PAGES

/* Rounds of the loop that any chain of deferred work ends in */
#define SETTLE_ROUNDS 32

static struct hyp_fake *to_fake(struct hyp *hyp)
{
	return container_of(hyp, struct hyp_fake, hyp);
}

int hyp_fake_injected_failure(struct hyp_fake *fake, enum hyp_fake_op op)
{
	struct failure *failure = &fake->failures[op];

	if (failure->calls_left == 0)
		return 0;
	return --failure->calls_left == 0 ? failure->error : 0;
}

/* Index of a guest frame into all pages, or -1 */
static long page_index(uint64_t gfn)
{
	const uint64_t bank0 = HYP_FAKE_BANK0 / HYP_PAGE_SIZE;
	const uint64_t bank1 = HYP_FAKE_BANK1 / HYP_PAGE_SIZE;
	const uint64_t window = HYP_FAKE_WINDOW / HYP_PAGE_SIZE;

	if (gfn >= bank0 && gfn < bank0 + BANK_PAGES)
		return gfn - bank0;
	if (gfn >= bank1 && gfn < bank1 + BANK_PAGES)
		return BANK_PAGES + gfn - bank1;
	if (gfn >= window && gfn < window + HYP_FAKE_WINDOW_PAGES)
		return 2 * BANK_PAGES + gfn - window;
	return -1;
}

static void fake_listen(struct hyp *hyp, const struct hyp_listener *listener,
			void *owner)
{
	struct hyp_fake *fake = to_fake(hyp);

	fake->listener = listener;
	fake->owner = owner;
}

static void answer(struct hyp_fake *fake, struct hyp_access *access)
{
	/* Not all ones: who means to answer that has to say so. */
	if (!access->write)
		access->data = UINT64_C(0xa5a5a5a5a5a5a5a5);
	if (!fake->listener)
		return;
	fake->vcpu_waits = true;
	fake->listener->access(fake->owner, access);
	fake->vcpu_waits = false;
}

static void fake_poll(struct hyp *hyp)
{
	struct hyp_fake *fake = to_fake(hyp);

	fake->polls++;
	fake->pages = 0;
	if (fake->look)
		fake->look(fake->looker);
	for (size_t i = 0; i < fake->num_waiting; i++) {
		struct hyp_access access = {
			.addr = fake->waiting[i].addr,
			.size = 4,
			.write = true,
			.data = fake->waiting[i].value,
		};

		answer(fake, &access);
	}
	fake->num_waiting = 0;
}

static int fake_map_io(struct hyp *hyp, uint64_t base, uint64_t len)
{
	struct hyp_fake *fake = to_fake(hyp);
	int ret;

	ret = hyp_fake_injected_failure(fake, HYP_FAKE_MAP_IO);
	if (ret < 0)
		return ret;
	assert_true(fake->num_io < MAX_RANGES);
	fake->io_base[fake->num_io] = base;
	fake->io_len[fake->num_io] = len;
	fake->num_io++;
	return 0;
}

static int map_page(struct hyp_fake *fake, uint64_t gfn, int prot,
		    unsigned char *at)
{
	const long index = page_index(gfn);
	void *page;

	if (index < 0 || fake->holes[index])
		return -EFAULT;
	page = mmap(at, HYP_PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED,
		    fake->ram_fd, index * HYP_PAGE_SIZE);
	assert_ptr_equal(page, at);
	return 0;
}

static void record_mapping(struct hyp_fake *fake, void *pages, size_t count,
			   uint32_t first_ref)
{
	struct mapping *mapping;

	mapping = calloc(1, sizeof(*mapping));
	assert_non_null(mapping);
	mapping->pages = pages;
	mapping->count = count;
	mapping->first_ref = first_ref;
	list_append(&fake->mappings, &mapping->link);
	fake->mapped += count;
}

void hyp_fake_spend(struct hyp_fake *fake, size_t pages)
{
	fake->pages += pages;
	fake->most_pages = MAX(fake->most_pages, fake->pages);
}

int hyp_fake_map(struct hyp_fake *fake, const uint64_t *gfns, size_t count,
		 int prot, uint32_t first_ref, void **out)
{
	unsigned char *pages;
	int ret;

	if (fake->vcpu_waits)
		fail_msg("guest memory is mapped while a vCPU waits");
	pages = mmap(NULL, count * HYP_PAGE_SIZE, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(pages, MAP_FAILED);
	for (size_t i = 0; i < count; i++) {
		ret = map_page(fake, gfns[i], prot, pages + i * HYP_PAGE_SIZE);
		if (ret < 0) {
			munmap(pages, count * HYP_PAGE_SIZE);
			return ret;
		}
	}
	record_mapping(fake, pages, count, first_ref);
	hyp_fake_spend(fake, count);
	*out = pages;
	return 0;
}

uint32_t hyp_fake_unmap(struct hyp_fake *fake, void *pages, size_t count)
{
	struct mapping *mapping, *tmp;
	uint32_t first_ref;

	list_for_each(mapping, tmp, &fake->mappings, link) {
		if (mapping->pages != pages)
			continue;
		if (mapping->count != count)
			fail_msg("%zu pages of a mapping of %zu are unmapped",
				 count, mapping->count);
		munmap(pages, count * HYP_PAGE_SIZE);
		hyp_fake_spend(fake, count);
		fake->mapped -= count;
		first_ref = mapping->first_ref;
		list_remove(&mapping->link);
		free(mapping);
		return first_ref;
	}
	fail_msg("what was never mapped is unmapped");
	return 0;
}

static int fake_map_pages(struct hyp *hyp, const uint64_t *gfns, size_t count,
			  void **out)
{
	struct hyp_fake *fake = to_fake(hyp);
	int ret;

	fake->maps++;
	ret = hyp_fake_injected_failure(fake, HYP_FAKE_MAP_PAGES);
	if (ret < 0)
		return ret;
	return hyp_fake_map(fake, gfns, count, PROT_READ | PROT_WRITE, 0,
			    out);
}

static void fake_unmap_pages(struct hyp *hyp, void *pages, size_t count)
{
	struct hyp_fake *fake = to_fake(hyp);

	if (fake->vcpu_waits)
		fail_msg("guest memory is unmapped while a vCPU waits");
	assert_int_equal(hyp_fake_unmap(fake, pages, count), 0);
}

static int fake_interrupt(struct hyp *hyp, uint32_t irq)
{
	struct hyp_fake *fake = to_fake(hyp);
	int ret;

	if (fake->vcpu_waits)
		fail_msg("an interrupt is raised while a vCPU waits");
	ret = hyp_fake_injected_failure(fake, HYP_FAKE_INTERRUPT);
	if (ret < 0)
		return ret;
	assert_true(irq >= 32 && irq < MAX_IRQ);
	fake->interrupts[irq]++;
	return 0;
}

static const struct hyp_ops fake_ops = {
	.listen = fake_listen,
	.poll = fake_poll,
	.map_io = fake_map_io,
	.map_pages = fake_map_pages,
	.unmap_pages = fake_unmap_pages,
	.map_grants = hyp_fake_map_grants,
	.unmap_grants = hyp_fake_unmap_grants,
	.read_grants = hyp_fake_read_grants,
	.write_grants = hyp_fake_write_grants,
	.export = hyp_fake_export,
	.end_export = hyp_fake_end_export,
	.interrupt = fake_interrupt,
};

struct hyp_fake *hyp_fake_create(void)
{
	const size_t len = NUM_PAGES * HYP_PAGE_SIZE;
	struct hyp_fake *fake;

	fake = calloc(1, sizeof(*fake));
	assert_non_null(fake);
	fake->hyp.ops = &fake_ops;
	list_init(&fake->mappings);
	hyp_fake_init_exports(fake);
	memset(&fake->holes[2 * BANK_PAGES], true, HYP_FAKE_WINDOW_PAGES);
	fake->base = event_base_new();
	assert_non_null(fake->base);
	fake->ram_fd = memfd_create("guest-ram", MFD_CLOEXEC);
	assert_true(fake->ram_fd >= 0);
	assert_int_equal(ftruncate(fake->ram_fd, len), 0);
	fake->ram = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fake->ram_fd, 0);
	assert_ptr_not_equal(fake->ram, MAP_FAILED);
	return fake;
}

void hyp_fake_destroy(struct hyp_fake *fake)
{
	if (!fake)
		return;
	if (fake->mapped > 0)
		fail_msg("%zu guest pages are still mapped", fake->mapped);
	hyp_fake_finish_exports(fake);
	munmap(fake->ram, NUM_PAGES * HYP_PAGE_SIZE);
	close(fake->ram_fd);
	event_base_free(fake->base);
	free(fake);
}

struct hyp *hyp_fake_hyp(struct hyp_fake *fake)
{
	return &fake->hyp;
}

struct event_base *hyp_fake_base(struct hyp_fake *fake)
{
	return fake->base;
}

void hyp_fake_settle(struct hyp_fake *fake)
{
	for (int i = 0; i < SETTLE_ROUNDS; i++)
		event_base_loop(fake->base, EVLOOP_NONBLOCK);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
}

void hyp_fake_run_once(struct hyp_fake *fake, unsigned int ms)
{
	const struct timeval wait = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};
	struct event *timer;

	timer = evtimer_new(fake->base, nothing, NULL);
	assert_non_null(timer);
	evtimer_add(timer, &wait);
	event_base_loop(fake->base, EVLOOP_ONCE);
	event_free(timer);
}

void *hyp_fake_ram(struct hyp_fake *fake, uint64_t gpa, size_t len)
{
	const long first = page_index(gpa / HYP_PAGE_SIZE);
	const long last = page_index((gpa + MAX(len, (size_t)1) - 1) / HYP_PAGE_SIZE);

	assert_true(first >= 0 && last >= first);
	return fake->ram + first * HYP_PAGE_SIZE + gpa % HYP_PAGE_SIZE;
}

static uint64_t page_gpa(size_t index)
{
	return index < BANK_PAGES ?
		       HYP_FAKE_BANK0 + index * HYP_PAGE_SIZE :
		       HYP_FAKE_BANK1 + (index - BANK_PAGES) * HYP_PAGE_SIZE;
}

static size_t pages_of(size_t len)
{
	return (len + HYP_PAGE_SIZE - 1) / HYP_PAGE_SIZE;
}

uint64_t hyp_fake_alloc(struct hyp_fake *fake, unsigned int bank, size_t len)
{
	const size_t end = (bank + 1) * BANK_PAGES, count = pages_of(len);
	size_t run = 0;

	for (size_t i = bank * BANK_PAGES; i < end; i++) {
		run = fake->allocated[i] || fake->holes[i] ? 0 : run + 1;
		if (run == count) {
			const size_t first = i + 1 - count;

			memset(&fake->allocated[first], true, count);
			memset(fake->ram + first * HYP_PAGE_SIZE, 0,
			       count * HYP_PAGE_SIZE);
			return page_gpa(first);
		}
	}
	fail_msg("guest memory is full");
	return 0;
}

void hyp_fake_free(struct hyp_fake *fake, uint64_t gpa, size_t len)
{
	const long first = page_index(gpa / HYP_PAGE_SIZE);

	assert_true(first >= 0);
	memset(&fake->allocated[first], false, pages_of(len));
}

uint64_t hyp_fake_read(struct hyp_fake *fake, uint64_t addr, uint32_t size)
{
	struct hyp_access access = { .addr = addr, .size = size };

	answer(fake, &access);
	return size >= 8 ? access.data :
			   access.data & ((UINT64_C(1) << (8 * size)) - 1);
}

void hyp_fake_write(struct hyp_fake *fake, uint64_t addr, uint32_t size,
		    uint64_t value)
{
	struct hyp_access access = {
		.addr = addr,
		.size = size,
		.write = true,
		.data = value,
	};

	answer(fake, &access);
}

void hyp_fake_write_at_poll(struct hyp_fake *fake, uint64_t addr,
			    uint32_t value)
{
	assert_true(fake->num_waiting < MAX_WAITING);
	fake->waiting[fake->num_waiting].addr = addr;
	fake->waiting[fake->num_waiting].value = value;
	fake->num_waiting++;
}

unsigned int hyp_fake_polls(const struct hyp_fake *fake)
{
	return fake->polls;
}

void hyp_fake_watch_polls(struct hyp_fake *fake, void (*look)(void *owner),
			  void *owner)
{
	fake->look = look;
	fake->looker = owner;
	fake->pages = 0;
	fake->most_pages = 0;
}

size_t hyp_fake_most_pages(const struct hyp_fake *fake)
{
	return fake->most_pages;
}

void hyp_fake_invalidate(struct hyp_fake *fake)
{
	if (!fake->listener)
		return;
	fake->vcpu_waits = true;
	fake->listener->invalidated(fake->owner);
	fake->vcpu_waits = false;
}

bool hyp_fake_io_mapped(const struct hyp_fake *fake, uint64_t addr)
{
	for (size_t i = 0; i < fake->num_io; i++) {
		if (addr >= fake->io_base[i] &&
		    addr - fake->io_base[i] < fake->io_len[i])
			return true;
	}
	return false;
}

unsigned int hyp_fake_interrupts(const struct hyp_fake *fake, uint32_t irq)
{
	assert_true(irq < MAX_IRQ);
	return fake->interrupts[irq];
}

size_t hyp_fake_mapped(const struct hyp_fake *fake)
{
	return fake->mapped;
}

unsigned int hyp_fake_maps(const struct hyp_fake *fake)
{
	return fake->maps;
}

void hyp_fake_fail(struct hyp_fake *fake, enum hyp_fake_op op,
		   unsigned int nth, int error)
{
	fake->failures[op].calls_left = nth;
	fake->failures[op].error = error;
}

void hyp_fake_populate(struct hyp_fake *fake, uint64_t gpa, size_t len)
{
	const long first = page_index(gpa / HYP_PAGE_SIZE);

	assert_true(first >= (long)(2 * BANK_PAGES) &&
		    first + pages_of(len) <= NUM_PAGES);
	memset(&fake->holes[first], false, pages_of(len));
}

void hyp_fake_make_hole(struct hyp_fake *fake, uint64_t gpa)
{
	const long index = page_index(gpa / HYP_PAGE_SIZE);

	assert_true(index >= 0);
	fake->holes[index] = true;
}
