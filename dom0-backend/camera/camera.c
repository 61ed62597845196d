// SPDX-License-Identifier: GPL-2.0-only
#include "camera/camera.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/domain.h"
#include "camera/session.h"
#include "ipc/link.h"

/* Before vmediad tells how many: room for the driver, and two for each of two
 * guests and a spare one */
#define CAMERA_DEFAULT_SLOTS 8

struct session *camera_find_session(const struct camera *camera,
				    uint64_t serial)
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &camera->sessions, link) {
		if (session->serial == serial)
			return session;
	}
	return NULL;
}

static bool any_session(const struct session *session)
{
	return true;
}

static bool session_streams(const struct session *session)
{
	return session->kind->streams(session);
}

static bool session_has_slots(const struct session *session)
{
	return session->reader.holds;
}

/* It was not told of the pool that it reads from. */
static bool session_knows_no_slots(const struct session *session)
{
	return stream_reading(&session->reader) &&
	       session->reader.num_slots == 0;
}

static void camera_end_sessions(struct camera *camera, int error,
				bool (*which)(const struct session *session))
{
	struct session *session, *tmp;

	list_for_each(session, tmp, &camera->sessions, link) {
		if (which(session))
			session_end(session, error);
	}
}

void camera_stream_broken(struct camera *camera, int error)
{
	log_guest(&camera->limit, "the capture broke: %s", strerror(error));
	camera_end_sessions(camera, error, session_streams);
}

static void camera_send_state(struct camera *camera)
{
	struct camera_state state = {
		.hdr.type = CAMERA_STATE,
		.identity = camera->source->identity,
	};
	struct iovec iov = { &state, sizeof(state) };
	int ret;

	if (!camera->daemon)
		return;
	ret = link_send(camera->daemon, &iov, 1, NULL, 0);
	if (ret)
		log_error("vmediad is not told the camera's state: %s",
			  strerror(-ret));
}

void camera_send_closed(struct camera *camera, uint64_t serial)
{
	struct camera_closed closed = {
		.hdr.type = CAMERA_CLOSED,
		.serial = serial,
	};
	struct iovec iov = { &closed, sizeof(closed) };

	/* A vmediad that cannot be told is gone, and so is what it counted. */
	if (camera->daemon)
		link_send(camera->daemon, &iov, 1, NULL, 0);
}

static void camera_changed(void *owner)
{
	struct camera *camera = owner;
	struct camera_identity *identity = &camera->source->identity;

	if (identity->present)
		mode_appeared(&camera->mode);
	else
		camera_end_sessions(camera, ENODEV, any_session);
	camera_send_state(camera);
}

static void camera_filled(void *owner, const struct session_frame *frame)
{
	struct camera *camera = owner;
	int ret;

	ret = stream_filled(&camera->stream, frame);
	if (ret)
		camera_stream_broken(camera, -ret);
}

static void camera_broken(void *owner, int error)
{
	camera_stream_broken(owner, error);
}

static const struct source_listener camera_listener = {
	.changed = camera_changed,
	.filled = camera_filled,
	.broken = camera_broken,
};

/*
 * Who was shut out may see the old slots for as long as it likes: they are
 * filled no more. Sessions whose buffers they are cannot be told of others.
 */
static int camera_renew(struct camera *camera, const struct link_message *msg)
{
	int ret;

	if (msg->len != sizeof(struct camera_renew))
		return -EPROTO;
	if (log_allowed(&camera->limit))
		log_info("the slots get fresh memory");
	camera_end_sessions(camera, ESTALE, session_has_slots);
	ret = stream_renew(&camera->stream);
	if (ret)
		camera_stream_broken(camera, -ret);
	else
		camera_end_sessions(camera, EIO, session_knows_no_slots);
	return 0;
}

static int camera_introduce(struct camera *camera, struct link_message *msg)
{
	struct camera_session intro;
	int fd;

	if (msg->len != sizeof(intro) || msg->nfds != 1)
		return -EPROTO;

	memcpy(&intro, msg->data, sizeof(intro));
	fd = msg->fds[0];
	msg->fds[0] = -1;
	session_create(camera, fd, &intro);
	return 0;
}

/*
 * A guest's process said that it closed the session, or vmediad evicts it. A
 * socket that is still open does not keep it alive.
 */
