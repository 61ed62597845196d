// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/reload.h"

#include <errno.h>
#include <string.h>

#include "daemon/broker.h"
#include "daemon/config.h"
#include "daemon/device.h"
#include "daemon/policy.h"
#include "daemon/sharing.h"

static void configure_camera(struct broker *broker,
			     const struct config_camera *config)
{
	struct camera *camera = cameras_find(&broker->cameras, config->name);
	int ret;

	if (camera)
		ret = camera_configure(camera, config);
	else
		ret = cameras_add(&broker->cameras, config);
	if (ret < 0)
		log_error("camera %s: %s", config->name, strerror(-ret));
}

/* As the configuration lists them; those that it does not list come last. */
static void sort_cameras(struct broker *broker)
{
	const struct config *config = broker->config;
	struct list *list = &broker->cameras.list;
	struct camera *camera, *tmp;
	struct list unsorted;

	list_init(&unsorted);
	list_for_each(camera, tmp, list, link) {
		list_remove(&camera->link);
		list_append(&unsorted, &camera->link);
	}
	for (unsigned int i = 0; i < config->num_cameras; i++) {
		list_for_each(camera, tmp, &unsorted, link) {
			if (strcmp(camera->name, config->cameras[i].name) != 0)
				continue;
			list_remove(&camera->link);
			list_append(list, &camera->link);
			break;
		}
	}
	list_for_each(camera, tmp, &unsorted, link) {
		list_remove(&camera->link);
		list_append(list, &camera->link);
	}
}

static void apply_to_cameras(struct broker *broker)
{
	const struct config *config = broker->config;
	struct camera *camera, *tmp;

	/* The host's are not the configuration's. */
	if (config->host_cameras)
		return;
	list_for_each(camera, tmp, &broker->cameras.list, link) {
		if (!policy_find_camera(config, camera->name))
			camera_configure(camera, NULL);
	}
	for (unsigned int i = 0; i < config->num_cameras; i++)
		configure_camera(broker, &config->cameras[i]);
	sort_cameras(broker);
}

static void apply_to_guests(struct broker *broker)
{
	struct guest *guest, *tmp;

	list_for_each(guest, tmp, &broker->guests.list, link) {
		if (!guest->served)
			continue;
		guest->domain = policy_domain(broker->config, guest->id.name,
					      guest->id.uuid);
		guest_set_limits(guest, policy_limits(broker->config,
						      guest->domain));
		sharing_tell_guest(broker, guest);
	}
}

int reload_apply(struct broker *broker, struct config *config)
{
	struct config *old = broker->config;

	if (config->host_cameras != old->host_cameras) {
		log_error("the configuration %s `cameras` now: that takes a "
			  "restart of vmediad; nothing was changed",
			  config->host_cameras ? "lists no" : "lists");
		return -EINVAL;
	}
	broker->config = config;
	log_set_level(config->log_level);
	broker->guests.log_level = config->log_level;
	broker->cameras.log_level = config->log_level;
	apply_to_cameras(broker);
	apply_to_guests(broker);
	sharing_update_primaries(broker);
	reload_review(broker);
	config_destroy(old);
	return 0;
}

static void review_device(struct broker *broker, struct device *device)
{
	struct camera *camera = broker_choose(broker, device);

	if (camera == device->camera ||
	    sessions_of_device(&broker->sessions, device) > 0)
		return;
	log_info("guest %s: device %u has camera %s now",
		 device->guest->id.name, device->devid,
		 camera ? camera->name : "none");
	device->camera = camera;
	device_tell_camera(device);
	/* How many of its devices a camera is behind is a factor of `streams`. */
	sharing_tell_guest(broker, device->guest);
}

static bool is_in_use(const struct broker *broker, const struct camera *camera)
{
	const struct session *session, *next;
	const struct device *device, *tmp;
	const struct guest *guest, *other;

	list_for_each(session, next, &broker->sessions.list, link) {
		if (session->camera == camera)
			return true;
	}
	list_for_each(guest, other, &broker->guests.list, link) {
		list_for_each(device, tmp, &guest->devices, link) {
			if (device->camera == camera)
				return true;
		}
	}
	return false;
}

static void review_camera(struct broker *broker, struct camera *camera)
{
	if (camera->clients.used > 0)
		return;
	if (!camera_is_idle(camera)) {
		if (camera->retired || camera->next_source)
			camera_stop(camera);
	} else if (!camera->retired) {
		camera_start(camera);
	} else if (!is_in_use(broker, camera)) {
		log_info("camera %s is not in the configuration any more",
			 camera->name);
		granted_camera_gone(broker, camera);
		camera_destroy(camera);
	}
}

void reload_review(struct broker *broker)
{
	struct device *device, *tmp;
	struct guest *guest, *next;
	struct camera *camera, *other;

	list_for_each(guest, next, &broker->guests.list, link) {
		list_for_each(device, tmp, &guest->devices, link) {
			if (device_is_claimed(device))
				review_device(broker, device);
		}
	}
	if (broker->cameras.stopping)
		return;
	list_for_each(camera, other, &broker->cameras.list, link)
		review_camera(broker, camera);
	granted_review(broker);
}
