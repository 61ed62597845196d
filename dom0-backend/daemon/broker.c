// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/broker.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/device.h"
#include "daemon/host_cameras.h"
#include "daemon/policy.h"
#include "ipc/link.h"

/* What a session may hold if its quota is unlimited: more slots than a pool
 * has. */
#define UNLIMITED_HELD 32

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

static struct camera *choose(struct broker *broker, const struct device *device)
{
	struct policy_choice choice;

	if (!policy_camera(broker->setup.config, device->guest->domain,
			   device->rank, &choice))
		return NULL;
	if (choice.name)
		return cameras_find(&broker->cameras, choice.name);
	return cameras_nth(&broker->cameras, choice.number);
}

static void on_served(void *owner, struct guest *guest)
{
	struct broker *broker = owner;
	const struct config *config = broker->setup.config;

	guest->domain = policy_domain(config, guest->id.name, guest->id.uuid);
	guest->limits = *policy_limits(config, guest->domain);
	guest->sessions.limit = guest->limits.limit[QUOTA_SESSIONS];
	log_info("guest %s: domain %u, uuid %s", guest->id.name, guest->domid,
		 guest->id.uuid);
}

static void on_claimed(void *owner, struct device *device)
{
	device->camera = choose(owner, device);
}

/* A camera that was not there when they were claimed may be theirs. */
static void reassign(struct broker *broker)
{
	struct device *device, *tmp;
	struct guest *guest, *next;

	list_for_each(guest, next, &broker->guests.list, link) {
		list_for_each(device, tmp, &guest->devices, link) {
			if (device_is_claimed(device) && !device->camera)
				device->camera = choose(broker, device);
		}
	}
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

/* @fd: the other end of the socket, owned by the caller */
static int introduce(struct camera *camera, struct camera_session *message,
		     int *fd)
{
	int fds[2];
	int ret;

	if (message->guest.held == 0)
		message->guest.held = UNLIMITED_HELD;
	ret = link_pair(fds);
	if (ret < 0)
		return ret;
	ret = camera_introduce(camera, message, fds[0]);
	close(fds[0]);
	if (ret < 0)
		close(fds[1]);
	else
		*fd = fds[1];
	return ret;
}

/* One end of a new socket to each side. */
static int introduce_guest(struct session *session, uint32_t tag)
{
	struct camera_session message = {
		.serial = session->serial,
		.guest.domid = session->guest->domid,
		.guest.held = session->guest->limits.limit[QUOTA_HELD],
		.guest.streams = session->guest->limits.limit[QUOTA_STREAMS],
	};
	int fd, ret;

	snprintf(message.guest.name, sizeof(message.guest.name), "%s",
		 session->guest->id.name);
	ret = introduce(session->camera, &message, &fd);
	if (ret < 0)
		return ret;
	/* A guest whose process is gone takes its sessions along by itself. */
	guest_answer(session->guest, tag, 0, session->serial, fd);
	close(fd);
	return 0;
}

int broker_capture(struct broker *broker, const char *name, uint32_t *caps,
		   int *fd)
{
	struct camera *camera = cameras_find(&broker->cameras, name);
	struct camera_session message = {
		.guest.name = "dom0",
		.guest.held =
			broker->setup.config->limits.limit[QUOTA_HELD],
	};
	int ret;

	if (!camera)
		return -ENOENT;
	if (!camera_present(camera))
		return -ENODEV;
	message.serial = ++broker->sessions.last_serial;
	ret = introduce(camera, &message, fd);
	if (ret < 0)
		return ret;
	*caps = camera->identity.device_caps;
	log_info("session %" PRIu64 ": dom0, camera %s", message.serial, name);
	return 0;
}

static int open_session(struct broker *broker, struct device *device,
			uint32_t tag)
{
	struct guest *guest = device->guest;
	struct session *session;
	int ret;

	if (!camera_present(device->camera))
		return -ENODEV;
	ret = quota_take(&guest->sessions);
	if (ret < 0) {
		log_guest(&guest->log, "guest %s: open of device %u refused: "
			  "quota `sessions` is %" PRIu64 "; refused %" PRIu64 " times",
			  guest->id.name, device->devid, guest->sessions.limit,
			  guest->sessions.refused);
		return ret;
	}
	session = sessions_add(&broker->sessions, device);
	ret = session ? introduce_guest(session, tag) : -ENOMEM;
	if (ret < 0) {
		if (session)
			session_remove(session);
		quota_put(&guest->sessions);
		return ret;
	}
	if (log_allowed(&guest->log))
		log_info("session %" PRIu64 ": guest %s, device %u, camera %s",
			 session->serial, guest->id.name, device->devid,
			 session->camera->name);
	return 0;
}

static void on_open(void *owner, struct device *device, uint32_t tag)
{
	int ret = open_session(owner, device, tag);

	if (ret < 0)
		guest_answer(device->guest, tag, -ret, 0, -1);
}

static bool on_closed(void *owner, struct guest *guest, uint64_t serial)
{
	struct broker *broker = owner;
	struct session *session;

	session = sessions_find(&broker->sessions, guest, serial);
	if (!session)
		return false;
	if (log_allowed(&guest->log))
		log_info("session %" PRIu64 ": closed", serial);
	camera_end_session(session->camera, serial, 0);
	session_remove(session);
	quota_put(&guest->sessions);
	return true;
}

static void on_gone(void *owner, struct guest *guest)
{
	struct broker *broker = owner;
	struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->guest == guest)
			on_closed(broker, guest, session->serial);
	}
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
	.gone = on_gone,
	.stopped = on_part_stopped,
};

