// SPDX-License-Identifier: GPL-2.0-only
#include "guest/guest.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <vmedia/virtio_media.h>

#include "base/list.h"
#include "base/log.h"
#include "base/util.h"
#include "base/wakeups.h"
#include "hyp/guest_mem.h"
#include "hyp/hyp.h"
#include "ipc/daemon_proto.h"
#include "ipc/link.h"
#include "media/account.h"
#include "media/device.h"
#include "media/lending.h"
#include "media/objects.h"
#include "media/pace.h"
#include "media/window.h"
#include "virtio/mmio.h"

/**
 * struct device - one device of the guest
 * @attach: as vmediad told it; its identity is kept current
 * @window: owned; NULL if there is none
 * @media: owned; NULL until the hypervisor is open, or if it failed
 */
struct device {
	struct list link; /* guest.devices */
	struct guest *guest;
	char name[24];
	struct guest_attach attach;
	struct window *window;
	struct media_device *media;
};

/**
 * struct guest - see guest.h
 * @daemon: link to vmediad
 * @begin: timer; opens the hypervisor when all that vmediad had to say at
 *         first was read: a vCPU that waits since our predecessor's time must
 *         find its device
 * @hyp: opened by the owner
 * @is_open: so it was
 * @account: what it may have, and has
 * @pace: of its commands
 * @objects: that it exported
 * @lendings: what it can see of cameras' slots
 * @next_tag: of a question to vmediad
 */
struct guest {
	struct guest_params params;
	struct link *daemon;
	struct event *begin;
	struct guest_hyp hyp;
	bool is_open;
	struct guest_mem *mem;
	struct mmio_bus *bus;
	struct list devices;
	struct account account;
	struct pace *pace;
	struct objects objects;
	struct lendings *lendings;
	uint32_t next_tag;
	bool has_ended;
};

static void end(struct guest *guest, enum guest_end how)
{
	if (guest->has_ended)
		return;
	guest->has_ended = true;
	guest->params.ended(guest->params.owner, how);
}

static int send_daemon(struct guest *guest, const void *message, size_t len)
{
	const struct iovec iov = { (void *)message, len };

	return link_send(guest->daemon, &iov, 1, NULL, 0);
}

static int ask_open(void *owner, uint32_t *tag)
{
	struct device *device = owner;
	struct guest *guest = device->guest;
	struct guest_open message = {
		.hdr.type = GUEST_OPEN,
		.tag = guest->next_tag,
		.devid = device->attach.devid,
	};
	const int ret = send_daemon(guest, &message, sizeof(message));

	if (ret < 0)
		return ret == -EPIPE ? -EIO : ret;
	*tag = guest->next_tag++;
	return 0;
}

static void tell_closed(struct guest *guest, uint64_t serial)
{
	struct guest_closed message = {
		.hdr.type = GUEST_CLOSED,
		.serial = serial,
	};

	/* If it cannot be sent vmediad is gone, and with it the quota. */
	(void)send_daemon(guest, &message, sizeof(message));
}

static void session_closed(void *owner, uint64_t serial)
{
	struct device *device = owner;

	tell_closed(device->guest, serial);
}

static int ask_populate(void *owner, uint64_t offset, uint64_t len,
			uint32_t *tag)
{
	struct device *device = owner;
	struct guest *guest = device->guest;
	const struct guest_populate message = {
		.hdr.type = GUEST_POPULATE,
		.tag = guest->next_tag,
		.devid = device->attach.devid,
		.offset = offset,
		.len = len,
	};
	const int ret = send_daemon(guest, &message, sizeof(message));

	if (ret == 0)
		*tag = guest->next_tag++;
	return ret;
}

/* It must be on its way before anything is granted: we may die at any time. */
static int tell_granted(void *owner, uint64_t serial, uint64_t bytes,
			const int *fds, unsigned int nfds)
{
	struct guest *guest = owner;
	const struct guest_granted message = {
		.hdr.type = GUEST_GRANTED,
		.serial = serial,
		.bytes = bytes,
	};

	return link_try_send(guest->daemon, &message, sizeof(message), fds,
			     nfds);
}

