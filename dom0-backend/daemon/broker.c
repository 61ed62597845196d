// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/broker.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bandwidth.h"
#include "daemon/config.h"
#include "daemon/device.h"
#include "daemon/host_cameras.h"
#include "daemon/inquiry.h"
#include "daemon/open.h"
#include "daemon/policy.h"
#include "daemon/reload.h"
#include "daemon/sharing.h"
#include "daemon/xen_window.h"

/* A guest's vCPU may be waiting for its process, so it comes back at once; and
 * one that dies again and again dies of its guest. */
static const struct backoff_policy guest_backoff = {
	.first = 50, .longest = 2000, .steady = 60000, .deaths = 6,
};

/* A camera comes back, however long it takes. */
static const struct backoff_policy camera_backoff = {
	.first = 200, .longest = 10000, .steady = 10000, .deaths = 0,
};

/* libxl waits 10 s for a device to close. */
#define STOP_MS 2000

struct camera *broker_choose(struct broker *broker, const struct device *device)
{
	struct policy_choice choice;

	if (!policy_camera(broker->config, device->guest->domain, device->rank,
			   &choice))
		return NULL;
	if (choice.name)
		return cameras_find(&broker->cameras, choice.name);
	return cameras_nth(&broker->cameras, choice.number);
}

static void on_served(void *owner, struct guest *guest)
{
	struct broker *broker = owner;
	const struct config *config = broker->config;

	guest->domain = policy_domain(config, guest->id.name, guest->id.uuid);
	guest_set_limits(guest, policy_limits(config, guest->domain));
	log_info("guest %s: domain %u, uuid %s", guest->id.name, guest->domid,
		 guest->id.uuid);
	sharing_update_primaries(broker);
}

static void on_claimed(void *owner, struct device *device)
{
	static const struct window_place none;
	struct broker *broker = owner;

	device->camera = broker_choose(broker, device);
	device->transfer = sharing_transfer(device->camera, device->guest);
	/* By grants we have what the guest gave, and nothing else of it. */
	window_init(&device->window,
		    device->node.grants ? &none :
					  policy_window(broker->config,
							device->guest->domain),
		    device->rank);
}

static void on_camera_changed(void *owner, struct camera *camera)
{
	struct broker *broker = owner;
	struct device *device, *tmp;
	struct guest *guest, *next;

	list_for_each(guest, next, &broker->guests.list, link) {
		list_for_each(device, tmp, &guest->devices, link) {
			if (device->camera == camera)
				device_tell_camera(device);
		}
	}
}

static void on_camera_gone(void *owner, struct camera *camera)
{
	struct broker *broker = owner;

	open_camera_gone(broker, camera);
	granted_camera_gone(broker, camera);
	inquiry_progress(owner);
}

static void on_admit(void *owner, struct camera *camera, uint64_t serial,
		     uint64_t bytes)
{
	struct broker *broker = owner;
	struct session *session;
	int ret = -ENOENT;

	session = sessions_find_on(&broker->sessions, camera, serial);
	if (session)
		ret = bandwidth_admit(&broker->sessions, session, bytes);
	camera_admitted(camera, serial, -ret);
}

static void on_rate(void *owner, struct camera *camera, uint64_t serial,
		    uint64_t bytes)
{
	struct broker *broker = owner;
	struct session *session;

	session = sessions_find_on(&broker->sessions, camera, serial);
	if (session)
		bandwidth_reduce(session, bytes);
}

static void on_camera_closed(void *owner, struct camera *camera,
			     uint64_t serial)
{
	open_closed_by_camera(owner, camera, serial);
}

static void on_session_at_camera(void *owner, struct camera *camera,
				 const struct camera_session_report *report)
{
	struct broker *broker = owner;
	struct session *session;

	session = sessions_find_on(&broker->sessions, camera, report->serial);
	if (!session)
		return;
	session->at_camera = *report;
	clock_gettime(CLOCK_MONOTONIC, &session->camera_told);
}

static void on_camera_reported(void *owner, struct camera *camera)
{
	inquiry_progress(owner);
}

static void on_camera_idle(void *owner, struct camera *camera)
{
	broker_review_soon(owner);
}

static void on_open(void *owner, struct device *device, uint32_t tag)
{
	struct guest_session refusal = { .tag = tag };
	int ret = open_by_guest(owner, device, tag);

	if (ret == 0)
		return;
	refusal.error = -ret;
	guest_answer(device->guest, &refusal, -1);
}

static bool on_closed(void *owner, struct guest *guest, uint64_t serial)
{
	return open_closed_by_guest(owner, guest, serial);
}

static bool on_granted(void *owner, struct guest *guest,
		       const struct link_message *msg)
{
	return granted_add(owner, guest, msg);
}

