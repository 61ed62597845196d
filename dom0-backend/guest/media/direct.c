// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a direct session: how they are made and freed. */
#include "media/direct.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "media/account.h"
#include "media/allocate.h"
#include "media/buffers.h"
#include "media/camera.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/ioctl.h"
#include "media/queue.h"
#include "media/session.h"
#include "media/slots.h"

static struct queue *request_queue(const struct command *command)
{
	return session_queue(command->session,
			     command->payload.requestbuffers.type);
}

static struct queue *create_queue(const struct command *command)
{
	return session_queue(command->session,
			     command->payload.create_buffers.format.type);
}

/* End of an allocation: an answer, and the queue may change again. */
static void allocated(struct command *command, struct queue *queue, int ret)
{
	queue->crossing = false;
	queue->remaking = false;
	command_answer(command, ret);
}

static void drop_all(struct queue *queue)
{
	queue_truncate(queue, 0);
	slots_destroy(queue->slots);
	queue->slots = NULL;
}

/* What the node made cannot be had: nobody has buffers, there or here. */
static void give_up(struct command *command, struct queue *queue, int ret)
{
	const struct v4l2_requestbuffers none = {
		.type = queue->type,
		.memory = V4L2_MEMORY_MMAP,
	};

	drop_all(queue);
	camera_tell(command->session, _IOC_NR(VIDIOC_REQBUFS), &none,
		    sizeof(none));
	allocated(command, queue, ret);
}

static void request_replied(struct command *command, const struct reply *reply);

static int ask_for(struct command *command, uint32_t count)
{
	struct v4l2_requestbuffers request = command->payload.requestbuffers;

	command->payload.requestbuffers.count = count;
	request.count = count;
	request.memory = V4L2_MEMORY_MMAP;
	request.capabilities = 0;
	return camera_call(command, _IOC_NR(VIDIOC_REQBUFS), &request,
			   sizeof(request), request_replied);
}

static void request_populated(struct command *command, int error)
{
	struct queue *queue = request_queue(command);

	if (error < 0)
		give_up(command, queue, error);
	else
		allocated(command, queue, 0);
}

/*
 * How much a buffer is was not known before there was one. If the quotas leave
 * room for fewer than there are, the node is asked for as many as that; which
 * ends, since they are fewer each time. If there are more than were asked for,
 * the node does not do with fewer.
 */
static void take_buffers(struct command *command, struct queue *queue,
			 uint32_t made)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	const struct queue_layout layout = *slots_layout(queue->slots, 0);
	const uint32_t least = made > request->count ? made : 1;
	uint32_t count = made;
	int ret;

	ret = allocate_room(command->session, &count, least, &layout);
	if (ret == 0 && count < made) {
		account_give_back(queue->account, count,
				  (uint64_t)count * layout_bytes(&layout));
		ret = ask_for(command, count);
		if (ret == 0)
			return;
	}
	if (ret == 0)
		ret = queue_add(queue, request->memory, made, &layout);
	if (ret < 0) {
		give_up(command, queue, ret);
		return;
	}
	request->count = made;
	allocate_pages(command, queue, request_populated);
}

/* Return: -EIO if what the camera says is not what it sent. */
static int told_count(const struct command *command, const struct reply *reply,
		      const struct queue *queue, uint32_t *count)
{
	const uint32_t asked = command->payload.requestbuffers.count;
	struct v4l2_requestbuffers told;

	if (reply->payload_len != sizeof(told))
		return -EIO;
	memcpy(&told, reply->data, sizeof(told));
	if (asked == 0)
		told.count = 0;
	else if (told.count == 0 || told.count != slots_count(queue->slots))
		return -EIO;
	*count = told.count;
	return 0;
}

static void request_replied(struct command *command, const struct reply *reply)
{
	struct queue *queue = request_queue(command);
	uint32_t made;
	int ret;

	if (reply->error < 0) {
		/* It let the old ones go before it found none for the new. */
		if (reply->error == -ENOMEM)
			drop_all(queue);
		allocated(command, queue, reply->error);
		return;
	}
	queue_truncate(queue, 0);
	ret = told_count(command, reply, queue, &made);
	if (ret < 0) {
		give_up(command, queue, ret);
		return;
	}
	if (made > 0) {
		take_buffers(command, queue, made);
		return;
	}
	drop_all(queue);
	allocated(command, queue, 0);
}

