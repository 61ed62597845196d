/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gntdev_fake.h - in place of the kernel's grant device, for tests of what
 * hyp/xen_export.c asks of it: ioctl(2) of this program leads here.
 *
 * Written from Linux's include/uapi/xen/gntdev.h and the patches to it.
 */
#ifndef GNTDEV_FAKE_H
#define GNTDEV_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#define GNTDEV_FAKE_FIRST_REF 900

/**
 * struct gntdev_fake - what it can do, and what it was asked
 * @has_dmabufs: CONFIG_XEN_GNTDEV_DMABUF
 * @is_patched: it has the ioctls for reading only and for trying
 * @error: that the next ioctl which is known fails with; 0: none
 * @imported: descriptor that is granted; -1: none
 * @readonly: for reading
 * @domid: to whom
 * @count: of its pages
 * @is_mapped: the guest has it mapped
 */
struct gntdev_fake {
	bool has_dmabufs;
	bool is_patched;
	int error;
	int imported;
	bool readonly;
	uint32_t domid;
	uint32_t count;
	bool is_mapped;
};

extern struct gntdev_fake gntdev_fake;

/** gntdev_fake_reset() - a patched kernel that grants nothing */
void gntdev_fake_reset(void);

#endif /* GNTDEV_FAKE_H */
