// SPDX-License-Identifier: GPL-2.0-only
#include "camera/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "camera/camera.h"
#include "camera/controls.h"
#include "camera/ctrls.h"
#include "camera/domain.h"
#include "camera/ioctl.h"
#include "ipc/link.h"

/* What takes so long is the last that is done before others have their turn. */
#define SESSION_LONG_US 1000

_Static_assert(POOL_MAX_FDS <= LINK_MAX_FDS, "a pool fits beside a message");

static struct session *session_of_reader(struct stream_reader *reader)
{
	return container_of(reader, struct session, reader);
}

/* With @first 0 a pool of its own generation, else what was added to it */
static int session_send_slots(struct stream_reader *reader,
			      const struct pool *pool, unsigned int first)
{
	struct session *session = session_of_reader(reader);
	struct session_slots slots = {
		.hdr.type = SESSION_SLOTS,
		.generation = session->generation + (first == 0),
		.first = first,
		.num_slots = pool->num_slots - first,
		.num_planes = pool->num_planes,
		.dma_buf = pool->dma_buf,
		.type = source_buf_type(session->camera->source),
	};
	struct iovec iov = { &slots, sizeof(slots) };
	int ret;

	memcpy(slots.plane_size, pool->plane_size, sizeof(slots.plane_size));
	ret = link_send(session->socket, &iov, 1,
			pool->fds + first * pool->num_planes,
			slots.num_slots * pool->num_planes);
	if (ret == 0)
		session->generation = slots.generation;
	return ret;
}

static int session_send_frame(struct stream_reader *reader,
			      const struct session_frame *filled)
{
	struct session *session = session_of_reader(reader);
	struct session_frame frame = *filled;

	frame.hdr.type = SESSION_FRAME;
	frame.hdr.tag = 0;
	frame.generation = session->generation;
	frame.type = source_buf_type(session->camera->source);
	return link_try_send(session->socket, &frame, sizeof(frame));
}

static const struct stream_reader_ops session_reader_ops = {
	.slots = session_send_slots,
	.frame = session_send_frame,
};

/* A peer that reads no events overflows the link, which then closes. */
static void session_send_event(void *owner, const struct v4l2_event *event)
{
	struct session *session = owner;
	struct session_event message = {
		.hdr.type = SESSION_EVENT,
		.event = *event,
	};
	struct iovec iov = { &message, sizeof(message) };

	if (event->type == V4L2_EVENT_CTRL &&
	    !controls_filter_event(session, &message.event))
		return;
	link_send(session->socket, &iov, 1, NULL, 0);
}

static void session_send_error(struct session *session, int error)
{
	struct session_error message = {
		.hdr.type = SESSION_ERROR,
		.error = error,
	};
	struct iovec iov = { &message, sizeof(message) };

	link_send(session->socket, &iov, 1, NULL, 0);
}

static int session_reply(struct session *session,
			 const struct session_ioctl *request, int error,
			 struct iovec *iov, int iovcnt)
{
	struct session_reply reply = {
		.hdr.type = SESSION_REPLY,
		.hdr.tag = request->hdr.tag,
		.error = error,
		.len = iovcnt > 1 ? iov[1].iov_len : 0,
	};
	int ret;

	iov[0].iov_base = &reply;
	iov[0].iov_len = sizeof(reply);
	ret = link_send(session->socket, iov, iovcnt, NULL, 0);
	/* A closed link calls closed() in its own time. */
	return ret == -EPIPE ? 0 : ret;
}

/**
 * session_run_ctrls() - an ioctl on an array of controls
 *
 * Its reply carries the controls even if it failed: error_idx tells which one
 * was wrong, and size how much memory it needs (ENOSPC).
 */
static int session_run_ctrls(struct session *session,
			     const struct session_ioctl *request,
			     const struct ioctl_info *info,
			     struct v4l2_ext_controls *payload,
			     const void *tail, size_t tail_len)
{
	struct ctrls ctrls;
	struct iovec iov[3];
	int error, ret;

	ret = ctrls_init(&ctrls, session->handle, payload, tail, tail_len);
	if (ret == -EPROTO)
		return ret;
	error = ret;
	if (error == 0)
		error = ioctl_run(session, info, payload);
	ctrls_settle(&ctrls);

	iov[1].iov_base = payload;
	iov[1].iov_len = sizeof(*payload);
	iov[2].iov_base = ctrls.tail;
	iov[2].iov_len = ctrls.tail_len;
	ret = session_reply(session, request, -error, iov, 3);
	ctrls_finish(&ctrls);
	return ret;
}

static int session_run(struct session *session,
		       const struct session_ioctl *request,
		       const struct ioctl_info *info, void *payload)
{
	struct iovec iov[2];
	bool answers;
	int error;

	error = ioctl_run(session, info, payload);
	if (error == IOCTL_LATER) {
		session->admission.request = *request;
		return 0;
	}
	answers = error == 0 && info->answers;
	iov[1].iov_base = payload;
	iov[1].iov_len = info->size;
	return session_reply(session, request, -error, iov, answers ? 2 : 1);
}

static int session_ioctl(struct session *session,
			 const struct link_message *msg)
{
	struct session_ioctl request;
	const struct ioctl_info *info;
	union ioctl_payload payload;
	const uint8_t *tail;
	size_t tail_len;
	struct iovec iov;

	if (msg->len < sizeof(request))
		return -EPROTO;
	memcpy(&request, msg->data, sizeof(request));
	tail_len = msg->len - sizeof(request);

	info = ioctl_find(request.nr);
	if (!info)
		return session_reply(session, &request, ENOTTY, &iov, 1);

	if (request.len != info->size || tail_len < info->size)
		return -EPROTO;
	memcpy(&payload, (const uint8_t *)msg->data + sizeof(request),
	       info->size);
	tail = (const uint8_t *)msg->data + sizeof(request) + info->size;
	tail_len -= info->size;

	if (info->ctrls)
		return session_run_ctrls(session, &request, info,
					 &payload.ext_controls, tail, tail_len);
	if (tail_len > 0)
		return -EPROTO;
	return session_run(session, &request, info, &payload);
}

