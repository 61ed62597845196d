// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a shared session: the guest's own, filled with copies, or the
 * camera's slots. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "media/account.h"
#include "media/allocate.h"
#include "media/buffers.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/frame.h"
#include "media/granted.h"
#include "media/ioctl.h"
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
static int check_change(const struct session *session,
			const struct queue *queue)
{
	if (is_left_out(session) || queue->crossing)
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
static int check_request(struct session *session, const struct queue *queue)
{
	if (is_left_out(session)) {
		account_refuse(session->device->params.account, QUOTA_STREAMS);
		log_streams(session);
	}
	return check_change(session, queue);
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
	if (!session->has_stream || session->queues[0].count > 0)
		return;
	session->has_stream = false;
	session->device->num_streams--;
}

/* The one queue that a shared session has */
static struct queue *queue_of(const struct command *command)
{
	return &command->session->queues[0];
}

/* End of an allocation: an answer, and the queue may change again. */
static void allocated(struct command *command, int ret)
{
	queue_of(command)->crossing = false;
	queue_of(command)->remaking = false;
	buffers_let_go(command->session);
	command_answer(command, ret);
}

/*
 * The camera is asked; until it replies the queue must not change otherwise. It
 * knows nothing of the guest's memory, which is lent to it in no case.
 */
static void cross(struct command *command, const void *payload, uint32_t len,
		  void (*replied)(struct command *, const struct reply *))
{
	int ret;

	queue_of(command)->crossing = true;
	ret = camera_call(command, command->payload.type->nr, payload, len,
			  replied);
	if (ret < 0)
		allocated(command, ret);
}

/* What was promised cannot be had, so the camera's mode is not pinned. */
static void give_up(struct command *command, int ret)
{
	const struct queue *queue = queue_of(command);
	const struct v4l2_requestbuffers none = {
		.type = queue->type,
		.memory = V4L2_MEMORY_USERPTR,
	};

	if (queue->count == 0)
		camera_tell(command->session, _IOC_NR(VIDIOC_REQBUFS), &none,
			    sizeof(none));
	allocated(command, ret);
}

/* The camera's mode says how large a buffer is. */
static void ask_format(struct command *command,
		       void (*replied)(struct command *, const struct reply *))
{
	const struct v4l2_format format = { .type = queue_of(command)->type };
	const int ret = camera_call(command, _IOC_NR(VIDIOC_G_FMT), &format,
				    sizeof(format), replied);

	if (ret < 0)
		give_up(command, ret);
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
	if (format.type != queue_of(command)->type ||
	    layout_of_format(&format, layout) < 0)
		return -EIO;
	return 0;
}

static int add_buffers(struct command *command, uint32_t memory,
		       uint32_t *count, const struct queue_layout *layout)
{
	int ret;

	ret = allocate_room(command->session, count, 1, layout);
	if (ret == 0)
		ret = queue_add(queue_of(command), memory, *count, layout);
	return ret;
}

static void request_populated(struct command *command, int error)
{
	if (error == 0) {
		allocated(command, 0);
		return;
	}
	queue_truncate(queue_of(command), 0);
	give_up(command, error);
}

static void request_sized(struct command *command, const struct reply *reply)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	struct queue_layout layout;
	int ret;

	ret = told_layout(command, reply, &layout);
	if (ret == 0)
		ret = add_buffers(command, request->memory, &request->count,
				  &layout);
	if (ret < 0)
		give_up(command, ret);
	else
		allocate_pages(command, queue_of(command), request_populated);
}

static void drop_slots(struct queue *queue)
{
	slots_destroy(queue->slots);
	queue->slots = NULL;
}

/* Slots that were buffers are of no use for anything else. */
static void drop_buffers(struct queue *queue)
{
	const bool granted = queue->granted;

	queue_truncate(queue, 0);
	if (granted)
		drop_slots(queue);
}

static void request_replied(struct command *command, const struct reply *reply)
{
	if (reply->error < 0) {
		allocated(command, reply->error);
		return;
	}
	drop_buffers(queue_of(command));
	if (command->payload.requestbuffers.count == 0)
		allocated(command, 0);
	else
		ask_format(command, request_sized);
}

/* The camera is told of all of them as of memory that it knows nothing of. */
static void request_buffers(struct command *command)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	struct v4l2_requestbuffers crossing = *request;

	if (request->count > 0 &&
	    !queue_has_memory(queue_of(command), request->memory)) {
		request->capabilities &= ~(V4L2_BUF_CAP_SUPPORTS_MMAP |
					   V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS);
		command->tells = true;
		give_up(command, -EINVAL);
		return;
	}
	crossing.memory = V4L2_MEMORY_USERPTR;
	cross(command, &crossing, sizeof(crossing), request_replied);
}

/* How many the camera says there are must be how many it sent. */
static bool told_slots(const struct command *command, const struct reply *reply)
{
	struct v4l2_requestbuffers told;

	if (reply->payload_len != sizeof(told))
		return false;
	memcpy(&told, reply->data, sizeof(told));
	return told.count > 0 &&
	       told.count == slots_count(queue_of(command)->slots);
}

static int take_slots(struct command *command, const struct reply *reply)
{
	struct session *session = command->session;
	struct queue *queue = queue_of(command);
	int ret = -EIO;

	session->reason = REASON_CAMERA;
	if (reply->error < 0)
		return reply->error;
	queue_truncate(queue, 0);
	if (told_slots(command, reply))
		ret = granted_make(session, queue);
	if (ret < 0)
		drop_slots(queue);
	return ret;
}

static void slots_replied(struct command *command, const struct reply *reply)
{
	struct queue *queue = queue_of(command);
	const int ret = take_slots(command, reply);

	queue->remaking = false;
	if (ret == 0)
		command->payload.requestbuffers.count = queue->count;
	/* Of a device that was reset the session will be over in a moment. */
	if (ret == 0 || ret == -ESTALE)
		allocated(command, ret);
	else
		request_buffers(command);
}

