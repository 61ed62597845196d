// SPDX-License-Identifier: GPL-2.0-only
#include "media/queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "media/account.h"
#include "media/area.h"
#include "media/lending.h"
#include "media/objects.h"
#include "media/slots.h"

/* What is said of a buffer's bytes, and not of who has it */
#define TIME_FLAGS \
	(V4L2_BUF_FLAG_TIMESTAMP_MASK | V4L2_BUF_FLAG_TSTAMP_SRC_MASK)

#define BYTES_FLAGS                                        \
	(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME |   \
	 V4L2_BUF_FLAG_BFRAME | V4L2_BUF_FLAG_TIMECODE |   \
	 V4L2_BUF_FLAG_LAST)

void queue_init(struct queue *queue, uint32_t type, struct account *account,
		struct window *window)
{
	memset(queue, 0, sizeof(*queue));
	queue->account = account;
	queue->window = window;
	queue->type = type;
	queue->time_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	list_init(&queue->queued);
}

void queue_finish(struct queue *queue)
{
	queue_truncate(queue, 0);
	slots_destroy(queue->slots);
	queue->slots = NULL;
	queue->streaming = false;
	queue->crossing = false;
	queue->remaking = false;
	queue->stopping = false;
}

static bool is_multiplanar(const struct queue *queue)
{
	return V4L2_TYPE_IS_MULTIPLANAR(queue->type);
}

/* Objects are made of MMAP buffers, so where those are, objects can be. */
uint32_t queue_capabilities(const struct queue *queue)
{
	uint32_t caps = V4L2_BUF_CAP_SUPPORTS_USERPTR;

	if (queue->window)
		caps |= V4L2_BUF_CAP_SUPPORTS_MMAP |
			V4L2_BUF_CAP_SUPPORTS_DMABUF |
			V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
	return caps;
}

bool queue_has_memory(const struct queue *queue, uint32_t memory)
{
	switch (memory) {
	case V4L2_MEMORY_USERPTR:
		return true;
	case V4L2_MEMORY_MMAP:
	case V4L2_MEMORY_DMABUF:
		return queue->window;
	default:
		return false;
	}
}

static void rest(struct buffer *buffer)
{
	buffer->state = BUFFER_FREE;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++)
		memory_rest(&buffer->planes[i].memory);
}

/* An area, or a loan, gives its bytes back by itself, when the last user is
 * gone. */
static void destroy_plane(struct queue *queue, struct plane *plane,
			  uint32_t size)
{
	if (!plane->memory.area && !plane->loan)
		account_give_back(queue->account, 0, size);
	memory_finish(&plane->memory);
	object_put(plane->object);
	loan_retire(plane->loan);
}

static void buffer_destroy(struct queue *queue, struct buffer *buffer)
{
	list_remove(&buffer->link);
	media_event_withdraw(&buffer->dqbuf);
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++)
		destroy_plane(queue, &buffer->planes[i],
			      buffer->layout.size[i]);
	account_give_back(queue->account, 1, 0);
	free(buffer);
}

void queue_truncate(struct queue *queue, unsigned int count)
{
	while (queue->count > count)
		buffer_destroy(queue, queue->buffers[--queue->count]);
	if (queue->count > 0)
		return;
	queue->memory = 0;
	queue->granted = false;
}

static int make_areas(struct queue *queue, struct buffer *buffer)
{
	int ret = 0;

	for (unsigned int i = 0; i < buffer->layout.num_planes && ret == 0; i++)
		ret = area_create(queue->window, queue->account,
				  buffer->layout.size[i],
				  &buffer->planes[i].memory.area);
	return ret;
}

/* Appended even if its memory cannot be had: queue_truncate() ends it. */
static int append(struct queue *queue, uint32_t memory,
		  const struct queue_layout *layout)
{
	struct buffer *buffer = calloc(1, sizeof(*buffer));

	if (!buffer) {
		account_give_back(queue->account, 1, layout_bytes(layout));
		return -ENOMEM;
	}
	list_init(&buffer->link);
	media_event_init(&buffer->dqbuf);
	buffer->index = queue->count;
	buffer->layout = *layout;
	buffer->said.field = V4L2_FIELD_NONE;
	queue->buffers[queue->count++] = buffer;
	if (memory != V4L2_MEMORY_MMAP || queue->granted)
		return 0;
	return make_areas(queue, buffer);
}

int queue_add(struct queue *queue, uint32_t memory, unsigned int count,
	      const struct queue_layout *layout)
{
	const unsigned int before = queue->count;
	unsigned int left = count;
	int ret = 0;

	assert(count > 0 && count <= VMEDIA_MAX_BUFFERS - before);
	assert(before == 0 || memory == queue->memory);
	while (left > 0 && ret == 0) {
		left--;
		ret = append(queue, memory, layout);
	}
	if (ret < 0) {
		queue_truncate(queue, before);
		account_give_back(queue->account, left,
				  (uint64_t)left * layout_bytes(layout));
		return ret;
	}
	queue->memory = memory;
	return 0;
}

