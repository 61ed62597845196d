// SPDX-License-Identifier: GPL-2.0-only
#include "media/buffers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "media/area.h"
#include "media/command.h"
#include "media/device_state.h"
#include "media/objects.h"
#include "media/queue.h"
#include "media/session.h"

/*
 * Where nothing was exported there is nothing to import. A driver that cannot
 * export any object leaves REQBUFS of them to us all the same, and would be
 * taken for one that can. Who has such buffers can get rid of them.
 */
static bool can_import(const struct command *command, const struct queue *queue)
{
	return objects_exist(command->device->params.objects) ||
	       (queue->count > 0 && queue->memory == V4L2_MEMORY_DMABUF);
}

static uint32_t capabilities(const struct command *command,
			     const struct queue *queue)
{
	uint32_t caps = queue_capabilities(queue);

	if (command->session->lending)
		caps |= V4L2_BUF_CAP_SUPPORTS_MMAP |
			V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
	if (can_import(command, queue))
		return caps;
	return caps & ~V4L2_BUF_CAP_SUPPORTS_DMABUF;
}

static bool has_memory(const struct command *command, const struct queue *queue,
		       uint32_t memory)
{
	return queue_has_memory(queue, memory) &&
	       (memory != V4L2_MEMORY_DMABUF || can_import(command, queue));
}

/* Without a window MMAP buffers can only be slots, which are not asked for one
 * by one. */
static bool may_be_slots(const struct session *session, uint32_t memory)
{
	return session->lending && memory == V4L2_MEMORY_MMAP;
}

int buffers_request_of(struct command *command, struct queue **out)
{
	struct v4l2_requestbuffers *request = &command->payload.requestbuffers;
	struct queue *queue = session_queue(command->session, request->type);

	request->flags = 0;
	memset(request->reserved, 0, sizeof(request->reserved));
	if (!queue)
		return -EINVAL;
	request->capabilities = capabilities(command, queue);
	if (!has_memory(command, queue, request->memory) &&
	    !may_be_slots(command->session, request->memory)) {
		/* By the capabilities a driver learns what would be right. */
		command->tells = true;
		return -EINVAL;
	}
	*out = queue;
	return 0;
}

int buffers_create_of(struct command *command, struct queue **out)
{
	struct v4l2_create_buffers *create = &command->payload.create_buffers;
	struct queue *queue =
		session_queue(command->session, create->format.type);

	create->flags = 0;
	memset(create->reserved, 0, sizeof(create->reserved));
	if (!queue)
		return -EINVAL;
	create->capabilities = capabilities(command, queue);
	create->index = queue->count;
	if ((!has_memory(command, queue, create->memory) && !queue->granted) ||
	    (queue->count > 0 && create->memory != queue->memory)) {
		command->tells = true;
		return -EINVAL;
	}
	*out = queue;
	return 0;
}

void buffers_answer(struct command *command, int ret)
{
	struct payload *payload = &command->payload;

	if (ret == 0)
		ret = queue_query(session_queue(command->session,
						payload->buffer.type),
				  &payload->buffer, payload->planes,
				  payload->num_planes);
	command_answer(command, ret);
}

void buffers_query(struct command *command)
{
	const bool there = session_queue(command->session,
					 command->payload.buffer.type);

	buffers_answer(command, there ? 0 : -EINVAL);
}

/* Out of the payload; of MMAP there is nothing to be brought. */
static int take_memory(struct command *command, unsigned int count,
		       struct memory *memory)
{
	const struct objects *objects = command->device->params.objects;
	struct payload *payload = &command->payload;
	struct object *object;

	for (unsigned int i = 0; i < count; i++) {
		memory[i].list = payload->sg[i];
		memset(&payload->sg[i], 0, sizeof(payload->sg[i]));
	}
	if (payload->buffer.memory != V4L2_MEMORY_DMABUF)
		return 0;
	for (unsigned int i = 0; i < count; i++) {
		object = objects_find(objects, payload->uuids[i]);
		/* As for a descriptor that is no dma-buf */
		if (!object)
			return -EINVAL;
		memory[i].object = object_get(object);
	}
	return 0;
}

int buffers_bring(struct command *command, struct queue **queue,
		  struct buffer **out)
{
	const struct payload *payload = &command->payload;
	struct memory memory[VIRTIO_MEDIA_MAX_PLANES] = { 0 };
	const unsigned int count = payload_num_memory(payload);
	int ret;

	*queue = session_queue(command->session, payload->buffer.type);
	if (!*queue)
		return -EINVAL;
	ret = take_memory(command, count, memory);
	if (ret == 0)
		ret = queue_bring(*queue, &payload->buffer, payload->planes,
				  payload->num_planes, memory, out);
	for (unsigned int i = 0; i < count; i++)
		memory_finish(&memory[i]);
	if (ret == 0)
		ahead_brought(&command->device->ahead, *out);
	return ret;
}

static bool is_prepared(struct command *command)
{
	const struct v4l2_buffer *buffer = &command->payload.buffer;
	const struct queue *queue =
		session_queue(command->session, buffer->type);

	return queue && buffer->index < queue->count &&
	       queue->buffers[buffer->index]->state == BUFFER_PREPARED;
}

void buffers_prepare(struct command *command)
{
	struct buffer *buffer;
	struct queue *queue;
	int ret = -EINVAL;

	if (!is_prepared(command))
		ret = buffers_bring(command, &queue, &buffer);
	buffers_answer(command, ret);
}

/* The errors are those of V4L2 for what is not an MMAP buffer's plane. A slot is
 * everybody's, and no object of the guest's. */
static int find_plane(struct command *command, struct plane **out)
{
	const struct v4l2_exportbuffer *export = &command->payload.exportbuffer;
	const struct queue *queue =
		session_queue(command->session, export->type);
	struct buffer *buffer;

	if (!queue || queue->memory != V4L2_MEMORY_MMAP ||
	    export->index >= queue->count ||
	    (export->flags & ~(O_CLOEXEC | O_ACCMODE)))
		return -EINVAL;
	buffer = queue->buffers[export->index];
	if (export->plane >= buffer->layout.num_planes || queue->granted)
		return -EINVAL;
	*out = &buffer->planes[export->plane];
	return 0;
}

static int export(struct command *command)
{
	struct payload *payload = &command->payload;
	struct plane *plane;
	int ret;

	if (!command->device->params.window)
		return -ENOTTY;
	ret = find_plane(command, &plane);
	if (ret == 0 && !plane->object)
		ret = object_create(command->device->params.objects,
				    plane->memory.area, &plane->object);
	if (ret < 0)
		return ret;
	memcpy(payload->uuids[0], plane->object->uuid, OBJECT_UUID_LEN);
	memset(payload->exportbuffer.reserved, 0,
	       sizeof(payload->exportbuffer.reserved));
	return 0;
}

void buffers_export(struct command *command)
{
	command_answer(command, export(command));
}
