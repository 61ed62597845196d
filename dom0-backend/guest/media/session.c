// SPDX-License-Identifier: GPL-2.0-only
#include "media/session.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/byteorder.h"
#include "base/util.h"
#include "ipc/link.h"
#include "media/buffers.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/granted.h"
#include "media/lending.h"
#include "virtio/vq.h"

static struct session *find(struct media_device *device, uint32_t id)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &device->sessions, link) {
		if (session->id == id)
			return session;
	}
	return NULL;
}

struct session *session_find(struct media_device *device, uint32_t id)
{
	struct session *session = find(device, id);

	return session && !session->opening && !session->gone ? session : NULL;
}

struct session *session_find_gone(struct media_device *device, uint32_t id)
{
	struct session *session = find(device, id);

	return session && session->gone ? session : NULL;
}

struct session *session_find_opening(struct media_device *device,
				     uint32_t open_tag)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &device->sessions, link) {
		if (session->opening && session->open_tag == open_tag)
			return session;
	}
	return NULL;
}

/*
 * An old id comes back as late as possible, and never while it is taken; in the
 * draft's dialect it never comes back.
 */
static int new_id(struct media_device *device, uint32_t *id)
{
	if (device->next_session_id == 0 && media_device_is_draft(device))
		return -EBUSY;
	do {
		*id = device->next_session_id++;
	} while (find(device, *id));
	return 0;
}

struct queue *session_queue(struct session *session, uint32_t type)
{
	for (unsigned int i = 0; i < session->num_queues; i++) {
		if (session->queues[i].type == type)
			return &session->queues[i];
	}
	return NULL;
}

/* A codec's timestamps are those of what went in; others measure them. */
static uint32_t time_flags(uint32_t caps)
{
	return caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE) ?
		       V4L2_BUF_FLAG_TIMESTAMP_COPY :
		       V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}

/* As the camera is now that there is one: it may be another than at OPEN. */
static void init_queues(struct session *session)
{
	const struct media_device *device = session->device;
	const uint32_t caps = le32_to_cpu(device->config.media.device_caps);
	uint32_t types[LAYOUT_MAX_TYPES];

	session->buffers = device->shared ? &shared_buffers : &direct_buffers;
	session->num_queues = layout_types(caps, types);
	for (unsigned int i = 0; i < session->num_queues; i++) {
		queue_init(&session->queues[i], types[i],
			   device->params.account, device->params.window);
		session->queues[i].time_flags = time_flags(caps);
	}
}

static void session_free(struct session *session)
{
	lending_end(session->lending);
	list_remove(&session->link);
	session->device->num_sessions--;
	free(session);
}

/* Those that are gone, and the driver knows it */
static void bury(struct media_device *device)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &device->sessions, link) {
		if (session->gone && !media_event_waits(&session->broken))
			session_free(session);
	}
}

static int begin_open(struct media_device *device, struct vq_chain *chain)
{
	struct session *session;
	int ret;

	if (vq_chain_writable(chain) < sizeof(struct virtio_media_resp_open))
		return -EINVAL;
	bury(device);
	if (device->num_sessions >= MEDIA_MAX_SESSIONS) {
		log_guest(&device->limit, "%s: more than %d sessions",
			  device->params.name, MEDIA_MAX_SESSIONS);
		return -EBUSY;
	}
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	ret = new_id(device, &session->id);
	if (ret == 0)
		ret = device->params.ops->open(device->params.owner,
					       &session->open_tag);
	if (ret < 0) {
		free(session);
		return ret;
	}
	session->device = device;
	session->opening = chain;
	session->next_tag = 1;
	list_init(&session->commands);
	media_event_init(&session->broken);
	session_init_events(session);
	list_append(&device->sessions, &session->link);
	device->num_sessions++;
	return 0;
}

void session_open(struct media_device *device, struct vq_chain *chain)
{
	const int ret = begin_open(device, chain);

	if (ret < 0)
		chain_answer(chain, ret);
}

static void answer_open(struct session *session)
{
	const struct virtio_media_resp_open resp = {
		.session_id = cpu_to_le32(session->id),
	};

	(void)vq_chain_write(session->opening, &resp, sizeof(resp));
	vq_chain_complete(session->opening);
	session->opening = NULL;
}

/* Numbers of another process go to the guest only if they are error numbers. */
static int checked_error(uint32_t error)
{
	return error < 4096 ? -(int)error : -EIO;
}

