// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/report_parts.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#include "daemon/broker.h"
#include "daemon/config.h"
#include "daemon/device.h"
#include "daemon/policy.h"
#include "daemon/report_quota.h"
#include "daemon/transfer.h"

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key,
			       text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_flag(struct json_object *object, const char *key, bool flag)
{
	json_object_object_add(object, key, json_object_new_boolean(flag));
}

/* What nobody has told yet is null, not 0. */
static void add_told(struct json_object *object, const char *key,
		     uint64_t number, const struct timespec *told)
{
	json_object_object_add(object, key, told->tv_sec ?
			       json_object_new_uint64(number) : NULL);
}

static void add_process(struct json_object *object,
			const struct process *process)
{
	pid_t pid = process_pid(process);

	add_text(object, "state", process_state_name(process));
	json_object_object_add(object, "pid",
			       pid ? json_object_new_int64(pid) : NULL);
}

struct json_object *report_part_time(const struct timespec *time)
{
	if (time->tv_sec == 0)
		return NULL;
	return json_object_new_int64(time->tv_sec * 1000000LL +
				     time->tv_nsec / 1000);
}

struct json_object *report_part_guest(const struct broker *broker,
				      const struct guest *guest)
{
	struct json_object *object = json_object_new_object();
	const struct guest_report *report = &guest->report;

	add_number(object, "domid", guest->domid);
	add_text(object, "name", guest->id.name);
	add_text(object, "uuid", guest->id.uuid);
	add_process(object, &guest->process);
	add_number(object, "sessions", guest->sessions.used);
	add_number(object, "sessions_limit", guest->sessions.limit);
	add_number(object, "sessions_refused", guest->sessions.refused);
	add_flag(object, "listed", guest->domain != NULL);
	add_number(object, "priority",
		   guest->domain ? guest->domain->priority : 0);
	add_text(object, "transfer",
		 transfer_name(policy_transfer(guest->domain)));
	add_flag(object, "stale", guest->stale);
	json_object_object_add(object, "time",
			       report_part_time(&guest->reported));
	add_told(object, "commands", report->commands, &guest->reported);
	add_told(object, "mapped", report->mapped, &guest->reported);
	add_told(object, "foreign_pages", report->foreign_pages,
		 &guest->reported);
	add_told(object, "granted_pages", report->granted_pages,
		 &guest->reported);
	add_told(object, "copied_pages", report->copied_pages,
		 &guest->reported);
	add_told(object, "granted", report->granted, &guest->reported);
	add_told(object, "lingering", report->lingering, &guest->reported);
	add_number(object, "lost", guest->lost);
	add_told(object, "wakeups", report->wakeups, &guest->reported);
	add_told(object, "hypercalls", report->hypercalls, &guest->reported);
	add_told(object, "interrupts", report->interrupts, &guest->reported);
	json_object_object_add(object, "quotas", report_quota(broker, guest));
	return object;
}

static const char *device_state(const struct device *device)
{
	if (device->closed)
		return "closed";
	if (!device_is_claimed(device))
		return "refused";
	if (device->guest->leaving)
		return "leaving";
	if (device->live)
		return "live";
	return device->attached ? "attaching" : "restarting";
}

struct json_object *report_part_device(const struct broker *broker,
				       const struct device *device)
{
	struct json_object *object = json_object_new_object();
	const struct guest *guest = device->guest;

	add_number(object, "domid", guest->domid);
	add_text(object, "guest", guest->served ? guest->id.name : NULL);
	add_number(object, "devid", device->devid);
	add_text(object, "state", device_state(device));
	if (!device_is_claimed(device))
		return object;
	add_number(object, "base", device->node.base);
	add_number(object, "irq", device->node.irq);
	add_number(object, "window", device->window.base);
	add_number(object, "window_size", device->window.len);
	add_number(object, "window_pages", window_bytes(&device->window));
	add_text(object, "camera", device->camera ? device->camera->name : NULL);
	add_number(object, "sessions",
		   sessions_of_device(&broker->sessions, device));
	return object;
}

