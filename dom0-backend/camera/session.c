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
#include "camera/direct.h"
#include "camera/domain.h"
#include "camera/events.h"
#include "camera/node_kind.h"
#include "camera/request.h"
#include "camera/shared.h"
#include "ipc/link.h"

/* What takes so long is the last that is done before others have their turn. */
#define SESSION_LONG_US 1000

static void session_send_error(struct session *session, int error)
{
	struct session_error message = {
		.hdr.type = SESSION_ERROR,
		.error = error,
	};
	struct iovec iov = { &message, sizeof(message) };

	link_send(session->socket, &iov, 1, NULL, 0);
}

static int session_release(struct session *session,
			   const struct link_message *msg)
{
	struct session_release release;

	if (msg->len != sizeof(release) || !session->kind->release)
		return -EPROTO;
	memcpy(&release, msg->data, sizeof(release));
	return session->kind->release(session, &release);
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
		return request_run(session, msg);
	case SESSION_RELEASE:
		return session_release(session, msg);
	default:
		return -EPROTO;
	}
}

void session_break(struct session *session, int error)
{
	log_guest(&session->camera->limit,
		  "guest %s session %" PRIu64 " cannot go on: %s",
		  session->domain->guest.name, session->serial,
		  strerror(error));
	session_end(session, error);
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
		session_break(session, -ret);
}

void session_answer(struct session *session,
		    const struct session_ioctl *request, int error)
{
	int ret;

	ret = request_answer(session, request, error);
	if (ret)
		session_break(session, -ret);
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
	session->kind = camera->source->identity.shared ? &shared_session :
							  &direct_session;
	stream_reader_init(&session->reader, &shared_reader_ops, 1,
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
	ret = source->ops->open(source, events_send, session,
				&session->handle);
	domain_used(domain, since);
	if (ret) {
		log_guest(&camera->limit,
			  "guest %s session %" PRIu64 " cannot begin: %s",
			  domain->guest.name, session->serial, strerror(-ret));
		session_end(session, -ret);
		return;
	}
	session->handle->ready = session->kind->ready;
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

	session->kind->leave(session);
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

bool session_has_own_context(const struct session *session)
{
	return node_kind_is_m2m(&session->camera->source->identity);
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
