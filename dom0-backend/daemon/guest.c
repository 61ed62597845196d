// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/guest.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/device.h"
#include "daemon/guest_message.h"
#include "ipc/daemon_proto.h"

/* What its predecessors left behind is of the same quota. */
static uint64_t memory_left(const struct guest *guest)
{
	const uint64_t limit = guest->limits.limit[QUOTA_MEMORY];

	if (limit == 0)
		return 0;
	/* 0 would be unlimited. */
	return limit > guest->lost ? limit - guest->lost : 1;
}

static void tell_limits(struct guest *guest)
{
	struct guest_limits limits = {
		.hdr.type = GUEST_LIMITS,
		.limits = guest->limits,
	};

	limits.limits.limit[QUOTA_MEMORY] = memory_left(guest);
	process_send(&guest->process, &limits, sizeof(limits), NULL, 0);
}

static bool needs_grants(const struct guest *guest)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device) && device->node.grants)
			return true;
	}
	return false;
}

static bool needs_grant_slots(const struct guest *guest)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device) &&
		    device->transfer != TRANSFER_COPY)
			return true;
	}
	return false;
}

/* A kernel that grants for writing only does so for guests that are trusted. */
static bool needs_writable_slots(const struct guest *guest)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device) &&
		    device->transfer == TRANSFER_GRANTS)
			return true;
	}
	return false;
}

static void start(struct guest *guest)
{
	char domid[16], server[16];
	const char *argv[] = {
		guest->guests->program,
		"--domid", domid,
		"--name", guest->id.name,
		"--log-level", log_level_name(guest->guests->log_level),
		NULL, NULL, NULL, NULL, NULL, NULL,
	};
	struct device *device, *tmp;
	size_t argc = 7;

	snprintf(domid, sizeof(domid), "%u", guest->domid);
	guest->grants = needs_grants(guest);
	if (guest->grants)
		argv[argc++] = "--grants";
	guest->grant_slots = needs_grant_slots(guest);
	if (guest->grant_slots)
		argv[argc++] = "--grant-slots";
	guest->writable_slots = needs_writable_slots(guest);
	if (guest->writable_slots)
		argv[argc++] = "--writable-slots";
	if (guest->ioreq_server >= 0) {
		snprintf(server, sizeof(server), "%d", guest->ioreq_server);
		argv[argc++] = "--ioreq-server";
		argv[argc++] = server;
	}
	process_start(&guest->process, argv);
	tell_limits(guest);
	list_for_each(device, tmp, &guest->devices, link)
		device_attach(device);
}

/*
 * xl adds devices one by one, and what grants take a process has from its start
 * or never. The guest does not run as yet. Not before an IOREQ server is known:
 * none would ever answer for one that was left behind.
 */
static void start_anew_for_grants(struct guest *guest)
{
	const bool grants = needs_grants(guest);
	const bool grant_slots = needs_grant_slots(guest);
	const bool writable_slots = needs_writable_slots(guest);

	if (guest->process.state != PROCESS_RUNNING ||
	    guest->ioreq_server < 0 ||
	    (guest->grants >= grants && guest->grant_slots >= grant_slots &&
	     guest->writable_slots >= writable_slots))
		return;
	log_info("guest %s: another device is by grants: starting its process "
		 "again", guest->id.name);
	/* Once is enough. */
	guest->grants = grants;
	guest->grant_slots = grant_slots;
	guest->writable_slots = writable_slots;
	process_kill(&guest->process);
}

void guest_live(struct guest *guest, struct device *device,
		unsigned int ioreq_server)
{
	guest->ioreq_server = ioreq_server;
	device_live(device);
	start_anew_for_grants(guest);
}

static void on_message(void *owner, struct link_message *msg)
{
	guest_message(owner, msg);
}

/* Nothing answers the guest and nothing will: let at least xl be quick. */
static void retire(struct guest *guest)
{
	struct device *device, *tmp;

	log_error("guest %s: the hypervisor has no IOREQ server, so it gets no "
		  "cameras: build Xen with CONFIG_EXPERT=y and "
		  "CONFIG_IOREQ_SERVER=y", guest->id.name);
	list_for_each(device, tmp, &guest->devices, link)
		device_close(device);
}

/* Of a process that ended: the file that it granted slots by goes as well. */
static void drop_exporter(struct guest *guest)
{
	if (guest->exporter >= 0)
		close(guest->exporter);
	guest->exporter = -1;
}