static struct json_object *rate(uint32_t numerator, uint32_t denominator)
{
	struct json_object *value;

	if (numerator == 0 || denominator == 0)
		return NULL;
	value = json_object_new_double((double)denominator / numerator);
	/* Not the seventeen digits that a double can have. */
	json_object_set_serializer(value, json_object_double_to_json_string,
				   (void *)"%.2f", NULL);
	return value;
}

/* As V4L2 writes a fourcc */
static void print_format(uint32_t pixelformat, char text[8])
{
	const bool big_endian = pixelformat >> 31;
	int len = 0;

	for (int i = 0; i < 4; i++) {
		char letter = pixelformat >> (8 * i) & 0x7f;

		text[i] = letter > ' ' && letter < 0x7f ? letter : ' ';
		if (text[i] != ' ')
			len = i + 1;
	}
	snprintf(text + len, 8 - len, "%s", big_endian ? "-BE" : "");
}

static struct json_object *mode(const struct camera_mode *mode)
{
	struct json_object *object;
	char format[8];

	if (mode->pixelformat == 0)
		return NULL;
	object = json_object_new_object();
	print_format(mode->pixelformat, format);
	add_text(object, "format", format);
	add_number(object, "width", mode->width);
	add_number(object, "height", mode->height);
	json_object_object_add(object, "rate",
			       rate(mode->numerator, mode->denominator));
	return object;
}

/* What the camera told, unless it has told nothing and can have no other */
static const struct camera_mode *mode_of(const struct camera *camera)
{
	if (camera->report.mode.pixelformat)
		return &camera->report.mode;
	return &camera->settings.mode;
}

static bool has_buffers(const struct session *session)
{
	return session->live && session->at_camera.buffers;
}

static const char *session_state(const struct session *session)
{
	if (!session->live)
		return "over";
	if (session->at_camera.streaming)
		return "streaming";
	return has_buffers(session) ? "buffers" : "open";
}

static void add_offered(struct json_object *object,
			const struct session *session)
{
	const struct camera_session_report *report = &session->at_camera;
	const struct timespec *told = &session->camera_told;

	json_object_object_add(object, "mode", has_buffers(session) ?
			       mode(mode_of(session->camera)) : NULL);
	json_object_object_add(object, "rate",
			       rate(report->numerator, report->denominator));
	add_told(object, "lent", report->lent, told);
	add_told(object, "skipped", report->skipped, told);
	add_told(object, "missed_held", report->missed_held, told);
	add_told(object, "missed_behind", report->missed_behind, told);
	add_told(object, "missed_short", report->missed_short, told);
	add_told(object, "held", session->live ? report->held : 0, told);
}

/* Its process knows only that it is to copy. */
static uint32_t reason_of(const struct session *session)
{
	const uint32_t told = session->at_guest.reason;

	return told == REASON_POLICY && session->no_room ? REASON_ROOM : told;
}

static void add_way(struct json_object *object, const struct session *session)
{
	const struct guest_session_report *report = &session->at_guest;

	add_text(object, "way", transfer_way_name(report->way));
	add_text(object, "why_not_grants",
		 transfer_reason_name(reason_of(session)));
	add_told(object, "copied", report->copied, &session->guest_told);
}

/* dom0's own have no process that tells what arrived. */
static void add_got(struct json_object *object, const struct session *session)
{
	const struct guest_session_report *report = &session->at_guest;
	const struct timespec *told = &session->guest_told;

	if (session->guest) {
		json_object_object_add(object, "time", report_part_time(told));
		add_told(object, "frames", report->frames, told);
	} else {
		json_object_object_add(object, "time",
			report_part_time(&session->camera_told));
		add_told(object, "frames", session->at_camera.lent,
			 &session->camera_told);
	}
	add_told(object, "bytes", report->bytes, told);
	add_told(object, "no_buffer", report->no_buffer, told);
	add_told(object, "failed", report->failed, told);
	add_told(object, "buffers", report->buffers, told);
	add_told(object, "queued", report->queued, told);
}

