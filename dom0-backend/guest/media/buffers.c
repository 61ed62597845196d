// SPDX-License-Identifier: GPL-2.0-only
#include "media/buffers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "media/account.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/queue.h"
#include "media/session.h"
#include "media/slots.h"

/* All who may have buffers have them, and @session is not one of them. */
static bool is_left_out(const struct session *session)
{
	const struct media_device *device = session->device;
	const uint64_t limit =
		device->params.account->limits.limit[QUOTA_STREAMS];

	return !session->has_stream && limit != 0 &&
	       device->num_streams >= limit;
}

/* Two changes of a queue at a time would leave nobody knowing what it is. */
static int check_change(const struct session *session)
{
	if (is_left_out(session) || session->crossing)
		return -EBUSY;
	return 0;
}

/* Who has what this session wanted, as far as a line of the log goes */
static void log_streams(const struct session *session)
{
	struct media_device *device = session->device;
	struct session *other, *tmp;
	char who[64] = "";
	size_t len = 0;

	list_for_each(other, tmp, &device->sessions, link) {
		if (other->has_stream && len < sizeof(who))
			len += snprintf(who + len, sizeof(who) - len, " %u",
					other->id);
	}
	log_guest(&device->refusals,
		  "%s: session %u: quota streams=%" PRIu64
		  " is reached: buffers belong to session%s",
		  device->params.name, session->id,
		  device->params.account->limits.limit[QUOTA_STREAMS], who);
}

/* As check_change(), for who asks for buffers */
static int check_request(struct session *session)
{
	if (is_left_out(session)) {
		account_refuse(session->device->params.account, QUOTA_STREAMS);
		log_streams(session);
	}
	return check_change(session);
}

static void hold(struct session *session)
{
	if (session->has_stream)
		return;
	session->has_stream = true;
	session->device->num_streams++;
}

void buffers_let_go(struct session *session)
{
	if (session->queue.count > 0 || !session->has_stream)
		return;
	session->has_stream = false;
	session->device->num_streams--;
}

static int add_buffers(struct session *session, uint32_t *count,
		       const struct queue_layout *layout)
{
	static const char *const names[NUM_QUOTAS] = {
		[QUOTA_BUFFERS] = "buffers",
		[QUOTA_MEMORY] = "memory",
	};
	struct media_device *device = session->device;
	const struct account *account = device->params.account;
	const uint32_t asked = *count;
	enum quota_kind reached;
	int ret;

	ret = queue_add(&session->queue, count, layout, &reached);
	if (reached != NUM_QUOTAS)
		log_guest(&device->refusals,
			  "%s: session %u: %u of %u buffers, quota %s=%" PRIu64
			  " is reached: the guest has %u, of %" PRIu64 " bytes",
			  device->params.name, session->id, ret ? 0 : *count,
			  asked, names[reached],
			  account->limits.limit[reached], account->buffers,
			  account->memory);
	return ret;
}

/* The camera is asked; until it replies the queue must not change otherwise. */
static void cross(struct command *command,
		  void (*replied)(struct command *, const struct reply *))
{
	struct session *session = command->session;
	const int ret = camera_forward(command, replied);

	if (ret == 0) {
		session->crossing = true;
		return;
	}
	buffers_let_go(session);
	command_answer(command, ret);
}

/* End of an allocation: its command's answer, and the queue may change again. */
static void allocated(struct command *command, int ret)
{
	command->session->crossing = false;
	buffers_let_go(command->session);
	command_answer(command, ret);
}

/* What was promised cannot be had, so the camera's mode is not pinned. */
static void give_up(struct command *command, int ret)
{
	struct session *session = command->session;
	const struct v4l2_requestbuffers none = {
		.type = session->queue.type,
		.memory = V4L2_MEMORY_USERPTR,
	};

	if (session->queue.count == 0)
		camera_tell(session, _IOC_NR(VIDIOC_REQBUFS), &none,
			    sizeof(none));
	allocated(command, ret);
}

/* The camera's mode says how large a buffer is. */
static int ask_format(struct command *command,
		      void (*replied)(struct command *, const struct reply *))
{
	const struct v4l2_format format = {
		.type = command->session->queue.type,
	};

	return camera_call(command, _IOC_NR(VIDIOC_G_FMT), &format,
			   sizeof(format), replied);
}

static int told_layout(const struct command *command, const struct reply *reply,
		       struct queue_layout *layout)
{
	struct v4l2_format format;

	if (reply->error < 0)
		return reply->error;
	if (reply->payload_len != sizeof(format))
		return -EIO;
	memcpy(&format, reply->data, sizeof(format));
	if (format.type != command->session->queue.type ||
	    queue_layout_of(&format, layout) < 0)
		return -EIO;
	return 0;
}

static void request_sized(struct command *command, const struct reply *reply)
{
	struct session *session = command->session;
	struct queue_layout layout;
	int ret;

	ret = told_layout(command, reply, &layout);
	if (ret == 0)
		ret = add_buffers(session,
				  &command->payload.requestbuffers.count,
				  &layout);
	if (ret < 0)
		give_up(command, ret);
	else
		allocated(command, 0);
}

static void request_replied(struct command *command, const struct reply *reply)
{
	int ret;

	if (reply->error < 0) {
		allocated(command, reply->error);
		return;
	}
	queue_free(&command->session->queue);
	if (command->payload.requestbuffers.count == 0) {
		allocated(command, 0);
		return;
	}
	ret = ask_format(command, request_sized);
	if (ret < 0)
		give_up(command, ret);
}

