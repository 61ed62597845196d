/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hyp_fake.h - a hypervisor and a guest's memory, for tests.
 *
 * Guest RAM is in two banks with a hole between them, so that crossing and
 * wrapping are ordinary cases. In the hole is room for a window, whose pages are
 * there once they are populated. What the guest does is a function call here.
 *
 *	struct hyp_fake *fake = hyp_fake_create();
 *	guest_mem_create(hyp_fake_hyp(fake), 0, &mem);
 *	...
 *	hyp_fake_write32(fake, addr, 1);	a vCPU writes a register
 *	hyp_fake_settle(fake);			the loop runs until it is idle
 *	assert_int_equal(hyp_fake_interrupts(fake, 33), 1);
 *	...
 *	hyp_fake_destroy(fake);			fails if anything is still mapped
 *
 * The running test fails if, while a vCPU waits for its answer, guest memory is
 * mapped or unmapped (but for grants, which may be unmapped) or an interrupt
 * raised; if what is unmapped is not what was mapped; if anything is left mapped
 * at the end, or granted though the guest does not have it mapped.
 */
#ifndef HYP_FAKE_H
#define HYP_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct hyp;
struct hyp_fake;

#define HYP_FAKE_BANK_LEN (4u * 1024 * 1024)
#define HYP_FAKE_BANK0 UINT64_C(0x40000000)
#define HYP_FAKE_BANK1 UINT64_C(0x200000000)
#define HYP_FAKE_WINDOW UINT64_C(0x100000000)
#define HYP_FAKE_WINDOW_LEN (64u * 1024 * 1024)

/** hyp_fake_create() - with an event loop of its own; never fails */
struct hyp_fake *hyp_fake_create(void);

/** hyp_fake_destroy() - ends the loop, too; NULL is fine */
void hyp_fake_destroy(struct hyp_fake *fake);

/** hyp_fake_hyp() - what the tested code gets; borrowed */
struct hyp *hyp_fake_hyp(struct hyp_fake *fake);

/** hyp_fake_base() - the event loop; borrowed */
struct event_base *hyp_fake_base(struct hyp_fake *fake);

/** hyp_fake_settle() - run the loop, without waiting, until it has no work */
void hyp_fake_settle(struct hyp_fake *fake);

/** hyp_fake_run_once() - one round of the loop, waiting up to @ms for work */
void hyp_fake_run_once(struct hyp_fake *fake, unsigned int ms);

/** hyp_fake_ram() - the test's own view of guest bytes; the range must be RAM */
void *hyp_fake_ram(struct hyp_fake *fake, uint64_t gpa, size_t len);

/**
 * hyp_fake_alloc() - pages of the bank (0 or 1), zeroed, until the test ends
 *
 * @len is rounded up to pages; the test fails when the bank is full.
 */
uint64_t hyp_fake_alloc(struct hyp_fake *fake, unsigned int bank, size_t len);

/** hyp_fake_free() - for who allocates much; same @len */
void hyp_fake_free(struct hyp_fake *fake, uint64_t gpa, size_t len);

/** hyp_fake_read() - a vCPU reads @size bytes at @addr; the answer */
uint64_t hyp_fake_read(struct hyp_fake *fake, uint64_t addr, uint32_t size);

/** hyp_fake_write() - a vCPU writes; it was answered when this returns */
void hyp_fake_write(struct hyp_fake *fake, uint64_t addr, uint32_t size,
		    uint64_t value);

static inline uint32_t hyp_fake_read32(struct hyp_fake *fake, uint64_t addr)
{
	return hyp_fake_read(fake, addr, 4);
}

static inline void hyp_fake_write32(struct hyp_fake *fake, uint64_t addr,
				    uint32_t value)
{
	hyp_fake_write(fake, addr, 4, value);
}

/**
 * hyp_fake_write_at_poll() - a vCPU writes 32 bits at the next hyp_poll()
 *
 * Up to 16 wait at a time; each hyp_poll() answers all of them, in order.
 */
void hyp_fake_write_at_poll(struct hyp_fake *fake, uint64_t addr,
			    uint32_t value);

/** hyp_fake_polls() - how often hyp_poll() was called */
unsigned int hyp_fake_polls(const struct hyp_fake *fake);

