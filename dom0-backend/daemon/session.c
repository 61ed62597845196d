// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/session.h"

#include <stdlib.h>

#include "daemon/device.h"

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

struct session *sessions_add(struct sessions *sessions, struct device *device)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->serial = ++sessions->last_serial;
	session->guest = device->guest;
	session->device = device;
	session->camera = device->camera;
	session->opened = now();
	list_append(&sessions->list, &session->link);
	return session;
}

struct session *sessions_find(struct sessions *sessions,
			      const struct guest *guest, uint64_t serial)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &sessions->list, link) {
		if (session->serial == serial && session->guest == guest)
			return session;
	}
	return NULL;
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
