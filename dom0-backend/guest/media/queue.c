// SPDX-License-Identifier: GPL-2.0-only
#include "media/queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "media/account.h"

void queue_init(struct queue *queue, uint32_t type, struct account *account)
{
	memset(queue, 0, sizeof(*queue));
	queue->account = account;
	queue->type = type;
	list_init(&queue->queued);
}

static bool is_multiplanar(const struct queue *queue)
{
	return V4L2_TYPE_IS_MULTIPLANAR(queue->type);
}

int queue_layout_of(const struct v4l2_format *format,
		    struct queue_layout *layout)
{
	const struct v4l2_pix_format_mplane *mp = &format->fmt.pix_mp;
	uint32_t left = VMEDIA_MAX_BUFFER_BYTES;
	struct queue_layout made = { .num_planes = 1 };

	if (V4L2_TYPE_IS_MULTIPLANAR(format->type)) {
		made.num_planes = mp->num_planes;
		if (made.num_planes == 0 ||
		    made.num_planes > VIRTIO_MEDIA_MAX_PLANES)
			return -EINVAL;
		for (unsigned int i = 0; i < made.num_planes; i++)
			made.size[i] = mp->plane_fmt[i].sizeimage;
	} else {
		made.size[0] = format->fmt.pix.sizeimage;
	}
	for (unsigned int i = 0; i < made.num_planes; i++) {
		if (made.size[i] == 0 || made.size[i] > left)
			return -EINVAL;
		left -= made.size[i];
	}
	*layout = made;
	return 0;
}

static void forget_memory(struct buffer *buffer)
{
	for (unsigned int i = 0; i < VIRTIO_MEDIA_MAX_PLANES; i++)
		sg_list_finish(&buffer->memory[i]);
}

/* At most VMEDIA_MAX_BUFFER_BYTES, as queue_layout_of() sees to */
static uint32_t bytes_of(const struct queue_layout *layout)
{
	uint32_t bytes = 0;

	for (unsigned int i = 0; i < layout->num_planes; i++)
		bytes += layout->size[i];
	return bytes;
}

static void buffer_destroy(struct queue *queue, struct buffer *buffer)
{
	list_remove(&buffer->link);
	media_event_withdraw(&buffer->dqbuf);
	forget_memory(buffer);
	account_give_back(queue->account, bytes_of(&buffer->layout));
	free(buffer);
}

static void shrink(struct queue *queue, unsigned int count)
{
	while (queue->count > count)
		buffer_destroy(queue, queue->buffers[--queue->count]);
}

static void buffer_init(struct buffer *buffer, uint32_t index,
			const struct queue_layout *layout)
{
	list_init(&buffer->link);
	media_event_init(&buffer->dqbuf);
	buffer->index = index;
	buffer->layout = *layout;
}

int queue_add(struct queue *queue, uint32_t *count,
	      const struct queue_layout *layout, enum quota_kind *reached)
{
	const uint32_t bytes = bytes_of(layout);
	const unsigned int before = queue->count;
	unsigned int given;

	assert(*count > 0 && *count <= VMEDIA_MAX_BUFFERS - before);
	*reached = NUM_QUOTAS;
	given = account_take(queue->account, *count, bytes, reached);
	if (given == 0)
		return *reached == QUOTA_BUFFERS ? -ENOBUFS : -ENOMEM;
	for (unsigned int i = 0; i < given; i++) {
		struct buffer *buffer = calloc(1, sizeof(*buffer));

		if (!buffer) {
			shrink(queue, before);
			for (; i < given; i++)
				account_give_back(queue->account, bytes);
			return -ENOMEM;
		}
		buffer_init(buffer, queue->count, layout);
		queue->buffers[queue->count++] = buffer;
	}
	*count = given;
	return 0;
}

void queue_free(struct queue *queue)
{
	shrink(queue, 0);
}

static struct buffer *find_buffer(const struct queue *queue,
				  const struct v4l2_buffer *buffer,
				  unsigned int num_planes)
{
	struct buffer *found;

	if (buffer->type != queue->type || buffer->index >= queue->count)
		return NULL;
	found = queue->buffers[buffer->index];
	if (is_multiplanar(queue) && num_planes < found->layout.num_planes)
		return NULL;
	return found;
}

