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
#include "media/slots.h"
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

	return session && !session->opening ? session : NULL;
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

/* An old id comes back as late as possible, and never while it is taken. */
static uint32_t new_id(struct media_device *device)
{
	uint32_t id;

	do {
		id = device->next_session_id++;
	} while (find(device, id));
	return id;
}

static uint32_t queue_type(const struct media_device *device)
{
	const uint32_t caps = le32_to_cpu(device->config.media.device_caps);

	return caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE ?
		       V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE :
		       V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

static void session_free(struct session *session)
{
	list_remove(&session->link);
	session->device->num_sessions--;
	free(session);
}

static int begin_open(struct media_device *device, struct vq_chain *chain)
{
	struct session *session;
	int ret;

	if (vq_chain_writable(chain) < sizeof(struct virtio_media_resp_open))
		return -EINVAL;
	if (device->num_sessions >= MEDIA_MAX_SESSIONS) {
		log_guest(&device->limit, "%s: more than %d sessions",
			  device->params.name, MEDIA_MAX_SESSIONS);
		return -EBUSY;
	}
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	ret = device->params.ops->open(device->params.owner,
				       &session->open_tag);
	if (ret < 0) {
		free(session);
		return ret;
	}
	session->device = device;
	session->opening = chain;
	session->id = new_id(device);
	session->next_tag = 1;
	queue_init(&session->queue, queue_type(device), device->params.account);
	list_init(&session->commands);
	media_event_init(&session->broken);
	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++)
		media_event_init(&session->events[i]);
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
		ret = camera_connect(session, *fd);
		*fd = -1;
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
	slots_destroy(session->slots);
	session->slots = NULL;
	queue_free(&session->queue);
	session->queue.streaming = false;
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
	calls_go_on(&device->calls);
}

void session_close(struct session *session)
{
	if (session->opening)
		chain_answer(session->opening, -EIO);
	else if (log_allowed(&session->device->limit))
		log_info("%s: session %u closed after %" PRIu64
			 " frames, %" PRIu64 " without a buffer, %" PRIu64
			 " failed",
			 session->device->params.name, session->id,
			 session->counts.frames, session->counts.no_buffer,
			 session->counts.failed);
	if (session->camera)
		disconnect(session, EIO);
	media_event_withdraw(&session->broken);
	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++)
		media_event_withdraw(&session->events[i]);
	session_free(session);
}

void session_report(const struct session *session,
		    struct guest_session_report *report)
{
	const struct session_counts *counts = &session->counts;

	*report = (struct guest_session_report){
		.hdr.type = GUEST_SESSION_REPORT,
		.serial = session->serial,
		.frames = counts->frames,
		.bytes = counts->bytes,
		.no_buffer = counts->no_buffer,
		.failed = counts->failed,
		.buffers = session->queue.count,
		.queued = queue_num_queued(&session->queue),
	};
}

/* One that does not wait, or else the one that waits for longest */
static struct media_event *oldest_event(struct session *session)
{
	struct media_event *event, *tmp;

	for (unsigned int i = 0; i < SESSION_MAX_EVENTS; i++) {
		if (!media_event_waits(&session->events[i]))
			return &session->events[i];
	}
	list_for_each(event, tmp, &session->device->events.waiting, link) {
		if (event >= session->events &&
		    event < session->events + SESSION_MAX_EVENTS)
			break;
	}
	media_event_withdraw(event);
	return event;
}

void session_post_event(struct session *session, const struct v4l2_event *event)
{
	struct media_event *post = oldest_event(session);

	post->len = sizeof(post->event);
	post->event = (struct virtio_media_event_event){
		.hdr.event = cpu_to_le32(VIRTIO_MEDIA_EVT_EVENT),
		.hdr.session_id = cpu_to_le32(session->id),
		.event = *event,
	};
	events_post(&session->device->events, post);
}
