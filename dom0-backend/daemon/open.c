// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/open.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "daemon/bandwidth.h"
#include "daemon/broker.h"
#include "daemon/device.h"
#include "daemon/granted.h"
#include "daemon/holders.h"
#include "daemon/limits.h"
#include "daemon/sharing.h"
#include "ipc/link.h"

/* Why there may be no session */
enum refusal {
	NONE,
	NO_CAMERA,
	CHANGES,
	EXCLUSIVE,
	SESSIONS,
	CLIENTS,
	BEHIND,
};

static const int refusal_errno[] = {
	[NO_CAMERA] = -ENODEV,
	[CHANGES] = -EBUSY,
	[EXCLUSIVE] = -EBUSY,
	[SESSIONS] = -EBUSY,
	[CLIENTS] = -EBUSY,
	[BEHIND] = -EBUSY,
};

static bool another_has_it(const struct broker *broker,
			   const struct camera *camera,
			   const struct guest *guest)
{
	const struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->live && session->camera == camera &&
		    session->guest != guest)
			return true;
	}
	return false;
}

/* Quotas are taken if there is none. */
static enum refusal take(struct broker *broker, struct camera *camera,
			 struct guest *guest)
{
	if (!camera_present(camera) || camera->retired)
		return NO_CAMERA;
	if (camera->next_source)
		return CHANGES;
	if (camera->exclusive && another_has_it(broker, camera, guest)) {
		camera->exclusive_refused++;
		return EXCLUSIVE;
	}
	if (camera_is_behind(camera))
		return BEHIND;
	if (guest && quota_take(&guest->sessions, 1) < 0)
		return SESSIONS;
	if (quota_take(&camera->clients, 1) < 0) {
		if (guest)
			quota_put(&guest->sessions, 1);
		return CLIENTS;
	}
	return NONE;
}

static void log_quota(const char *who, const struct quota *quota,
		      const char *name, const char *whose, const char *holders)
{
	log_warning("guest %s: open refused: `%s` of %s is %" PRIu64
		    ", in use: %s; refused %" PRIu64 " times", who, name, whose,
		    quota->limit, holders, quota->refused);
}

static void log_refusal(struct broker *broker, const struct camera *camera,
			struct guest *guest, enum refusal refusal)
{
	const struct sessions *sessions = &broker->sessions;
	const char *who = guest ? guest->id.name : "dom0";
	char holders[HOLDERS_SIZE];

	/* What dom0 does is not a guest's doing. */
	if (guest && !log_allowed(&guest->refusals))
		return;
	if (refusal == SESSIONS)
		holders_of_guest(sessions, guest, QUOTA_SESSIONS, holders,
				 sizeof(holders));
	else if (camera)
		holders_of_camera(sessions, camera, QUOTA_SESSIONS, holders,
				  sizeof(holders));
	switch (refusal) {
	case SESSIONS:
		log_quota(who, &guest->sessions, limit_name(QUOTA_SESSIONS),
			  who, holders);
		break;
	case CLIENTS:
		log_quota(who, &camera->clients, "clients", camera->name,
			  holders);
		break;
	case EXCLUSIVE:
		log_warning("guest %s: open refused: camera %s is exclusive, "
			    "in use: %s; refused %" PRIu64 " times", who,
			    camera->name, holders, camera->exclusive_refused);
		break;
	case CHANGES:
		log_warning("guest %s: open refused: camera %s gets another "
			    "source once it is free, in use: %s", who,
			    camera->name, holders);
		break;
	case BEHIND:
		log_warning("guest %s: open refused: camera %s has yet to hear "
			    "of others", who, camera->name);
		break;
	default:
		log_info("guest %s: open refused: camera %s is not there", who,
			 camera ? camera->name : "none");
		break;
	}
}

/* At the camera it is over. */
static void leave_camera(struct broker *broker, struct session *session)
{
	if (!session->live)
		return;
	session->live = false;
	bandwidth_reduce(session, 0);
	quota_put(&session->camera->clients, 1);
	sharing_update_primary(broker, session->camera);
	broker_review_soon(broker);
}

/* At the guest, too. */
static void forget(struct broker *broker, struct session *session)
{
	leave_camera(broker, session);
	if (session->guest)
		quota_put(&session->guest->sessions, 1);
	session_remove(session);
	broker_review_soon(broker);
}

/* One end of a new socket to the camera. @fd: the other one, owned by the
 * caller. */