static int session_release(struct session *session,
			   const struct link_message *msg)
{
	struct session_release release;

	if (msg->len != sizeof(release))
		return -EPROTO;
	memcpy(&release, msg->data, sizeof(release));

	/* Frames that were on their way when the stream was stopped */
	if (!stream_reading(&session->reader) ||
	    release.generation != session->generation)
		return 0;

	if (stream_release(&session->camera->stream, &session->reader,
			   release.slot))
		return -EPROTO;
	return 0;
}

static int session_receive(struct session *session,
			   const struct link_message *msg)
{
	struct session_header hdr;

	if (msg->len < sizeof(hdr) || msg->nfds > 0)
		return -EPROTO;
	memcpy(&hdr, msg->data, sizeof(hdr));

	switch (hdr.type) {
	case SESSION_IOCTL:
		return session_ioctl(session, msg);
	case SESSION_RELEASE:
		return session_release(session, msg);
	default:
		return -EPROTO;
	}
}

static void session_break(struct session *session, int ret)
{
	log_guest(&session->camera->limit,
		  "guest %s session %" PRIu64 " cannot go on: %s",
		  session->domain->guest.name, session->serial,
		  strerror(-ret));
	session_end(session, -ret);
}

static void session_message(void *owner, struct link_message *msg)
{
	struct session *session = owner;
	const uint64_t since = domain_now();
	int ret;

	ret = session_receive(session, msg);
	if (domain_now() - since >= SESSION_LONG_US)
		link_yield(session->socket);
	domain_used(session->domain, since);
	if (ret)
		session_break(session, ret);
}

void session_answer(struct session *session,
		    const struct session_ioctl *request, int error)
{
	struct iovec iov;
	int ret;

	ret = session_reply(session, request, error, &iov, 1);
	if (ret)
		session_break(session, ret);
}

static void session_closed(void *owner)
{
	session_end(owner, 0);
}

static const struct link_ops session_link_ops = {
	.message = session_message,
	.closed = session_closed,
};

/* Consumes the socket. */
static int session_alloc(struct camera *camera, int fd,
			 const struct camera_session *intro,
			 struct session **out)
{
	struct session *session = calloc(1, sizeof(*session));
	struct domain *domain;
	int ret;

	if (!session) {
		close(fd);
		return -ENOMEM;
	}
	ret = link_create(camera->base, fd, &session_link_ops, session,
			  &session->socket);
	if (ret)
		goto err_free;
	ret = domain_get(camera, &intro->guest, &domain);
	if (ret)
		goto err_destroy;

	session->camera = camera;
	session->serial = intro->serial;
	stream_reader_init(&session->reader, &session_reader_ops, 1,
			   domain->guest.domid);
	domain_join(domain, session);
	session->priority = V4L2_PRIORITY_DEFAULT;
	list_append(&camera->sessions, &session->link);
	*out = session;
	return 0;

err_destroy:
	link_destroy(session->socket);
err_free:
	free(session);
	return ret;
}

void session_create(struct camera *camera, int fd,
		    const struct camera_session *intro)
{
	struct source *source = camera->source;
	const uint64_t since = domain_now();
	struct session *session;
	struct domain *domain;
	int ret;

	ret = session_alloc(camera, fd, intro, &session);
	if (ret) {
		log_error("session %" PRIu64 " cannot be: %s", intro->serial,
			  strerror(-ret));
		camera_send_closed(camera, intro->serial);
		return;
	}

	domain = session->domain;
	ret = source->ops->open(source, session_send_event, session,
				&session->handle);
	domain_used(domain, since);
	if (ret) {
		log_guest(&camera->limit,
			  "guest %s session %" PRIu64 " cannot begin: %s",
			  domain->guest.name, session->serial, strerror(-ret));
		session_end(session, -ret);
		return;
	}
	if (log_allowed(&camera->limit))
		log_info("guest %s (domain %" PRIu32 ") session %" PRIu64
			 " begins",
			 domain->guest.name, domain->guest.domid,
			 session->serial);
}

void session_end(struct session *session, int error)
{
	struct camera *camera = session->camera;
	const uint64_t since = domain_now();

	if (error)
		session_send_error(session, error);

	stream_leave(&camera->stream, &session->reader);
	mode_drop(&camera->mode, &session->claim);
	if (session->handle) {
		camera->source->ops->close(session->handle);
		if (log_allowed(&camera->limit))
			log_info("guest %s session %" PRIu64 " ends",
				 session->domain->guest.name, session->serial);
	}
	camera_send_closed(camera, session->serial);
	domain_used(session->domain, since);
	link_destroy(session->socket);
	domain_leave(session);
	list_remove(&session->link);
	free(session);
}

int session_ask(struct session *session, unsigned long request, void *payload)
{
	struct source *source = session->camera->source;

	return source->ops->ioctl(session->handle, request, payload);
}

bool session_own_type(const struct session *session, uint32_t type)
{
	return type == source_buf_type(session->camera->source);
}

int session_format(struct session *session, struct v4l2_format *format)
{
	memset(format, 0, sizeof(*format));
	format->type = source_buf_type(session->camera->source);
	return session_ask(session, VIDIOC_G_FMT, format);
}
