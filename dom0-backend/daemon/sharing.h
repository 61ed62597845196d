/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sharing.h - what cameras and guests are told of who may do what.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_SHARING_H
#define DAEMON_SHARING_H

#include "ipc/daemon_proto.h"

struct broker;
struct camera;
struct guest;

/**
 * sharing_describe() - what a domain may do on a camera
 * @guest: NULL: dom0
 */
void sharing_describe(const struct broker *broker, const struct camera *camera,
		      const struct guest *guest, struct camera_guest *out);

/**
 * sharing_transfer() - how frames of a camera may reach a guest
 * @camera: NULL: of any
 */
enum transfer_policy sharing_transfer(const struct camera *camera,
				      const struct guest *guest);

/** sharing_tell_guest() - what @guest may do is another: tell the cameras that
 * it has open */
void sharing_tell_guest(struct broker *broker, const struct guest *guest);

/**
 * sharing_update_primary() - sessions of @camera, or domains, came or went
 *
 * To be called before the camera is told of a session, lest the guest's first
 * word arrives before its role does.
 */
void sharing_update_primary(struct broker *broker, struct camera *camera);

/** sharing_update_primaries() - the same of all cameras */
void sharing_update_primaries(struct broker *broker);

#endif /* DAEMON_SHARING_H */
