/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mapping.h - MMAP buffers in the guest's address space: CMD_MMAP, CMD_MUNMAP.
 *
 * A mapping lives until the guest ends it, or resets the device: over
 * STREAMOFF, REQBUFS of 0, CLOSE and the break of its session ("Device
 * Operation: Unmapping"). Its memory counts for as long. The pages are in the
 * window as soon as there is a buffer, so a mapping is a word that is kept, and
 * costs nothing else.
 *
 * Of a buffer that is a camera's slot the guest is told the grants, and maps them
 * itself; the mapping lives just as long.
 *
 * A mapping in the window that is to be read-only is so by the driver's own page tables: it
 * is the guest's own memory, and the hypervisor has no way to let it only read
 * a page that it owns.
 */
#ifndef MEDIA_MAPPING_H
#define MEDIA_MAPPING_H

#include "base/list.h"

struct media_device;
struct vq_chain;

/** struct mappings - of one device */
struct mappings {
	struct list list; /* of struct mapping */
};

/** mappings_init() - none */
void mappings_init(struct mappings *mappings);

/** mappings_finish() - all of them end */
void mappings_finish(struct mappings *mappings);

/** mapping_map() - CMD_MMAP. @chain: behind its header; consumed, answered */
void mapping_map(struct media_device *device, struct vq_chain *chain);

/** mapping_unmap() - CMD_MUNMAP. @chain: as for mapping_map() */
void mapping_unmap(struct media_device *device, struct vq_chain *chain);

#endif /* MEDIA_MAPPING_H */