static int camera_end(struct camera *camera, const struct link_message *msg)
{
	struct camera_end end;
	struct session *session;

	if (msg->len != sizeof(end))
		return -EPROTO;
	memcpy(&end, msg->data, sizeof(end));
	session = camera_find_session(camera, end.serial);
	if (session)
		session_end(session, end.error);
	return 0;
}

static int camera_set(struct camera *camera, const struct link_message *msg)
{
	struct camera_settings settings;

	if (msg->len != sizeof(settings))
		return -EPROTO;
	memcpy(&settings, msg->data, sizeof(settings));
	camera->primary = settings.primary;
	if (settings.slots > 0)
		camera->slots =
			MIN(settings.slots, (uint32_t)SESSION_MAX_SLOTS);
	mode_set_pinned(&camera->mode, &settings.mode);
	return 0;
}

static int camera_guest_changed(struct camera *camera,
				const struct link_message *msg)
{
	struct camera_guest_changed changed;

	if (msg->len != sizeof(changed))
		return -EPROTO;
	memcpy(&changed, msg->data, sizeof(changed));
	return domain_changed(camera, &changed.guest);
}

static int camera_take_admitted(struct camera *camera,
				const struct link_message *msg)
{
	struct camera_admitted answer;

	if (msg->len != sizeof(answer))
		return -EPROTO;
	memcpy(&answer, msg->data, sizeof(answer));
	admission_answered(camera, &answer);
	return 0;
}

static int camera_take_query(struct camera *camera,
			     const struct link_message *msg)
{
	struct daemon_query query;

	if (msg->len != sizeof(query))
		return -EPROTO;
	memcpy(&query, msg->data, sizeof(query));
	report_query(camera, query.tag);
	return 0;
}

static void camera_daemon_message(void *owner, struct link_message *msg)
{
	struct camera *camera = owner;
	struct daemon_header hdr;
	int ret = -EPROTO;

	if (msg->len < sizeof(hdr))
		goto out;
	memcpy(&hdr, msg->data, sizeof(hdr));

	switch (hdr.type) {
	case CAMERA_SESSION:
		ret = camera_introduce(camera, msg);
		break;
	case CAMERA_SETTINGS:
		ret = camera_set(camera, msg);
		break;
	case CAMERA_GUEST:
		ret = camera_guest_changed(camera, msg);
		break;
	case CAMERA_ADMITTED:
		ret = camera_take_admitted(camera, msg);
		break;
	case CAMERA_END:
		ret = camera_end(camera, msg);
		break;
	case CAMERA_QUERY:
		ret = camera_take_query(camera, msg);
		break;
	case CAMERA_RENEW:
		ret = camera_renew(camera, msg);
		break;
	case CAMERA_STOP:
		log_info("vmediad stops this camera");
		event_base_loopbreak(camera->base);
		ret = 0;
		break;
	}
out:
	if (ret)
		log_error("vmediad sent a message of %zu bytes that means nothing",
			  msg->len);
}

static void camera_daemon_closed(void *owner)
{
	struct camera *camera = owner;

	log_info("vmediad is gone");
	event_base_loopbreak(camera->base);
}

static const struct link_ops camera_daemon_ops = {
	.message = camera_daemon_message,
	.closed = camera_daemon_closed,
};

int camera_init(struct camera *camera, struct event_base *base,
		const char *name, struct source *source, int daemon_fd)
{
	int ret;

	memset(camera, 0, sizeof(*camera));
	camera->base = base;
	camera->name = name;
	camera->source = source;
	list_init(&camera->sessions);
	list_init(&camera->domains);
	camera->primary = CAMERA_NO_PRIMARY;
	camera->slots = CAMERA_DEFAULT_SLOTS;
	mode_init(&camera->mode, source);
	stream_init(&camera->stream, source);

	ret = link_create(base, daemon_fd, &camera_daemon_ops, camera,
			  &camera->daemon);
	if (ret)
		return ret;
	ret = report_init(camera);
	if (ret) {
		link_destroy(camera->daemon);
		return ret;
	}

	source_listen(source, &camera_listener, camera);
	camera_send_state(camera);
	return 0;
}

void camera_finish(struct camera *camera)
{
	source_listen(camera->source, NULL, NULL);
	camera_end_sessions(camera, 0, any_session);
	domain_forget_all(camera);
	report_finish(camera);
	link_destroy(camera->daemon);
	camera->daemon = NULL;
}
