// SPDX-License-Identifier: GPL-2.0-only
#include "camera/report.h"

#include <errno.h>
#include <event2/event.h>

#include "base/wakeups.h"
#include "camera/camera.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Told in one round of the loop; each asks the driver for its rate. */
#define REPORT_SESSIONS_PER_ROUND 32

static const struct timeval report_soon = { 0 };
static const struct timeval report_later = { .tv_usec = 20000 };

static void report_send(struct camera *camera, void *message, size_t len)
{
	struct iovec iov = { message, len };

	if (camera->daemon)
		link_send(camera->daemon, &iov, 1, NULL, 0);
}

/* Sessions have rising numbers, and are listed in their order. */
static struct session *report_next(const struct camera *camera)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &camera->sessions, link) {
		if (session->serial > camera->report.told)
			return session;
	}
	return NULL;
}

static void report_session(struct session *session)
{
	struct camera_session_report message = {
		.hdr.type = CAMERA_SESSION_REPORT,
		.serial = session->serial,
		.streaming = session->kind->streams(session),
	};

	session->kind->report(session, &message);
	report_send(session->camera, &message, sizeof(message));
}

static void report_camera(struct camera *camera)
{
	const struct stream *stream = &camera->stream;
	struct camera_report message = {
		.hdr.type = CAMERA_REPORT,
		.tag = camera->report.tag,
		.mode_pinned = mode_is_pinned(&camera->mode),
		.slots = stream->pool.num_slots,
		.queued = stream->frames.num_queued,
		.captured = stream->captured,
		.lost = stream->lost,
		.wakeups = wakeups_count(),
	};

	if (mode_current(&camera->mode, &message.mode))
		message.mode = (struct camera_mode){ 0 };
	report_send(camera, &message, sizeof(message));
}

static void report_begin(struct camera *camera, uint32_t tag)
{
	camera->report.busy = true;
	camera->report.tag = tag;
	camera->report.told = 0;
	event_add(camera->report.more, &report_soon);
}

static void report_end(struct camera *camera)
{
	struct report *report = &camera->report;

	report_camera(camera);
	report->busy = false;
	if (report->again) {
		report->again = false;
		report_begin(camera, report->next_tag);
	}
}

static void report_more(evutil_socket_t fd, short what, void *arg)
{
	struct camera *camera = arg;
	struct report *report = &camera->report;
	struct session *session;

	if (!camera->daemon)
		return;
	for (int i = 0; i < REPORT_SESSIONS_PER_ROUND; i++) {
		/* What it must be told, it must be told: this can wait. */
		if (link_is_behind(camera->daemon)) {
			event_add(report->more, &report_later);
			return;
		}
		session = report_next(camera);
		if (!session) {
			report_end(camera);
			return;
		}
		report->told = session->serial;
		report_session(session);
	}
	event_add(report->more, &report_soon);
}

int report_init(struct camera *camera)
{
	camera->report = (struct report){ 0 };
	camera->report.more = evtimer_new(camera->base, report_more, camera);
	return camera->report.more ? 0 : -ENOMEM;
}

void report_finish(struct camera *camera)
{
	if (camera->report.more)
		event_free(camera->report.more);
	camera->report.more = NULL;
}

void report_query(struct camera *camera, uint32_t tag)
{
	struct report *report = &camera->report;

	if (!report->busy) {
		report_begin(camera, tag);
		return;
	}
	report->again = true;
	report->next_tag = tag;
}