int queue_add_slots(struct queue *queue, unsigned int count,
		    const struct queue_layout *layout)
{
	assert(queue->count == 0);
	queue->granted = true;
	return queue_add(queue, V4L2_MEMORY_MMAP, count, layout);
}

struct area *queue_find_area(const struct queue *queue, uint32_t offset)
{
	for (unsigned int i = 0; i < queue->count; i++) {
		const struct buffer *buffer = queue->buffers[i];

		for (unsigned int j = 0; j < buffer->layout.num_planes; j++) {
			struct area *area = buffer->planes[j].memory.area;

			if (area && area_offset(area) == offset)
				return area;
		}
	}
	return NULL;
}

struct loan *queue_find_loan(const struct queue *queue, uint32_t name)
{
	if (!queue->granted)
		return NULL;
	for (unsigned int i = 0; i < queue->count; i++) {
		const struct buffer *buffer = queue->buffers[i];

		for (unsigned int j = 0; j < buffer->layout.num_planes; j++) {
			struct loan *loan = buffer->planes[j].loan;

			if (loan && loan_name(loan) == name)
				return loan;
		}
	}
	return NULL;
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

static bool is_mapped(const struct plane *plane)
{
	const struct area *area = plane->memory.area;

	return (area && area_is_shared(area)) ||
	       (plane->loan && loan_is_mapped(plane->loan));
}

/* What CMD_MMAP takes; of memory that is the driver's, what the driver said */
static uint32_t offset_of(const struct plane *plane, uint32_t said)
{
	if (plane->loan)
		return loan_name(plane->loan);
	return plane->memory.area ? area_offset(plane->memory.area) : said;
}

static uint32_t flags_of(const struct queue *queue, const struct buffer *buffer)
{
	uint32_t flags = queue->time_flags | buffer->said.flags;

	if (buffer->state == BUFFER_QUEUED)
		flags |= V4L2_BUF_FLAG_QUEUED;
	if (buffer->state == BUFFER_PREPARED)
		flags |= V4L2_BUF_FLAG_PREPARED;
	for (unsigned int i = 0; i < buffer->layout.num_planes; i++) {
		if (is_mapped(&buffer->planes[i]))
			flags |= V4L2_BUF_FLAG_MAPPED;
	}
	return flags;
}

static uint32_t length_of(const struct buffer *buffer, unsigned int plane)
{
	return buffer->state == BUFFER_FREE ? buffer->layout.size[plane] :
					      buffer->planes[plane].len;
}

static void fill_plane(const struct buffer *from, unsigned int i,
		       struct v4l2_plane *plane)
{
	plane->bytesused = from->planes[i].bytesused;
	plane->data_offset = from->planes[i].data_offset;
	plane->length = length_of(from, i);
	plane->m.mem_offset = offset_of(&from->planes[i], plane->m.mem_offset);
	memset(plane->reserved, 0, sizeof(plane->reserved));
}

/* All that V4L2 tells of a buffer. The pointers in m are the driver's. */
static void fill(const struct queue *queue, const struct buffer *from,
		 struct v4l2_buffer *buffer, struct v4l2_plane *planes)
{
	buffer->bytesused = 0;
	buffer->flags = flags_of(queue, from);
	buffer->field = from->said.field;
	buffer->timestamp = from->said.timestamp;
	buffer->timecode = from->said.timecode;
	buffer->sequence = from->said.sequence;
	buffer->memory = queue->memory;
	buffer->reserved2 = 0;
	buffer->request_fd = 0;
	if (is_multiplanar(queue)) {
		buffer->length = from->layout.num_planes;
		for (unsigned int i = 0; i < from->layout.num_planes; i++)
			fill_plane(from, i, &planes[i]);
		return;
	}
	buffer->bytesused = from->planes[0].bytesused;
	buffer->length = length_of(from, 0);
	buffer->m.offset = offset_of(&from->planes[0], buffer->m.offset);
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

/* What the driver says of one plane */
struct given {
	uint32_t len;
	uint32_t bytesused;
	uint32_t data_offset;
};

static void read_given(const struct queue *queue,
		       const struct v4l2_buffer *buffer,
		       const struct v4l2_plane *planes,
		       unsigned int num_planes, struct given *given)
{
	if (!is_multiplanar(queue)) {
		given[0].len = buffer->length;
		given[0].bytesused = buffer->bytesused;
		return;
	}
	for (unsigned int i = 0; i < num_planes; i++) {
		given[i].len = planes[i].length;
		given[i].bytesused = planes[i].bytesused;
		given[i].data_offset = planes[i].data_offset;
	}
}

/* The length of MMAP buffers is not the driver's to say; of an object, none
 * means all of it. */
static int check_len(const struct queue *queue, const struct buffer *buffer,
		     unsigned int plane, const struct memory *memory,
		     struct given *given)
{
	const uint32_t needed = buffer->layout.size[plane];
	uint32_t there;