static void request_slots(struct command *command)
{
	struct queue *queue = queue_of(command);

	queue->remaking = true;
	cross(command, &command->payload.requestbuffers,
	      sizeof(command->payload.requestbuffers), slots_replied);
}

static void shared_request(struct command *command)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	struct session *session = command->session;
	struct queue *queue;
	int ret;

	ret = buffers_request_of(command, &queue);
	if (ret == 0)
		ret = request->count > 0 ? check_request(session, queue) :
					   check_change(session, queue);
	if (ret == 0 && queue->streaming)
		ret = -EBUSY;
	if (ret < 0) {
		command_answer(command, ret);
		return;
	}
	request->count = MIN(request->count, (uint32_t)VMEDIA_MAX_BUFFERS);
	if (request->count > 0)
		hold(session);
	if (request->count > 0 && granted_wanted(session, request->memory))
		request_slots(command);
	else
		request_buffers(command);
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

static void create_populated(struct command *command, int error)
{
	if (error == 0) {
		allocated(command, 0);
		return;
	}
	queue_truncate(queue_of(command),
		       command->payload.create_buffers.index);
	give_up(command, error);
}

static void create_sized(struct command *command, const struct reply *reply)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct queue_layout needed, wanted;
	int ret;

	ret = told_layout(command, reply, &needed);
	if (ret == 0)
		ret = layout_of_format(&create->format, &wanted);
	if (ret == 0 && !holds(&wanted, &needed))
		ret = -EINVAL;
	if (ret == 0)
		ret = add_buffers(command, create->memory, &create->count,
				  &wanted);
	if (ret < 0)
		give_up(command, ret);
	else
		allocate_pages(command, queue_of(command), create_populated);
}

static void create_replied(struct command *command, const struct reply *reply)
{
	if (reply->error < 0)
		allocated(command, reply->error);
	else
		ask_format(command, create_sized);
}

static int check_create(struct session *session, const struct queue *queue,
			const struct v4l2_create_buffers *create)
{
	struct queue_layout layout;
	int ret;

	if (layout_of_format(&create->format, &layout) < 0)
		return -EINVAL;
	if (create->count == 0)
		return 0;
	ret = check_request(session, queue);
	if (ret == 0 &&
	    (queue->granted || queue->count == VMEDIA_MAX_BUFFERS))
		ret = -ENOBUFS;
	return ret;
}

static void shared_create(struct command *command)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct session *session = command->session;
	struct v4l2_create_buffers crossing;
	struct queue *queue;
	int ret;

	ret = buffers_create_of(command, &queue);
	if (ret == 0)
		ret = check_create(session, queue, create);
	if (ret < 0 || create->count == 0) {
		command->tells = create->format.type == queue_of(command)->type;
		command_answer(command, ret);
		return;
	}
	create->count = MIN(create->count, VMEDIA_MAX_BUFFERS - queue->count);
	hold(session);
	if (queue->count == 0)
		granted_avoid(session);
	crossing = *create;
	crossing.memory = V4L2_MEMORY_USERPTR;
	cross(command, &crossing, sizeof(crossing), create_replied);
}

static void shared_queue(struct command *command)
{
	struct buffer *buffer;
	struct queue *queue;
	int ret = -EBUSY;

	if (!is_left_out(command->session))
		ret = buffers_bring(command, &queue, &buffer);
	if (ret == 0)
		ret = frame_return(command->session, buffer);
	if (ret == 0)
		queue_push(queue, buffer);
	buffers_answer(command, ret);
}

static void stream_on_replied(struct command *command,
			      const struct reply *reply)
{
	struct queue *queue = queue_of(command);

	if (reply->error == 0)
		queue->streaming = true;
	allocated(command, reply->error);
}

static void shared_stream_on(struct command *command)
{
	const int type = command->payload.number;
	const struct queue *queue = session_queue(command->session, type);
	int ret = -EINVAL;

	if (queue)
		ret = check_change(command->session, queue);
	if (ret == 0 && queue->count == 0)
		ret = -EINVAL;
	if (ret < 0 || queue->streaming)
		command_answer(command, ret);
	else
		cross(command, &type, sizeof(type), stream_on_replied);
}

static void stream_off_replied(struct command *command,
			       const struct reply *reply)
{
	struct queue *queue = queue_of(command);

	queue->stopping = false;
	if (reply->error == 0) {
		queue->streaming = false;
		queue_cancel(queue);
		if (!queue->granted)
			drop_slots(queue);
	}
	allocated(command, reply->error);
}

static void shared_stream_off(struct command *command)
{
	const int type = command->payload.number;
	struct queue *queue = session_queue(command->session, type);
	int ret = -EINVAL;

	if (queue)
		ret = check_change(command->session, queue);
	if (ret < 0 || !queue->streaming) {
		if (ret == 0)
			queue_cancel(queue);
		command_answer(command, ret);
		return;
	}
	cross(command, &type, sizeof(type), stream_off_replied);
	/* If it does: no frame is wanted any more. */
	queue->stopping = queue->crossing;
}

/* The camera would refuse it, too; but it need not be asked. */
static void shared_set_format(struct command *command)
{
	const struct queue *queue = session_queue(
		command->session, command->payload.format.type);

	if (queue && queue->count > 0)
		command_answer(command, -EBUSY);
	else
		ioctl_forward(command);
}

const struct buffer_ops shared_buffers = {
	.request = shared_request,
	.create = shared_create,
	.queue = shared_queue,
	.stream_on = shared_stream_on,
	.stream_off = shared_stream_off,
	.set_format = shared_set_format,
};