static void forget_process(struct guest *guest)
{
	guest->stale = true;
	guest->asked = 0;
	guest->answered = 0;
	guest->guests->ops->gone(guest->guests->owner, guest);
}

static bool on_ended(void *owner, int status)
{
	struct guest *guest = owner;
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link)
		device_detached(device);
	forget_process(guest);
	drop_exporter(guest);
	if (guest->guests->stopping)
		return false;
	if (WIFEXITED(status) &&
	    WEXITSTATUS(status) == GUEST_EXIT_NO_IOREQ_SERVER) {
		retire(guest);
		return false;
	}
	/* It may have died with its domain; review() will see that too. */
	return store_domain_lives(guest->guests->store, guest->domid);
}

static void on_restart(void *owner)
{
	start(owner);
}

/* Its nodes stay as they are: a successor of ours may have more luck. */
static void on_failed(void *owner)
{
	struct guest *guest = owner;

	log_error("guest %s: its cameras are out of order until vmediad is "
		  "started again or the guest is", guest->id.name);
}

static void on_stopped(void *owner)
{
	struct guest *guest = owner;
	struct guests *guests = guest->guests;
	struct device *device, *tmp;

	forget_process(guest);
	if (guests->stopping) {
		if (!guests_running(guests))
			guests->ops->stopped(guests->owner);
		return;
	}
	exporters_keep(&guests->exporters, guest->domid, guest->exporter);
	guest->exporter = -1;
	guest->released = true;
	log_info("guest %s (domain %u) is released", guest->id.name,
		 guest->domid);
	list_for_each(device, tmp, &guest->devices, link)
		device_close_if_due(device);
	/* If the nodes went before, no event of theirs will follow. */
	event_active(guests->look, 0, 0);
}

static const struct process_ops process_ops = {
	.message = on_message,
	.ended = on_ended,
	.restart = on_restart,
	.failed = on_failed,
	.stopped = on_stopped,
};

static void serve(struct guest *guest)
{
	struct guests *guests = guest->guests;
	int ret;

	ret = store_read_domain(guests->store, guest->domid, &guest->id);
	if (ret < 0) {
		log_warning("domain %u has no name or uuid: %s", guest->domid,
			    strerror(-ret));
		snprintf(guest->id.name, sizeof(guest->id.name), "domain-%u",
			 guest->domid);
	}
	snprintf(guest->process_name, sizeof(guest->process_name),
		 "vmedia-guest %s", guest->id.name);
	guest->served = true;
	guests->ops->served(guests->owner, guest);
}

static void release(struct guest *guest)
{
	struct daemon_header stop = { .type = GUEST_STOP };

	guest->leaving = true;
	log_debug("guest %s is leaving", guest->id.name);
	process_stop(&guest->process, &stop, sizeof(stop));
}

struct guest *guests_find(const struct guests *guests, unsigned int domid)
{
	struct guest *guest, *tmp;

	list_for_each(guest, tmp, &guests->list, link) {
		if (guest->domid == domid)
			return guest;
	}
	return NULL;
}

static void guest_destroy(struct guest *guest)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link)
		device_destroy(device);
	process_finish(&guest->process);
	drop_exporter(guest);
	free(guest);
}

static struct guest *add_guest(struct guests *guests, unsigned int domid)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return NULL;
	guest->guests = guests;
	guest->domid = domid;
	guest->ioreq_server = -1;
	guest->exporter = -1;
	guest->stale = true;
	list_init(&guest->devices);
	if (process_init(&guest->process, guests->host, guest->process_name,
			 &process_ops, guest) < 0) {
		free(guest);
		return NULL;
	}
	list_append(&guests->list, &guest->link);
	return guest;
}

static void on_found(void *owner, unsigned int domid, unsigned int devid)
{
	struct guests *guests = owner;
	struct guest *guest = guests_find(guests, domid);
	struct device *device;

	if (!guest)
		guest = add_guest(guests, domid);
	if (!guest)
		return;
	device = device_find(guest, devid);
	if (device) {
		device_refresh(device);
		return;
	}
	device = device_add(guest, devid);
	if (!device || !device_is_claimed(device))
		return;
	if (!guest->served)
		serve(guest);
	if (guest->ioreq_server < 0)
		guest->ioreq_server = device->node.ioreq_server;
	guests->ops->claimed(guests->owner, device);
}

static bool has_claimed(const struct guest *guest)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device))
			return true;
	}
	return false;
}

/* True if a device that we serve is being taken down, or all are. */
static bool must_leave(const struct guest *guest)
{
	const struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (device_is_claimed(device) && device->offline)
			return true;
	}
	return !store_domain_lives(guest->guests->store, guest->domid);
}