struct json_object *report_part_session(const struct session *session)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "serial", session->serial);
	add_number(object, "domid", session_domid(session));
	add_text(object, "guest", session_owner(session));
	json_object_object_add(object, "devid", session->device ?
			       json_object_new_int64(session->device->devid) :
			       NULL);
	add_text(object, "camera", session->camera->name);
	add_number(object, "age", session_age(session));
	add_text(object, "state", session_state(session));
	add_number(object, "bandwidth", session->bytes);
	add_offered(object, session);
	add_got(object, session);
	add_way(object, session);
	return object;
}

static struct json_object *primary(const struct broker *broker,
				   const struct camera *camera)
{
	struct json_object *object = json_object_new_object();
	const uint32_t domid = camera->settings.primary;
	const bool nobody = domid == CAMERA_NO_PRIMARY;
	const struct guest *guest = guests_find(&broker->guests, domid);
	const char *by = nobody ? NULL : "automatic";

	if (!nobody && domid == camera->primary_named)
		by = "vmediactl";
	else if (camera->primary_name)
		by = "configuration";
	json_object_object_add(object, "domid", nobody ? NULL :
			       json_object_new_int64(domid));
	add_text(object, "guest",
		 guest && guest->served ? guest->id.name : NULL);
	add_text(object, "by", by);
	add_text(object, "configured", camera->primary_name);
	return object;
}

static struct json_object *keepers(const struct broker *broker,
				   const struct camera *camera)
{
	struct json_object *serials = json_object_new_array();
	const struct session *session, *tmp;

	list_for_each(session, tmp, &broker->sessions.list, link) {
		if (session->camera == camera && has_buffers(session))
			json_object_array_add(serials, json_object_new_uint64(
				session->serial));
	}
	return serials;
}

static void add_sharing(struct json_object *object, const struct broker *broker,
			const struct camera *camera)
{
	add_text(object, "share", camera->exclusive ? "exclusive" : "shared");
	add_number(object, "share_refused", camera->exclusive_refused);
	add_text(object, "transfer", transfer_name(camera->transfer));
	add_number(object, "granted_slots", camera->settings.slots);
	add_flag(object, "retired", camera->retired);
	add_flag(object, "pinned", camera->settings.mode.pixelformat != 0);
	json_object_object_add(object, "mode", mode(mode_of(camera)));
	json_object_object_add(object, "keepers", keepers(broker, camera));
	json_object_object_add(object, "primary", primary(broker, camera));
	add_number(object, "clients_limit", camera->clients.limit);
	add_number(object, "clients_refused", camera->clients.refused);
	add_number(object, "bandwidth", camera->bytes.used);
	add_number(object, "bandwidth_limit", camera->bytes.limit);
	add_number(object, "bandwidth_refused", camera->bytes.refused);
}

struct json_object *report_part_camera(const struct broker *broker,
				       const struct camera *camera)
{
	struct json_object *object = json_object_new_object();
	const struct timespec *told = &camera->reported;

	add_text(object, "name", camera->name);
	add_text(object, "source", camera->source);
	add_flag(object, "present", camera_present(camera));
	add_text(object, "card", camera->identity.card);
	add_process(object, &camera->process);
	add_number(object, "sessions", camera->clients.used);
	add_sharing(object, broker, camera);
	add_flag(object, "stale", camera->stale);
	json_object_object_add(object, "time", report_part_time(told));
	add_told(object, "captured", camera->report.captured, told);
	add_told(object, "lost", camera->report.lost, told);
	add_told(object, "slots", camera->report.slots, told);
	add_told(object, "queued", camera->report.queued, told);
	add_told(object, "wakeups", camera->report.wakeups, told);
	return object;
}