void session_opened(struct session *session, const struct guest_session *answer,
		    int *fd)
{
	struct media_device *device = session->device;
	int ret = checked_error(answer->error);

	assert(session->opening);
	if (ret == 0) {
		session->serial = answer->serial;
		session->transfer = answer->transfer;
		init_queues(session);
		ret = granted_begin(session);
		if (ret == 0) {
			ret = camera_connect(session, *fd);
			*fd = -1;
		}
		if (ret < 0)
			device->params.ops->closed(device->params.owner,
						   session->serial);
	}
	if (ret < 0) {
		log_guest(&device->limit, "%s: no session: error %d",
			  device->params.name, -ret);
		chain_answer(session->opening, ret);
		session_free(session);
		return;
	}
	if (log_allowed(&device->limit))
		log_info("%s: session %u (%" PRIu64 ") opened",
			 device->params.name, session->id, session->serial);
	answer_open(session);
}

static void answer_commands(struct session *session, int ret)
{
	struct command *command, *tmp;

	list_for_each(command, tmp, &session->commands, link)
		command_answer(command, ret);
}

/* End what an open session has, and a broken one has not. */
static void disconnect(struct session *session, uint32_t error)
{
	struct media_device *device = session->device;

	link_destroy(session->camera);
	session->camera = NULL;
	for (unsigned int i = 0; i < session->num_queues; i++)
		queue_finish(&session->queues[i]);
	buffers_let_go(session);
	answer_commands(session, -(int)error);
	device->params.ops->closed(device->params.owner, session->serial);
}

void session_break(struct session *session, uint32_t error)
{
	struct media_device *device = session->device;

	assert(session->camera && error > 0);
	log_guest(&device->limit, "%s: session %u broke: error %u",
		  device->params.name, session->id, error);
	session->error = error;
	disconnect(session, error);
	session->broken.len = sizeof(session->broken.error);
	session->broken.error = (struct virtio_media_event_error){
		.hdr.event = cpu_to_le32(VIRTIO_MEDIA_EVT_ERROR),
		.hdr.session_id = cpu_to_le32(session->id),
		.error = cpu_to_le32(error),
	};
	events_post(&device->events, &session->broken);
	if (media_device_is_draft(device)) {
		session_withdraw_events(session, V4L2_EVENT_ALL, 0);
		session->gone = true;
	}
	calls_go_on(&device->calls);
}

void session_close(struct session *session)
{
	if (session->opening)
		chain_answer(session->opening, -EIO);
	else if (!session->gone && log_allowed(&session->device->limit))
		log_info("%s: session %u closed after %" PRIu64
			 " frames, %" PRIu64 " without a buffer, %" PRIu64
			 " failed",
			 session->device->params.name, session->id,
			 session->counts.frames, session->counts.no_buffer,
			 session->counts.failed);
	if (session->camera)
		disconnect(session, EIO);
	media_event_withdraw(&session->broken);
	session_withdraw_events(session, V4L2_EVENT_ALL, 0);
	session_free(session);
}

static enum transfer_way way_of(const struct queue *queue)
{
	switch (queue->memory) {
	case V4L2_MEMORY_MMAP:
		return queue->granted ? WAY_GRANTS : WAY_WINDOW;
	case V4L2_MEMORY_USERPTR:
		return WAY_PAGES;
	case V4L2_MEMORY_DMABUF:
		return WAY_OBJECTS;
	default:
		return WAY_NONE;
	}
}

/* Of a session with several queues, that of the first which has buffers */
static void report_way(const struct session *session,
		       struct guest_session_report *report)
{
	for (unsigned int i = 0; i < session->num_queues; i++) {
		report->way = way_of(&session->queues[i]);
		if (report->way != WAY_NONE)
			break;
	}
	if (report->way == WAY_NONE)
		report->reason = REASON_NONE;
	else if (session->buffers == &direct_buffers)
		report->reason = REASON_DIRECT;
	else
		report->reason = session->reason;
}

void session_report(const struct session *session,
		    struct guest_session_report *report)
{
	const struct session_counts *counts = &session->counts;
	uint32_t buffers = 0, queued = 0;

	for (unsigned int i = 0; i < session->num_queues; i++) {
		buffers += session->queues[i].count;
		queued += queue_num_queued(&session->queues[i]);
	}
	*report = (struct guest_session_report){
		.hdr.type = GUEST_SESSION_REPORT,
		.serial = session->serial,
		.frames = counts->frames,
		.bytes = counts->bytes,
		.no_buffer = counts->no_buffer,
		.failed = counts->failed,
		.buffers = buffers,
		.queued = queued,
		.copied = counts->copied,
	};
	report_way(session, report);
}
