// SPDX-License-Identifier: GPL-2.0-only
#include "buffer_driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/byteorder.h"

struct driver_buffer driver_buffer(uint32_t type, uint32_t memory,
				   uint32_t index)
{
	return (struct driver_buffer){
		.buffer =
			{
				.index = index,
				.type = type,
				.memory = memory,
			},
	};
}

void driver_buffer_set(struct driver_buffer *buffer, unsigned int plane,
		       uint64_t gpa, uint32_t len)
{
	buffer->pieces[plane].start = cpu_to_le64(gpa);
	buffer->pieces[plane].len = cpu_to_le32(len);
	if (!V4L2_TYPE_IS_MULTIPLANAR(buffer->buffer.type)) {
		buffer->buffer.length = len;
		return;
	}
	buffer->planes[plane].length = len;
	if (buffer->buffer.length <= plane)
		buffer->buffer.length = plane + 1;
}

uint32_t driver_reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t memory, uint32_t *count)
{
	struct v4l2_requestbuffers request = {
		.count = *count,
		.type = type,
		.memory = memory,
	};
	const uint32_t status =
		world_ioctl(world, id, VIDIOC_REQBUFS, &request);

	*count = request.count;
	return status;
}

void driver_ask_reqbufs(struct world *world, uint32_t id, uint32_t type,
			uint32_t memory)
{
	const struct v4l2_requestbuffers request = {
		.count = 2,
		.type = type,
		.memory = memory,
	};

	world_send_ioctl(world, id, _IOC_NR(VIDIOC_REQBUFS), &request,
			 sizeof(request), 8 + sizeof(request));
	world_settle(world);
}

static unsigned int num_planes(const struct driver_buffer *buffer)
{
	return V4L2_TYPE_IS_MULTIPLANAR(buffer->buffer.type)
		       ? buffer->buffer.length
		       : 0;
}

/* Of UUIDs or SG lists there is one for a buffer without planes, too. */
static unsigned int num_memories(const struct driver_buffer *buffer)
{
	return V4L2_TYPE_IS_MULTIPLANAR(buffer->buffer.type)
		       ? buffer->buffer.length
		       : 1;
}

static size_t add(uint8_t *bytes, size_t at, const void *what, size_t len)
{
	if (len > 0)
		memcpy(bytes + at, what, len);
	return at + len;
}

static size_t uuids_len(unsigned long request,
			const struct driver_buffer *buffer)
{
	if (request == VIDIOC_QUERYBUF ||
	    buffer->buffer.memory != V4L2_MEMORY_DMABUF)
		return 0;
	return num_memories(buffer) * UUID_LEN;
}

static size_t pieces_len(unsigned long request,
			 const struct driver_buffer *buffer)
{
	size_t len = 0;

	if (request == VIDIOC_QUERYBUF ||
	    buffer->buffer.memory != V4L2_MEMORY_USERPTR)
		return 0;
	for (unsigned int i = 0; i < num_memories(buffer); i++)
		len += buffer->pieces[i].len ? sizeof(buffer->pieces[i]) : 0;
	return len;
}

void driver_send(struct world *world, uint32_t id, unsigned long request,
		 const struct driver_buffer *buffer)
{
	const size_t planes = num_planes(buffer) * sizeof(buffer->planes[0]);
	const size_t uuids = uuids_len(request, buffer);
	uint8_t bytes[sizeof(*buffer)];
	size_t len = 0;

	len = add(bytes, len, &buffer->buffer, sizeof(buffer->buffer));
	len = add(bytes, len, buffer->planes, planes);
	len = add(bytes, len, buffer->uuids, uuids);
	len = add(bytes, len, buffer->pieces, pieces_len(request, buffer));
	world_send_ioctl(world, id, _IOC_NR(request), bytes, len,
			 8 + sizeof(buffer->buffer) + planes + uuids);
}

uint32_t driver_run(struct world *world, uint32_t id, unsigned long request,
		    struct driver_buffer *buffer)
{
	const size_t planes = num_planes(buffer) * sizeof(buffer->planes[0]);
	const size_t uuids = uuids_len(request, buffer);
	const size_t head = sizeof(buffer->buffer);
	struct world_answer answer;

