// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/session.h"

#include <stdlib.h>

#include "daemon/device.h"
#include "daemon/guest.h"

static time_t now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void sessions_init(struct sessions *sessions)
{
	list_init(&sessions->list);
	sessions->last_serial = 0;
}

void sessions_finish(struct sessions *sessions)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &sessions->list, link)
		session_remove(session);
}

struct session *sessions_add(struct sessions *sessions, struct camera *camera,
			     struct device *device)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->serial = ++sessions->last_serial;
	session->guest = device ? device->guest : NULL;
	session->device = device;
	session->camera = camera;
	session->since = sessions_since(sessions, camera, session->guest);
	if (!session->since)
		session->since = session->serial;
	session->live = true;
	session->opened = now();
	list_append(&sessions->list, &session->link);
	return session;
}

struct session *sessions_find_serial(const struct sessions *sessions,
				     uint64_t serial)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &sessions->list, link) {
		if (session->serial == serial)
			return session;
	}
	return NULL;
}

struct session *sessions_find(struct sessions *sessions,
			      const struct guest *guest, uint64_t serial)
{
	struct session *session = sessions_find_serial(sessions, serial);

	return session && session->guest == guest ? session : NULL;
}

struct session *sessions_find_on(struct sessions *sessions,
				 const struct camera *camera, uint64_t serial)
{
	struct session *session = sessions_find_serial(sessions, serial);

	return session && session->camera == camera && session->live ? session :
								       NULL;
}

unsigned int sessions_of_device(const struct sessions *sessions,
				const struct device *device)
{
	const struct session *session, *tmp;
	unsigned int count = 0;

	list_for_each(session, tmp, &sessions->list, link)
		count += session->live && session->device == device;
	return count;
}

uint64_t sessions_since(const struct sessions *sessions,
			const struct camera *camera, const struct guest *guest)
{
	const struct session *session, *tmp;

	list_for_each(session, tmp, &sessions->list, link) {
		if (session->live && session->camera == camera &&
		    session->guest == guest)
			return session->since;
	}
	return 0;
}

void session_remove(struct session *session)
{
	list_remove(&session->link);
	free(session);
}

unsigned int session_age(const struct session *session)
{
	return now() - session->opened;
}

unsigned int session_domid(const struct session *session)
{
	return session->guest ? session->guest->domid : 0;
}

const char *session_owner(const struct session *session)
{
	return session->guest ? session->guest->id.name : "dom0";
}