static void on_ungranted(void *owner, struct guest *guest, uint64_t serial)
{
	granted_remove(owner, guest, serial);
}

static void on_guest_gone(void *owner, struct guest *guest)
{
	open_guest_gone(owner, guest);
	granted_process_gone(owner, guest);
	/* One that leaves is primary no more, even of what it has not open. */
	sharing_update_primaries(owner);
	inquiry_progress(owner);
}

static void on_session_at_guest(void *owner, struct guest *guest,
				const struct guest_session_report *report)
{
	struct broker *broker = owner;
	struct session *session;

	session = sessions_find(&broker->sessions, guest, report->serial);
	if (!session)
		return;
	session->at_guest = *report;
	clock_gettime(CLOCK_MONOTONIC, &session->guest_told);
}

static void on_guest_reported(void *owner, struct guest *guest)
{
	inquiry_progress(owner);
}

static void on_part_stopped(void *owner)
{
	struct broker *broker = owner;

	if (!guests_running(&broker->guests) &&
	    !cameras_running(&broker->cameras))
		event_base_loopbreak(broker->setup.base);
}

static const struct guests_ops guests_ops = {
	.served = on_served,
	.claimed = on_claimed,
	.open = on_open,
	.closed = on_closed,
	.granted = on_granted,
	.ungranted = on_ungranted,
	.gone = on_guest_gone,
	.session_report = on_session_at_guest,
	.reported = on_guest_reported,
	.stopped = on_part_stopped,
};

static const struct cameras_ops cameras_ops = {
	.changed = on_camera_changed,
	.gone = on_camera_gone,
	.admit = on_admit,
	.rate = on_rate,
	.closed = on_camera_closed,
	.session_report = on_session_at_camera,
	.reported = on_camera_reported,
	.idle = on_camera_idle,
	.stopped = on_part_stopped,
};

static void on_store_changed(void *owner)
{
	struct broker *broker = owner;

	guests_update(&broker->guests);
	granted_review(broker);
}

static void on_store_lost(void *owner)
{
	struct broker *broker = owner;

	broker->lost = true;
	broker_stop(broker);
}

static const struct store_ops store_ops = {
	.changed = on_store_changed,
	.lost = on_store_lost,
};

static void on_host_camera(void *owner, const char *path, const char *name)
{
	const struct config_camera config = {
		.name = (char *)name,
		.source = (char *)path,
		.clients = CONFIG_VMEDIA_CAMERA_CLIENTS,
		.slots = CONFIG_VMEDIA_CAMERA_SLOTS,
	};
	struct broker *broker = owner;
	int ret = cameras_add(&broker->cameras, &config);

	/* It may be what a device was claimed without. */
	if (ret == 0)
		reload_review(broker);
	else if (ret != -EEXIST)
		log_error("camera %s: %s", name, strerror(-ret));
}

static int start_cameras(struct broker *broker)
{
	const struct broker_setup *setup = &broker->setup;
	const struct config *config = broker->config;
	int ret = 0;

	if (config->host_cameras)
		return host_cameras_create(setup->base, setup->spawner,
					   setup->camera_program,
					   on_host_camera, broker,
					   &broker->host_cameras);
	for (unsigned int i = 0; i < config->num_cameras && ret == 0; i++)
		ret = cameras_add(&broker->cameras, &config->cameras[i]);
	return ret;
}

static int start(struct broker *broker)
{
	int ret;

	ret = store_open(broker->setup.base, &store_ops, broker,
			 &broker->store);
	if (ret < 0) {
		log_error("xenstore cannot be reached: %s: is this dom0 of a "
			  "Xen host, and does xenstored run?", strerror(-ret));
		return ret;
	}
	broker->guests.store = broker->store;
	ret = xen_windows_open(&broker->windows);
	if (ret < 0) {
		log_error("Xen cannot be reached: %s: is this dom0 of a Xen "
			  "host?", strerror(-ret));
		return ret;
	}
	broker->guests.windows = broker->windows;
	ret = start_cameras(broker);
	if (ret < 0)
		log_error("the cameras cannot be started: %s", strerror(-ret));
	return ret;
}

static void on_review(evutil_socket_t fd, short what, void *data)
{
	reload_review(data);
}

static int init(struct broker *broker)
{
	const struct broker_setup *setup = &broker->setup;
	const enum log_level level = broker->config->log_level;

	broker->guest_host = (struct process_host){
		.base = setup->base,
		.spawner = setup->spawner,
		.backoff = guest_backoff,
		.stop_ms = STOP_MS,
	};
	broker->camera_host = broker->guest_host;
	broker->camera_host.backoff = camera_backoff;
	cameras_init(&broker->cameras, &broker->camera_host,
		     setup->camera_program, level, &cameras_ops, broker);
	broker->review = evtimer_new(setup->base, on_review, broker);
	if (!broker->review || granted_init(broker) < 0)
		return -ENOMEM;
	return guests_init(&broker->guests, &broker->guest_host,
			   setup->guest_program, level, &guests_ops, broker);
}

