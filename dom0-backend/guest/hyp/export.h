/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export.h - a dma-buf whose pages the guest may map.
 *
 * Most can only read them; then it is known when they have let go. A guest that
 * is trusted gets them also where the kernel cannot keep it from writing, and
 * cannot tell.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef HYP_EXPORT_H
#define HYP_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct export;
struct hyp;

/* Bytes that one grant reference stands for */
#define EXPORT_PAGE_SIZE 4096

/**
 * export_create() - grant the pages of a dma-buf
 * @fd: of the dma-buf; borrowed: the export has a descriptor of its own
 * @len: bytes; rounded up to pages it must be what the dma-buf has
 * @trusts: the guest may write if it cannot be kept from it
 * @out: owned by the caller on success, untouched on failure; ended with
 *       export_end()
 * Return: 0; as hyp_export(); -ENOSPC also for want of descriptors or memory.
 */
int export_create(struct hyp *hyp, int fd, size_t len, bool trusts,
		  struct export **out);

/** export_fd() - of the dma-buf; borrowed */
int export_fd(const struct export *export);

/**
 * export_end() - the guest shall not see the pages any more
 *
 * Who ends many has vCPUs that wait answered in between.
 * Return: 0, and @export is no more; -EBUSY, and it is as it was: the guest has
 * pages mapped.
 */
int export_end(struct export *export);

/**
 * export_abandon() - as the process ends: the kernel takes back what it can
 *
 * Pages that the guest has mapped it keeps for it.
 */
void export_abandon(struct export *export);

/** export_is_proof() - that it ended will mean that the guest sees nothing any
 * more
 */
bool export_is_proof(const struct export *export);

/** export_domid() - of the domain that grants them: ours */
uint32_t export_domid(const struct export *export);

/** export_refs() - a grant reference for each page, in order; borrowed */
const uint32_t *export_refs(const struct export *export);

/** export_count() - of these */
size_t export_count(const struct export *export);

#endif /* HYP_EXPORT_H */