static int introduce(struct broker *broker, const struct session *session,
		     int *fd)
{
	struct camera_session message = { .serial = session->serial };
	int fds[2];
	int ret;

	sharing_describe(broker, session->camera, session->guest,
			 &message.guest);
	ret = link_pair(fds);
	if (ret < 0)
		return ret;
	ret = camera_introduce(session->camera, &message, fds[0]);
	close(fds[0]);
	if (ret < 0)
		close(fds[1]);
	else
		*fd = fds[1];
	return ret;
}

static int begin(struct broker *broker, struct camera *camera,
		 struct device *device, struct session **out, int *fd)
{
	struct guest *guest = device ? device->guest : NULL;
	const enum refusal refusal = take(broker, camera, guest);
	struct session *session;
	int ret;

	if (refusal != NONE) {
		log_refusal(broker, camera, guest, refusal);
		return refusal_errno[refusal];
	}
	session = sessions_add(&broker->sessions, camera, device);
	if (!session) {
		quota_put(&camera->clients, 1);
		if (guest)
			quota_put(&guest->sessions, 1);
		return -ENOMEM;
	}
	sharing_update_primary(broker, camera);
	/* Who had it before shall not see what it shows from now on. */
	if (camera->exclusive)
		granted_review(broker);
	ret = introduce(broker, session, fd);
	if (ret < 0)
		forget(broker, session);
	else
		*out = session;
	return ret;
}

/* What nobody could keep is not granted. */
static enum transfer_policy choose_transfer(const struct broker *broker,
					    struct session *session)
{
	const enum transfer_policy policy =
		sharing_transfer(session->camera, session->guest);

	session->no_room = policy != TRANSFER_COPY &&
			   !granted_has_room(broker, session->guest);
	return session->no_room ? TRANSFER_COPY : policy;
}

int open_by_guest(struct broker *broker, struct device *device, uint32_t tag)
{
	struct guest_session answer = { .tag = tag };
	struct guest *guest = device->guest;
	struct session *session;
	int fd, ret;

	ret = begin(broker, device->camera, device, &session, &fd);
	if (ret < 0)
		return ret;
	if (log_allowed(&guest->log))
		log_info("session %" PRIu64 ": guest %s, device %u, camera %s",
			 session->serial, guest->id.name, device->devid,
			 session->camera->name);
	answer.serial = session->serial;
	answer.transfer = choose_transfer(broker, session);
	/* A guest whose process is gone takes its sessions along by itself. */
	guest_answer(guest, &answer, fd);
	close(fd);
	return 0;
}

int open_by_dom0(struct broker *broker, struct camera *camera, int *fd)
{
	struct session *session;
	int ret;

	ret = begin(broker, camera, NULL, &session, fd);
	if (ret == 0)
		log_info("session %" PRIu64 ": dom0, camera %s",
			 session->serial, camera->name);
	return ret;
}

bool open_closed_by_guest(struct broker *broker, struct guest *guest,
			  uint64_t serial)
{
	struct session *session;

	session = sessions_find(&broker->sessions, guest, serial);
	if (!session)
		return false;
	if (log_allowed(&guest->log))
		log_info("session %" PRIu64 ": closed", serial);
	if (session->live)
		camera_end_session(session->camera, serial, 0);
	forget(broker, session);
	return true;
}

void open_closed_by_camera(struct broker *broker, struct camera *camera,
			   uint64_t serial)
{
	struct session *session;

	session = sessions_find_on(&broker->sessions, camera, serial);
	if (!session)
		return;
	if (session->guest) {
		leave_camera(broker, session);
		return;
	}
	log_info("session %" PRIu64 ": closed", serial);
	forget(broker, session);
}

void open_guest_gone(struct broker *broker, struct guest *guest)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->guest == guest)
			open_closed_by_guest(broker, guest, session->serial);
	}
}

void open_camera_gone(struct broker *broker, struct camera *camera)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->camera == camera)
			open_closed_by_camera(broker, camera, session->serial);
	}
}

void open_evict(struct broker *broker, struct session *session)
{
	log_info("session %" PRIu64 ": guest %s is evicted from camera %s",
		 session->serial, session_owner(session),
		 session->camera->name);
	camera_end_session(session->camera, session->serial, EACCES);
	session->evicted = true;
	granted_evict(broker, session);
	if (session->guest)
		leave_camera(broker, session);
	else
		forget(broker, session);
}
