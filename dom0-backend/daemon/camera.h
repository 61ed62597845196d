/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera.h - the cameras, each with its vmedia-camera process.
 *
 * A camera stays once it is known: when its process dies or its device is
 * unplugged it is absent, and keeps what it was, so that the guests' devices
 * need not change.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_CAMERA_H
#define DAEMON_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/log.h"
#include "daemon/process.h"
#include "ipc/daemon_proto.h"

struct cameras;

/**
 * struct camera - one
 * @cameras: where it belongs
 * @name: owned, unique
 * @source: owned
 * @process_name: for the log
 * @identity: as vmedia-camera told it last
 */
struct camera {
	struct list link; /* on cameras->list, in order */
	struct cameras *cameras;
	char *name;
	char *source;
	char process_name[64];
	struct process process;
	struct camera_identity identity;
};

/**
 * struct cameras_ops - what the cameras tell their owner
 * @changed: a camera's identity is another
 * @stopped: cameras_stop() is done
 */
struct cameras_ops {
	void (*changed)(void *owner, struct camera *camera);
	void (*stopped)(void *owner);
};

/**
 * struct cameras - all of them
 * @host: how to run vmedia-camera; borrowed
 * @program: path of vmedia-camera; borrowed
 * @log_level: for it
 */
struct cameras {
	struct list list; /* struct camera, in order */
	const struct process_host *host;
	const char *program;
	enum log_level log_level;
	const struct cameras_ops *ops;
	void *owner;
	bool stopping;
};

/** cameras_init() - none yet; all but the structure itself is borrowed */
void cameras_init(struct cameras *cameras, const struct process_host *host,
		  const char *program, enum log_level log_level,
		  const struct cameras_ops *ops, void *owner);

/** cameras_finish() - forget them all; processes see end of file */
void cameras_finish(struct cameras *cameras);

/** cameras_stop() - end all processes; stopped() follows, maybe at once */
void cameras_stop(struct cameras *cameras);

/** cameras_running() - true if a process is left */
bool cameras_running(const struct cameras *cameras);

/**
 * cameras_add() - one more, at the end; its process is started
 * Return: 0; -EEXIST if there is one of that name; -ENOMEM.
 */
int cameras_add(struct cameras *cameras, const char *name, const char *source);

/** cameras_find() - by name; NULL if there is none */
struct camera *cameras_find(struct cameras *cameras, const char *name);

/** cameras_nth() - by position, from 0; NULL if there are not so many */
struct camera *cameras_nth(struct cameras *cameras, unsigned int number);

/** camera_present() - it can be opened now. NULL is fine, and is absent. */
bool camera_present(const struct camera *camera);

/**
 * camera_introduce() - a session begins
 * @message: complete but for its header
 * @fd: the camera's end of the session's socket; borrowed
 * Return: 0; -ENODEV if the process cannot be told; -EBUSY if it has yet to
 * read of too many others: guests that open and close as fast as they can must
 * not make it look dead.
 */
int camera_introduce(struct camera *camera, struct camera_session *message,
		     int fd);

/**
 * camera_end_session() - a session is over, whatever its guest's process does
 * @error: positive errno for the guest; 0 if it closed the session itself
 */
void camera_end_session(struct camera *camera, uint64_t serial,
			unsigned int error);

#endif /* DAEMON_CAMERA_H */