	if (queue->memory == V4L2_MEMORY_MMAP) {
		given->len = needed;
		return 0;
	}
	if (queue->memory == V4L2_MEMORY_DMABUF) {
		there = area_len(memory->object->area);
		if (given->len == 0)
			given->len = there;
		if (given->len > there)
			return -EINVAL;
	}
	return given->len < needed ? -EINVAL : 0;
}

/*
 * No bytes used means all of them, as V4L2 has it of output. More than the
 * node's own buffer has cannot be given to it, however much the driver brings.
 */
static int check_used(const struct buffer *buffer, unsigned int plane,
		      const struct given *given)
{
	const uint32_t room = MIN(given->len, buffer->layout.size[plane]);
	const uint32_t used = given->bytesused ? given->bytesused : room;

	if (used > room)
		return -EINVAL;
	return given->data_offset > 0 && given->data_offset >= used ? -EINVAL :
								      0;
}

static int check_given(const struct queue *queue, const struct buffer *buffer,
		       const struct memory *memory, struct given *given)
{
	int ret = 0;

	for (unsigned int i = 0; i < buffer->layout.num_planes && ret == 0;
	     i++) {
		ret = check_len(queue, buffer, i, &memory[i], &given[i]);
		if (ret == 0 && V4L2_TYPE_IS_OUTPUT(queue->type))
			ret = check_used(buffer, i, &given[i]);
	}
	return ret;
}

static void take_plane(const struct queue *queue, struct plane *plane,
		       uint32_t size, const struct given *given,
		       struct memory *memory)
{
	const bool is_output = V4L2_TYPE_IS_OUTPUT(queue->type);

	if (queue->memory != V4L2_MEMORY_MMAP)
		memory_replace(&plane->memory, memory, size);
	plane->len = given->len;
	plane->bytesused = is_output ? given->bytesused : 0;
	plane->data_offset = is_output ? given->data_offset : 0;
}

void queue_said(struct queue *queue, struct buffer *buffer,
		const struct v4l2_buffer *said)
{
	buffer->said = (struct v4l2_buffer){
		.flags = said->flags & BYTES_FLAGS,
		.field = said->field,
		.timestamp = said->timestamp,
		.timecode = said->timecode,
		.sequence = said->sequence,
	};
	queue->time_flags = said->flags & TIME_FLAGS;
}

static void take_words(const struct queue *queue, struct buffer *buffer,
		       const struct v4l2_buffer *from)
{
	struct v4l2_buffer *said = &buffer->said;

	memset(said, 0, sizeof(*said));
	said->field = V4L2_FIELD_NONE;
	if (!V4L2_TYPE_IS_OUTPUT(queue->type))
		return;
	said->flags = from->flags & BYTES_FLAGS;
	said->field = from->field;
	said->timestamp = from->timestamp;
	if (said->flags & V4L2_BUF_FLAG_TIMECODE)
		said->timecode = from->timecode;
}

int queue_bring(struct queue *queue, const struct v4l2_buffer *buffer,
		const struct v4l2_plane *planes, unsigned int num_planes,
		struct memory *memory, struct buffer **out)
{
	struct buffer *found = find_buffer(queue, buffer, num_planes);
	struct given given[VIRTIO_MEDIA_MAX_PLANES] = { 0 };
	int ret;

	if (!found || buffer->memory != queue->memory)
		return -EINVAL;
	if (buffer->flags & V4L2_BUF_FLAG_REQUEST_FD)
		return -EBADR;
	if (found->state >= BUFFER_CROSSING || media_event_waits(&found->dqbuf))
		return -EINVAL;
	num_planes = found->layout.num_planes;
	read_given(queue, buffer, planes, num_planes, given);
	ret = check_given(queue, found, memory, given);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < num_planes; i++)
		take_plane(queue, &found->planes[i], found->layout.size[i],
			   &given[i], &memory[i]);
	take_words(queue, found, buffer);
	found->state = BUFFER_PREPARED;
	*out = found;
	return 0;
}

void queue_push(struct queue *queue, struct buffer *buffer)
{
	assert(buffer->state == BUFFER_PREPARED ||
	       buffer->state == BUFFER_CROSSING);
	buffer->state = BUFFER_QUEUED;
	list_append(&queue->queued, &buffer->link);
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
		count += queue->buffers[i]->state == BUFFER_QUEUED;
	return count;
}

void queue_done(struct buffer *buffer)
{
	assert(buffer->state != BUFFER_FREE);
	list_remove(&buffer->link);
	rest(buffer);
}

void queue_cancel(struct queue *queue)
{
	for (unsigned int i = 0; i < queue->count; i++) {
		struct buffer *buffer = queue->buffers[i];

		media_event_withdraw(&buffer->dqbuf);
		buffer->is_lent = false;
		if (buffer->state == BUFFER_PREPARED ||
		    buffer->state == BUFFER_QUEUED)
			queue_done(buffer);
	}
}