void buffers_request(struct command *command)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	struct session *session = command->session;
	int ret;

	request->capabilities = QUEUE_CAPABILITIES;
	request->flags = 0;
	memset(request->reserved, 0, sizeof(request->reserved));
	if (request->type != session->queue.type ||
	    request->memory != V4L2_MEMORY_USERPTR) {
		/* By the capabilities a driver learns what would be right. */
		command->tells = request->type == session->queue.type;
		command_answer(command, -EINVAL);
		return;
	}
	ret = request->count > 0 ? check_request(session) :
				   check_change(session);
	if (ret == 0 && session->queue.streaming)
		ret = -EBUSY;
	if (ret < 0) {
		command_answer(command, ret);
		return;
	}
	request->count = MIN(request->count, (uint32_t)VMEDIA_MAX_BUFFERS);
	if (request->count > 0)
		hold(session);
	cross(command, request_replied);
}

/* A buffer must be able to hold what the camera makes now. */
static bool holds(const struct queue_layout *layout,
		  const struct queue_layout *needed)
{
	if (layout->num_planes != needed->num_planes)
		return false;
	for (unsigned int i = 0; i < needed->num_planes; i++) {
		if (layout->size[i] < needed->size[i])
			return false;
	}
	return true;
}

static void create_sized(struct command *command, const struct reply *reply)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct queue_layout needed, wanted;
	int ret;

	ret = told_layout(command, reply, &needed);
	if (ret == 0)
		ret = queue_layout_of(&create->format, &wanted);
	if (ret == 0 && !holds(&wanted, &needed))
		ret = -EINVAL;
	if (ret == 0)
		ret = add_buffers(command->session, &create->count, &wanted);
	if (ret < 0)
		give_up(command, ret);
	else
		allocated(command, 0);
}

static void create_replied(struct command *command, const struct reply *reply)
{
	int ret;

	if (reply->error < 0) {
		allocated(command, reply->error);
		return;
	}
	ret = ask_format(command, create_sized);
	if (ret < 0)
		give_up(command, ret);
}

static int check_create(struct session *session,
			const struct v4l2_create_buffers *create)
{
	struct queue_layout layout;
	int ret;

	if (create->format.type != session->queue.type ||
	    create->memory != V4L2_MEMORY_USERPTR ||
	    queue_layout_of(&create->format, &layout) < 0)
		return -EINVAL;
	if (create->count == 0)
		return 0;
	ret = check_request(session);
	if (ret == 0 && session->queue.count == VMEDIA_MAX_BUFFERS)
		ret = -ENOBUFS;
	return ret;
}

void buffers_create(struct command *command)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct session *session = command->session;
	int ret;

	create->index = session->queue.count;
	create->capabilities = QUEUE_CAPABILITIES;
	create->flags = 0;
	memset(create->reserved, 0, sizeof(create->reserved));
	ret = check_create(session, create);
	if (ret < 0 || create->count == 0) {
		command->tells = create->format.type == session->queue.type;
		command_answer(command, ret);
		return;
	}
	create->count = MIN(create->count,
			    VMEDIA_MAX_BUFFERS - session->queue.count);
	hold(session);
	cross(command, create_replied);
}

void buffers_query(struct command *command)
{
	struct payload *payload = &command->payload;
	const int ret = queue_query(&command->session->queue, &payload->buffer,
				    payload->planes, payload->num_planes);

	command_answer(command, ret);
}

void buffers_queue(struct command *command)
{
	struct payload *payload = &command->payload;
	int ret;

	if (is_left_out(command->session))
		ret = -EBUSY;
	else
		ret = queue_qbuf(&command->session->queue, &payload->buffer,
				 payload->planes, payload->num_planes,
				 payload->sg);
	command_answer(command, ret);
}

static void stream_on_replied(struct command *command,
			      const struct reply *reply)
{
	struct session *session = command->session;

	session->crossing = false;
	if (reply->error == 0)
		session->queue.streaming = true;
	command_answer(command, reply->error);
}

void buffers_stream_on(struct command *command)
{
	struct session *session = command->session;
	int ret;

	if ((uint32_t)command->payload.number != session->queue.type)
		ret = -EINVAL;
	else
		ret = check_change(session);
	if (ret == 0 && session->queue.count == 0)
		ret = -EINVAL;
	if (ret < 0 || session->queue.streaming)
		command_answer(command, ret);
	else
		cross(command, stream_on_replied);
}

static void stream_off_replied(struct command *command,
			       const struct reply *reply)
{
	struct session *session = command->session;

	session->crossing = false;
	session->stopping = false;
	if (reply->error == 0) {
		session->queue.streaming = false;
		queue_cancel(&session->queue);
		slots_destroy(session->slots);
		session->slots = NULL;
	}
	command_answer(command, reply->error);
}

void buffers_stream_off(struct command *command)
{
	struct session *session = command->session;
	int ret;

	if ((uint32_t)command->payload.number != session->queue.type)
		ret = -EINVAL;
	else
		ret = check_change(session);
	if (ret < 0 || !session->queue.streaming) {
		if (ret == 0)
			queue_cancel(&session->queue);
		command_answer(command, ret);
		return;
	}
	cross(command, stream_off_replied);
	/* If it does: no frame is wanted any more. */
	session->stopping = session->crossing;
}