static void tell_ungranted(void *owner, uint64_t serial)
{
	struct guest *guest = owner;
	const struct guest_granted message = {
		.hdr.type = GUEST_UNGRANTED,
		.serial = serial,
	};

	/* If it cannot be sent vmediad is gone; its next instance will know of
	 * nothing, and nothing of this process will be left. */
	(void)send_daemon(guest, &message, sizeof(message));
}

static const struct media_device_ops media_ops = {
	.open = ask_open,
	.closed = session_closed,
};

static int make_window(struct device *device)
{
	const struct window_params params = {
		.mem = device->guest->mem,
		.base = device->attach.window,
		.len = device->attach.window_len,
		.populate = ask_populate,
		.owner = device,
	};

	return params.len == 0 ? 0 : window_create(&params, &device->window);
}

/* Nothing slow before the registers answer: a booting guest looks once. */
static int make_media(struct device *device)
{
	struct guest *guest = device->guest;
	const struct media_device_params params = {
		.base = guest->params.base,
		.hyp = guest->hyp.hyp,
		.mem = guest->mem,
		.device_id = device->attach.device_id,
		.irq = device->attach.irq,
		.needs_reset = guest->params.restarted,
		.name = device->name,
		.identity = &device->attach.identity,
		.account = &guest->account,
		.pace = guest->pace,
		.objects = &guest->objects,
		.lendings = guest->lendings,
		.may_grant = device->attach.transfer != TRANSFER_COPY,
		.window = device->window,
		.ops = &media_ops,
		.owner = device,
	};
	int ret;

	ret = media_device_create(&params, &device->media);
	if (ret < 0)
		return ret;
	ret = mmio_bus_add(guest->bus, device->attach.base,
			   media_device_virtio(device->media));
	if (ret < 0) {
		media_device_destroy(device->media);
		device->media = NULL;
	}
	return ret;
}

static int make_device(struct device *device)
{
	int ret;

	ret = make_window(device);
	if (ret < 0)
		return ret;
	ret = make_media(device);
	if (ret < 0) {
		window_destroy(device->window);
		device->window = NULL;
	}
	return ret;
}

static void go_live(struct device *device)
{
	struct guest *guest = device->guest;
	const struct guest_live live = {
		.hdr.type = GUEST_LIVE,
		.devid = device->attach.devid,
		.ioreq_server = guest->hyp.ioreq_server,
	};
	int ret;

	ret = make_device(device);
	if (ret < 0) {
		log_error("%s: cannot be served at 0x%llx: %s", device->name,
			  (unsigned long long)device->attach.base,
			  strerror(-ret));
		return;
	}
	log_info("%s: live at 0x%llx, irq %u: \"%.*s\"", device->name,
		 (unsigned long long)device->attach.base, device->attach.irq,
		 (int)sizeof(device->attach.identity.card),
		 device->attach.identity.card);
	(void)send_daemon(guest, &live, sizeof(live));
}

static void update_memory_limit(struct guest *guest)
{
	const uint64_t memory = guest->account.limits.limit[QUOTA_MEMORY];
	uint64_t limit = guest->params.cache;

	if (memory != 0)
		limit = MIN(limit, memory);
	if (guest->mem)
		guest_mem_set_limit(guest->mem, limit);
}

static int make_lendings(struct guest *guest)
{
	const struct lendings_params params = {
		.base = guest->params.base,
		.hyp = guest->hyp.hyp,
		.account = &guest->account,
		.granted = tell_granted,
		.ungranted = tell_ungranted,
		.owner = guest,
	};

	return lendings_create(&params, &guest->lendings);
}

/* If it cannot be sent, what is mapped at our end comes back to dom0 later. */
static void tell_exporter(struct guest *guest)
{
	const struct daemon_header message = { .type = GUEST_EXPORTER };

	if (guest->hyp.exporter >= 0)
		(void)link_try_send(guest->daemon, &message, sizeof(message),
				    &guest->hyp.exporter, 1);
}

