/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - the devices of a guest: the nodes below backend/virtio/DOMID.
 *
 * Nodes that are not for us are kept too, so that each is logged once.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_DEVICE_H
#define DAEMON_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "daemon/node.h"
#include "daemon/window.h"
#include "ipc/daemon_proto.h"

struct camera;
struct guest;

/**
 * struct device - a node
 * @verdict: at first sight
 * @node: what xl wrote, if the verdict was NODE_CLAIM
 * @rank: among the guest's devices of our kind, by devid, from 0
 * @window: where its buffers are mapped; stays as it was when it was claimed,
 *          for the guest read it then
 * @transfer: how frames could reach the guest by the configuration when it was
 *            claimed; stays so, for what it offers the driver does
 * @camera: behind it; NULL if none; borrowed
 * @there: the node exists
 * @offline: xl takes it down, or it is not @there
 * @attached: the guest's process was told of it
 * @live: it answers the guest
 * @closed: Closed was written, or need not be
 */
struct device {
	struct list link; /* on guest->devices, by devid */
	struct guest *guest;
	unsigned int devid;
	enum node_verdict verdict;
	struct node node;
	unsigned int rank;
	struct window window;
	enum transfer_policy transfer;
	struct camera *camera;
	bool there;
	bool offline;
	bool attached;
	bool live;
	bool closed;
};

/**
 * device_add() - a node that was not known is there: judge it
 * Return: owned by @guest; NULL if it is gone again, or memory is.
 */
struct device *device_add(struct guest *guest, unsigned int devid);

/** device_destroy() - forget it; the node is left as it is */
void device_destroy(struct device *device);

/** device_find() - NULL if @guest has none of that number */
struct device *device_find(struct guest *guest, unsigned int devid);

/** device_refresh() - look at a known node again: sets @there and @offline */
void device_refresh(struct device *device);

/** device_is_claimed() - it is served by the guest's process */
bool device_is_claimed(const struct device *device);

/** device_attach() - tell the guest's process to serve it, unless it knows */
void device_attach(struct device *device);

/** device_tell_camera() - the camera behind it is another, came or went */
void device_tell_camera(struct device *device);

/** device_live() - it answers the guest: write so, once */
void device_live(struct device *device);

/** device_detached() - the guest's process is gone */
void device_detached(struct device *device);

/** device_close() - write Closed, unless the node is gone or closed */
void device_close(struct device *device);

/**
 * device_close_if_due() - the same, if xl waits for it
 *
 * It does once the device is offline; the answer must be true, so a claimed one
 * is closed only when nothing of the guest is held any more.
 */
void device_close_if_due(struct device *device);

#endif /* DAEMON_DEVICE_H */
