/* SPDX-License-Identifier: GPL-2.0-only */
/* hyp_fake_priv.h - what the hyp_fake*.c share. */
#ifndef HYP_FAKE_PRIV_H
#define HYP_FAKE_PRIV_H

#include "base/list.h"
#include "hyp/hyp.h"
#include "hyp_fake.h"

#define HYP_FAKE_BANK_PAGES (HYP_FAKE_BANK_LEN / HYP_PAGE_SIZE)
#define HYP_FAKE_WINDOW_PAGES (HYP_FAKE_WINDOW_LEN / HYP_PAGE_SIZE)
#define HYP_FAKE_NUM_PAGES (2 * HYP_FAKE_BANK_PAGES + HYP_FAKE_WINDOW_PAGES)
#define HYP_FAKE_NUM_OPS 5
#define MAX_IRQ 64
#define MAX_WAITING 16
#define MAX_RANGES 16
#define MAX_GRANTS 4096

/**
 * struct mapping - of guest pages
 * @first_ref: grant reference of the first; 0: they are not mapped by grants
 */
struct mapping {
	struct list link; /* hyp_fake.mappings */
	void *pages;
	size_t count;
	uint32_t first_ref;
};

struct failure {
	unsigned int calls_left;
	int error;
};

struct waiting_write {
	uint64_t addr;
	uint32_t value;
};

/**
 * struct grant - what the guest grants by a reference
 * @gfn: 0: nothing
 * @maps: how often it is mapped now
 */
struct grant {
	uint64_t gfn;
	bool writable;
	unsigned int maps;
};

/**
 * struct page_of_ours - that is granted to the guest
 * @ref: 0: not any more
 * @maps: how often the guest has it mapped
 */
struct page_of_ours {
	uint32_t ref;
	unsigned int maps;
};

/**
 * struct exported - pages of a dma-buf; here it is any file
 * @fd: as the tested code calls it
 * @own_fd: of the same file
 */
struct exported {
	struct list link; /* hyp_fake.exported */
	int fd;
	int own_fd;
	enum hyp_access_of_guest may;
	size_t count;
	struct page_of_ours pages[];
};

/** struct seen - pages of ours that the guest has mapped */
struct seen {
	struct list link; /* hyp_fake.seen */
	uint8_t *pages;
	size_t count;
	uint32_t refs[];
};

struct hyp_fake {
	struct hyp hyp;
	struct event_base *base;
	const struct hyp_listener *listener;
	void *owner;
	bool vcpu_waits;
	int ram_fd;
	unsigned char *ram; /* bank 0, bank 1, then the window */
	bool allocated[HYP_FAKE_NUM_PAGES];
	bool holes[HYP_FAKE_NUM_PAGES];
	struct list mappings; /* of struct mapping */
	size_t mapped;
	unsigned int maps;
	unsigned int polls;
	void (*look)(void *owner); /* at each of these, or NULL */
	void *looker;
	size_t pages; /* since the last of these */
	size_t most_pages;
	unsigned int interrupts[MAX_IRQ];
	struct failure failures[HYP_FAKE_NUM_OPS];
	struct waiting_write waiting[MAX_WAITING];
	size_t num_waiting;
	uint64_t io_base[MAX_RANGES];
	uint64_t io_len[MAX_RANGES];
	size_t num_io;
	struct grant grants[MAX_GRANTS]; /* by reference */
	bool no_copies; /* by grants */
	enum hyp_fake_kernel kernel;
	struct list exported; /* of struct exported */
	uint32_t next_ref;
	struct list seen; /* of struct seen */
};

/** hyp_fake_injected_failure() - what hyp_fake_fail() asked for, or 0 */
int hyp_fake_injected_failure(struct hyp_fake *fake, enum hyp_fake_op op);

/** hyp_fake_spend() - a vCPU that waits would wait for these pages */
void hyp_fake_spend(struct hyp_fake *fake, size_t pages);

/** hyp_fake_map() - as hyp_map_pages(), with @prot; @first_ref: see above */
int hyp_fake_map(struct hyp_fake *fake, const uint64_t *gfns, size_t count,
		 int prot, uint32_t first_ref, void **out);

/** hyp_fake_unmap() - Return: what hyp_fake_map() was given as @first_ref */
uint32_t hyp_fake_unmap(struct hyp_fake *fake, void *pages, size_t count);

/* struct hyp_ops of the same names */
int hyp_fake_map_grants(struct hyp *hyp, uint32_t first, size_t count,
			bool writable, void **out);
void hyp_fake_unmap_grants(struct hyp *hyp, void *pages, size_t count);
int hyp_fake_read_grants(struct hyp *hyp, uint32_t first, size_t offset,
			 void *buf, size_t len);
int hyp_fake_write_grants(struct hyp *hyp, uint32_t first, size_t offset,
			  const void *buf, size_t len);

int hyp_fake_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may,
		    uint32_t *refs, size_t count);
int hyp_fake_end_export(struct hyp *hyp, int fd, enum hyp_access_of_guest may);

/** hyp_fake_init_exports() - none */
void hyp_fake_init_exports(struct hyp_fake *fake);

/** hyp_fake_finish_exports() - the running test fails if there are some that the
 * guest does not have mapped
 */
void hyp_fake_finish_exports(struct hyp_fake *fake);

#endif /* HYP_FAKE_PRIV_H */
