/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * granted.h - which guest may still see which camera's slots.
 *
 * What was granted is not easily taken back: a guest may keep slots mapped when
 * its session is over, and when its process is. So that is remembered until it
 * is known to have ended: the process says so, or the domain is gone. Until then
 * its memory is kept (daemon/kept.h), also when the camera has another. A guest that has lost the camera - it was evicted,
 * the configuration took it away, an exclusive camera went to another - and does
 * not let go costs the camera its memory: CAMERA_RENEW, after a moment in which
 * the guest can let go; at once if its process died, which alone could tell.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_GRANTED_H
#define DAEMON_GRANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "ipc/daemon_proto.h"

struct broker;
struct camera;
struct event;
struct guest;
struct link_message;
struct session;

/**
 * struct granted - all that guests may see
 * @timer: granted_review() is due
 * @grace_ms: that a guest which has lost a camera has to let go
 */
struct granted {
	struct list list; /* of sessions, in order of GRANTED */
	struct event *timer;
	unsigned int grace_ms;
};

/** granted_init() - nothing yet. Return: 0 or -ENOMEM. */
int granted_init(struct broker *broker);

/** granted_finish() - forget it all; zeroed memory is fine */
void granted_finish(struct granted *granted);

/**
 * granted_add() - a guest's process says which slots its guest can see
 * @msg: a struct guest_granted; descriptors that are kept are taken out of it
 * Return: false if that cannot be: it has no such session, or none that goes on
 * and says that the guest sees more than before, or brings no descriptors, others
 * than of dma-bufs, or more than a domain can have. If others have used up the
 * room (kept_has_room()) that is remembered, too, but its memory is not kept.
 */
bool granted_add(struct broker *broker, struct guest *guest,
		 const struct link_message *msg);

/** granted_has_room() - @guest's process may grant as much as one can */
bool granted_has_room(const struct broker *broker, const struct guest *guest);

/** granted_remove() - it can see none any more; @serial may be of nothing that is
 * known */
void granted_remove(struct broker *broker, const struct guest *guest,
		    uint64_t serial);

/** granted_process_gone() - nobody will tell any more what @guest still sees */
void granted_process_gone(struct broker *broker, struct guest *guest);

/** granted_camera_gone() - @camera's process is no more, or all of it: what a
 * guest sees of it is nobody's any more */
void granted_camera_gone(struct broker *broker, const struct camera *camera);

/** granted_evict() - a guest shall see nothing of @session any more */
void granted_evict(struct broker *broker, const struct session *session);

/**
 * granted_evict_guest() - nor what it kept of sessions that are over
 * @camera: NULL: of all cameras
 * Return: of how many sessions that was.
 */
unsigned int granted_evict_guest(struct broker *broker,
				 const struct guest *guest,
				 const struct camera *camera);

/**
 * granted_review() - see who has lost a camera, and renew those that are due
 *
 * To be called when sessions end, the configuration is another, domains go; and
 * before an exclusive camera is told of a session.
 */
void granted_review(struct broker *broker);

#endif /* DAEMON_GRANTED_H */