static int open_guest(struct guest *guest)
{
	int ret;

	ret = guest->params.open_hyp(guest->params.owner, &guest->hyp);
	if (ret < 0)
		return ret;
	tell_exporter(guest);
	ret = guest_mem_create(guest->hyp.hyp, guest->params.cache,
			       &guest->mem);
	if (ret < 0)
		return ret;
	update_memory_limit(guest);
	ret = make_lendings(guest);
	if (ret < 0)
		return ret;
	return mmio_bus_create(guest->params.base, guest->hyp.hyp, guest->mem,
			       &guest->bus);
}

static void begin(evutil_socket_t fd, short what, void *arg)
{
	struct guest *guest = arg;
	struct device *device, *tmp;
	int ret;

	ret = open_guest(guest);
	if (ret < 0) {
		log_error("the guest cannot be served: %s", strerror(-ret));
		end(guest, GUEST_FAILED);
		return;
	}
	guest->is_open = true;
	list_for_each(device, tmp, &guest->devices, link)
		go_live(device);
}

static struct device *find_device(struct guest *guest, uint32_t devid)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device->attach.devid == devid)
			return device;
	}
	return NULL;
}

static void on_attach(struct guest *guest, const struct guest_attach *attach)
{
	static const struct timeval now;
	struct device *device;

	if (find_device(guest, attach->devid) ||
	    (attach->device_id != VIRTIO_MEDIA_DEVICE_ID &&
	     attach->device_id != VIRTIO_MEDIA_DRAFT_DEVICE_ID)) {
		log_error("device %u (virtio ID %u) is attached twice, or of another kind",
			  attach->devid, attach->device_id);
		return;
	}
	device = calloc(1, sizeof(*device));
	if (!device) {
		log_error("device %u: no memory", attach->devid);
		end(guest, GUEST_FAILED);
		return;
	}
	device->guest = guest;
	device->attach = *attach;
	snprintf(device->name, sizeof(device->name), "device %u",
		 attach->devid);
	list_append(&guest->devices, &device->link);
	if (guest->is_open)
		go_live(device);
	else
		evtimer_add(guest->begin, &now);
}

static void on_camera(struct guest *guest, const struct guest_camera *camera)
{
	struct device *device = find_device(guest, camera->devid);

	if (!device)
		return;
	device->attach.identity = camera->identity;
	if (device->media)
		media_device_set_identity(device->media, &camera->identity);
}

static void on_limits(struct guest *guest, const struct guest_limits *limits)
{
	guest->account.limits = limits->limits;
	pace_changed(guest->pace);
	update_memory_limit(guest);
}

static void on_session(struct guest *guest, struct link_message *msg)
{
	const struct guest_session *answer = msg->data;
	struct device *device, *tmp;

	if (answer->error == 0 && msg->nfds != 1) {
		log_error("session %u comes without its socket", answer->tag);
		end(guest, GUEST_FAILED);
		return;
	}
	list_for_each(device, tmp, &guest->devices, link) {
		if (device->media &&
		    media_device_opened(device->media, answer, msg->fds))
			return;
	}
	/* The guest reset the device meanwhile: nobody waits for it. */
	if (answer->error == 0)
		tell_closed(guest, answer->serial);
}

static void on_populated(struct guest *guest,
			 const struct guest_populated *answer)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device->window &&
		    window_populated(device->window, answer->tag,
				     -(int)answer->error))
			return;
	}
	log_error("answer %u about a window was not asked for", answer->tag);
}

/* Rather no word of some sessions than a link that breaks under all of them */
static void send_session(void *owner, const struct guest_session_report *report)
{
	struct guest *guest = owner;

	if (!link_is_behind(guest->daemon))
		(void)send_daemon(guest, report, sizeof(*report));
}