void direct_request(struct command *command)
{
	uint32_t count = command->payload.requestbuffers.count;
	struct queue *queue;
	int ret;

	ret = buffers_request_of(command, &queue);
	if (ret == 0 && queue->crossing)
		ret = -EBUSY;
	if (ret < 0) {
		command_answer(command, ret);
		return;
	}
	queue->crossing = true;
	queue->remaking = true;
	count = MIN(count, (uint32_t)VMEDIA_MAX_BUFFERS);
	ret = ask_for(command, count);
	if (ret < 0)
		allocated(command, queue, ret);
}

/* Of the first buffers there need not be any; others cannot be taken from the
 * node without those that the guest uses, so they stay there. */
static void create_failed(struct command *command, struct queue *queue, int ret)
{
	if (command->payload.create_buffers.index == 0)
		give_up(command, queue, ret);
	else
		allocated(command, queue, ret);
}

static void create_populated(struct command *command, int error)
{
	struct queue *queue = create_queue(command);

	if (error < 0)
		create_failed(command, queue, error);
	else
		allocated(command, queue, 0);
}

/* What the node made is there, and counts, also if it is larger than it was to
 * be. */
static int keep_created(struct command *command, struct queue *queue,
			uint32_t made, uint32_t memory)
{
	const struct queue_layout layout =
		*slots_layout(queue->slots, queue->count);

	account_add(queue->account, made,
		    (uint64_t)made * layout_bytes(&layout));
	return queue_add(queue, memory, made, &layout);
}

static int take_created(struct command *command, const struct reply *reply,
			struct queue *queue)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	const uint32_t asked = create->count, memory = create->memory;
	struct v4l2_create_buffers told;

	if (reply->payload_len != sizeof(told))
		return -EIO;
	memcpy(&told, reply->data, sizeof(told));
	if (told.index != queue->count || told.count > asked ||
	    told.format.type != queue->type ||
	    (told.count > 0 &&
	     slots_count(queue->slots) != queue->count + told.count))
		return -EIO;
	create->count = told.count;
	create->format = told.format;
	return told.count == 0 ?
		       0 :
		       keep_created(command, queue, told.count, memory);
}

static void create_replied(struct command *command, const struct reply *reply)
{
	struct queue *queue = create_queue(command);
	int ret;

	command_unclaim(command);
	if (reply->error < 0) {
		allocated(command, queue, reply->error);
		return;
	}
	ret = take_created(command, reply, queue);
	if (ret < 0)
		create_failed(command, queue, ret);
	else if (command->payload.create_buffers.count == 0)
		allocated(command, queue, 0);
	else
		allocate_pages(command, queue, create_populated);
}

/* Of what is to be created, as much as there is room for. It is claimed before,
 * since the node could not be made to forget some of its buffers afterwards. */
static int claim(struct command *command, const struct queue *queue)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct queue_layout layout;
	int ret;

	/* None only asks what could be. */
	if (create->count == 0)
		return 0;
	if (layout_of_format(&create->format, &layout) < 0)
		return -EINVAL;
	if (queue->count == VMEDIA_MAX_BUFFERS)
		return -ENOBUFS;
	create->count = MIN(create->count, VMEDIA_MAX_BUFFERS - queue->count);
	ret = allocate_room(command->session, &create->count, 1, &layout);
	if (ret == 0)
		command_claim(command, create->count,
			      (uint64_t)create->count * layout_bytes(&layout));
	return ret;
}

void direct_create(struct command *command)
{
	struct v4l2_create_buffers crossing;
	struct queue *queue;
	int ret;

	ret = buffers_create_of(command, &queue);
	if (ret == 0 && queue->crossing)
		ret = -EBUSY;
	if (ret == 0)
		ret = claim(command, queue);
	if (ret < 0) {
		command_answer(command, ret);
		return;
	}
	crossing = command->payload.create_buffers;
	crossing.memory = V4L2_MEMORY_MMAP;
	crossing.capabilities = 0;
	queue->crossing = true;
	ret = camera_call(command, _IOC_NR(VIDIOC_CREATE_BUFS), &crossing,
			  sizeof(crossing), create_replied);
	if (ret < 0)
		allocated(command, queue, ret);
}

const struct buffer_ops direct_buffers = {
	.request = direct_request,
	.create = direct_create,
	.queue = direct_queue,
	.stream_on = direct_stream_on,
	.stream_off = direct_stream_off,
	.set_format = ioctl_forward,
};