/**
 * hyp_fake_watch_polls() - from now on, look what is done between two polls
 * @look: called by each hyp_poll(), before it answers; NULL: nothing
 * @owner: its parameter
 */
void hyp_fake_watch_polls(struct hyp_fake *fake, void (*look)(void *owner),
			  void *owner);

/** hyp_fake_most_pages() - that were mapped, unmapped or copied by grants
 * between two polls, since hyp_fake_watch_polls() */
size_t hyp_fake_most_pages(const struct hyp_fake *fake);

/** hyp_fake_invalidate() - the guest changed its memory map */
void hyp_fake_invalidate(struct hyp_fake *fake);

/** hyp_fake_io_mapped() - true if this address was given to hyp_map_io() */
bool hyp_fake_io_mapped(const struct hyp_fake *fake, uint64_t addr);

/** hyp_fake_interrupts() - how often SPI @irq was pulsed so far */
unsigned int hyp_fake_interrupts(const struct hyp_fake *fake, uint32_t irq);

/** hyp_fake_mapped() - guest pages mapped now */
size_t hyp_fake_mapped(const struct hyp_fake *fake);

/** hyp_fake_maps() - calls of hyp_map_pages() so far, failed ones included */
unsigned int hyp_fake_maps(const struct hyp_fake *fake);

enum hyp_fake_op {
	HYP_FAKE_MAP_IO,
	HYP_FAKE_MAP_PAGES,
	HYP_FAKE_MAP_GRANTS,
	HYP_FAKE_EXPORT,
	HYP_FAKE_INTERRUPT,
};

/** hyp_fake_fail() - let the @nth call of @op from now (1 = next) give @error */
void hyp_fake_fail(struct hyp_fake *fake, enum hyp_fake_op op,
		   unsigned int nth, int error);

/** hyp_fake_populate() - these bytes of the window are memory from now on */
void hyp_fake_populate(struct hyp_fake *fake, uint64_t gpa, size_t len);

/** hyp_fake_make_hole() - this page is no memory any more, for new mappings */
void hyp_fake_make_hole(struct hyp_fake *fake, uint64_t gpa);

/**
 * hyp_fake_grant() - the guest grants the pages of these bytes
 * @writable: not for reading only
 * Return: their address by grant, until hyp_fake_end_grant().
 */
uint64_t hyp_fake_grant(struct hyp_fake *fake, uint64_t gpa, size_t len,
			bool writable);

/**
 * hyp_fake_end_grant() - and takes them back; same @len
 *
 * The running test fails if one is still mapped: Linux gives a device up that
 * keeps what it has to give back.
 */
void hyp_fake_end_grant(struct hyp_fake *fake, uint64_t addr, size_t len);

/** hyp_fake_refuse_copies() - by grants: as if all of the tested code's memory
 * were mappings of some device's */
void hyp_fake_refuse_copies(struct hyp_fake *fake);

/**
 * enum hyp_fake_kernel - what dom0's kernel can do to grant its own pages
 * @HYP_FAKE_PATCHED: let the guest only read, and tell when it has let go
 * @HYP_FAKE_STOCK: neither of it
 * @HYP_FAKE_OPTIONLESS: nothing at all
 */
enum hyp_fake_kernel {
	HYP_FAKE_PATCHED,
	HYP_FAKE_STOCK,
	HYP_FAKE_OPTIONLESS,
};

/** hyp_fake_set_kernel() - at first it is patched */
void hyp_fake_set_kernel(struct hyp_fake *fake, enum hyp_fake_kernel kernel);

/**
 * hyp_fake_see() - the guest maps pages that dom0 grants
 * @writable: for writing, too
 * Return: in one piece, until hyp_fake_look_away(); NULL if one of them is not
 * granted, or not so.
 */
uint8_t *hyp_fake_see(struct hyp_fake *fake, const uint32_t *refs, size_t count,
		      bool writable);

/** hyp_fake_look_away() - the guest unmaps what hyp_fake_see() gave it */
void hyp_fake_look_away(struct hyp_fake *fake, uint8_t *seen);

/** hyp_fake_exported() - pages that dom0 grants now */
size_t hyp_fake_exported(const struct hyp_fake *fake);

#endif /* HYP_FAKE_H */