	driver_send(world, id, request, buffer);
	answer = world_answer(world);
	if (answer.status != 0)
		return answer.status;
	assert_int_equal(answer.len, 8 + head + planes + uuids);
	memcpy(&buffer->buffer, answer.payload, head);
	memcpy(buffer->planes, answer.payload + head, planes);
	assert_memory_equal(buffer->uuids, answer.payload + head + planes,
			    uuids);
	return 0;
}

uint32_t driver_qbuf(struct world *world, uint32_t id, uint32_t type,
		     uint32_t index, uint64_t gpa, uint32_t len)
{
	struct driver_buffer buffer =
		driver_buffer(type, V4L2_MEMORY_USERPTR, index);

	driver_buffer_set(&buffer, 0, gpa, len);
	return driver_run(world, id, VIDIOC_QBUF, &buffer);
}

uint32_t driver_stream(struct world *world, uint32_t id, unsigned long request,
		       int type)
{
	return world_ioctl(world, id, request, &type);
}

uint32_t driver_offset(struct world *world, uint32_t id, uint32_t type,
		       uint32_t index, unsigned int plane)
{
	struct driver_buffer buffer =
		driver_buffer(type, V4L2_MEMORY_MMAP, index);
	struct world_answer answer;

	if (V4L2_TYPE_IS_MULTIPLANAR(type))
		buffer.buffer.length = VIRTIO_MEDIA_MAX_PLANES;
	driver_send(world, id, VIDIOC_QUERYBUF, &buffer);
	answer = world_answer(world);
	assert_int_equal(answer.status, 0);
	memcpy(&buffer.buffer, answer.payload, sizeof(buffer.buffer));
	memcpy(buffer.planes, answer.payload + sizeof(buffer.buffer),
	       sizeof(buffer.planes));
	return V4L2_TYPE_IS_MULTIPLANAR(type)
		       ? buffer.planes[plane].m.mem_offset
		       : buffer.buffer.m.offset;
}

uint32_t driver_map(struct world *world, uint32_t id, uint32_t offset,
		    uint64_t *addr, uint64_t *len)
{
	const struct virtio_media_cmd_mmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MMAP),
		.session_id = cpu_to_le32(id),
		.flags = cpu_to_le32(VIRTIO_MEDIA_MMAP_FLAG_RW),
		.offset = cpu_to_le32(offset),
	};
	const struct world_answer answer =
		world_command(world, &cmd, sizeof(cmd), 24);

	if (answer.status != 0) {
		assert_int_equal(answer.len, 8);
		return answer.status;
	}
	assert_int_equal(answer.len, 24);
	memcpy(addr, answer.payload, sizeof(*addr));
	memcpy(len, answer.payload + 8, sizeof(*len));
	return 0;
}

uint32_t driver_unmap(struct world *world, uint64_t addr)
{
	const struct virtio_media_cmd_munmap cmd = {
		.hdr.cmd = cpu_to_le32(VIRTIO_MEDIA_CMD_MUNMAP),
		.driver_addr = cpu_to_le64(addr),
	};
	const struct world_answer answer =
		world_command(world, &cmd, sizeof(cmd), 8);

	assert_int_equal(answer.len, 8);
	return answer.status;
}

uint8_t *driver_bytes(struct world *world, uint64_t addr, size_t len)
{
	return hyp_fake_ram(world->fake, HYP_FAKE_WINDOW + addr, len);
}

uint32_t driver_export(struct world *world, uint32_t id, uint32_t type,
		       uint32_t index, uint32_t plane, uint8_t *uuid)
{
	struct {
		struct v4l2_exportbuffer export;
		uint8_t uuid[UUID_LEN];
	} payload = {
		.export = {.type = type,
			   .index = index,
			   .plane = plane,
			   .fd = -77},
	};
	const struct world_answer answer =
		world_raw_ioctl(world, id, _IOC_NR(VIDIOC_EXPBUF), &payload,
				sizeof(payload), 8 + sizeof(payload));

	if (answer.status != 0)
		return answer.status;
	assert_int_equal(answer.len, 8 + sizeof(payload));
	memcpy(&payload, answer.payload, sizeof(payload));
	/* The descriptor is a placeholder, and goes back as it came. */
	assert_int_equal(payload.export.fd, -77);
	memcpy(uuid, payload.uuid, UUID_LEN);
	return 0;
}