int broker_create(const struct broker_setup *setup, struct broker **out)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	int ret;

	if (!broker)
		return -ENOMEM;
	ret = setup->load(setup->load_owner, &broker->config);
	if (ret < 0) {
		free(broker);
		return ret;
	}
	log_set_level(broker->config->log_level);
	broker->setup = *setup;
	list_init(&broker->inquiries);
	list_init(&broker->guests.list);
	sessions_init(&broker->sessions);
	ret = init(broker);
	if (ret == 0)
		ret = start(broker);
	if (ret < 0)
		broker_destroy(broker);
	else
		*out = broker;
	return ret;
}

int broker_reload(struct broker *broker)
{
	struct config *config;
	int ret;

	if (broker->cameras.stopping) {
		log_error("the configuration is not read again: stopping");
		return -ESHUTDOWN;
	}
	ret = broker->setup.load(broker->setup.load_owner, &config);
	if (ret < 0)
		return ret;
	ret = reload_apply(broker, config);
	if (ret < 0)
		config_destroy(config);
	else
		log_info("the configuration was read again");
	return ret;
}

void broker_review_soon(struct broker *broker)
{
	event_active(broker->review, EV_TIMEOUT, 0);
}

static bool is_domid(const char *who, unsigned int domid)
{
	char *end;
	unsigned long number = strtoul(who, &end, 10);

	return who[0] >= '0' && who[0] <= '9' && *end == '\0' &&
	       number == domid;
}

struct guest *broker_find_guest(struct broker *broker, const char *who)
{
	struct guest *guest, *tmp, *named = NULL;

	list_for_each(guest, tmp, &broker->guests.list, link) {
		if (!guest_is_served(guest))
			continue;
		if (is_domid(who, guest->domid))
			return guest;
		if (policy_names(who, guest->id.name, guest->id.uuid))
			named = guest;
	}
	return named;
}

void broker_set_limit(struct broker *broker, struct guest *guest,
		      enum quota_kind kind, uint64_t value)
{
	struct quota_limits limits = guest->limits;

	limits.limit[kind] = value;
	guest_set_limits(guest, &limits);
	if (kind == QUOTA_HELD || kind == QUOTA_STREAMS ||
	    kind == QUOTA_MEMORY)
		sharing_tell_guest(broker, guest);
}

void broker_set_primary(struct broker *broker, struct camera *camera,
			const struct guest *guest)
{
	camera->primary_named = guest ? guest->domid : CAMERA_NO_PRIMARY;
	sharing_update_primary(broker, camera);
}

int broker_evict(struct broker *broker, uint64_t serial)
{
	struct session *session;

	session = sessions_find_serial(&broker->sessions, serial);
	if (!session || !session->live)
		return -ENOENT;
	open_evict(broker, session);
	return 0;
}

unsigned int broker_evict_guest(struct broker *broker,
				const struct guest *guest,
				const struct camera *camera)
{
	struct session *session, *tmp;
	unsigned int count = 0;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->guest != guest || !session->live ||
		    (camera && session->camera != camera))
			continue;
		open_evict(broker, session);
		count++;
	}
	count += granted_evict_guest(broker, guest, camera);
	broker_review_soon(broker);
	return count;
}

int broker_capture(struct broker *broker, const char *name, uint32_t *caps,
		   int *fd)
{
	struct camera *camera = cameras_find(&broker->cameras, name);
	int ret;

	if (!camera)
		return -ENOENT;
	if (camera->identity.present && !camera->identity.shared)
		return -EOPNOTSUPP;
	ret = open_by_dom0(broker, camera, fd);
	if (ret == 0)
		*caps = camera->identity.device_caps;
	return ret;
}

void broker_stop(struct broker *broker)
{
	host_cameras_destroy(broker->host_cameras);
	broker->host_cameras = NULL;
	guests_stop(&broker->guests);
	cameras_stop(&broker->cameras);
}

void broker_destroy(struct broker *broker)
{
	if (!broker)
		return;
	host_cameras_destroy(broker->host_cameras);
	sessions_finish(&broker->sessions);
	granted_finish(&broker->granted);
	guests_finish(&broker->guests);
	cameras_finish(&broker->cameras);
	store_close(broker->store);
	xen_windows_close(broker->windows);
	if (broker->review)
		event_free(broker->review);
	config_destroy(broker->config);
	free(broker);
}
