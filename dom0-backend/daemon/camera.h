/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * camera.h - the cameras, each with its vmedia-camera process.
 *
 * A camera stays once it is known: when its process dies or its device is
 * unplugged it is absent, and keeps what it was, so that the guests' devices
 * need not change. Only a configuration that is read again takes one away.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_CAMERA_H
#define DAEMON_CAMERA_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"
#include "base/log.h"
#include "daemon/process.h"
#include "daemon/quota.h"
#include "ipc/daemon_proto.h"

struct cameras;
struct config_camera;

/**
 * struct camera - one
 * @cameras: where it belongs
 * @name: owned, unique
 * @source: what its process was started with; owned
 * @next_source: what it is to be started with; NULL: @source; owned
 * @process_name: for the log
 * @identity: as vmedia-camera told it last
 * @retired: not in the configuration any more: takes no more sessions
 * @exclusive: one domain at a time
 * @exclusive_refused: how often another one came
 * @transfer: how its frames may reach guests
 * @primary_name: name or uuid of the domain that the configuration names as
 *                primary; NULL: none; owned
 * @primary_named: domid that vmediactl named; CAMERA_NO_PRIMARY: none
 * @settings: what its process is told; @settings.primary is the primary
 * @clients: live sessions
 * @bytes: per second, of all streams
 * @report: what its process told last
 * @reported: when, CLOCK_MONOTONIC; 0: never
 * @stale: it has not answered the latest question for @report
 * @asked: tag of that question; 0: none was asked
 * @answered: tag of the last one that was answered
 * @states: that it told in @second, CLOCK_MONOTONIC
 * @log: for what its process or guests can repeat
 */
struct camera {
	struct list link; /* on cameras->list, in order */
	struct cameras *cameras;
	char *name;
	char *source;
	char *next_source;
	char process_name[64];
	struct process process;
	struct camera_identity identity;
	bool retired;
	bool exclusive;
	uint64_t exclusive_refused;
	enum transfer_policy transfer;
	char *primary_name;
	uint32_t primary_named;
	struct camera_settings settings;
	struct quota clients;
	struct quota bytes;
	struct camera_report report;
	struct timespec reported;
	bool stale;
	uint32_t asked;
	uint32_t answered;
	unsigned int states;
	time_t second;
	struct log_limit log;
};

/**
 * struct cameras_ops - what the cameras tell their owner
 * @changed: a camera's identity is another
 * @gone: a camera's process is no more, and so are all sessions on it
 * @admit: a session wants so many bytes/s; camera_admitted() follows
 * @rate: a session needs only so many from now on
 * @closed: a session is over
 * @session_report: what a session was offered. Any serial here and above may
 *                  be of no session on that camera.
 * @reported: a camera's report is new
 * @idle: a camera that camera_stop() was called for has stopped
 * @stopped: cameras_stop() is done
 */
struct cameras_ops {
	void (*changed)(void *owner, struct camera *camera);
	void (*gone)(void *owner, struct camera *camera);
	void (*admit)(void *owner, struct camera *camera, uint64_t serial,
		      uint64_t bytes);
	void (*rate)(void *owner, struct camera *camera, uint64_t serial,
		     uint64_t bytes);
	void (*closed)(void *owner, struct camera *camera, uint64_t serial);
	void (*session_report)(void *owner, struct camera *camera,
			       const struct camera_session_report *report);
	void (*reported)(void *owner, struct camera *camera);
	void (*idle)(void *owner, struct camera *camera);
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
 * @config: borrowed for the time of the call
 * Return: 0; -EEXIST if there is one of that name; -ENOMEM.
 */
int cameras_add(struct cameras *cameras, const struct config_camera *config);

/** cameras_find() - by name; NULL if there is none */
struct camera *cameras_find(struct cameras *cameras, const char *name);

/**
 * cameras_nth() - by position among those that are not retired, from 0; NULL if
 * there are not so many
 */
struct camera *cameras_nth(struct cameras *cameras, unsigned int number);

/**
 * camera_configure() - the configuration says this of a known camera now
 * @config: borrowed for the time of the call; NULL: nothing, it is retired
 *
 * All but another source holds at once; that one, from the process's next start.
 * Return: 0 or -ENOMEM: nothing changed.
 */
int camera_configure(struct camera *camera, const struct config_camera *config);

/** camera_start() - start its process; harmless if it runs or is about to */
void camera_start(struct camera *camera);

/** camera_stop() - end its process; it is absent at once, idle() follows */
void camera_stop(struct camera *camera);

/** camera_is_idle() - no process of it is left, nor one to be started */
bool camera_is_idle(const struct camera *camera);

/** camera_destroy() - forget one; its process sees end of file */
void camera_destroy(struct camera *camera);

/** camera_present() - it can be opened now. NULL is fine, and is absent. */
bool camera_present(const struct camera *camera);

/** camera_is_behind() - its process has yet to read of much: see link.h */
bool camera_is_behind(const struct camera *camera);

/** camera_set_primary() - @domid or CAMERA_NO_PRIMARY; told if it is new */
void camera_set_primary(struct camera *camera, uint32_t domid);

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

/** camera_tell_guest() - what a guest may do is another */
void camera_tell_guest(struct camera *camera, const struct camera_guest *guest);

/** camera_renew() - who still sees its slots shall see no more pictures: see
 * struct camera_renew */
void camera_renew(struct camera *camera);

/** camera_admitted() - answer admit(); @error: 0 or a positive errno */
void camera_admitted(struct camera *camera, uint64_t serial,
		     unsigned int error);

/**
 * camera_query() - ask for reports; they come with @tag, which rises
 * Return: false if its process cannot be asked.
 */
bool camera_query(struct camera *camera, uint32_t tag);

/**
 * camera_end_session() - a session is over, whatever its guest's process does
 * @error: positive errno for the guest; 0 if it closed the session itself
 */
void camera_end_session(struct camera *camera, uint64_t serial,
			unsigned int error);

#endif /* DAEMON_CAMERA_H */
