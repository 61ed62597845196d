// SPDX-License-Identifier: GPL-2.0-only
#include "media/camera.h"

#include <errno.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/log.h"
#include "base/util.h"
#include "ipc/link.h"
#include "ipc/session_proto.h"
#include "media/buffers.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/frame.h"
#include "media/session.h"
#include "media/slots.h"

/* The tag of calls whose reply interests nobody */
#define NO_TAG 0

static uint32_t new_tag(struct session *session)
{
	const uint32_t tag = session->next_tag++;

	if (session->next_tag == NO_TAG)
		session->next_tag++;
	return tag;
}

static struct session_ioctl head_of(uint32_t tag, uint32_t nr, uint32_t len)
{
	return (struct session_ioctl){
		.hdr = { .type = SESSION_IOCTL, .tag = tag },
		.nr = nr,
		.len = len,
	};
}

/* Hand the command to its session once its call is on the way. */
static int call(struct command *command, uint32_t nr, uint32_t payload_len,
		const void *data, size_t len,
		void (*replied)(struct command *, const struct reply *))
{
	const uint32_t tag = new_tag(command->session);
	struct session_ioctl head = head_of(tag, nr, payload_len);
	const struct iovec iov[] = {
		{ &head, sizeof(head) },
		{ (void *)data, len },
	};
	const int ret = calls_begin(command, iov, ARRAY_SIZE(iov));

	if (ret < 0)
		return ret == -EPIPE ? -EIO : ret;
	command_wait(command, tag, replied);
	return 0;
}

int camera_call_with_tail(struct command *command, uint32_t nr,
			  const void *data, uint32_t payload_len, size_t len,
			  void (*replied)(struct command *,
					  const struct reply *))
{
	return call(command, nr, payload_len, data, len, replied);
}

int camera_call(struct command *command, uint32_t nr, const void *payload,
		uint32_t len,
		void (*replied)(struct command *, const struct reply *))
{
	return call(command, nr, len, payload, len, replied);
}

int camera_forward(struct command *command,
		   void (*replied)(struct command *, const struct reply *))
{
	const struct payload_type *type = command->payload.type;
	const size_t len = payload_packed_len(&command->payload);
	void *packed;
	int ret;

	packed = malloc(len);
	if (!packed)
		return -ENOMEM;
	payload_pack(&command->payload, packed);
	ret = call(command, type->nr, type->size, packed, len, replied);
	free(packed);
	return ret;
}

void camera_tell(struct session *session, uint32_t nr, const void *payload,
		 uint32_t len)
{
	struct session_ioctl head = head_of(NO_TAG, nr, len);
	const struct iovec iov[] = {
		{ &head, sizeof(head) },
		{ (void *)payload, len },
	};

	/* If it cannot be sent the link is dead, and says so by itself. */
	(void)link_send(session->camera, iov, ARRAY_SIZE(iov), NULL, 0);
}

static struct command *find_command(struct session *session, uint32_t tag)
{
	struct command *command, *tmp;

	list_for_each(command, tmp, &session->commands, link) {
		if (command->tag == tag)
			return command;
	}
	return NULL;
}

static int on_reply(struct session *session, const struct link_message *msg)
{
	const struct session_reply *from = msg->data;
	struct command *command;
	struct reply reply;

	if (msg->len < sizeof(*from) || from->error >= 4096)
		return -EPROTO;
	reply.error = -(int)from->error;
	reply.data = from + 1;
	reply.payload_len = from->len;
	reply.len = msg->len - sizeof(*from);
	if (reply.payload_len > reply.len)
		return -EPROTO;
	if (from->hdr.tag == NO_TAG)
		return 0;
	command = find_command(session, from->hdr.tag);
	if (!command || !command->call.is_sent)
		return -EPROTO;
	command_replied(command, &reply);
	calls_go_on(&session->device->calls);
	return 0;
}

static bool is_direct(const struct session *session)
{
	return session->buffers == &direct_buffers;
}

/* A direct session's are made by REQBUFS and CREATE_BUFS, and at no other time;
 * those of a shared one are the camera's own affair. */
static struct queue *queue_of_slots(struct session *session, uint32_t type)
{
	struct queue *queue;

	if (!is_direct(session))
		return session->num_queues > 0 ? &session->queues[0] : NULL;
	queue = session_queue(session, type);
	return queue && queue->crossing ? queue : NULL;
}

/* Slots that are buffers stay what they are until REQBUFS. */
static bool may_change(const struct queue *queue)
{
	return !queue->granted || queue->remaking;
}

static int on_slots(struct session *session, struct link_message *msg)
{
	const struct session_slots *pool = msg->data;
	struct queue *queue;
	struct slots *slots;
	int ret;

	if (msg->len != sizeof(*pool))
		return -EPROTO;
	queue = queue_of_slots(session, pool->type);
	if (!queue)
		return -EPROTO;
	if (!may_change(queue))
		return -EPROTO;
	if (pool->first != 0)
		return queue->slots ? slots_grow(queue->slots, msg) : -EPROTO;
	ret = slots_create(msg, is_direct(session), &slots);
	if (ret < 0)
		return ret;
	/* No frame outlives its message, so nobody uses the old pool. */
	slots_destroy(queue->slots);
	queue->slots = slots;
	return 0;
}

static int on_frames(struct session *session, const struct link_message *msg)
{
	const struct session_frame *frames = msg->data;
	const size_t count = msg->len / sizeof(*frames);
	int ret = 0;

	if (msg->len % sizeof(*frames) != 0 || count > SESSION_MAX_FRAMES)
		return -EPROTO;
	if (!is_direct(session))
		return count == 1 ? frame_take_shared(session, frames) :
				    -EPROTO;
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = frame_take_direct(session, &frames[i]);
	return ret;
}

static int on_event(struct session *session, const struct link_message *msg)
{
	const struct session_event *event = msg->data;

	if (msg->len != sizeof(*event))
		return -EPROTO;
	session_post_event(session, &event->event);
	return 0;
}

static int on_error(struct session *session, const struct link_message *msg)
{
	const struct session_error *error = msg->data;

	if (msg->len != sizeof(*error) || error->error == 0 ||
	    error->error >= 4096)
		return -EPROTO;
	session_break(session, error->error);
	return 0;
}

static int dispatch(struct session *session, struct link_message *msg)
{
	const struct session_header *hdr = msg->data;

	if (msg->len < sizeof(*hdr))
		return -EPROTO;
	switch (hdr->type) {
	case SESSION_REPLY:
		return on_reply(session, msg);
	case SESSION_SLOTS:
		return on_slots(session, msg);
	case SESSION_FRAME:
		return on_frames(session, msg);
	case SESSION_EVENT:
		return on_event(session, msg);
	case SESSION_ERROR:
		return on_error(session, msg);
	default:
		return -EPROTO;
	}
}

static void on_message(void *owner, struct link_message *msg)
{
	struct session *session = owner;
	const int ret = dispatch(session, msg);

	if (ret == 0)
		return;
	log_guest(&session->device->limit,
		  "%s: session %u: the camera's message is refused: error %d",
		  session->device->params.name, session->id, -ret);
	session_break(session, EIO);
}

static void on_closed(void *owner)
{
	session_break(owner, EIO);
}

static const struct link_ops link_ops = {
	.message = on_message,
	.closed = on_closed,
};

int camera_connect(struct session *session, int fd)
{
	return link_create(session->device->params.base, fd, &link_ops, session,
			   &session->camera);
}