/* All that V4L2 tells of a buffer. The pointers in m are the driver's. */
static void fill(const struct queue *queue, const struct buffer *from,
		 struct v4l2_buffer *buffer, struct v4l2_plane *planes)
{
	buffer->bytesused = 0;
	buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	if (from->queued)
		buffer->flags |= V4L2_BUF_FLAG_QUEUED;
	buffer->field = V4L2_FIELD_NONE;
	memset(&buffer->timestamp, 0, sizeof(buffer->timestamp));
	memset(&buffer->timecode, 0, sizeof(buffer->timecode));
	buffer->sequence = 0;
	buffer->memory = V4L2_MEMORY_USERPTR;
	buffer->reserved2 = 0;
	buffer->request_fd = 0;
	if (!is_multiplanar(queue)) {
		buffer->length = from->queued ? from->len[0] :
						from->layout.size[0];
		return;
	}
	buffer->length = from->layout.num_planes;
	for (unsigned int i = 0; i < from->layout.num_planes; i++) {
		planes[i].bytesused = 0;
		planes[i].data_offset = 0;
		planes[i].length = from->queued ? from->len[i] :
						  from->layout.size[i];
		memset(planes[i].reserved, 0, sizeof(planes[i].reserved));
	}
}

int queue_query(const struct queue *queue, struct v4l2_buffer *buffer,
		struct v4l2_plane *planes, unsigned int num_planes)
{
	const struct buffer *found = find_buffer(queue, buffer, num_planes);

	if (!found)
		return -EINVAL;
	fill(queue, found, buffer, planes);
	return 0;
}

static void brought_len(const struct queue *queue,
			const struct v4l2_buffer *buffer,
			const struct v4l2_plane *planes,
			unsigned int num_planes, uint32_t *len)
{
	if (!is_multiplanar(queue)) {
		len[0] = buffer->length;
		return;
	}
	for (unsigned int i = 0; i < num_planes; i++)
		len[i] = planes[i].length;
}

int queue_qbuf(struct queue *queue, struct v4l2_buffer *buffer,
	       struct v4l2_plane *planes, unsigned int num_planes,
	       struct sg_list *memory)
{
	struct buffer *found = find_buffer(queue, buffer, num_planes);
	uint32_t len[VIRTIO_MEDIA_MAX_PLANES] = { 0 };

	if (!found || buffer->memory != V4L2_MEMORY_USERPTR)
		return -EINVAL;
	if (buffer->flags & V4L2_BUF_FLAG_REQUEST_FD)
		return -EBADR;
	if (found->queued || media_event_waits(&found->dqbuf))
		return -EINVAL;
	num_planes = found->layout.num_planes;
	brought_len(queue, buffer, planes, num_planes, len);
	for (unsigned int i = 0; i < num_planes; i++) {
		if (len[i] < found->layout.size[i])
			return -EINVAL;
	}
	for (unsigned int i = 0; i < num_planes; i++) {
		found->len[i] = len[i];
		found->memory[i] = memory[i];
		memset(&memory[i], 0, sizeof(memory[i]));
		sg_list_trim(&found->memory[i], found->layout.size[i]);
	}
	found->queued = true;
	list_append(&queue->queued, &found->link);
	fill(queue, found, buffer, planes);
	return 0;
}

struct buffer *queue_next(const struct queue *queue)
{
	if (list_empty(&queue->queued))
		return NULL;
	return list_first(&queue->queued, struct buffer, link);
}

unsigned int queue_num_queued(const struct queue *queue)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < queue->count; i++)
		count += queue->buffers[i]->queued;
	return count;
}

void queue_done(struct queue *queue, struct buffer *buffer)
{
	assert(buffer->queued);
	list_remove(&buffer->link);
	buffer->queued = false;
	forget_memory(buffer);
}

void queue_cancel(struct queue *queue)
{
	for (unsigned int i = 0; i < queue->count; i++) {
		struct buffer *buffer = queue->buffers[i];

		media_event_withdraw(&buffer->dqbuf);
		if (buffer->queued)
			queue_done(queue, buffer);
	}
}
