// SPDX-License-Identifier: GPL-2.0-only
#include "camera/domain.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/camera.h"
#include "camera/direct_buffers.h"
#include "camera/session.h"
#include "ipc/link.h"

uint64_t domain_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool domain_makes_sense(const struct camera_guest *guest)
{
	if (guest->num_rules > CAMERA_MAX_RULES ||
	    memchr(guest->name, '\0', sizeof(guest->name)) == NULL)
		return false;
	for (uint32_t i = 0; i < guest->num_rules; i++) {
		const struct control_rule *rule = &guest->rules[i];

		if (!memchr(rule->name, '\0', sizeof(rule->name)))
			return false;
	}
	return true;
}

static void domain_allow(const struct domain *domain, struct session *session)
{
	const uint32_t held = MAX(domain->guest.held, 1u);

	stream_allow(&domain->camera->stream, &session->reader,
		     MIN(held, (uint32_t)SESSION_MAX_SLOTS));
}

static void domain_update(struct domain *domain,
			  const struct camera_guest *guest)
{
	struct session *session, *tmp;

	domain->guest = *guest;
	list_for_each(session, tmp, &domain->sessions, of_domain)
		domain_allow(domain, session);
}

static void domain_pause(struct domain *domain)
{
	struct session *session, *tmp;

	domain->waits = true;
	list_for_each(session, tmp, &domain->sessions, of_domain)
		link_pause(session->socket);
}

static void domain_resume(struct domain *domain)
{
	struct session *session, *tmp;

	domain->waits = false;
	list_for_each(session, tmp, &domain->sessions, of_domain)
		link_resume(session->socket);
}

static bool domain_set_timer(struct domain *domain, uint64_t usec)
{
	const struct timeval wait = {
		.tv_sec = usec / 1000000,
		.tv_usec = usec % 1000000,
	};

	return event_add(domain->wait, &wait) == 0;
}

/* Without a timer nobody would hear it ever again: then it does not wait. */
static void domain_wait(struct domain *domain, uint64_t usec)
{
	if (!domain_set_timer(domain, usec))
		domain_resume(domain);
	else if (!domain->waits)
		domain_pause(domain);
}

/* The loop reckons from when its round began: it may be too early. */
static void domain_hear(struct domain *domain)
{
	const uint64_t usec = budget_wait(&domain->budget, domain_now());

	if (usec > 0)
		domain_wait(domain, usec);
	else
		domain_resume(domain);
}

static void domain_free(struct domain *domain)
{
	list_remove(&domain->link);
	event_free(domain->wait);
	free(domain);
}

/* Who leaves and comes again has used no less of the loop's time. */
static bool domain_is_remembered(struct domain *domain)
{
	const uint64_t usec = budget_recovery(&domain->budget, domain_now());

	return domain->guest.domid != 0 && usec > 0 &&
	       domain_set_timer(domain, usec);
}

static void domain_time(evutil_socket_t fd, short what, void *arg)
{
	struct domain *domain = arg;

	if (list_empty(&domain->sessions))
		domain_put(domain);
	else
		domain_hear(domain);
}

static struct domain *domain_find(struct camera *camera, uint32_t domid)
{
	struct domain *domain, *tmp;

	if (domid == 0)
		return NULL;
	list_for_each(domain, tmp, &camera->domains, link) {
		if (domain->guest.domid == domid)
			return domain;
	}
	return NULL;
}

static int domain_create(struct camera *camera,
			 const struct camera_guest *guest, struct domain **out)
{
	struct domain *domain = calloc(1, sizeof(*domain));

	if (!domain)
		return -ENOMEM;
	domain->wait = evtimer_new(camera->base, domain_time, domain);
	if (!domain->wait) {
		free(domain);
		return -ENOMEM;
	}
	domain->camera = camera;
	domain->guest = *guest;
	list_init(&domain->sessions);
	budget_init(&domain->budget, domain_now());
	list_append(&camera->domains, &domain->link);
	*out = domain;
	return 0;
}

int domain_get(struct camera *camera, const struct camera_guest *guest,
	       struct domain **out)
{
	struct domain *domain;

	if (!domain_makes_sense(guest))
		return -EINVAL;
	domain = domain_find(camera, guest->domid);
	if (!domain)
		return domain_create(camera, guest, out);
	domain_update(domain, guest);
	*out = domain;
	return 0;
}

void domain_put(struct domain *domain)
{
	if (list_empty(&domain->sessions) && !domain_is_remembered(domain))
		domain_free(domain);
}

void domain_forget_all(struct camera *camera)
{
	struct domain *domain, *tmp;

	list_for_each(domain, tmp, &camera->domains, link)
		domain_free(domain);
}

void domain_join(struct domain *domain, struct session *session)
{
	session->domain = domain;
	list_append(&domain->sessions, &session->of_domain);
	domain_allow(domain, session);
	if (!domain->waits) {
		event_del(domain->wait);
		return;
	}
	/* A new session is no way around the wait. */
	link_pause(session->socket);
	domain_hear(domain);
}

void domain_leave(struct session *session)
{
	list_remove(&session->of_domain);
	domain_put(session->domain);
}

int domain_changed(struct camera *camera, const struct camera_guest *guest)
{
	struct domain *domain, *tmp;

	if (!domain_makes_sense(guest))
		return -EINVAL;
	/* dom0 has as many domains as sessions. */
	list_for_each(domain, tmp, &camera->domains, link) {
		if (domain->guest.domid == guest->domid)
			domain_update(domain, guest);
	}
	return 0;
}

bool domain_is_primary(const struct domain *domain)
{
	return domain->guest.domid != 0 &&
	       domain->guest.domid == domain->camera->primary;
}

bool domain_may_have_buffers(struct domain *domain,
			     const struct session *session)
{
	const struct session *other, *tmp;
	uint32_t streams = 0;

	if (session->claim.buffers || domain->guest.streams == 0)
		return true;
	list_for_each(other, tmp, &domain->sessions, of_domain)
		streams += other->claim.buffers;
	if (streams < domain->guest.streams)
		return true;
	log_guest(&domain->limit,
		  "guest %s has %u sessions with buffers, its quota of streams: no more",
		  domain->guest.name, streams);
	return false;
}

uint64_t domain_memory_left(const struct domain *domain)
{
	const struct session *session, *tmp;
	uint64_t bytes = 0;

	if (domain->guest.memory == 0)
		return UINT64_MAX;
	list_for_each(session, tmp, &domain->sessions, of_domain)
		bytes += direct_buffers_bytes(session);
	return bytes < domain->guest.memory ? domain->guest.memory - bytes : 0;
}

/*
 * Whose frames would be late? Not those of who is just about to start the
 * capture, which takes a driver its time.
 */
static bool domain_is_in_the_way(const struct domain *domain)
{
	const struct session *session, *tmp;

	list_for_each(session, tmp, &domain->camera->sessions, link) {
		if (session->domain != domain &&
		    session->kind->streams(session))
			return true;
	}
	return false;
}

void domain_used(struct domain *domain, uint64_t since)
{
	const uint64_t now = domain_now();
	uint64_t usec;

	if (!domain_is_in_the_way(domain))
		return;
	if (budget_spend(&domain->budget, now, now - since) || domain->waits)
		return;

	usec = budget_wait(&domain->budget, now);
	domain_wait(domain, usec);
	log_guest(&domain->limit,
		  "guest %s kept the camera too busy: it waits %u ms",
		  domain->guest.name, (unsigned int)(usec / 1000));
}
