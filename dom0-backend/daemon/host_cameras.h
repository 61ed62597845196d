/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host_cameras.h - the host's capture nodes, for a vmediad without `cameras`.
 *
 * Only vmedia-camera touches a camera's device, also to ask what it is: this
 * runs `vmedia-camera --list` now, and again whenever a video node appears.
 *
 * Thread: the event loop's.
 */
#ifndef DAEMON_HOST_CAMERAS_H
#define DAEMON_HOST_CAMERAS_H

struct event_base;
struct host_cameras;
struct spawner;

/**
 * host_cameras_create() - begin to look
 * @base: borrowed
 * @spawner: borrowed
 * @program: path of vmedia-camera; borrowed
 * @found: called for each node of each list, in order: with its path and its
 *         name in /dev
 * @owner: first parameter of @found
 * @out: owned by the caller on success, untouched on failure
 * Return: 0 or -errno.
 */
int host_cameras_create(struct event_base *base, struct spawner *spawner,
			const char *program,
			void (*found)(void *owner, const char *path,
				      const char *name),
			void *owner, struct host_cameras **out);

/** host_cameras_destroy() - NULL is fine. */
void host_cameras_destroy(struct host_cameras *cameras);

#endif /* DAEMON_HOST_CAMERAS_H */