static const struct cameras_ops cameras_ops = {
	.changed = on_camera_changed,
	.stopped = on_part_stopped,
};

static void on_store_changed(void *owner)
{
	struct broker *broker = owner;

	guests_update(&broker->guests);
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
	struct broker *broker = owner;
	int ret = cameras_add(&broker->cameras, name, path);

	if (ret == 0)
		reassign(broker);
	else if (ret != -EEXIST)
		log_error("camera %s: %s", name, strerror(-ret));
}

static int start_cameras(struct broker *broker)
{
	const struct broker_setup *setup = &broker->setup;
	int ret = 0;

	if (setup->config->host_cameras)
		return host_cameras_create(setup->base, setup->spawner,
					   setup->camera_program,
					   on_host_camera, broker,
					   &broker->host_cameras);
	for (unsigned int i = 0; i < setup->config->num_cameras && ret == 0;
	     i++)
		ret = cameras_add(&broker->cameras,
				  setup->config->cameras[i].name,
				  setup->config->cameras[i].source);
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
	ret = start_cameras(broker);
	if (ret < 0)
		log_error("the cameras cannot be started: %s", strerror(-ret));
	return ret;
}

int broker_create(const struct broker_setup *setup, struct broker **out)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	enum log_level level = setup->config->log_level;
	int ret;

	if (!broker)
		return -ENOMEM;
	broker->setup = *setup;
	broker->guest_host = (struct process_host){
		.base = setup->base,
		.spawner = setup->spawner,
		.backoff = guest_backoff,
		.stop_ms = STOP_MS,
	};
	broker->camera_host = broker->guest_host;
	broker->camera_host.backoff = camera_backoff;
	sessions_init(&broker->sessions);
	cameras_init(&broker->cameras, &broker->camera_host,
		     setup->camera_program, level, &cameras_ops, broker);
	ret = guests_init(&broker->guests, &broker->guest_host,
			  setup->guest_program, level, &guests_ops, broker);
	if (ret == 0)
		ret = start(broker);
	if (ret < 0)
		broker_destroy(broker);
	else
		*out = broker;
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
	guests_finish(&broker->guests);
	cameras_finish(&broker->cameras);
	store_close(broker->store);
	free(broker);
}