static void forget_vanished(struct guest *guest)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link) {
		if (!device->there &&
		    (!device_is_claimed(device) || guest->released))
			device_destroy(device);
	}
	if (list_empty(&guest->devices)) {
		list_remove(&guest->link);
		guest_destroy(guest);
	}
}

/* What a guest's devices, as they now are, ask for. */
static void review(struct guest *guest)
{
	struct device *device, *tmp;

	list_for_each(device, tmp, &guest->devices, link)
		device->offline = device->offline || !device->there;
	if (has_claimed(guest) && !guest->leaving && must_leave(guest))
		release(guest);
	if (has_claimed(guest) && !guest->leaving) {
		if (guest->process.state == PROCESS_IDLE)
			start(guest);
		list_for_each(device, tmp, &guest->devices, link)
			device_attach(device);
		start_anew_for_grants(guest);
	}
	list_for_each(device, tmp, &guest->devices, link)
		device_close_if_due(device);
	forget_vanished(guest);
}

void guests_update(struct guests *guests)
{
	struct guest *guest, *tmp;
	struct device *device, *next;
	int ret;

	if (guests->stopping)
		return;
	/* Each that is there will be found again. */
	list_for_each(guest, tmp, &guests->list, link) {
		list_for_each(device, next, &guest->devices, link)
			device->there = false;
	}
	ret = store_scan(guests->store, on_found, guests);
	if (ret < 0) {
		log_error("backend/virtio cannot be read: %s", strerror(-ret));
		return;
	}
	list_for_each(guest, tmp, &guests->list, link)
		review(guest);
	exporters_review(&guests->exporters, guests->store);
}

static void on_look(evutil_socket_t fd, short what, void *data)
{
	guests_update(data);
}

int guests_init(struct guests *guests, const struct process_host *host,
		 const char *program, enum log_level log_level,
		 const struct guests_ops *ops, void *owner)
{
	*guests = (struct guests){
		.host = host,
		.program = program,
		.log_level = log_level,
		.ops = ops,
		.owner = owner,
	};
	list_init(&guests->list);
	exporters_init(&guests->exporters);
	guests->look = evtimer_new(host->base, on_look, guests);
	return guests->look ? 0 : -ENOMEM;
}

void guests_finish(struct guests *guests)
{
	struct guest *guest, *tmp;

	list_for_each(guest, tmp, &guests->list, link) {
		list_remove(&guest->link);
		guest_destroy(guest);
	}
	exporters_finish(&guests->exporters);
	if (guests->look)
		event_free(guests->look);
}

bool guests_running(const struct guests *guests)
{
	struct guest *guest, *tmp;

	list_for_each(guest, tmp, &guests->list, link) {
		if (process_pid(&guest->process))
			return true;
	}
	return false;
}

void guests_stop(struct guests *guests)
{
	struct guest *guest, *tmp;

	guests->stopping = true;
	if (list_empty(&guests->list))
		guests->ops->stopped(guests->owner);
	list_for_each(guest, tmp, &guests->list, link)
		process_stop(&guest->process, NULL, 0);
}

void guest_set_limits(struct guest *guest, const struct quota_limits *limits)
{
	guest->limits = *limits;
	/* What it asked for until now was by the old ones. */
	guest->questions = 0;
	guest->sessions.limit = limits->limit[QUOTA_SESSIONS];
	guest->bytes.limit = limits->limit[QUOTA_BYTES];
	tell_limits(guest);
}

void guest_set_lost(struct guest *guest, uint64_t bytes)
{
	if (guest->lost == bytes)
		return;
	guest->lost = bytes;
	tell_limits(guest);
}

bool guest_query(struct guest *guest, uint32_t tag)
{
	const struct daemon_query message = {
		.hdr.type = GUEST_QUERY,
		.tag = tag,
	};

	if (process_is_behind(&guest->process) ||
	    process_send(&guest->process, &message, sizeof(message), NULL,
			 0) < 0)
		return false;
	guest->asked = tag;
	return true;
}

bool guest_is_served(const struct guest *guest)
{
	return guest->served && !guest->leaving;
}

void guest_answer(struct guest *guest, struct guest_session *answer, int fd)
{
	answer->hdr = (struct daemon_header){ .type = GUEST_SESSION };
	if (process_send(&guest->process, answer, sizeof(*answer), &fd,
			 answer->error ? 0 : 1) < 0)
		process_kill(&guest->process);
}
