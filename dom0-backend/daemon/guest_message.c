// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/guest_message.h"

#include <time.h>

#include "daemon/device.h"
#include "daemon/guest.h"
#include "daemon/populate.h"
#include "ipc/link.h"

#define MAX_IOREQ_SERVER 0xffff

/* At once, after we were busy: what rings of commands have room for */
#define MOST_QUESTIONS_WAITING 1024

static void broke_the_rules(struct guest *guest, const char *how)
{
	/* More of it may have been sent before it is killed. */
	if (log_allowed(&guest->log))
		log_error("%s %s: killing it", guest->process_name, how);
	process_kill(&guest->process);
}

static void on_live(struct guest *guest, const struct guest_live *live)
{
	struct device *device = device_find(guest, live->devid);

	if (!device || !device->attached ||
	    live->ioreq_server > MAX_IOREQ_SERVER) {
		broke_the_rules(guest, "has an unknown device live");
		return;
	}
	guest_live(guest, device, live->ioreq_server);
}

/*
 * Each is a command of the guest, or one of the few questions that a command
 * causes, and its process lets no more through. One that a guest took over would
 * keep the cameras and us busy, and others from opening.
 */
static bool asks_too_often(struct guest *guest)
{
	const uint64_t limit = guest->limits.limit[QUOTA_COMMANDS];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (guest->second != now.tv_sec)
		guest->questions = 0;
	guest->second = now.tv_sec;
	guest->questions++;
	return limit != 0 &&
	       guest->questions > 2 * limit + MOST_QUESTIONS_WAITING;
}

static void on_open(struct guest *guest, const struct guest_open *open)
{
	struct device *device = device_find(guest, open->devid);

	if (!device || !device->attached) {
		broke_the_rules(guest, "opens an unknown device");
		return;
	}
	if (asks_too_often(guest)) {
		broke_the_rules(guest, "opens more often than its guest may");
		return;
	}
	guest->guests->ops->open(guest->guests->owner, device, open->tag);
}

static void on_populate(struct guest *guest,
			const struct guest_populate *question)
{
	struct device *device = device_find(guest, question->devid);
	struct guest_populated answer = {
		.hdr.type = GUEST_POPULATED,
		.tag = question->tag,
	};

	if (!device || !device->attached) {
		broke_the_rules(guest, "has a window of an unknown device");
		return;
	}
	if (asks_too_often(guest)) {
		broke_the_rules(guest, "asks more often than its guest may");
		return;
	}
	answer.error = -populate(device, question->offset, question->len);
	if (process_send(&guest->process, &answer, sizeof(answer), NULL, 0) < 0)
		process_kill(&guest->process);
}

static void on_closed(struct guest *guest, const struct guest_closed *closed)
{
	if (!guest->guests->ops->closed(guest->guests->owner, guest,
					closed->serial))
		broke_the_rules(guest, "closes an unknown session");
}

static void on_granted(struct guest *guest, const struct link_message *msg)
{
	const struct guests *guests = guest->guests;

	if (asks_too_often(guest))
		broke_the_rules(guest, "grants more often than its guest may");
	else if (!guests->ops->granted(guests->owner, guest, msg))
		broke_the_rules(guest, "grants slots that it cannot have");
}

static void on_ungranted(struct guest *guest,
			 const struct guest_granted *granted)
{
	const struct guests *guests = guest->guests;

	guests->ops->ungranted(guests->owner, guest, granted->serial);
}

static void on_exporter(struct guest *guest, const struct link_message *msg)
{
	if (guest->exporter >= 0) {
		broke_the_rules(guest, "says twice by what it grants");
		return;
	}
	guest->exporter = exporters_take(&guest->guests->exporters, msg);
	if (guest->exporter < 0)
		broke_the_rules(guest, "grants by what cannot be");
}

static void on_report(struct guest *guest, const struct guest_report *report)
{
	if (report->tag <= guest->answered || report->tag > guest->asked) {
		broke_the_rules(guest, "answers what was not asked");
		return;
	}
	guest->answered = report->tag;
	guest->report = *report;
	clock_gettime(CLOCK_MONOTONIC, &guest->reported);
	guest->stale = guest->answered != guest->asked;
	guest->guests->ops->reported(guest->guests->owner, guest);
}

/* A guest may have taken its process over: nothing it says is believed. */
void guest_message(struct guest *guest, const struct link_message *msg)
{
	const struct daemon_header *hdr = msg->data;
	uint32_t type = msg->len >= sizeof(*hdr) ? hdr->type : 0;

	if (type == GUEST_LIVE && msg->len == sizeof(struct guest_live))
		on_live(guest, msg->data);
	else if (type == GUEST_OPEN && msg->len == sizeof(struct guest_open))
		on_open(guest, msg->data);
	else if (type == GUEST_CLOSED && msg->len == sizeof(struct guest_closed))
		on_closed(guest, msg->data);
	else if (type == GUEST_POPULATE &&
		 msg->len == sizeof(struct guest_populate))
		on_populate(guest, msg->data);
	else if (type == GUEST_GRANTED &&
		 msg->len == sizeof(struct guest_granted))
		on_granted(guest, msg);
	else if (type == GUEST_UNGRANTED &&
		 msg->len == sizeof(struct guest_granted))
		on_ungranted(guest, msg->data);
	else if (type == GUEST_EXPORTER &&
		 msg->len == sizeof(struct daemon_header))
		on_exporter(guest, msg);
	else if (type == GUEST_SESSION_REPORT &&
		 msg->len == sizeof(struct guest_session_report))
		guest->guests->ops->session_report(guest->guests->owner, guest,
						   msg->data);
	else if (type == GUEST_REPORT &&
		 msg->len == sizeof(struct guest_report))
		on_report(guest, msg->data);
	else
		broke_the_rules(guest, "sent what is no message");
}
