/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * open.h - sessions begin and end: who may have one, and what is free again
 * when it is over. Quotas come free exactly once, whoever ends it.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_OPEN_H
#define DAEMON_OPEN_H

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct camera;
struct device;
struct guest;
struct session;

/**
 * open_by_guest() - begin a session of @device, and answer with @tag
 * Return: 0; on failure there is nothing, and nothing was answered: -ENODEV no
 * camera; -EBUSY quota `sessions`, the camera's `clients`, an exclusive camera
 * that another domain has, one that is about to change, or is behind.
 */
int open_by_guest(struct broker *broker, struct device *device, uint32_t tag);

/**
 * open_by_dom0() - begin a session of dom0's own
 * @fd: its socket, owned by the caller
 * Return: as open_by_guest().
 */
int open_by_dom0(struct broker *broker, struct camera *camera, int *fd);

/** open_closed_by_guest() - its process says so. Return: false if it has no
 * such session. */
bool open_closed_by_guest(struct broker *broker, struct guest *guest,
			  uint64_t serial);

/** open_closed_by_camera() - it says so; @serial may be of no session on it */
void open_closed_by_camera(struct broker *broker, struct camera *camera,
			   uint64_t serial);

/** open_guest_gone() - and so are all its sessions */
void open_guest_gone(struct broker *broker, struct guest *guest);

/** open_camera_gone() - its sessions are over; guests may still have their
 * files open */
void open_camera_gone(struct broker *broker, struct camera *camera);

/** open_evict() - end @session at its camera; dom0's own is gone after it */
void open_evict(struct broker *broker, struct session *session);

#endif /* DAEMON_OPEN_H */
