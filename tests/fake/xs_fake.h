/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xs_fake.h - libxenstore without a xenstored, and what libxl would do to it.
 *
 * Checks as it goes: nothing may be written outside a transaction, or to any
 * keys but those that vmediad owns. It has no xs_rm(): vmediad must link
 * without it.
 *
 * Paths are relative to /local/domain/0 or absolute.
 */
#ifndef XS_FAKE_H
#define XS_FAKE_H

#include <stdbool.h>

/** fake_xs_reset() - an empty store, no domains, no log */
void fake_xs_reset(void);

/** fake_xs_set() - somebody else writes a key */
void fake_xs_set(const char *path, const char *value);

/** fake_xs_remove() - somebody else removes @path and all below it */
void fake_xs_remove(const char *path);

/** fake_xs_get() - a key's value; NULL if it is not there */
const char *fake_xs_get(const char *path);

/** fake_xs_domain() - a domain is there, or dies */
void fake_xs_domain(unsigned int domid, bool alive);

/** fake_xs_device() - libxl creates a device, as for
 * virtio = ["type=virtio,device30,transport=mmio"] */
void fake_xs_device(unsigned int domid, unsigned int devid);

/** fake_xs_device_by_grants() - the same, with grant_usage=1 */
void fake_xs_device_by_grants(unsigned int domid, unsigned int devid);

/** fake_xs_unplug() - libxl asks for the end of a device */
void fake_xs_unplug(unsigned int domid, unsigned int devid);

/** fake_xs_state() - of a device; "" if the node is not there */
const char *fake_xs_state(unsigned int domid, unsigned int devid);

/**
 * fake_xs_before_commit() - somebody is quicker
 * @interfere: called once, before the next transaction that has written ends
 */
void fake_xs_before_commit(void (*interfere)(void));

/** fake_xs_written() - all that vmediad wrote: "1/0/state=4 1/0/state=6 " */
const char *fake_xs_written(void);

#endif /* XS_FAKE_H */
