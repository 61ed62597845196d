/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - the virtio-media device: one camera in one guest.
 *
 * Takes commands from the commandq, keeps the sessions that the guest opens,
 * and answers. Whether a session may be opened is not decided here: the owner
 * asks vmediad and gives the answer, a socket to the camera.
 *
 * "Media Device" of the specification. Thread: the event loop's.
 */
#ifndef MEDIA_DEVICE_H
#define MEDIA_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/daemon_proto.h"

struct account;
struct event_base;
struct guest_mem;
struct hyp;
struct lendings;
struct media_device;
struct objects;
struct pace;
struct virtio_dev;
struct window;

/**
 * struct media_device_ops - what a device wants of its owner
 * @open: ask for a session. The answer comes later, through
 *        media_device_opened() with the same @tag, which the owner chooses.
 *        Return: 0 or -errno.
 * @closed: the session that was introduced as @serial is over
 *
 * None may destroy the device.
 */
struct media_device_ops {
	int (*open)(void *owner, uint32_t *tag);
	void (*closed)(void *owner, uint64_t serial);
};

/**
 * struct media_device_params - how a device is made
 * @base: borrowed
 * @hyp: borrowed
 * @mem: borrowed
 * @device_id: virtio device ID, which is also which dialect it speaks
 * @irq: SPI to pulse
 * @needs_reset: see virtio.h
 * @name: of guest and device, for the log; borrowed
 * @identity: of the camera; copied
 * @account: of the guest, shared by its devices; borrowed
 * @pace: likewise
 * @objects: likewise
 * @lendings: likewise
 * @may_grant: the camera's slots may be granted to the guest
 * @window: where MMAP buffers are mapped, borrowed; NULL: there is none
 * @ops: borrowed
 * @owner: first parameter of the ops
 */
struct media_device_params {
	struct event_base *base;
	struct hyp *hyp;
	struct guest_mem *mem;
	uint32_t device_id;
	uint32_t irq;
	bool needs_reset;
	const char *name;
	const struct camera_identity *identity;
	struct account *account;
	struct pace *pace;
	struct objects *objects;
	struct lendings *lendings;
	bool may_grant;
	struct window *window;
	const struct media_device_ops *ops;
	void *owner;
};

/**
 * media_device_create() - a device that no driver has found yet
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -ENOMEM.
 */
int media_device_create(const struct media_device_params *params,
			struct media_device **out);

/**
 * media_device_destroy() - end all sessions and the device; NULL is fine
 *
 * Sessions that end are told to the owner. Of its window nothing is used any
 * more but what other devices' buffers were given as objects.
 */
void media_device_destroy(struct media_device *device);

/** media_device_virtio() - for the transport; borrowed */
struct virtio_dev *media_device_virtio(struct media_device *device);

/** media_device_set_identity() - the camera is another, came or went */
void media_device_set_identity(struct media_device *device,
			       const struct camera_identity *identity);

/**
 * media_device_opened() - answer to the open op
 * @answer: as vmediad sent it
 * @fd: the session's socket if answer->error is 0; taken, then -1
 *
 * Return: false if this device does not wait for answer->tag (any more): then
 * nothing was taken.
 */
bool media_device_opened(struct media_device *device,
			 const struct guest_session *answer, int *fd);

/**
 * media_device_report() - how the sessions are doing
 * @each: called for each that vmediad knows and that is not over
 * @owner: its first parameter
 */
void media_device_report(const struct media_device *device,
			 void (*each)(void *owner,
				      const struct guest_session_report *report),
			 void *owner);

#endif /* MEDIA_DEVICE_H */
