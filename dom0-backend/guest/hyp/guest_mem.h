/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_mem.h - the only door to a guest's memory.
 *
 * A guest address is a number that the guest chose: a gpa_t, never a pointer.
 * Bytes are copied in and out; the copy is checked, the copy is used. Only the
 * rings, which two sides share by nature, are lent as memory; and what is behind
 * buffers (guest_pages.h), whose bytes mean nothing to us.
 *
 * How the memory is reached and what stays mapped for the next time is this
 * file's secret. An address of memory is mapped, and stays so for the next time;
 * what is mapped counts against a limit, and least recently used pieces make
 * room. An address that names a grant (hyp/grant.h) is copied from or to, and
 * nothing of it stays mapped but what is lent: what a guest grants it takes
 * back, and that must succeed.
 *
 * Units: bytes. Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef HYP_GUEST_MEM_H
#define HYP_GUEST_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guest_mem;
struct guest_mem_region;
struct hyp;

typedef uint64_t gpa_t;

/**
 * guest_mem_create() - a door without anything mapped
 * @hyp: borrowed; must outlive the door
 * @limit: most bytes mapped at any time, lent regions not counted; 0 = no limit
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int guest_mem_create(struct hyp *hyp, uint64_t limit, struct guest_mem **out);

/** guest_mem_destroy() - unmap everything. Nothing may be lent. NULL is fine. */
void guest_mem_destroy(struct guest_mem *mem);

/**
 * guest_mem_set_limit() - change the limit; shrinks at the next mapping
 *
 * One piece of 64 KiB is always granted.
 */
void guest_mem_set_limit(struct guest_mem *mem, uint64_t limit);

/**
 * guest_mem_read() - copy @len guest bytes at @gpa to @buf
 * Return: 0; -EFAULT if a byte is neither guest memory nor granted to us, or
 * the range wraps (@buf is then undefined); -ENOMEM if the hypervisor would not
 * map it.
 */
int guest_mem_read(struct guest_mem *mem, gpa_t gpa, void *buf, size_t len);

/**
 * guest_mem_write() - copy @len bytes of @buf to the guest at @gpa
 * Return: as guest_mem_read(), -EFAULT also if it is granted for reading only;
 * after an error some bytes may be written.
 */
int guest_mem_write(struct guest_mem *mem, gpa_t gpa, const void *buf,
		    size_t len);

/**
 * guest_mem_lend() - map guest bytes [@gpa, @gpa + @len) in one piece
 * @writable: they will be written to. If not, a grant may be for reading only.
 * @region: owned by the caller, ended with guest_mem_return()
 * @out: borrowed until then. The guest may change these bytes at any moment.
 * Return: 0; -EINVAL if @len is 0; else as guest_mem_read().
 */
int guest_mem_lend(struct guest_mem *mem, gpa_t gpa, size_t len, bool writable,
		   struct guest_mem_region **region, void **out);

/**
 * guest_mem_is_granted() - the guest may want to have it back; NULL: false
 *
 * Such a loan must have ended when the guest is told that it may have it.
 */
bool guest_mem_is_granted(const struct guest_mem_region *region);

/**
 * guest_mem_return() - end the loan. NULL is fine.
 *
 * Slow, so not while a vCPU waits, unless guest_mem_is_granted().
 */
void guest_mem_return(struct guest_mem *mem, struct guest_mem_region *region);

/**
 * guest_mem_invalidate() - the guest's memory map changed
 *
 * Nothing cached is used again. It is unmapped when its place is used, when
 * room is needed or by guest_mem_trim(), since unmapping is too slow for a vCPU
 * to wait for. Lent regions stay as they are: their borrower decides.
 */
void guest_mem_invalidate(struct guest_mem *mem);

/**
 * guest_mem_trim() - unmap now what guest_mem_invalidate() left behind
 *
 * Takes its time, and calls hyp_poll() while at it: for the event loop.
 */
void guest_mem_trim(struct guest_mem *mem);

/** guest_mem_mapped() - bytes mapped now, lent ones included */
uint64_t guest_mem_mapped(const struct guest_mem *mem);

#endif /* HYP_GUEST_MEM_H */
