/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - the guests, each with its devices and its vmedia-guest process.
 *
 * The life of a device's node:
 *
 *   xl creates it     state 1   claim it: ATTACH to the guest's process
 *   LIVE              state 4   and `ioreq-server`, for whoever comes after us
 *   the process dies  state 4   start it again by that record; vCPUs wait for
 *                               it, they are not lost
 *   xl takes it down  state 5   STOP; once the process has ended nothing of the
 *                               guest is mapped:
 *                     state 6   once, and libxl removes the node
 *
 * All devices of a guest go together: xl has no hotplug for them.
 *
 * Errors: 0 or a negative errno. Thread: the event loop's.
 */
#ifndef DAEMON_GUEST_H
#define DAEMON_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"
#include "base/log.h"
#include "daemon/exporters.h"
#include "daemon/process.h"
#include "daemon/quota.h"
#include "daemon/xenstore.h"
#include "ipc/daemon_proto.h"

struct config_domain;
struct device;
struct event;
struct guest;
struct guests;
struct link_message;
struct xen_windows;

/**
 * struct guest - a domain with nodes
 * @process_name: for the log
 * @process: runs if a device is claimed
 * @id: valid if a device is claimed
 * @domain: what the configuration says of it; NULL: nothing; borrowed
 * @limits: quotas, as they hold now
 * @sessions: one of them, and what is used of it
 * @bytes: likewise
 * @questions: that it asked in @second, CLOCK_MONOTONIC
 * @lost: bytes of cameras' slots that it may still see, and no process of it can
 *        tell; what it has of `memory` is so much less
 * @no_pages: when there was no memory for its windows, CLOCK_MONOTONIC; 0:
 *            never
 * @report: what its process told last
 * @reported: when, CLOCK_MONOTONIC; 0: never
 * @stale: it has not answered the latest question for @report
 * @asked: tag of that question; 0: none was asked
 * @answered: tag of the last one that was answered
 * @log: lines that it can cause
 * @refusals: of these, what a quota refused: the others must not hide it
 * @ioreq_server: -1 until there is one
 * @exporter: by what its process grants slots, owned; -1: nothing
 * @grants: its process was started so that it can use them
 * @grant_slots: and so that it can grant cameras' slots
 * @writable_slots: also for writing, to a guest that is trusted not to
 * @served: a device was claimed
 * @leaving: its devices are being taken down
 * @released: and nothing of the guest is held any more
 */
struct guest {
	struct list link; /* on guests->list */
	struct guests *guests;
	unsigned int domid;
	struct domain_identity id;
	char process_name[80];
	struct process process;
	struct list devices; /* struct device, by devid */
	const struct config_domain *domain;
	struct quota_limits limits;
	struct quota sessions;
	struct quota bytes;
	uint64_t questions;
	time_t second;
	uint64_t lost;
	struct timespec no_pages;
	struct guest_report report;
	struct timespec reported;
	bool stale;
	uint32_t asked;
	uint32_t answered;
	struct log_limit log;
	struct log_limit refusals;
	int ioreq_server;
	int exporter;
	bool grants;
	bool grant_slots;
	bool writable_slots;
	bool served;
	bool leaving;
	bool released;
};

/**
 * struct guests_ops - what the guests tell their owner
 * @served: the first device of a guest is claimed: set its policy and quota
 * @claimed: set the device's camera
 * @open: the guest opens a device; guest_answer() follows, now or later
 * @closed: a session is over. Return false if the guest has no such session.
 * @granted: a struct guest_granted: the guest can see slots of a camera;
 *           descriptors that are kept are taken out. Return false if it cannot be.
 * @ungranted: not any more; the serial may be of nothing that is known
 * @gone: the process is no more, and so are all sessions of the guest
 * @session_report: what a session got; the serial may be of no session of it
 * @reported: a guest's report is new
 * @stopped: guests_stop() is done
 */
struct guests_ops {
	void (*served)(void *owner, struct guest *guest);
	void (*claimed)(void *owner, struct device *device);
	void (*open)(void *owner, struct device *device, uint32_t tag);
	bool (*closed)(void *owner, struct guest *guest, uint64_t serial);
	bool (*granted)(void *owner, struct guest *guest,
			const struct link_message *msg);
	void (*ungranted)(void *owner, struct guest *guest, uint64_t serial);
	void (*gone)(void *owner, struct guest *guest);
	void (*session_report)(void *owner, struct guest *guest,
			       const struct guest_session_report *report);
	void (*reported)(void *owner, struct guest *guest);
	void (*stopped)(void *owner);
};

/**
 * struct guests - all of them
 * @store: borrowed; set before guests_update()
 * @windows: likewise
 * @host: how to run vmedia-guest; borrowed
 * @program: path of vmedia-guest; borrowed
 * @log_level: for it
 * @exporters: of guests whose process was stopped
 */
struct guests {
	struct list list; /* struct guest, in order of appearance */
	struct store *store;
	struct xen_windows *windows;
	const struct process_host *host;
	const char *program;
	enum log_level log_level;
	const struct guests_ops *ops;
	void *owner;
	struct event *look; /* guests_update() is due */
	struct exporters exporters;
	bool stopping;
};

/**
 * guests_init() - none yet; all but the structure itself is borrowed
 * Return: 0 or -ENOMEM.
 */
int guests_init(struct guests *guests, const struct process_host *host,
		 const char *program, enum log_level log_level,
		 const struct guests_ops *ops, void *owner);

/** guests_finish() - forget them all; processes see end of file */
void guests_finish(struct guests *guests);

/** guests_find() - the guest of that domain, borrowed; NULL: none */
struct guest *guests_find(const struct guests *guests, unsigned int domid);

/** guests_update() - look at all nodes, and do what is to be done */
void guests_update(struct guests *guests);

/**
 * guests_stop() - end all processes, but leave nodes and IOREQ servers for a
 * successor; stopped() follows, maybe at once
 */
void guests_stop(struct guests *guests);

/** guests_running() - true if a process is left */
bool guests_running(const struct guests *guests);

/** guest_live() - its process says that a device answers, by that server */
void guest_live(struct guest *guest, struct device *device,
		unsigned int ioreq_server);

/**
 * guest_answer() - answer open()
 * @answer: complete but for its header
 * @fd: the guest's end of the session's socket; borrowed; -1 on error
 *
 * A process that cannot be answered is gone, or is made to go: gone() follows.
 */
void guest_answer(struct guest *guest, struct guest_session *answer, int fd);

/** guest_set_limits() - quotas, from now on; its process is told */
void guest_set_limits(struct guest *guest, const struct quota_limits *limits);

/** guest_set_lost() - see @lost of struct guest; its process is told */
void guest_set_lost(struct guest *guest, uint64_t bytes);

/**
 * guest_query() - ask for reports; they come with @tag, which rises
 * Return: false if its process cannot be asked.
 */
bool guest_query(struct guest *guest, uint32_t tag);

/** guest_is_served() - it has, or had, a process of ours, and is not leaving */
bool guest_is_served(const struct guest *guest);

#endif /* DAEMON_GUEST_H */