static void on_query(struct guest *guest, const struct daemon_query *query)
{
	const struct account *account = &guest->account;
	struct hyp_counts counts = { 0 };
	struct guest_report report = {
		.hdr.type = GUEST_REPORT,
		.tag = query->tag,
		.buffers = account->buffers,
		.memory = account->memory,
		.mapped = guest->mem ? guest_mem_mapped(guest->mem) : 0,
		.commands = account->commands,
	};
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device->media)
			media_device_report(device->media, send_session, guest);
	}
	if (guest->hyp.hyp)
		counts = guest->hyp.hyp->counts;
	report.foreign_pages = counts.foreign_pages;
	report.granted_pages = counts.granted_pages;
	report.copied_pages = counts.copied_pages;
	if (guest->lendings) {
		report.granted = lendings_bytes(guest->lendings);
		report.lingering = lendings_unused(guest->lendings);
	}
	report.wakeups = wakeups_count();
	report.hypercalls = counts.calls;
	report.interrupts = counts.interrupts;
	memcpy(report.refused, account->refused, sizeof(report.refused));
	(void)send_daemon(guest, &report, sizeof(report));
}

static void on_message(void *owner, struct link_message *msg)
{
	const struct daemon_header *hdr = msg->data;
	struct guest *guest = owner;
	const uint32_t type = msg->len >= sizeof(*hdr) ? hdr->type : 0;

	if (guest->has_ended)
		return;
	if (type == GUEST_ATTACH && msg->len == sizeof(struct guest_attach))
		on_attach(guest, msg->data);
	else if (type == GUEST_CAMERA && msg->len == sizeof(struct guest_camera))
		on_camera(guest, msg->data);
	else if (type == GUEST_LIMITS && msg->len == sizeof(struct guest_limits))
		on_limits(guest, msg->data);
	else if (type == GUEST_SESSION &&
		 msg->len == sizeof(struct guest_session))
		on_session(guest, msg);
	else if (type == GUEST_POPULATED &&
		 msg->len == sizeof(struct guest_populated))
		on_populated(guest, msg->data);
	else if (type == GUEST_QUERY && msg->len == sizeof(struct daemon_query))
		on_query(guest, msg->data);
	else if (type == GUEST_STOP)
		end(guest, GUEST_STOPPED);
	else
		log_error("message %u of %zu bytes from vmediad is unknown",
			  type, msg->len);
}

static void on_closed(void *owner)
{
	end(owner, GUEST_ABANDONED);
}

static const struct link_ops daemon_ops = {
	.message = on_message,
	.closed = on_closed,
};

int guest_create(const struct guest_params *params, struct guest **out)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	int ret;

	if (!guest)
		return -ENOMEM;
	guest->params = *params;
	guest->next_tag = 1;
	list_init(&guest->devices);
	objects_init(&guest->objects);
	guest->begin = evtimer_new(params->base, begin, guest);
	ret = link_create(params->base, params->link_fd, &daemon_ops, guest,
			  &guest->daemon);
	if (ret == 0 && !guest->begin)
		ret = -ENOMEM;
	if (ret == 0)
		ret = pace_create(params->base, &guest->account, pace_clock,
				  &guest->pace);
	if (ret < 0) {
		guest_destroy(guest);
		return ret;
	}
	*out = guest;
	return 0;
}

static void destroy_media(struct device *device)
{
	if (device->media)
		mmio_bus_remove(device->guest->bus,
				media_device_virtio(device->media));
	media_device_destroy(device->media);
	device->media = NULL;
}

static void destroy_device(struct device *device)
{
	list_remove(&device->link);
	window_destroy(device->window);
	free(device);
}

void guest_destroy(struct guest *guest)
{
	struct device *device, *tmp;

	if (!guest)
		return;
	if (guest->hyp.hyp)
		hyp_end(guest->hyp.hyp);
	/* A device may use pieces of another one's window to the end. */
	list_for_each(device, tmp, &guest->devices, link)
		destroy_media(device);
	list_for_each(device, tmp, &guest->devices, link)
		destroy_device(device);
	mmio_bus_destroy(guest->bus);
	lendings_destroy(guest->lendings);
	guest_mem_destroy(guest->mem);
	pace_destroy(guest->pace);
	link_destroy(guest->daemon);
	if (guest->begin)
		event_free(guest->begin);
	free(guest);
}
