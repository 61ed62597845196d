// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/sharing.h"

#include <stdio.h>

#include "base/util.h"
#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/policy.h"
#include "daemon/primary.h"
#include "daemon/transfer.h"

/* What a domain may hold if its quota is unlimited: more slots than a pool
 * has. */
#define UNLIMITED_HELD 32

static uint32_t held(const struct quota_limits *limits)
{
	const uint64_t limit = limits->limit[QUOTA_HELD];

	return limit && limit < UNLIMITED_HELD ? limit : UNLIMITED_HELD;
}

/* The quota is per device, and a camera may be behind several. */
static uint32_t streams(const struct guest *guest, const struct camera *camera)
{
	const uint64_t limit = guest->limits.limit[QUOTA_STREAMS];
	const struct device *device, *tmp;
	uint64_t devices = 0;

	list_for_each(device, tmp, &guest->devices, link)
		devices += device->camera == camera;
	if (limit == 0 || devices == 0 || limit > UINT32_MAX / devices)
		return limit && devices ? UINT32_MAX : limit;
	return limit * devices;
}

void sharing_describe(const struct broker *broker, const struct camera *camera,
		      const struct guest *guest, struct camera_guest *out)
{
	*out = (struct camera_guest){ .domid = guest ? guest->domid : 0 };
	snprintf(out->name, sizeof(out->name), "%s",
		 guest ? guest->id.name : "dom0");
	out->held = held(guest ? &guest->limits : &broker->config->limits);
	if (!guest)
		return;
	out->streams = streams(guest, camera);
	out->memory = guest->limits.limit[QUOTA_MEMORY];
	policy_rules(broker->config, guest->id.name, guest->id.uuid,
		     camera->name, out);
}

enum transfer_policy sharing_transfer(const struct camera *camera,
				      const struct guest *guest)
{
	return transfer_combine(camera ? camera->transfer : TRANSFER_AUTO,
				policy_transfer(guest->domain));
}

void sharing_tell_guest(struct broker *broker, const struct guest *guest)
{
	struct camera_guest description;
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &broker->cameras.list, link) {
		if (!sessions_since(&broker->sessions, camera, guest))
			continue;
		sharing_describe(broker, camera, guest, &description);
		camera_tell_guest(camera, &description);
	}
}

static void offer(const struct broker *broker, const struct camera *camera,
		  const struct guest *guest, struct primary_contest *contest)
{
	const struct primary_candidate candidate = {
		.domid = guest->domid,
		.named = guest->domid == camera->primary_named,
		.configured = camera->primary_name &&
			      policy_names(camera->primary_name, guest->id.name,
					   guest->id.uuid),
		.priority = guest->domain ? guest->domain->priority : 0,
		.since = sessions_since(&broker->sessions, camera, guest),
	};

	primary_offer(contest, &candidate);
}

/* Who opens and closes comes and goes as primary, too. */
static void log_primary(struct camera *camera, const struct guest *guest)
{
	if (!log_allowed(&camera->log))
		return;
	if (guest)
		log_info("camera %s: guest %s is primary", camera->name,
			 guest->id.name);
	else
		log_info("camera %s: nobody is primary", camera->name);
}

void sharing_update_primary(struct broker *broker, struct camera *camera)
{
	struct primary_contest contest = {
		.configured = camera->primary_name,
	};
	const struct guest *guest, *tmp, *winner = NULL;
	bool named_runs = false;
	uint32_t domid;

	list_for_each(guest, tmp, &broker->guests.list, link) {
		if (!guest_is_served(guest))
			continue;
		named_runs = named_runs || guest->domid == camera->primary_named;
		offer(broker, camera, guest, &contest);
		if (primary_winner(&contest) == guest->domid)
			winner = guest;
	}
	/* Its number may be another domain's one day. */
	if (!named_runs)
		camera->primary_named = CAMERA_NO_PRIMARY;
	domid = primary_winner(&contest);
	if (domid != camera->settings.primary)
		log_primary(camera, winner);
	camera_set_primary(camera, domid);
}

void sharing_update_primaries(struct broker *broker)
{
	struct camera *camera, *tmp;

	list_for_each(camera, tmp, &broker->cameras.list, link)
		sharing_update_primary(broker, camera);
}
