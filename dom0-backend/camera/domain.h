/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - a guest at this camera: what it may do, and its sessions.
 *
 * It lives as long as it has sessions, and then until it has recovered from what
 * it used of the loop's time, seconds at most. dom0's own sessions have nothing to do with each other: each is a
 * domain of its own.
 *
 * Thread: the event loop's.
 */
#ifndef CAMERA_DOMAIN_H
#define CAMERA_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/log.h"
#include "camera/budget.h"
#include "ipc/daemon_proto.h"

struct camera;
struct event;
struct session;

/**
 * struct domain - a guest
 * @link: on the camera's domains
 * @camera: borrowed
 * @guest: what it may do, by the newest word of vmediad
 * @sessions: of struct session, by their of_domain
 * @budget: of the loop's time
 * @wait: it has used that up, and is not heard until then; without sessions: it
 *        is remembered until then
 * @waits: it is not heard
 * @limit: of what it was refused, in the log
 */
struct domain {
	struct list link;
	struct camera *camera;
	struct camera_guest guest;
	struct list sessions;
	struct budget budget;
	struct event *wait;
	bool waits;
	struct log_limit limit;
};

/**
 * domain_get() - that of a guest; a new one if it has no session
 * @guest: its newest description, checked and copied
 * @out: untouched on failure. Who joins no session to it calls domain_put().
 * Return: 0; -EINVAL if @guest makes no sense; -ENOMEM.
 */
int domain_get(struct camera *camera, const struct camera_guest *guest,
	       struct domain **out);

/** domain_put() - free it if it has no session; now, or when its budget is whole
 * again
 */
void domain_put(struct domain *domain);

/** domain_forget_all() - free what is left. No domain has a session. */
void domain_forget_all(struct camera *camera);

/** domain_join() - @session is the domain's from now on */
void domain_join(struct domain *domain, struct session *session);

/** domain_leave() - it is no more, and the domain is gone if it was the last */
void domain_leave(struct session *session);

/**
 * domain_changed() - vmediad has a new word on a guest
 * @guest: for the sessions that it has; nothing happens if it has none
 * Return: 0; -EINVAL if @guest makes no sense.
 */
int domain_changed(struct camera *camera, const struct camera_guest *guest);

/** domain_is_primary() - may it write what all share? dom0 never may. */
bool domain_is_primary(const struct domain *domain);

/**
 * domain_may_have_buffers() - quota `streams`
 * @session: of @domain, about to have buffers
 */
bool domain_may_have_buffers(struct domain *domain,
			     const struct session *session);

/** domain_memory_left() - quota `memory`: bytes that buffers of its direct
 * sessions may still be */
uint64_t domain_memory_left(const struct domain *domain);

/**
 * domain_used() - a session of the domain made the loop busy
 * @since: from then until now, as domain_now() told
 *
 * If that was more than its share while others stream, its sessions are not
 * heard for a while; frames and events still go to them.
 */
void domain_used(struct domain *domain, uint64_t since);

/** domain_now() - microseconds, of no particular beginning */
uint64_t domain_now(void);

#endif /* CAMERA_DOMAIN_H */
