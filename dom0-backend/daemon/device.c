// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/camera.h"
#include "daemon/guest.h"
#include "daemon/xenstore.h"
#include "ipc/daemon_proto.h"

static bool is_our_kind(const struct device *device)
{
	return device->verdict != NODE_FOREIGN;
}

bool device_is_claimed(const struct device *device)
{
	return device->verdict == NODE_CLAIM;
}

static void log_verdict(const struct device *device, const char *why)
{
	unsigned int domid = device->guest->domid;

	switch (device->verdict) {
	case NODE_CLAIM:
		log_info("domain %u: device %u is claimed: at 0x%" PRIx64
			 ", irq %" PRIu32 "%s", domid, device->devid,
			 device->node.base, device->node.irq,
			 device->node.grants ? ", by grants" : "");
		break;
	case NODE_REFUSED:
		log_warning("domain %u: device %u is refused: %s", domid,
			    device->devid, why);
		break;
	default:
		log_info("domain %u: device %u is left alone: %s", domid,
			 device->devid, why);
		break;
	}
}

/* Refused ones count: a slip in one stanza must not shift the cameras of the
 * others. */
static unsigned int rank(const struct guest *guest, unsigned int devid)
{
	const struct device *device, *tmp;
	unsigned int count = 0;

	list_for_each(device, tmp, &guest->devices, link)
		count += is_our_kind(device) && device->devid < devid;
	return count;
}

/* xl counts upwards, so this ends at once. */
static void insert(struct guest *guest, struct device *device)
{
	struct device *other, *tmp;

	list_for_each(other, tmp, &guest->devices, link) {
		if (other->devid > device->devid)
			break;
	}
	list_append(&other->link, &device->link);
}

struct device *device_add(struct guest *guest, unsigned int devid)
{
	struct device *device;
	struct node_text text;
	char why[256] = "";
	int ret;

	ret = store_read_node(guest->guests->store, guest->domid, devid, &text);
	if (ret == -ENOENT)
		return NULL;
	device = calloc(1, sizeof(*device));
	if (ret < 0 || !device) {
		log_error("domain %u: device %u cannot be read: %s",
			  guest->domid, devid,
			  strerror(device ? -ret : ENOMEM));
		free(device);
		return NULL;
	}
	device->guest = guest;
	device->devid = devid;
	device->verdict = node_check(&text, guest->domid, &device->node, why,
				     sizeof(why));
	device->there = true;
	device->offline = node_is_offline(&text);
	device->closed = device->verdict == NODE_RETIRED;
	device->rank = rank(guest, devid);
	insert(guest, device);
	log_verdict(device, why);
	return device;
}

void device_destroy(struct device *device)
{
	list_remove(&device->link);
	free(device);
}

struct device *device_find(struct guest *guest, unsigned int devid)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device->devid == devid)
			return device;
	}
	return NULL;
}

void device_refresh(struct device *device)
{
	struct guest *guest = device->guest;
	struct node_text text;
	int ret;

	ret = store_read_node(guest->guests->store, guest->domid,
			      device->devid, &text);
	/* One that cannot be read is not one that is gone. */
	device->there = ret != -ENOENT;
	if (ret == 0)
		device->offline = node_is_offline(&text);
	else if (ret != -ENOENT)
		log_error("domain %u: device %u cannot be read: %s",
			  guest->domid, device->devid, strerror(-ret));
}

static void identify(const struct device *device, struct camera_identity *out)
{
	if (device->camera)
		*out = device->camera->identity;
}

void device_attach(struct device *device)
{
	struct guest_attach attach = {
		.hdr.type = GUEST_ATTACH,
		.devid = device->devid,
		.device_id = device->node.device_id,
		.irq = device->node.irq,
		.transfer = device->transfer,
		.base = device->node.base,
		.window = device->window.base,
		.window_len = device->window.len,
	};

	if (!device_is_claimed(device) || device->attached)
		return;
	identify(device, &attach.identity);
	if (process_send(&device->guest->process, &attach, sizeof(attach),
			 NULL, 0) == 0)
		device->attached = true;
}

void device_tell_camera(struct device *device)
{
	struct guest_camera camera = {
		.hdr.type = GUEST_CAMERA,
		.devid = device->devid,
	};

	if (!device->attached)
		return;
	identify(device, &camera.identity);
	process_send(&device->guest->process, &camera, sizeof(camera), NULL, 0);
}

void device_live(struct device *device)
{
	struct guest *guest = device->guest;
	int ret;

	if (device->live)
		return;
	device->live = true;
	ret = store_node_live(guest->guests->store, guest->domid,
			      device->devid, guest->ioreq_server);
	if (ret == 0)
		log_info("guest %s: device %u is live, camera %s",
			 guest->id.name, device->devid,
			 device->camera ? device->camera->name : "none");
	else if (ret != -ENOENT && ret != -ESTALE)
		log_error("guest %s: device %u is live, but that cannot be "
			  "recorded: %s", guest->id.name, device->devid,
			  strerror(-ret));
}

void device_detached(struct device *device)
{
	device->attached = false;
	device->live = false;
}

void device_close(struct device *device)
{
	struct guest *guest = device->guest;
	int ret;

	if (!is_our_kind(device) || device->closed)
		return;
	device->closed = true;
	ret = store_node_closed(guest->guests->store, guest->domid,
				device->devid);
	if (ret < 0 && ret != -ENOENT)
		log_error("domain %u: device %u cannot be closed: %s; xl "
			  "waits 10 s for it", guest->domid, device->devid,
			  strerror(-ret));
}

void device_close_if_due(struct device *device)
{
	if (!device->there || !device->offline)
		return;
	if (device_is_claimed(device) && !device->guest->released)
		return;
	device_close(device);
}
